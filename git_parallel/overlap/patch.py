"""The only door to unidiff: the text of `git diff` in, `Change` values out.

The diff must be made as section 6 of the design says (`-U0 -M`, prefixes `a/` and `b/`), decoded as
UTF-8 with surrogateescape. unidiff counts the hunks; the headers are read here, as git writes them,
because unidiff (1.0.1) splits `diff --git a/x b/y b/x b/y` at the wrong blank or refuses it, leaves
C-quoted names quoted, and passes over lines that it does not know, such as those of `--submodule=log`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import ParallelError
from ..names import printable
from ..tasks.task import Kind

Ranges: TypeAlias = tuple[tuple[int, int], ...]

# A change that no line numbers narrow down: a binary file, a symlink turned into a file.
WHOLE: Ranges = ((0, 2**31 - 1),)
# The place where a new file's lines go: before the first line of nothing.
TOP: Ranges = ((0, 0),)

_HEADER = "diff --git "
_ESCAPE = re.compile(r"\\([0-7]{3}|.)", re.DOTALL)
_LETTERS = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


@dataclass(frozen=True, slots=True)
class Change:
    """What a diff does to one path.

    `ranges` are inclusive line ranges of the old side, in order; an insertion after line n is (n, n).
    A renamed file is two changes: the old path MOVEs with the lines edited on the way, the new one is
    CREATEd. A change of mode alone, or a move alone, has no ranges. `blob` is the old side, where the
    reader knows it.
    """

    path: str
    kind: Kind
    ranges: Ranges = ()
    blob: str = ""


def changes(diff: str) -> tuple[Change, ...]:
    """The changes of a diff, in its order; none for an empty diff.

    Raises ParallelError for text that is not such a diff: nothing is ever left out silently.
    """
    sections = re.split(rf"^(?={_HEADER})", diff, flags=re.MULTILINE)
    if sections[0].strip():
        raise _not_understood(sections[0])
    found: list[Change] = []
    for change in (change for section in sections[1:] for change in _section(section)):
        if found and found[-1].path == change.path and change.kind == Kind.CREATE:
            # A file that becomes a symlink or a submodule: git shows it deleted, then created.
            found[-1] = Change(change.path, Kind.MODIFY, WHOLE)
        else:
            found.append(change)
    return tuple(found)


def unquoted(name: str) -> str:
    """The path that git wrote as `name`: itself, or what the C string in double quotes spells."""
    if len(name) < 2 or not (name.startswith('"') and name.endswith('"')):
        return name
    raw = bytearray()
    end = 0
    body = name[1:-1]
    for escape in _ESCAPE.finditer(body):
        raw += body[end : escape.start()].encode("utf-8", "surrogateescape")
        code = escape[1]
        raw.append(int(code, 8) & 0xFF if len(code) == 3 else _LETTERS.get(code, ord(code) & 0xFF))
        end = escape.end()
    raw += body[end:].encode("utf-8", "surrogateescape")
    return raw.decode("utf-8", "surrogateescape")


def _section(text: str) -> Iterable[Change]:
    """The changes of one `diff --git` section."""
    header, at, hunks = text.partition("\n@@ ")
    fields = _fields(header)
    is_binary = "Binary files" in fields or "GIT binary patch" in fields
    ranges = WHOLE if is_binary else _ranges("@@ " + hunks) if at else ()
    if "rename to" in fields:
        yield Change(unquoted(fields["rename from"]), Kind.MOVE, ranges)
        yield Change(unquoted(fields["rename to"]), Kind.CREATE, TOP)
    elif "copy to" in fields:
        yield Change(unquoted(fields["copy to"]), Kind.CREATE, TOP)
    elif "new file mode" in fields:
        yield Change(_name(fields), Kind.CREATE, TOP)
    elif "deleted file mode" in fields:
        yield Change(_name(fields), Kind.DELETE, ranges or WHOLE)
    else:
        yield Change(_name(fields), Kind.MODIFY, ranges)


_FIELD = re.compile(
    r"(diff --git|old mode|new mode|new file mode|deleted file mode|similarity index|dissimilarity index"
    r"|rename from|rename to|copy from|copy to|index|---|\+\+\+|Binary files|GIT binary patch)(?: (.*))?",
    re.DOTALL,
)


def _fields(header: str) -> dict[str, str]:
    """The extended header lines of a section by their names; a literal binary patch ends them."""
    fields: dict[str, str] = {}
    for line in header.removesuffix("\n").split("\n"):
        field = _FIELD.fullmatch(line)
        if field is None:
            raise _not_understood(line)
        fields[field[1]] = field[2] or ""
        if field[1] == "GIT binary patch":
            break
    return fields


def _name(fields: dict[str, str]) -> str:
    """The one path of a section that renames nothing."""
    for side, prefix in (("+++", "b/"), ("---", "a/")):
        # git ends a name with blanks in it by a tab there, so that patch(1) finds its end.
        name = unquoted(fields.get(side, "/dev/null").removesuffix("\t"))
        if name != "/dev/null":
            return _without(prefix, name)
    # Neither side is named when no line changes: then both names of the first line are the same one.
    both = fields["diff --git"]
    half = len(both) // 2
    old, new = _without("a/", unquoted(both[:half])), _without("b/", unquoted(both[half + 1 :]))
    if both[half] != " " or old != new:
        raise _not_understood(_HEADER + both)
    return new


def _without(prefix: str, name: str) -> str:
    if not name.startswith(prefix):
        raise _not_understood(name)
    return name.removeprefix(prefix)


def _ranges(hunks: str) -> Ranges:
    """The old sides of the hunks of one file."""
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    for line in hunks.removesuffix("\n").split("\n"):
        if line[:1] not in ("@", "+", "-", " ", "\\"):
            raise _not_understood(line)
    try:
        files = PatchSet(f"--- a/x\n+++ b/x\n{hunks}", metadata_only=True)
    except UnidiffParseError as error:
        raise _not_understood(str(error)) from error
    return tuple(
        (hunk.source_start, hunk.source_start + max(hunk.source_length, 1) - 1)
        for file in files
        for hunk in file
    )


def _not_understood(text: str) -> ParallelError:
    line = text.strip("\n").split("\n")[0]
    return ParallelError(
        f"not a diff that can be read: '{printable(line[:80])}'",
        hint="it must be made with 'git diff --no-color --no-ext-diff --submodule=short -M -U0'",
    )
