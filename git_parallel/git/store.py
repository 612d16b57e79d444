"""Objects written by ourselves, as loose files, where git would be started once for each.

A record is three small objects, and a task has four records in its life: with a process for each object most
of a run's own work would be starting git. The format is git's (gitformat-loose; SHA-1 or SHA-256 as the
repository has it), and the file is on disk before anything can name it, as `core.fsync=committed` has it.
"""

import hashlib
import os
import tempfile
import zlib
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadName
from ..names import Oid

_SHA256_LENGTH = 64
_READ_ONLY = 0o444


@dataclass(frozen=True, slots=True)
class Store:
    """The `objects` directory of a repository and the hash function that it names objects by."""

    folder: Path
    algorithm: str

    @classmethod
    def like(cls, common: Path, known: Oid) -> "Store":
        """The store of a repository of which one object is known, whose name tells the hash function."""
        return cls(common / "objects", "sha256" if len(known) == _SHA256_LENGTH else "sha1")

    def loose_branch(self, ref: str) -> Oid | None:
        """What a branch points at, where that stands in a file of its own, which then is the truth.

        None for any other ref, and where git has to be asked: packed refs, symbolic ones, another format.
        """
        if not ref.startswith("refs/heads/"):
            return None
        try:
            return Oid((self.folder.parent / ref).read_text("ascii").removesuffix("\n"))
        except (OSError, ValueError, BadName):
            return None

    def write(self, kind: str, data: bytes) -> Oid:
        """Write one object of a kind (`blob`, `tree`, `commit`), whole or not at all; raises OSError."""
        whole = f"{kind} {len(data)}\0".encode() + data
        name = hashlib.new(self.algorithm, whole, usedforsecurity=False).hexdigest()
        path = self.folder / name[:2] / name[2:]
        if not path.exists():
            self._put(path, zlib.compress(whole, 1))
        return Oid(name)

    def _put(self, path: Path, packed: bytes) -> None:
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True)
            # A repository that a group shares has it written in the mode of this directory.
            path.parent.chmod(self.folder.stat().st_mode & 0o7777)
        # git's own prefix: what a crash leaves here, `git gc` removes.
        descriptor, aside = tempfile.mkstemp(prefix="tmp_obj_", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
            Path(aside).chmod(_READ_ONLY)
            Path(aside).rename(path)
        except BaseException:
            Path(aside).unlink(missing_ok=True)
            raise
