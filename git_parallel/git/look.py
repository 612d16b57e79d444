"""What is to be seen in a worktree at one moment."""

import os
from dataclasses import dataclass
from pathlib import Path

from . import sparse
from .command import Git
from .place import Place


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen in a worktree at one moment: paths by how git reports them, and more.

    `staged` are those of the changed of which nothing but what is staged is new; `inside` are the submodules in which
    something is uncommitted, and are among the changed as well.
    """

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    head: str = ""
    operations: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()
    staged: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is there that is not in a commit (ignored files aside)."""
        return not (self.changed or self.untracked or self.operations or self.hidden)


# Files in the admin directory that mean an operation stands half done, and what it is called.
_OPERATIONS = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase or am",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
    "sequencer": "cherry-pick or revert",
    "MERGE_AUTOSTASH": "merge --autostash",
    "NOTES_MERGE_PARTIAL": "merge of notes",
}


# Whatever git was told to believe instead of looking.
_SCEPTICAL = (
    "-c", "core.fsmonitor=false", "-c", "core.untrackedCache=false", "-c", "core.trustctime=true",
    "-c", "core.checkStat=default",
)  # fmt: skip


def look(git: Git, place: Place, *, ignored: bool = False, hidden: bool = False) -> Look:
    """Read a worktree's state; `ignored` and `hidden` (assume-unchanged, skip-worktree) only where asked.

    With `hidden` git believes no monitor and no cache, and writes nothing, not even the index.
    """
    here = git.at(place.path)
    if hidden:
        here = here.with_environment(GIT_OPTIONAL_LOCKS="0")
    out = here.run(
        *(_SCEPTICAL if hidden else ()),
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain=v2", "--branch", "-z", "--no-renames",
        "--untracked-files=all", f"--ignored={'matching' if ignored else 'no'}", "--ignore-submodules=none",
    )  # fmt: skip
    kinds: dict[str, list[str]] = {"1": [], "u": [], "?": [], "!": []}
    inside, staged = [], []
    for entry in out.fields:
        if entry[0] in kinds:
            kinds[entry[0]].append(entry.split(" ", {"1": 8, "u": 10}.get(entry[0], 1))[-1])
        if entry.startswith("1 ") and entry[3] == ".":
            staged.append(kinds["1"][-1])
        # The third word is `S<commit><modified><untracked>` for a submodule.
        if entry[0] == "1" and (word := entry.split(" ", 3)[2])[0] == "S" and word[2:] != "..":
            inside.append(kinds["1"][-1])
    marks = here.run("ls-files", "-v", "-z").fields if hidden else []
    if sparse.is_sparse(place.admin):
        # What it leaves out is marked so too; where there is a file all the same it has been hidden.
        marks = [mark for mark in marks if mark[0] != "S" or os.path.lexists(place.path / mark[2:])]
    return Look(
        changed=(*kinds["1"], *kinds["u"]),
        untracked=tuple(kinds["?"]),
        ignored=tuple(kinds["!"]),
        head=head_of(place.admin),
        operations=operations(place.admin),
        hidden=tuple(mark[2:] for mark in marks if mark[0].islower() or mark[0] == "S"),
        inside=tuple(inside),
        staged=tuple(staged),
    )


def head_of(admin: Path) -> str:
    """What is checked out in a worktree: the full name of a branch, or a commit."""
    return (admin / "HEAD").read_text("utf-8", "surrogateescape").strip().removeprefix("ref: ")


def operations(admin: Path) -> tuple[str, ...]:
    """What was begun in a worktree and is not at its end."""
    return tuple(dict.fromkeys(what for name, what in _OPERATIONS.items() if (admin / name).exists()))
