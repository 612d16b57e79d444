"""Checked names: a value of these types has been looked at once, at the edge, and can be trusted after."""

import re
import unicodedata
from functools import lru_cache
from typing import TypeAlias

from .errors import BadName

# Names that are files of git or devices of some operating system when they become a directory or a ref.
_RESERVED = {
    "con",
    "nul",
    "aux",
    "prn",
    "head",
    *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10)),
}
_TASK_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?")
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
# What nearly every path looks like: no segment begins or ends with a dot, nothing needs a second look.
_PLAIN_PATH = re.compile(r"[a-zA-Z0-9_](?:[a-zA-Z0-9_-]|[./](?=[a-zA-Z0-9_]))*/?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_DRIVE = re.compile(r"[A-Za-z]:")
# Code points that HFS+ and other normalising file systems ignore, so `.g\u200cit` would be `.git` there.
_IGNORABLE = dict.fromkeys((*range(0x200C, 0x2010), *range(0x202A, 0x202F), *range(0x206A, 0x2070), 0xFEFF))
LONGEST_PATH = 512


class TaskId(str):
    """The name of a task: `[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?`, safe in a refname, a path and a shell."""

    __slots__ = ()

    def __new__(cls, text: str) -> "TaskId":
        if not _TASK_ID.fullmatch(text) or text in _RESERVED:
            raise BadName(
                f"not a task name: '{printable(text)}'", hint="use a-z, 0-9 and '-', at most 48 of them"
            )
        return super().__new__(cls, text)


class OtherWork(str):
    """The name of work in flight that is no task: `heads/<branch>`, `remotes/<remote>/<branch>`, `patch:<file>`.

    No task is ever called so: a task's name has neither `/` nor `:`.
    """

    __slots__ = ()


# Whatever may overlap with something.
Work: TypeAlias = TaskId | OtherWork


class Oid(str):
    """The full hexadecimal name of a git object, SHA-1 or SHA-256."""

    __slots__ = ()

    def __new__(cls, text: str) -> "Oid":
        if not _OID.fullmatch(text):
            raise BadName(f"not an object name: '{printable(text)}'")
        return super().__new__(cls, text)

    @property
    def is_null(self) -> bool:
        """Whether this is the all-zero name by which git says "no object"."""
        return not self.strip("0")


class RefName(str):
    """A full refname (`refs/...`); short names are ambiguous, a tag `main` shadows a branch `main`."""

    __slots__ = ()

    def __new__(cls, text: str) -> "RefName":
        bad = (
            not text.startswith("refs/")
            or _CONTROL.search(text)
            or any(c in text for c in " ~^:?*[\\")
            or ".." in text
            or "@{" in text
            or text.endswith(("/", "."))
            or any(
                not part or part.startswith((".", "-")) or part.endswith(".lock") for part in text.split("/")
            )
        )
        if bad:
            raise BadName(f"not a full ref name: '{printable(text)}'")
        return super().__new__(cls, text)

    @classmethod
    def of_branch(cls, branch: str) -> "RefName":
        """The refname of the branch with this short name."""
        return cls(f"refs/heads/{branch}")

    @property
    def short(self) -> str:
        """The name people use: without `refs/heads/`, `refs/tags/` or `refs/`."""
        for prefix in ("refs/heads/", "refs/tags/", "refs/"):
            if self.startswith(prefix):
                return self[len(prefix) :]
        return str(self)


class RepoPath(str):
    """A path inside the repository, `/` between segments, that can be nothing else on any file system.

    The rules are git's own `verify_path` with its HFS+ and NTFS protection, and ours for text that
    comes out of a document: no leading `-`, `:` or `!` (options and pathspec magic), no drive letters.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "RepoPath":
        reason = path_problem(text)
        if reason:
            raise BadName(f"not a path in this repository: '{printable(text)}' ({reason})")
        return super().__new__(cls, text)


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A sort key by which numbers count by value: `9` before `10`, `us-9` before `us-10`."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.split(r"(\d+)", text) if part
    )


def path_problem(text: str) -> str:
    """Why `text` cannot name a path inside a repository, in a few words; empty when it can."""
    if _PLAIN_PATH.fullmatch(text) and len(text) <= LONGEST_PATH:
        return ""
    if not text:
        return "empty"
    if len(text) > LONGEST_PATH:
        return f"longer than {LONGEST_PATH} characters"
    if _CONTROL.search(text):
        return "control characters"
    if "\\" in text:
        return "backslash"
    if text.startswith("/") or _DRIVE.match(text):
        return "absolute"
    if text[0] in "~-:!":
        return f"begins with '{text[0]}'"
    segments = text.removesuffix("/").split("/")
    if ".." in segments:
        return "leaves the repository"
    if "" in segments or "." in segments:
        return "empty or '.' segment"
    if any(is_dot_git(segment) for segment in segments):
        return "inside .git"
    if any(":" in segment for segment in segments):
        return "':' in a segment"
    if any(segment.endswith((".", " ")) for segment in segments):
        return "segment ends in a dot or a space"
    return ""


def is_dot_git(segment: str) -> bool:
    """Whether a segment is `.git` on some file system: by case, NTFS short name, ignorable code points."""
    if segment.isascii() and "git" not in segment.casefold():
        return False
    flat = file_system_name(segment)
    return flat == ".git" or re.fullmatch(r"git~[0-9]+", flat) is not None


def looks_like_git_file(segment: str) -> bool:
    """Whether a segment is `.git...` (`.gitattributes`, `.gitmodules`) on some file system."""
    flat = file_system_name(segment)
    return flat.startswith(".git") or re.fullmatch(r"git(?:att|mod|ign)[^/]{0,3}~[0-9]+", flat) is not None


@lru_cache(maxsize=1 << 15)
def file_system_name(segment: str) -> str:
    """A segment as file systems compare it: without case, ignorable code points, stream and end dots."""
    if segment.isascii():
        text = segment.lower()
    else:
        text = unicodedata.normalize("NFC", segment).translate(_IGNORABLE).casefold()
        # Folding can take a composed letter apart again.
        text = unicodedata.normalize("NFC", text)
    return text.split(":", 1)[0].rstrip(". ")


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    """`text` with control, bidirectional and undecodable characters escaped: safe to show on a terminal."""
    return _UNPRINTABLE.sub(
        lambda m: m.group().encode("unicode_escape", "surrogatepass").decode("ascii"), text
    )
