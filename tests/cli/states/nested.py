"""Repositories in a worktree."""

from pathlib import Path

from tests.cli.states.entering import state
from tests.cli.states.scene import Scene


def _made(scene: Scene, at: Path) -> None:
    scene.git("init", "--quiet", str(at), at=scene.repo.path)
    (at / "own.txt").write_text("own\n")
    scene.git("add", "--all", at=at)
    scene.git("commit", "--quiet", "-m", "own", at=at)


def _submodule(scene: Scene) -> Path:
    """A submodule that was there before the task landed, as far as main can tell."""
    _made(scene, scene.repo.path.parent / "library")
    scene.git("submodule", "--quiet", "add", str(scene.repo.path.parent / "library"), "lib")
    scene.git("commit", "--quiet", "-m", "a library")
    scene.repo.git("merge", "--quiet", "-m", "by hand", "feature/1")
    return scene.worktree / "lib"


@state("", lambda scene: scene.git("submodule", "update", "--quiet") and None)
def a_submodule(scene: Scene) -> None:
    """Initialised, and nothing in it that is not elsewhere too."""
    _submodule(scene)


@state("submodule|uncommitted")
def a_submodule_with_changes(scene: Scene) -> None:
    inside = _submodule(scene)
    (inside / "own.txt").write_text("changed\n")
    (inside / "new.txt").write_text("new\n")


@state("submodule|uncommitted")
def a_submodule_with_commits(scene: Scene) -> None:
    inside = _submodule(scene)
    scene.git("commit", "--quiet", "--allow-empty", "-m", "only here", at=inside)
    scene.git("update-index", "--assume-unchanged", "lib")


@state("submodule")
def a_submodule_with_commits_on_a_side(scene: Scene) -> None:
    """It is where it should be; a branch in it is nowhere else."""
    inside = _submodule(scene)
    scene.git("switch", "--quiet", "--create", "side", at=inside)
    scene.git("commit", "--quiet", "--allow-empty", "-m", "only here", at=inside)
    scene.git("checkout", "--quiet", "--detach", "HEAD~", at=inside)


@state("untracked|repositor")
def a_repository_inside(scene: Scene) -> None:
    _made(scene, scene.worktree / "nested")


@state("untracked|repositor")
def a_repository_inside_without_commits(scene: Scene) -> None:
    scene.git("init", "--quiet", "nested")


@state("ignored|repositor")
def a_repository_in_an_ignored_folder(scene: Scene) -> None:
    scene.ignore("/vendor/")
    _made(scene, scene.worktree / "vendor" / "deep" / "nested")


@state("repositor")
def a_repository_in_a_disposable_folder(scene: Scene) -> None:
    scene.repo.config("parallel.disposable", "vendor/**")
    a_repository_in_an_ignored_folder(scene)
