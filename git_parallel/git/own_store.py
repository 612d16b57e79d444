"""Whether objects lie in the repository's own store: what it only borrows can be taken away under it."""

import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..names import Oid
from .command import Git
from .scratch import Scratch


def find_borrowed(git: Git, scratch: Scratch, common: Path, asked: Iterable[Oid], onto: Oid) -> Oid | None:
    """The first of these objects that only an alternate has, and that `onto` does not have already.

    None where nothing is borrowed. A clone that shares objects with another has those of its target from there, but
    what is made in it is its own.
    """
    objects = common / "objects"
    if not (objects / "info" / "alternates").exists():
        return None
    oids = list(asked)
    with tempfile.TemporaryDirectory(prefix="own-", dir=scratch.path) as place:
        # All of the store but its `info`, where it says from whom it borrows.
        for folder in objects.iterdir():
            if folder.name != "info" and folder.is_dir():
                (Path(place) / folder.name).symlink_to(folder)
        alone = git.with_environment(GIT_OBJECT_DIRECTORY=place)
        script = "".join(f"{oid}\n" for oid in oids)
        said = alone.run("cat-file", "--batch-check=%(objecttype)", stdin=script).stdout.splitlines()
    borrowed = [oid for oid, line in zip(oids, said, strict=True) if line.endswith(" missing")]
    if not borrowed:
        return None
    out = git.run("rev-list", "--objects", "--no-object-names", onto).stdout
    known = set(out.split())
    return next((oid for oid in borrowed if oid not in known), None)
