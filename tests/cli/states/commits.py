"""States of branches and of commits that few or none lead to."""

from tests.cli.states.entering import CHANGED, UNMERGED, state
from tests.cli.states.scene import Scene


@state(UNMERGED)
def unmerged_commits(scene: Scene) -> None:
    scene.commit("later")


@state("not on its branch|detached")
def detached(scene: Scene) -> None:
    scene.git("checkout", "--quiet", "--detach")


@state("commit", lambda scene: is_there(scene, "mine"))
def detached_with_commits(scene: Scene) -> None:
    scene.git("checkout", "--quiet", "--detach")
    scene.commit("mine")


def is_there(scene: Scene, subject: str) -> None:
    """A commit of that subject can be had by the log of HEAD, with all that is in it."""
    (found, *_) = [
        line.split()[0]
        for line in scene.git("log", "-g", "--format=%H %s").splitlines()
        if line.endswith(f" {subject}")
    ]
    assert scene.git("show", f"{found}:{subject}.txt") == subject


@state("commit|log", lambda scene: is_there(scene, "dropped"))
def commits_reset_away(scene: Scene) -> None:
    scene.commit("dropped")
    scene.git("reset", "--quiet", "--hard", "HEAD~")


@state("commit|log", lambda scene: is_there(scene, "first"))
def a_commit_amended(scene: Scene) -> None:
    scene.commit("first")
    scene.git("commit", "--quiet", "--amend", "-m", "second")
    scene.repo.git("merge", "--quiet", "-m", "by hand", "feature/1")


@state("commit|log")
def commits_that_only_the_branchs_log_names(scene: Scene) -> None:
    """Written past HEAD: the log of the worktree does not know of it."""
    tree = scene.git("rev-parse", "HEAD^{tree}")
    lost = scene.git("commit-tree", "-p", "HEAD", "-m", "past HEAD", tree)
    was = scene.git("rev-parse", "HEAD")
    scene.repo.git("update-ref", "refs/heads/feature/1", lost)
    scene.repo.git("update-ref", "refs/heads/feature/1", was)


@state("not on its branch|is on 'mine'")
def on_another_branch(scene: Scene) -> None:
    scene.git("switch", "--quiet", "--create", "mine")
    scene.commit("mine")


@state(f"{CHANGED}|is on|not on its branch")
def on_a_branch_unborn(scene: Scene) -> None:
    scene.git("switch", "--quiet", "--orphan", "fresh")
    scene.write("fresh.txt", "fresh\n")
    scene.git("add", "fresh.txt")
