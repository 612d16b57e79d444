"""States of branches and of commits that few or none lead to."""

from tests.cli.states.entering import UNMERGED, state
from tests.cli.states.scene import Scene


@state(UNMERGED)
def unmerged_commits(scene: Scene) -> None:
    scene.commit("later")


@state("not on its branch")
def detached(scene: Scene) -> None:
    scene.git("checkout", "--quiet", "--detach")


@state("with 1 commit that no branch has", lambda scene: is_there(scene, "mine"))
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


@state("reset away", lambda scene: is_there(scene, "dropped"))
def commits_reset_away(scene: Scene) -> None:
    scene.commit("dropped")
    scene.git("reset", "--quiet", "--hard", "HEAD~")


@state("", lambda scene: is_there(scene, "first"))
def a_commit_amended(scene: Scene) -> None:
    """The commit that was is in the log alone; its files were committed again."""
    scene.commit("first")
    scene.git("commit", "--quiet", "--amend", "-m", "second")
    scene.repo.git("merge", "--quiet", "-m", "by hand", "feature/1")


@state("reset away", lambda scene: is_there(scene, "dropped"))
def commits_of_an_aborted_rebase(scene: Scene) -> None:
    scene.fails("rebase", "--exec", "false", "HEAD~")
    scene.commit("dropped")
    scene.git("rebase", "--abort")


@state("reset away", lambda scene: is_there(scene, "dropped"))
def commits_forced_away(scene: Scene) -> None:
    scene.commit("dropped")
    scene.git("switch", "--quiet", "--force-create", "feature/1", "HEAD~")


@state("reset away", lambda scene: is_there(scene, "dropped"))
def commits_that_were_made_aside(scene: Scene) -> None:
    """On no branch, and left again."""
    scene.git("checkout", "--quiet", "--detach")
    scene.commit("dropped")
    scene.git("checkout", "--quiet", "feature/1")


@state("", lambda scene: is_there(scene, "dropped"))
def commits_left_by_a_rebase(scene: Scene) -> None:
    """Somebody wanted it without them."""
    scene.commit("dropped")
    scene.commit("stays")
    scene.git("rebase", "--quiet", "--onto", "HEAD~2", "HEAD~")
    scene.repo.git("merge", "--quiet", "-m", "by hand", "feature/1")


@state("reset away")
def commits_that_only_the_branchs_log_names(scene: Scene) -> None:
    """Written past HEAD: the log of the worktree does not know of it."""
    lost = scene.git("commit-tree", "-p", "HEAD", "-m", "past HEAD", "rival^{tree}")
    was = scene.git("rev-parse", "HEAD")
    scene.repo.git("update-ref", "refs/heads/feature/1", lost)
    scene.repo.git("update-ref", "refs/heads/feature/1", was)


@state("is on 'mine', not on its branch")
def on_another_branch(scene: Scene) -> None:
    scene.git("switch", "--quiet", "--create", "mine")
    scene.commit("mine")


@state("is on 'fresh', not on its branch")
def on_a_branch_unborn(scene: Scene) -> None:
    scene.git("switch", "--quiet", "--orphan", "fresh")
    scene.write("fresh.txt", "fresh\n")
    scene.git("add", "fresh.txt")
