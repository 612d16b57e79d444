"""Bringing the move of a branch to its end that was cut off: on, where git had come as far as the index, else back.

Whatever is done here may be cut off as well, and done again: it goes by how things are, and by how they were before.
"""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import GitFailed, Stale
from ..names import Oid, printable
from . import left_locks, under_way
from .command import Git
from .files_back import bring_back, written
from .history import changed_paths
from .made_files import drop_left
from .under_way import Before, Move, look_at

# What a git that fast-forwards has locked, in the admin directory of the checkout.
_LOCKED = ("index.lock", "HEAD.lock", "ORIG_HEAD.lock")
# What says that the user is in the middle of something of his own.
_USERS = ("MERGE_HEAD", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply", "BISECT_LOG")


@dataclass(frozen=True, slots=True)
class Mended:
    """What keeps a move from its end for now (`locked`), or the files that are not as before because of somebody."""

    locked: tuple[Path, ...] = ()
    left: tuple[str, ...] = ()


def mend(git: Git, common: Path, move: Move, *, is_killed: bool = True) -> Mended:
    """Bring a move to its end, or take it back; the caller is the only one who moves branches for us.

    Unless a git of the move `is_killed`, no lock is one of its. Raises GitFailed where git cannot do it.
    """
    drop_left(common)
    if is_killed:
        places = [common, git.directory, *([move.before.checkout] if move.before else [])]
        locked = left_locks.drop(_locks(common, move), places)
        if locked:
            return Mended(locked)
    is_here = move.before is not None and move.before.checkout.is_dir()
    left = _mended(git, common, move, move.before) if move.before and is_here else ()
    under_way.over(common)
    return Mended(left=left)


def has_arrived(git: Git, move: Move) -> bool:
    """Whether the branch is where the move was to bring it, or beyond."""
    at = git.find_ref(move.branch)
    return at is not None and (at == move.new or git.is_ancestor(old=move.new, new=at))


def _locks(common: Path, move: Move) -> list[Path]:
    """The locks that a git of the move can have left: those that have come since it began."""
    places = [common / f"{move.branch}.lock"]
    if move.before is not None:
        places += [move.before.admin / name for name in _LOCKED]
    found = []
    for lock in places:
        with suppress(FileNotFoundError):
            if lock.lstat().st_mtime_ns >= move.since:
                found.append(lock)
    return found


def _mended(git: Git, common: Path, move: Move, before: Before) -> tuple[str, ...]:
    here = git.at(before.checkout)
    if here.run("cat-file", "-e", f"{move.new}^{{commit}}", answers=(0, 1, 128)).status:
        # After so long a time nobody can say any more what git had begun to write.
        return written(before)
    if has_arrived(git, move):
        return ()
    if _is_whole(here, move, before):
        if _is_on(before, move) and git.find_ref(move.branch) == move.old:
            with suppress(Stale):
                _forward(here, move)
                return ()
        if not _unstaged(here, move, before):
            return ()
    theirs = _staged(here, before, against=move.old)
    return bring_back(here, common, move, before, [path for path in written(before) if path not in theirs])


def _is_whole(here: Git, move: Move, before: Before) -> bool:
    """Whether all but the branch itself is at the end of the move already, and by the move."""
    if look_at(before.admin / "index") == before.index or any(
        (before.admin / name).exists() for name in _USERS
    ):
        return False
    if before.stood.keys() and not any(path in before.stood for path in written(before)):
        return False
    return not _staged(here, before, against=move.new)


def _staged(here: Git, before: Before, *, against: Oid) -> set[str]:
    """Those of the paths of the move of which the index has something else than a commit."""
    out = here.run("diff-index", "--cached", "--name-only", "--no-renames", "-z", against)
    return set(out.fields).intersection(before.changed)


def _is_on(before: Before, move: Move) -> bool:
    try:
        head = (before.admin / "HEAD").read_text("utf-8", "surrogateescape")
    except OSError:
        return False
    return head == f"ref: {move.branch}\n"


def _forward(here: Git, move: Move) -> None:
    """Move the branch by the name under which git logs that for HEAD as well; raises Stale."""
    out = here.run("update-ref", "-m", move.reason, "HEAD", move.new, move.old, answers=(0, 128))
    if "but expected" in out.stderr:
        raise Stale(f"'{move.branch.short}' was moved by somebody else first", hint="run the command again")
    if out.status:
        raise GitFailed(f"'{move.branch.short}' cannot be moved: {printable(out.stderr.strip())}")


def _unstaged(here: Git, move: Move, before: Before) -> bool:
    """Take the move out of the index again, where HEAD has gone elsewhere without it; whether that is so."""
    head = here.run("rev-parse", "--verify", "--quiet", "HEAD^{commit}", answers=(0, 1)).stdout.strip()
    if not head or changed_paths(here, [(move.old, Oid(head))])[move.old, Oid(head)].intersection(
        before.changed
    ):
        return False
    here.run(
        "reset", "--quiet", "--pathspec-from-file=-", "--pathspec-file-nul",
        stdin="\0".join(before.changed), environment={"GIT_LITERAL_PATHSPECS": "1"},
    )  # fmt: skip
    return True
