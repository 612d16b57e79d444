"""The chains of records and of claims where their end is damaged: what can still be read of them."""

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from ..errors import BadName
from ..names import Oid, RefName
from ..ownership import claims
from ..schedule.record import from_json
from .command import Git
from .refs import CLAIMS, TASKS, RefChange, apply, read_blobs

_MOST = 1000


def torn(common: Path, ref: RefName) -> Path | None:
    """The file of a ref that names no object, as a power cut leaves it; None where there is none."""
    path = common / ref
    try:
        text = path.read_text("ascii", "replace").strip("\0\n ")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
    if text.startswith("ref: "):
        return None
    with suppress(BadName):
        Oid(text)
        return None
    return path


def loose(common: Path, below: str) -> Iterator[RefName]:
    """The refs below a directory of refs that have a file of their own."""
    for path in sorted((common / below).rglob("*")):
        if path.is_file():
            with suppress(BadName):
                yield RefName(str(path.relative_to(common)))


def last_good(git: Git, ref: RefName, oid: Oid) -> Oid | None:
    """The newest commit in the chain that ends at `oid` which holds what `ref` is for; None where none does."""
    out = git.run("rev-list", "--first-parent", f"--max-count={_MOST}", oid, "--", answers=(0, 128))
    chain = [Oid(line) for line in out.stdout.splitlines()] if out.status == 0 else []
    name, is_good = _reader(ref)
    blobs = read_blobs(git, (f"{commit}:{name}" for commit in chain))
    return next((commit for commit, blob in zip(chain, blobs, strict=True) if blob and is_good(blob)), None)


def go_back(git: Git, ref: RefName, *, to: Oid, damaged: Oid) -> None:
    """Have a chain say again what it said at `to`; the damaged end stays in it. Raises Stale."""
    tree = Oid(git.run("rev-parse", "--verify", "--quiet", f"{to}^{{tree}}").stdout.strip())
    new = git.keep_book(tree, [damaged], f"as {to[:9]} had it, for {damaged[:9]} holds nothing\n")
    apply(git, RefChange(ref, new=new, old=damaged), reason="parallel: doctor")


def _reader(ref: RefName) -> tuple[str, Callable[[bytes], bool]]:
    """The file that the commits of a chain hold, and whether its content can be read."""
    task = ref.removeprefix(TASKS)

    def is_good(blob: bytes) -> bool:
        try:
            data = json.loads(blob)
            return bool(claims.from_json(data)) if ref == CLAIMS else from_json(data).id == task
        except (ValueError, KeyError, TypeError, BadName):
            return False

    return ("claims.json" if ref == CLAIMS else "record.json"), is_good
