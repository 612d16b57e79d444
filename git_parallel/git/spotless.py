"""Whether a checkout is what a new one of its commit would be, to the last mode; what is not surely so is not."""

import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import pool, sparse
from .command import Git
from .opened import is_open_below

# What an admin directory may have that belongs to its own task alone, or that an index of its own needs.
_OWN = ("config.worktree", "modules", "refs", "locked")
# The settings under which git may take a file for its blob that a checkout would write otherwise, with the
# values under which it does not; any other value of them counts, wherever it is set.
_BLURRING = {
    "core.autocrlf": ("false", "no", "off", "0"),
    "core.eol": (),
    "core.filemode": ("true", "yes", "on", "1"),
    "core.symlinks": ("true", "yes", "on", "1"),
    "attr.tree": (),
}
# The attributes by which a file is not its blob: several files may be clean then, and a checkout writes one.
_CONVERTING = frozenset({"text", "eol", "crlf", "ident", "filter", "working-tree-encoding"})
_ATTRIBUTES = ".gitattributes"


def is_spotless(git: Git, common: Path, path: Path, admin: Path) -> bool:
    """Whether a worktree holds what a new checkout of its commit would, to the last empty directory."""
    if not (admin / pool.MADE).is_file() or (admin / pool.MADE).read_text() != pool.making(git, common):
        return False
    is_own = any((admin / name).exists() and not _is_empty(admin / name) for name in _OWN)
    if is_own or sparse.is_sparse(admin) or any(admin.glob("sharedindex.*")):
        return False
    here = git.at(path)
    if _is_blurred(here) or here.run(*pool.STATUS).stdout:
        return False
    # Plain entries only: nothing hidden, no submodule.
    entries = here.run("ls-files", "-s", "-v", "-z").fields
    if any(not entry.startswith(("H 100", "H 120")) for entry in entries):
        return False
    if _is_converted(here, common, entries):
        return False
    if here.run("-c", "clean.requireForce=false", "clean", "-n", "-d", "-x", "-ff").stdout:
        return False
    modes = {name: words.split(" ")[1] for words, _, name in (entry.partition("\t") for entry in entries)}
    # Who has a file open writes into it wherever it is moved to.
    return _is_as_made(path, modes) and not is_open_below(path)


def _is_blurred(here: Git) -> bool:
    pattern = f"^({'|'.join(key.replace('.', '[.]') for key in _BLURRING)})$"
    settings = here.run("config", "-z", "--get-regexp", pattern, answers=(0, 1)).fields
    # A key without a value is true.
    pairs = [setting.partition("\n") for setting in settings]
    return any((value if is_told else "true").lower() not in _BLURRING[key] for key, is_told, value in pairs)


def _is_converted(here: Git, common: Path, entries: Iterable[str]) -> bool:
    """Whether attributes may convert a file, of the commit or of those that hold for all of the repository."""
    # Of the index, which is the commit: in the worktree such a file may be converted itself.
    blobs = {
        words.split(" ")[2]
        for words, _, name in (entry.partition("\t") for entry in entries)
        if name.rpartition("/")[2].lower() == _ATTRIBUTES
    }
    texts = [here.run_bytes("cat-file", "blob", blob).stdout for blob in sorted(blobs)]
    texts += [file.read_bytes() for file in pool.attribute_files(here, common) if file.is_file()]
    return any(word.partition(b"=")[0].decode("latin-1") in _CONVERTING for t in texts for word in t.split())


def _is_as_made(top: Path, modes: dict[str, str]) -> bool:
    """Whether everything below `top` is one of the files of `modes`, or the `.git` file, as git would make it."""
    umask = pool.umask()
    if umask is None or not _is_folder(top.lstat(), top.parent.stat(), umask):
        return False
    return all(_is_expected(entry, top, modes, umask) for entry in _everything(top))


def _everything(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            yield entry
            if entry.is_dir(follow_symlinks=False):
                yield from _everything(entry.path)


def _is_expected(entry: os.DirEntry[str], top: Path, modes: dict[str, str], umask: int) -> bool:
    known = entry.stat(follow_symlinks=False)
    name = entry.path.removeprefix(f"{top}/")
    if stat.S_ISDIR(known.st_mode):
        # A repository of its own: git looks past it where its files are tracked.
        is_repository = entry.name.lower() == ".git"
        return not is_repository and _is_folder(known, Path(entry.path).parent.stat(), umask)
    mode = modes.get(name, "100644" if name == ".git" else "")
    # Through a second name somebody else may write it.
    if not mode or known.st_nlink != 1 or known.st_uid != os.geteuid():
        return False
    if mode.startswith("120"):
        return stat.S_ISLNK(known.st_mode)
    allowed = 0o777 if mode == "100755" else 0o666
    return stat.S_ISREG(known.st_mode) and stat.S_IMODE(known.st_mode) == allowed & ~umask


def _is_folder(known: os.stat_result, above: os.stat_result, umask: int) -> bool:
    """Whether a directory is as `mkdir` makes it: it has the set-group-id bit of the one above, and no other."""
    expected = 0o777 & ~umask | above.st_mode & stat.S_ISGID
    is_ours = stat.S_ISDIR(known.st_mode) and known.st_uid == os.geteuid()
    return is_ours and stat.S_IMODE(known.st_mode) == expected


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not any(one.is_file() for one in path.rglob("*"))
