"""Our one stanza in `.git/config`: put at its end and cut out again, without leaving a byte behind.

`git config` would do both, but it ends a last line that has no end, and leaves comments of its own judgement.
The file is written as git itself writes it: `config.lock` beside it, then renamed.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from ..errors import GitFailed
from ..names import printable
from .admin import PREFIX
from .command import Git

# No '/' at its end: with one it would mean what lies below the admin directory.
KEY = f"includeIf.gitdir:./worktrees/{PREFIX}*.path"
INCLUDED = "parallel/agent.gitconfig"
_HEADER = f'[includeIf "gitdir:./worktrees/{PREFIX}*"]'
_VALUE = f"\tpath = {INCLUDED}\n"
_USUAL = f"{_HEADER}\n{_VALUE}".encode()
# The line before it had no end, which is taken away with it.
_JOINED = f"\n{_HEADER} ; the line above has no end of its own\n{_VALUE}".encode()
_OURS = "config."
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
_PATIENCE, _BETWEEN_TRIES = 2.0, 0.02  # seconds


def is_in(git: Git, common: Path) -> bool:
    """Whether agent worktrees get our configuration; it must come last to have the last word."""
    data = _config(common).read_bytes()
    if data.endswith((_USUAL, _JOINED)):
        return True
    return bool(git.run(*_file(common), "--get-all", KEY, answers=(0, 1)).stdout)


def tells_worktrees_apart(key: str) -> bool:
    """Whether a condition for including configuration, by its key, may hold in one agent worktree and not in others.

    Ours does not, nor does a plain directory that holds the whole repository, as people have it for their work.
    """
    kind, _, where = key.casefold().removeprefix("includeif.").removesuffix(".path").partition(":")
    if key.casefold() == KEY.casefold() or kind == "hasconfig":
        return False
    is_plain = where.endswith("/") and not any(sign in where for sign in "*?[") and "worktrees" not in where
    return kind not in ("gitdir", "gitdir/i") or not is_plain


def add(git: Git, common: Path) -> None:
    """Put the stanza at the end of the configuration, unless it is in it."""
    if not is_in(git, common):
        _rewrite(common, lambda data: data + (_JOINED if data and not data.endswith(b"\n") else _USUAL))


def remove(git: Git, common: Path) -> bool:
    """Take the stanza out again, wherever it stands by now; whether there was one."""
    if not is_in(git, common):
        return False
    _rewrite(common, lambda data: data.replace(_JOINED, b"", 1).replace(_USUAL, b"", 1))
    if is_in(git, common):
        # Somebody has written it in another way.
        git.run(*_file(common), "--unset-all", KEY, answers=(0, 5))
    return True


def _file(common: Path) -> tuple[str, ...]:
    return ("config", "--file", str(_config(common)))


def _config(common: Path) -> Path:
    # A configuration that is a link is one all the same after it was written.
    return (common / "config").resolve()


def _rewrite(common: Path, change: Callable[[bytes], bytes]) -> None:
    path = _config(common)
    lock = path.with_name(f"{path.name}.lock")
    with _taken(common, lock) as file:
        try:
            before = path.read_bytes()
            file.write(change(before))
            file.flush()
            os.fsync(file.fileno())
            lock.chmod(path.stat().st_mode & 0o7777)
            lock.replace(path)
        except BaseException:
            lock.unlink(missing_ok=True)
            raise


@contextmanager
def _taken(common: Path, lock: Path) -> Iterator[IO[bytes]]:
    """git's lock of the configuration, as a file to write.

    It has a second name of ours while we hold it, so that after a kill it can be told from that of any other git.
    """
    folder = common / "parallel" / "tmp"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = folder / f"{_OURS}{os.getpid()}"
    name.unlink(missing_ok=True)
    descriptor = os.open(name, _NEW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if not _link(common, name, lock):
            # There are file systems where a file has one name only.
            os.close(descriptor)
            descriptor = os.open(lock, _NEW, 0o600)
        with os.fdopen(descriptor, "wb", closefd=False) as file:
            yield file
    finally:
        name.unlink(missing_ok=True)
        os.close(descriptor)


def _link(common: Path, name: Path, lock: Path) -> bool:
    """Wait for the lock, and take it; whether it has a second name."""
    end = time.monotonic() + _PATIENCE
    while True:
        try:
            lock.hardlink_to(name)
        except FileExistsError:
            if drop_left(common):
                continue
            if time.monotonic() >= end:
                raise GitFailed(
                    f"'{printable(str(lock))}' is there: another git is writing the configuration, or died at it",
                    hint="remove that file if no git is running here",
                ) from None
            # git's own lock of this file: nobody tells when it is gone.
            time.sleep(_BETWEEN_TRIES)
        except OSError:
            return False
        else:
            return True


def drop_left(common: Path) -> bool:
    """Remove the lock of the configuration where a process of ours has left it that was killed; whether it was so."""
    path = _config(common)
    lock = path.with_name(f"{path.name}.lock")
    return any(_is_dropped(name, lock) for name in (common / "parallel" / "tmp").glob(f"{_OURS}*"))


def _is_dropped(name: Path, lock: Path) -> bool:
    with suppress(FileNotFoundError, BlockingIOError):
        descriptor = os.open(name, os.O_RDWR | os.O_CLOEXEC)
        try:
            # Who is alive holds it; and of those who find it left one removes it.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if lock.samefile(name):
                lock.unlink()
                name.unlink()
                return True
        finally:
            os.close(descriptor)
    return False
