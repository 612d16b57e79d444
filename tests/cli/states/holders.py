"""Locks, and processes that are there."""

import sys
from pathlib import Path

from tests.cli.states.entering import state
from tests.cli.states.scene import Scene


@state("locked")
def locked(scene: Scene) -> None:
    scene.git("worktree", "lock", "--reason", "on a stick", str(scene.worktree))


@state("process", lambda scene: _is_at(scene, "cwd", scene.worktree))
def a_process_works_there(scene: Scene) -> None:
    scene.start("sleep", "600", at=scene.worktree)


@state("process", lambda scene: _is_at(scene, "cwd", scene.worktree / "specs"))
def a_process_works_deeper_there(scene: Scene) -> None:
    scene.start("sleep", "600", at=scene.worktree / "specs")


@state("process", lambda scene: _is_at(scene, "fd/0", scene.worktree / "one.py"))
def a_process_has_a_file_open(scene: Scene) -> None:
    scene.start("sleep", "600", at=scene.repo.path, stdin=scene.worktree / "one.py")


@state("")
def a_process_has_a_file_of_git_open(scene: Scene) -> None:
    """It works elsewhere, and finds what it reads as it was."""
    scene.start("sleep", "600", at=scene.repo.path, stdin=scene.admin / "HEAD")


def _is_at(scene: Scene, what: str, expected: Path) -> None:
    if sys.platform == "linux":
        assert Path(f"/proc/{scene.started[0].pid}/{what}").readlink() == expected
