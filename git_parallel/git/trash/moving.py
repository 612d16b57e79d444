"""Moving a directory with all that is in it: by one rename, or by a copy that is compared where disks differ."""

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from ...errors import GitFailed, Unusable, in_words
from ...names import printable
from ..removal import remove

_PIECE = 1 << 20
# What a folder of the trash is called by at its end that is being removed.
GONE = "gone"


def rename(source: Path, target: Path) -> None:
    """Move within a file system, where it is not done yet; raises GitFailed."""
    if os.path.lexists(source) and not os.path.lexists(target):
        try:
            source.rename(target)
        except OSError as error:
            raise GitFailed(
                f"cannot move '{printable(str(source))}': {printable(in_words(error))}"
            ) from error


def is_elsewhere(source: Path, target: Path) -> bool:
    """Whether a directory lies on another file system than the one in which it is to be."""
    return source.lstat().st_dev != target.stat().st_dev


def copy(source: Path, target: Path) -> None:
    """Copy a directory beside `target` and put it there when it is proven to be the same; the source stays.

    Raises Unusable for what cannot be copied, with nothing at `target`.
    """
    part = target.with_name(f".{target.name}.part")
    remove(part)
    try:
        shutil.copytree(source, part, symlinks=True)
        differing = next(differences(source, part), None)
    except (OSError, shutil.Error) as error:
        remove(part)
        why = printable(in_words(error) if isinstance(error, OSError) and error.errno else _first(error))
        raise Unusable(f"cannot copy '{printable(str(source))}' to another file system: {why}") from error
    if differing is not None:
        remove(part)
        raise Unusable(
            f"'{printable(str(source))}' is being changed: {printable(differing)}",
            hint="end what works there, and run the command again",
        )
    _sync(part)
    part.rename(target)


def remove_copied(source: Path, copied: Path, *, suffix: str) -> None:
    """Remove a directory of which `copied` is the copy; raises Unusable, with all of it there, where it is none now."""
    # Nobody is to find half of it, so it gets out of the way first.
    gone = source.with_name(f".{source.name}.{suffix}.gone")
    remove(gone)
    if not os.path.lexists(source):
        return
    differing = next(differences(source, copied), None)
    if differing is not None:
        raise Unusable(
            f"'{printable(str(source))}' was changed after it was copied: {printable(differing)}",
            hint=f"its copy is '{printable(str(copied))}'; keep what you need of both",
        )
    source.rename(gone)
    remove(gone)


def discard(folder: Path) -> None:
    """Remove the folder of an entry; under its other name it is known for a rest, however little of it is left."""
    gone = folder.with_name(f"{folder.name}.{GONE}")
    if os.path.lexists(folder):
        folder.rename(gone)
    remove(gone)


def differences(left: Path, right: Path) -> Iterator[str]:
    """The paths at which two directories differ: in kind, mode, time, target of a link or content."""
    ours, theirs = _listed(left), _listed(right)
    yield from sorted(ours.keys() ^ theirs.keys())
    for path in sorted(ours.keys() & theirs.keys()):
        if ours[path] != theirs[path] or not _is_same(left / path, right / path):
            yield path


def _listed(top: Path) -> dict[str, tuple[int, int, int]]:
    """Mode, size and time of everything in a directory; of directories the mode alone."""
    found = {}
    for folder, folders, files in os.walk(top):
        for name in (*folders, *files):
            path = Path(folder, name)
            seen = path.lstat()
            is_folder = stat.S_ISDIR(seen.st_mode)
            found[str(path.relative_to(top))] = (
                seen.st_mode, 0 if is_folder else seen.st_size, 0 if is_folder else seen.st_mtime_ns,
            )  # fmt: skip
    return found


def _is_same(left: Path, right: Path) -> bool:
    if left.is_symlink():
        return left.readlink() == right.readlink()
    if not left.is_file():
        return True
    with left.open("rb") as ours, right.open("rb") as theirs:
        while True:
            one, other = ours.read(_PIECE), theirs.read(_PIECE)
            if one != other:
                return False
            if not one:
                return True


def _sync(folder: Path) -> None:
    """Have everything on the disk before the only other copy goes."""
    # Links to directories are not followed.
    for above, _, files in os.walk(folder):
        for path in (*(Path(above, name) for name in files), Path(above)):
            if not path.is_symlink():
                descriptor = os.open(path, os.O_RDONLY)
                try:
                    os.fsync(descriptor)
                finally:
                    os.close(descriptor)


def _first(error: Exception) -> str:
    """What `copytree` says first of all that went wrong."""
    found = error.args[0] if error.args else error
    return str(found[0][2]) if isinstance(found, list) and found else str(found)
