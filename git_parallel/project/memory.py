"""The one door to `.git/parallel/cache/`: what task documents were understood as, so that none is read twice.

    documents.json   a line of JSON {"readers": what told the documents apart, "checksum": of the next line},
                     and one with the entries of `tasks.memory`
    *.new            the next one, while it is written
    history.json     the changes of the target (project.lessons)
    lock             held by who writes

All of it may be deleted at any time. What is damaged, of other readers or not to be read is as if it were
not there; what cannot be written is not, in silence: nothing but time is lost.
"""

import json
import os
import stat
import sys
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..git import locks
from ..tasks.memory import Memory
from .open import Project

LARGEST = 64 << 20
_NAME = "documents.json"
_PACKAGE = Path(__file__).parent.parent


def recall(project: Project, files: Mapping[str, str]) -> Memory:
    """What is remembered of the documents of a tree."""
    try:
        head, _, body = content(project, _NAME).partition(b"\n")
        if json.loads(head) != _head(body):
            return Memory(files)
        return Memory(files, json.loads(body))
    except (OSError, ValueError, RecursionError):
        return Memory(files)


def keep(project: Project, memory: Memory) -> None:
    """Write down what is remembered, unless there is nothing new or somebody else is at it."""
    if not memory.is_new:
        return
    try:
        body = _body(memory)
        if len(body) <= LARGEST:
            write(project, _NAME, json.dumps(_head(body)).encode() + b"\n" + body)
    except (OSError, ValueError, RecursionError):
        return


def readers(package: Path) -> str:
    """A word that is another one whenever documents may be read in another way than before."""
    from hashlib import blake2b
    from importlib.util import find_spec

    # By content: it costs a millisecond, and no clock, copy or checkout can make two edits look the same.
    digest = blake2b(sys.version.encode(), digest_size=16)
    yaml = find_spec("yaml")
    for path in (*_modules(package), *([Path(yaml.origin)] if yaml and yaml.origin else [])):
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()


def _modules(package: Path) -> Iterator[Path]:
    """What decides how a document is read; raises FileNotFoundError where that cannot be seen."""
    yield from (package / name for name in ("__init__.py", "names.py"))
    yield from sorted((package / "tasks").rglob("*.py"))


def _body(memory: Memory) -> bytes:
    text = json.dumps(memory.entries, ensure_ascii=False, check_circular=False, separators=(",", ":"))
    # What is not UTF-8 in a path is a surrogate here.
    return text.encode("utf-8", "surrogatepass")


def _head(body: bytes) -> dict[str, str | int]:
    return {"readers": readers(_PACKAGE), "checksum": zlib.crc32(body)}


def content(project: Project, name: str) -> bytes:
    """What is kept under a name; empty for what is no file of ours. Raises OSError where there is none."""
    path = project.runtime / "cache" / name
    # Whatever lies there, a named pipe say, nobody waits for it.
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with open(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST + (1 << 10):
            return b""
        return file.read()


def write(project: Project, name: str, content: bytes) -> None:
    """Keep something under a name, unless somebody else writes just now; raises OSError where it cannot be."""
    folder = project.runtime / "cache"
    for directory in (project.runtime, folder):
        directory.mkdir(mode=0o700, exist_ok=True)
    lock = locks.try_hold(folder / "lock")
    if lock is None:
        return
    try:
        new = (folder / name).with_suffix(".new")
        new.unlink(missing_ok=True)
        descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(content)
        new.replace(folder / name)
    finally:
        os.close(lock)
