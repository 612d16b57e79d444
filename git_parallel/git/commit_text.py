"""Commits as text: made, and taken apart again (gitformat: header lines, an empty line, the message)."""

from collections.abc import Iterable
from dataclasses import dataclass

from ..names import Oid
from .command import Git


@dataclass(frozen=True, slots=True)
class Persons:
    """Who has written and who commits, each as git has it: `NAME <ADDRESS> SECONDS ZONE`."""

    author: bytes
    committer: bytes


@dataclass(frozen=True, slots=True)
class Text:
    """What a commit says beside its tree and its parents."""

    author: bytes
    message: bytes
    encoding: bytes = b""


def persons(git: Git) -> Persons:
    """The user as author and committer of now; raises GitFailed where git does not know who that is."""
    author, committer = (
        git.run("var", name).stdout.rstrip("\n").encode("utf-8", "surrogateescape")
        for name in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT")
    )
    return Persons(author, committer)


def parse(data: bytes) -> Text:
    """What a commit says, of its content."""
    head, _, message = data.partition(b"\n\n")
    author = encoding = b""
    for line in head.split(b"\n"):
        if line.startswith(b"author "):
            author = author or line.removeprefix(b"author ")
        elif line.startswith(b"encoding "):
            encoding = line.removeprefix(b"encoding ")
    return Text(author, message, encoding)


def in_utf8(text: Text) -> Text:
    """The same in UTF-8, as `git rebase` does it; as it is where it is not in the encoding that it says."""
    try:
        encoding = text.encoding.decode("ascii")
        author, message = (part.decode(encoding).encode() for part in (text.author, text.message))
    except (LookupError, UnicodeError):
        return text
    # An encoding can hide what would make a header of its own, or end the message.
    hides = b"\n" in author or b"\0" in author + message
    return text if hides else Text(author, message)


def build(tree: Oid, parents: Iterable[Oid], text: Text, committer: bytes) -> bytes:
    """The content of a commit."""
    lines = [f"tree {tree}".encode(), *(f"parent {parent}".encode() for parent in parents)]
    lines += [b"author " + text.author, b"committer " + committer]
    if text.encoding:
        lines.append(b"encoding " + text.encoding)
    return b"\n".join((*lines, b"", text.message))
