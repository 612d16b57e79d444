"""What a checkout of a commit will take on disk, told before it is made."""

import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..names import Oid
from ..overlap.cone import Cone
from .command import Git
from .refs import read_blobs

# What file systems hand out space in, and what a directory takes.
_BLOCK = 4096
_DIRECTORY, _LINK, _GITLINK = "040000", "120000", "160000"
# A file that stands for one kept by Git LFS; its format says that it is shorter than this.
_POINTER = re.compile(
    rb"version https://git-lfs\.github\.com/spec/v1\n(?:.*\n)*?oid sha256:([0-9a-f]{64})\nsize ([0-9]+)\n"
)
_LONGEST_POINTER = 1024


@dataclass(frozen=True, slots=True)
class Sizes:
    """The bytes that each path of a tree takes in a worktree, directories by a `/` at their end."""

    taken: Mapping[str, int]

    def of(self, cone: Cone | None) -> int:
        """What a worktree takes that holds a cone; all of it for None."""
        if cone is None:
            return _BLOCK + sum(self.taken.values())
        return _BLOCK + sum(size for path, size in self.taken.items() if cone.holds(path))


def checkout_bytes(git: Git, commit: Oid, cone: Cone | None = None) -> int | None:
    """The bytes that the files and directories of a commit will take in a worktree, or those of a cone.

    None where git cannot tell without fetching, or at all.
    """
    sizes = read_sizes(git, commit)
    return sizes.of(cone) if sizes else None


def read_sizes(git: Git, commit: Oid) -> Sizes | None:
    """What everything in the tree of a commit will take in a worktree, in whole blocks.

    A file kept by Git LFS counts with its own size where git-lfs will bring it, and once more where it has
    to be fetched, since a copy stays in the repository. What other filters make of a file is not foreseen,
    and the content of submodules, which stay empty, is not counted. None where git cannot tell without
    fetching, or at all.
    """
    if _fetches_when_asked(git):
        return None
    listing = ("ls-tree", "--full-tree", "-r", "-t", "-z")
    form = "--format=%(objectmode) %(objectname) %(objectsize) %(path)"
    out = git.run(*listing, form, commit, answers=(0, 128))
    if out.status:
        return None
    found: dict[str, int] = {}
    small: dict[str, str] = {}
    for field in out.fields:
        mode, oid, size, path = field.split(" ", 3)
        found[f"{path}/" if mode == _DIRECTORY else path] = _taken(mode, size)
        if mode.startswith("100") and int(size) < _LONGEST_POINTER:
            small[path] = oid
    if _has_lfs(git, commit, found):
        found |= _fetched(git, small)
    return Sizes(found)


def _taken(mode: str, size: str) -> int:
    if mode in (_DIRECTORY, _GITLINK):
        return _BLOCK
    # A link's target has room beside its name.
    return 0 if mode == _LINK else _in_blocks(int(size))


def _in_blocks(size: int) -> int:
    return -(-size // _BLOCK) * _BLOCK


def _fetches_when_asked(git: Git) -> bool:
    """Whether this is a partial clone: there the size of a file would be asked of a server, file by file."""
    promised = r"^(extensions\.partialclone|remote\..*\.promisor)$"
    return git.run("config", "--name-only", "--get-regexp", promised, answers=(0, 1)).status == 0


def _has_lfs(git: Git, commit: Oid, paths: Iterable[str]) -> bool:
    """Whether some files come by Git LFS: the tree says so, git is set up for it, and it is installed."""
    rules = [f"{commit}:{path}" for path in paths if path.rpartition("/")[2] == ".gitattributes"]
    if not rules or not any(b"filter=lfs" in (text or b"") for text in read_blobs(git, rules)):
        return False
    is_set = git.run("config", "--get-regexp", r"^filter\.lfs\.(process|smudge)$", answers=(0, 1)).status == 0
    return is_set and shutil.which("git-lfs") is not None


def _fetched(git: Git, small: Mapping[str, str]) -> dict[str, int]:
    """What the files take that pointers stand for, of files that may be pointers by their size."""
    common = git.run("rev-parse", "--path-format=absolute", "--git-common-dir").stdout.removesuffix("\n")
    kept = Path(common) / "lfs" / "objects"
    found = {}
    for path, text in zip(small, read_blobs(git, small.values()), strict=True):
        pointer = _POINTER.match(text or b"")
        if pointer:
            name, size = pointer[1].decode(), _in_blocks(int(pointer[2]))
            is_here = (kept / name[:2] / name[2:4] / name).exists()
            found[path] = size if is_here else 2 * size
    return found
