"""What a task in a sandbox has of its own, in the place of what all share: `parallel/sandbox/gp-<id>/`.

    git/     is mounted over the shared git directory. Its folders are mounted into it again, read-only, so they
             stay what they are at every moment; its files are links to those of the real one, which is mounted
             at `gp-real`. `HEAD`, which git takes for no link, and `config` are copies: what an agent writes there is
             its own. That `config` forbids `git prune`, to which other agents' work would look like garbage.
    heads/   is mounted over the directory of its branch below `refs/heads/`: there git makes a lock beside the
             branch and renames it, so the branch alone cannot be made writable. The branches beside it are not
             seen, unless they are packed.
    logs/    the same for the logs of these branches
    told/    where `git parallel progress` writes, since `parallel/tasks/` cannot be written
    taken    outside of the agent's reach: where the branch was when it was given, or was last taken over

What the agent commits moves the branch in `heads/` and nothing else; `take_over` brings the real one there.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import Stale
from ..names import Oid, RefName
from .command import Git
from .place import Place
from .refs import RefChange, apply
from .room import REAL, Room, room_at

_HEADS = "refs/heads"
# Deleting CHERRY_PICK_HEAD and the like, at the end of each rebase, git takes the lock of packed-refs. That lock
# lies beside what `packed-refs` leads to after five links, and the file itself, for reading, after the sixth.
_LINKS = ("packed-refs", *(f"gp-packed-refs-{number}" for number in range(1, 6)))
_COPIED = ("HEAD", "config")
# Packs cannot be written either, and what is fetched is to come without them.
_CONFIG = "\n[extensions]\n\tpreciousObjects = true\n[fetch]\n\tunpackLimit = 1000000\n"
_LARGEST_REF = 1024
_LARGEST_PACKED = 64 * 1024 * 1024
_OID = re.compile(rb"([0-9a-f]{40}(?:[0-9a-f]{24})?)\n?")


@dataclass(frozen=True, slots=True)
class Taken:
    """The commit that the agent has its branch at, None where it has none, and why the real one is not there."""

    tip: Oid | None
    problem: str = ""


def has_own_directory(branch: RefName, target: RefName) -> bool:
    """Whether the directory of a branch can be taken for one task's own: the target must stay in sight."""
    folder = branch.rpartition("/")[0]
    return folder != _HEADS and not target.startswith(f"{folder}/")


def furnish(common: Path, place: Place, tip: Oid) -> Room:
    """Make the room anew, with the branch at `tip`; what an earlier attempt had in it was taken over."""
    room = room_at(common, place.admin.name)
    forget(common, place)
    for keeper in _keepers(common, place):
        # git removes a directory of refs that is empty, as it is when all are packed; the mount would go with it.
        keeper.parent.mkdir(parents=True, exist_ok=True)
        keeper.touch()
    for folder in (room.git, room.git / REAL, room.heads, room.logs, room.told):
        folder.mkdir(mode=0o700, parents=True)
    for entry in os.scandir(common):
        if entry.is_dir(follow_symlinks=False):
            (room.git / entry.name).mkdir()
        elif entry.name not in (*_COPIED, _LINKS[0]):
            (room.git / entry.name).symlink_to(f"{REAL}/{entry.name}")
    for link, leads_to in zip(_LINKS, (*_LINKS[1:], f"{REAL}/{_LINKS[0]}"), strict=True):
        (room.git / link).symlink_to(leads_to)
    for name in _COPIED:
        shutil.copyfile(common / name, room.git / name)
    with (room.git / "config").open("a") as file:
        file.write(_CONFIG)
    (room.heads / _leaf(place)).write_text(f"{tip}\n")
    with suppress(FileNotFoundError):
        shutil.copyfile(common / "logs" / place.branch, room.logs / _leaf(place))
    _remember(room, tip)
    return room


def take_over(git: Git, common: Path, place: Place) -> Taken | None:
    """Bring the branch to where the agent has it in its sandbox; None for a task without a room.

    Can be asked at any time, by several at once. A branch that somebody else has moved stays where it is.
    """
    room = room_at(common, place.admin.name)
    given = _given(room)
    if not given:
        return None
    tip = _tip(room, place)
    if tip is None:
        return Taken(None, f"its branch '{place.branch.short}' is gone")
    if given == [tip]:
        return Taken(tip)
    now = git.find_ref(place.branch)
    if now != tip:
        moved = Taken(tip, f"its branch was moved by somebody else; what it committed is {tip}")
        if now is None or now not in given:
            return moved
        if git.run("cat-file", "-t", tip, answers=(0, 128)).stdout != "commit\n":
            return Taken(None, f"its branch is at {tip}, which is no commit")
        # Both, for we may be killed between this and the next.
        _remember(room, now, tip)
        try:
            apply(
                git, RefChange(place.branch, new=tip, old=now), reason="parallel: take over from the sandbox"
            )
        except Stale:
            return Taken(tip) if git.find_ref(place.branch) == tip else moved
    _remember(room, tip)
    return Taken(tip)


def release(common: Path, place: Place) -> None:
    """Remove what keeps the mounts of a sandbox in place; call only when its agent is dead."""
    for keeper in _keepers(common, place):
        keeper.unlink(missing_ok=True)


def forget(common: Path, place: Place) -> None:
    """Remove a task's room."""
    release(common, place)
    shutil.rmtree(room_at(common, place.admin.name).path, ignore_errors=True)


def _leaf(place: Place) -> str:
    return place.branch.rpartition("/")[2]


def _keepers(common: Path, place: Place) -> Iterator[Path]:
    # By its name a lock, which is what git lists nowhere.
    for root in (common, common / "logs"):
        yield root / place.branch.rpartition("/")[0] / f"{place.admin.name}.lock"


def _remember(room: Room, *oids: Oid) -> None:
    aside = room.taken.with_name(f"taken.{os.getpid()}")
    with aside.open("wb") as file:
        file.write("".join(f"{oid}\n" for oid in oids).encode("ascii"))
        file.flush()
        os.fsync(file.fileno())
    aside.replace(room.taken)


def _given(room: Room) -> list[Oid]:
    try:
        return [Oid(line) for line in room.taken.read_text("ascii").split()]
    except FileNotFoundError:
        return []


def _tip(room: Room, place: Place) -> Oid | None:
    """Where the agent has its branch: in a file of its own, or packed by it; anything else is no branch."""
    found = _OID.fullmatch(_read(room.heads / _leaf(place), _LARGEST_REF))
    if found is None:
        packed = _read(room.git / _LINKS[-1], _LARGEST_PACKED)
        found = re.search(rb"^([0-9a-f]+) " + re.escape(place.branch.encode()) + rb"$", packed, re.MULTILINE)
    return Oid(found[1].decode("ascii")) if found else None


def _read(path: Path, most: int) -> bytes:
    """The beginning of a plain file where an agent could have put anything; empty for anything else."""
    try:
        # O_NONBLOCK: a fifo that nobody writes to must not stop us.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as file:
            return file.read(most)
    except OSError:
        return b""
