"""A scratch repository: merging in memory and all that it writes lie there, and are gone with it.

Bare, with the objects of the real one as alternates and nothing else of it: no configuration, refs,
hooks or attributes, so that none of these decides what comes out (git-facts, section 0.10).
"""

import hashlib
import os
import shutil
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..names import Oid
from . import locks
from .command import Git

_WHO = "git-parallel <git-parallel@localhost> 0 +0000"
# What is written here need not survive a power cut.
HURRIED = ("-c", "core.fsync=none")
_PREFIX = "git-parallel-scratch-"
_YOUNG = 60.0
_SHARED_MEMORY = "/dev/shm"
_PLENTY = 1 << 30


@dataclass(frozen=True, slots=True)
class Scratch:
    """A scratch repository; `git` works in it."""

    git: Git
    path: Path
    objects: Path
    algorithm: str

    def commit(self, tree: Oid, parents: Iterable[Oid] = ()) -> Oid:
        """A commit that is known here only; made without a process, since there may be thousands."""
        lines = [f"tree {tree}", *(f"parent {parent}" for parent in parents)]
        return self.write(
            "commit", "\n".join((*lines, f"author {_WHO}", f"committer {_WHO}", "", "scratch", "")).encode()
        )

    def write(self, kind: str, body: bytes) -> Oid:
        """An object of a kind (`blob`, `tree`, `commit`) that is known here only."""
        data = f"{kind} {len(body)}\0".encode() + body
        oid = Oid(hashlib.new(self.algorithm, data, usedforsecurity=False).hexdigest())
        folder = self.path / "objects" / oid[:2]
        folder.mkdir(exist_ok=True)
        (folder / oid[2:]).write_bytes(zlib.compress(data, 1))
        return oid

    def find(self, oid: Oid) -> tuple[str, bytes] | None:
        """The kind and content of an object that was written here; None where it was there before."""
        try:
            packed = (self.path / "objects" / oid[:2] / oid[2:]).read_bytes()
        except FileNotFoundError:
            return None
        head, _, body = zlib.decompress(packed).partition(b"\0")
        return head.split(b" ", 1)[0].decode("ascii"), body

    def names(self) -> set[Oid]:
        """The names of all objects that were written here."""
        folders = (folder for folder in (self.path / "objects").iterdir() if len(folder.name) == 2)
        files = (file for folder in folders for file in folder.iterdir())
        return {Oid(file.parent.name + file.name) for file in files if not file.name.startswith("tmp_")}

    def beside(self, git: Git) -> Git:
        """A git of the real repository that sees what was written here, and writes its objects here."""
        return git.with_environment(
            GIT_OBJECT_DIRECTORY=str(self.path / "objects"),
            GIT_ALTERNATE_OBJECT_DIRECTORIES=quoted(self.objects),
        )


@contextmanager
def scratch(common: Path, *, like: Oid, union: Iterable[tuple[str, bool]] = ()) -> Iterator[Scratch]:
    """A scratch repository beside the one with this common directory, of the hash that `like` is of.

    Of files that a glob of `union` matches last as one to keep, a merge keeps the lines of both sides.
    """
    # As every temporary directory it can be read by nobody else: there is the user's work in it.
    place = _fast_place() or tempfile.gettempdir()
    _sweep(Path(place))
    with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=place, ignore_cleanup_errors=True) as folder:
        path = Path(folder).resolve()
        # Freed by the kernel when this process dies, so that the next one knows that nobody needs it.
        lock = locks.try_hold(path / "lock")
        algorithm = "sha256" if len(like) == 64 else "sha1"
        for name in ("refs", "objects/info", "objects/pack", "info"):
            (path / name).mkdir(parents=True)
        (path / "HEAD").write_text("ref: refs/heads/none\n")
        (path / "config").write_text(_config(algorithm))
        (path / "info" / "attributes").write_text(_attributes(union), "utf-8", "surrogateescape")
        alternates = path / "objects" / "info" / "alternates"
        alternates.write_text(f"{quoted(common / 'objects')}\n", "utf-8", "surrogateescape")
        try:
            yield Scratch(isolated(path, common), path, common / "objects", algorithm)
        finally:
            if lock is not None:
                os.close(lock)


def isolated(path: Path, common: Path) -> Git:
    """A git in a git directory of its own, that takes nothing for granted which the repository may say of objects.

    Nor does it read any configuration or attributes but those of that directory: not the user's, not the system's.
    """
    # In a shallow clone history ends where this file says; without it git would look for the rest.
    shallow = common / "shallow"
    return Git(
        path,
        {
            "GIT_DIR": str(path),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_SYSTEM": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_ATTR_NOSYSTEM": "1",
            **({"GIT_SHALLOW_FILE": str(shallow)} if shallow.exists() else {}),
        },
    )


def _sweep(place: Path) -> None:
    """Remove what processes that were killed have left: there may be unsaved work of the user in it."""
    for left in place.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            known = left.lstat()
            # A young one may be about to be locked.
            is_young = time.time() - known.st_mtime < _YOUNG
            if known.st_uid != os.getuid() or left.is_symlink() or is_young or not (left / "lock").exists():
                continue
            lock = locks.try_hold(left / "lock")
            if lock is not None:
                shutil.rmtree(left, ignore_errors=True)
                os.close(lock)


def _attributes(union: Iterable[tuple[str, bool]]) -> str:
    """The text of an attributes file by which git keeps both sides of the files that these globs match, or not."""
    return "".join(f"{quoted(glob)} {'merge=union' if keeps else '!merge'}\n" for glob, keeps in union)


def _fast_place() -> str | None:
    """Memory, where there is plenty: a loose object costs ten times as much on a disk. None for the usual place."""
    if "TMPDIR" in os.environ:
        return None
    try:
        room = os.statvfs(_SHARED_MEMORY)
    except OSError:
        return None
    is_ours = os.access(_SHARED_MEMORY, os.W_OK | os.X_OK)
    return _SHARED_MEMORY if is_ours and room.f_bavail * room.f_frsize >= _PLENTY else None


def _config(algorithm: str) -> str:
    extension = "\trepositoryformatversion = 1\n[extensions]\n\tobjectFormat = sha256\n[core]\n"
    first = extension if algorithm == "sha256" else "\trepositoryformatversion = 0\n"
    # Each of these is what somebody else wrote about objects, and can be written so that it is not true.
    untold = "\tcommitGraph = false\n\tmultiPackIndex = false\n[pack]\n\tuseBitmaps = false\n"
    return f"[core]\n{first}\tbare = true\n\tattributesFile = /dev/null\n{untold}"


def quoted(text: object) -> str:
    """As a C string: git splits lists of directories at colons, and lines of attributes at blanks."""
    escaped = str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
