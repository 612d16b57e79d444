"""One thing in the trash: where everything came from, and how far its way in or out has come."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from ...errors import BadName, GitFailed
from ...names import Oid, RefName, TaskId
from ..command import Git
from ..place import Place
from ..refs import TRASH, read_blobs


@dataclass(frozen=True, slots=True)
class Entry:
    """One worktree in the trash; `tip` is None where its branch was gone already.

    `reasons` are what spoke against putting it away and was overruled.
    """

    task: TaskId
    time: str
    branch: RefName
    tip: Oid | None
    worktree: str
    admin: str
    reasons: tuple[str, ...] = ()
    version: int = 1

    @property
    def ref(self) -> RefName:
        """The ref that keeps its commits."""
        return RefName(f"{TRASH}{self.task}/{self.time}")

    @property
    def seconds(self) -> float:
        """When it was put away, in seconds since the epoch."""
        return int(self.time) / 1e9


def place_of(common: Path, entry: Entry) -> Place:
    """Where it was; git's own directory for it is found where the repository is by now."""
    return Place(Path(entry.worktree), entry.branch, common / "worktrees" / Path(entry.admin).name)


def folder_of(common: Path, entry: Entry) -> Path:
    """Where the files of an entry lie."""
    return common / "parallel" / "trash" / f"{entry.task}.{entry.time}"


def message_of(entry: Entry) -> str:
    """What its keep-commit says."""
    return json.dumps(asdict(entry)) + "\n"


def read(git: Git, ref: RefName) -> Entry:
    """The entry that a trash ref tells of; raises GitFailed where it is none of ours."""
    found = read_all(
        git, {ref: Oid(git.run("rev-parse", "--verify", "--end-of-options", ref).stdout.strip())}
    )
    if ref not in found:
        raise GitFailed(f"'{ref}' is no trash of git-parallel")
    return found[ref]


def read_all(git: Git, refs: Mapping[RefName, Oid]) -> dict[RefName, Entry]:
    """The entries of trash refs, by what those point at, through one process; what is none of ours is left out."""
    found = {}
    for ref, raw in zip(refs, read_blobs(git, refs.values()), strict=True):
        entry = _parsed((raw or b"").partition(b"\n\n")[2].decode("utf-8", "surrogateescape"))
        if entry is not None and entry.ref == ref:
            found[ref] = entry
    return found


def _parsed(message: str) -> Entry | None:
    try:
        data = json.loads(message)
        return Entry(
            TaskId(data["task"]),
            str(int(data["time"])),
            RefName(data["branch"]),
            Oid(data["tip"]) if data["tip"] else None,
            str(data["worktree"]),
            str(data["admin"]),
            tuple(map(str, data.get("reasons", ()))),
        )
    except (ValueError, KeyError, TypeError, BadName):
        return None


def is_complete(common: Path, entry: Entry) -> bool:
    """Whether nothing of the entry is left where it was."""
    return (folder_of(common, entry) / "done").exists()


def is_being_restored(common: Path, entry: Entry) -> bool:
    """Whether an undo of the entry was begun; it can only be gone on with."""
    return (folder_of(common, entry) / "restoring").exists()


def is_expiring(common: Path, entry: Entry) -> bool:
    """Whether somebody has begun to free it."""
    return (folder_of(common, entry) / "expiring").exists()


def is_back(common: Path, entry: Entry) -> bool:
    """Whether an undo of the entry was begun, and what is in its place has come from it."""
    return is_being_restored(common, entry) and not (folder_of(common, entry) / "admin").exists()


def has_begun_only(git: Git, common: Path, entry: Entry) -> bool:
    """Whether a worktree is where it was and its branch too, so that it can simply be left there."""
    is_moved = (folder_of(common, entry) / "worktree").exists()
    return not is_moved and not is_complete(common, entry) and git.find_ref(entry.branch) == entry.tip
