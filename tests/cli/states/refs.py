"""Refs that are the worktree's alone, and stashes that were made there."""

from tests.cli.states.entering import state
from tests.cli.states.scene import Scene


@state("refs/worktree/x")
def refs_of_the_worktree(scene: Scene) -> None:
    tree = scene.git("rev-parse", "HEAD^{tree}")
    for message in ("first", "second"):
        made = scene.git("commit-tree", "-m", message, tree)
        scene.git("update-ref", "--create-reflog", "refs/worktree/x", made)
    scene.git("update-ref", "refs/worktree/deep/tree", tree)


@state("refs/bisect/x|bisect")
def refs_of_a_bisect(scene: Scene) -> None:
    made = scene.git("commit-tree", "-m", "found", scene.git("rev-parse", "HEAD^{tree}"))
    scene.git("update-ref", "refs/bisect/x", made)


@state("")
def orig_head(scene: Scene) -> None:
    """A commit that it alone names."""
    made = scene.git("commit-tree", "-m", "was", scene.git("rev-parse", "HEAD^{tree}"))
    scene.git("update-ref", "ORIG_HEAD", made)


@state("")
def fetch_head(scene: Scene) -> None:
    """A commit of another repository, which nothing else here names."""
    other = scene.repo.path.parent / "other"
    scene.git("clone", "--quiet", "--no-local", "--single-branch", str(scene.repo.path), str(other))
    scene.git(
        "-c", "user.name=O", "-c", "user.email=o@o", "commit", "-q", "--allow-empty", "-m", "far", at=other
    )
    scene.git("fetch", "--quiet", "--no-tags", str(other), "HEAD")
    assert scene.git("log", "-1", "--format=%s", "FETCH_HEAD") == "far"


def _popped(scene: Scene) -> None:
    scene.git("stash", "pop", "--quiet")
    assert (scene.worktree / "one.py").read_text() == "put by\n"
    assert (scene.worktree / "new.txt").exists()


@state("stash", _popped)
def stashed(scene: Scene) -> None:
    scene.write("one.py", "put by\n")
    scene.write("new.txt", "new\n")
    scene.git("stash", "push", "--quiet", "--include-untracked")
    assert scene.status() == ""


@state("stash", _popped)
def stashed_with_a_message(scene: Scene) -> None:
    scene.write("one.py", "put by\n")
    scene.write("new.txt", "new\n")
    scene.git("stash", "push", "--quiet", "--include-untracked", "--message", "for later: with colons")
