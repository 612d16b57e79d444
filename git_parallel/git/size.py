"""What a checkout of a commit will take on disk, told before it is made."""

from ..names import Oid
from .command import Git

# What file systems hand out space in, and what a directory takes.
_BLOCK = 4096
_DIRECTORY, _LINK, _GITLINK = "040000", "120000", "160000"


def checkout_bytes(git: Git, commit: Oid) -> int | None:
    """The bytes that the files and directories of a commit will take in a worktree, in whole blocks.

    None where git cannot tell without fetching, or at all. What filters make of a file (Git LFS) is not
    foreseen, and the content of submodules, which stay empty, is not counted.
    """
    if _fetches_when_asked(git):
        return None
    listing = ("ls-tree", "--full-tree", "-r", "-t", "-z", "--format=%(objectmode) %(objectsize)")
    out = git.run(*listing, commit, answers=(0, 128))
    if out.status:
        return None
    return _BLOCK + sum(_taken(*field.split()) for field in out.fields)


def _taken(mode: str, size: str) -> int:
    if mode in (_DIRECTORY, _GITLINK):
        return _BLOCK
    # A link's target has room beside its name.
    return 0 if mode == _LINK else -(-int(size) // _BLOCK) * _BLOCK


def _fetches_when_asked(git: Git) -> bool:
    """Whether this is a partial clone: there the size of a file would be asked of a server, file by file."""
    promised = r"^(extensions\.partialclone|remote\..*\.promisor)$"
    return git.run("config", "--name-only", "--get-regexp", promised, answers=(0, 1)).status == 0
