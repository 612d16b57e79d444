"""What the user calls a path, and what the repository calls it."""

import os
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput
from ..git.command import Git
from ..names import RepoPath, printable
from .standing import Standing, standing_at


@dataclass(frozen=True, slots=True)
class Inside:
    """Where in a worktree the user stands: its top, and the way from there, empty or ending in `/`.

    `standing` is whose worktree it is, None where it is that of no task.
    """

    top: Path
    prefix: str
    standing: Standing | None

    def path(self, text: str) -> RepoPath:
        """The path from the top of what the user calls `text`; raises BadInput where that is outside or the top."""
        return RepoPath(self.named(text))

    def named(self, text: str) -> str:
        """The same, and empty for the top itself."""
        parts: list[str] = []
        whole = _below(self.top, text) if text.startswith("/") else f"{self.prefix}{text}"
        for part in whole.split("/"):
            if part == "..":
                if not parts:
                    raise _outside(text)
                parts.pop()
            elif part not in ("", "."):
                parts.append(part)
        return "/".join(parts)


def inside(directory: Path) -> Inside:
    """Where in its worktree a directory is. One question to git, no more."""
    # Truth values between the paths, so that a path with a newline cannot be mistaken for two.
    asked = ("--show-toplevel", "--is-inside-work-tree", "--show-prefix", "--is-inside-work-tree")
    out = Git(directory).run("rev-parse", *asked, "--absolute-git-dir").stdout.removesuffix("\n")
    top, prefix, own = out.split("\ntrue\n", 2)
    return Inside(Path(top), prefix, standing_at(Path(own)))


def _below(top: Path, path: str) -> str:
    """What an absolute path is called from the top of the worktree, by whatever name it has that."""
    full = Path(os.path.normpath(path))
    for above in (*reversed(full.parents), full):
        if _is_one(above, top):
            return str(full.relative_to(above))
    raise _outside(path)


def _is_one(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:
        return False


def _outside(path: str) -> BadInput:
    return BadInput(f"'{printable(path)}' is outside the repository")
