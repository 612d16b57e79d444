"""The worktree of a task that has landed, and what somebody does there."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.picture import admin_of
from tests.conftest import Repo


@dataclass
class Scene:
    """The worktree of task 1, which has landed; branches `rival` and `several` conflict with it in `one.py`.

    `git` runs without hooks and editors, as somebody would who does not care for the guard.
    """

    repo: Repo
    worktree: Path
    started: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    @property
    def admin(self) -> Path:
        return admin_of(self.worktree)

    @property
    def common(self) -> Path:
        return self.repo.path / ".git"

    def git(self, *arguments: str, check: bool = True, at: Path | None = None, stdin: str = "") -> str:
        free = ("core.hooksPath=/dev/null", "core.editor=true", "protocol.file.allow=always", "gc.auto=0")
        given = [word for setting in free for word in ("-c", setting)]
        return self.repo.git(*given, *arguments, at=at or self.worktree, check=check, stdin=stdin)

    def fails(self, *arguments: str) -> None:
        """Run a git command that stops in the middle."""
        free = ("-c", "core.hooksPath=/dev/null", "-c", "core.editor=true")
        done = subprocess.run(
            ["git", *free, *arguments],
            cwd=self.worktree,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode, done

    def write(self, path: str, text: str) -> Path:
        target = self.worktree / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text)
        return target

    def commit(self, name: str) -> str:
        """A commit there that adds a file of that name."""
        self.write(f"{name}.txt", f"{name}\n")
        self.git("add", f"{name}.txt")
        self.git("commit", "--quiet", "-m", name)
        return self.git("rev-parse", "HEAD")

    def ignore(self, *patterns: str) -> None:
        with (self.common / "info" / "exclude").open("a") as exclude:
            exclude.writelines(f"{pattern}\n" for pattern in patterns)

    def start(self, *command: str, at: Path, stdin: Path | None = None) -> None:
        """A process that is there until the end of the test."""
        with (stdin or Path(os.devnull)).open("rb") as source:
            self.started.append(subprocess.Popen(command, cwd=at, stdin=source))

    def status(self) -> str:
        return self.git("status", "--porcelain")

    def resolve(self) -> None:
        """Put an end to the conflict in `one.py`."""
        self.write("one.py", "resolved\n")
        self.git("add", "one.py")
