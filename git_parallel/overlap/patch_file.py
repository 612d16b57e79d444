"""A patch file as people keep it: `git diff`, the mails of `git format-patch`, or plain `diff -u`.

Its sections are rewritten as `patch` reads them, without the prose around them and without context
lines, so that the ranges are those of the lines that change.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import ParallelError
from .patch import Change, changes, unquoted

_GIT = "diff --git "
_PREFIXED = re.compile(r'diff --git "?a/')
_HEADERS = (
    *("old mode ", "new mode ", "new file mode ", "deleted file mode ", "similarity index "),
    *("dissimilarity index ", "rename from ", "rename to ", "copy from ", "copy to ", "index "),
    *("--- ", "+++ ", "Binary files ", "GIT binary patch"),
)
_HUNK = re.compile(r"@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@")
_NOTHING = "/dev/null"
_SIDE = re.compile(r"[a-z]/")


@dataclass(frozen=True, slots=True)
class Located:
    """A change and the line of the patch file that its section begins on."""

    change: Change
    line: int


class Unreadable(ParallelError):
    """A patch file that is none from `line` on."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def located(text: str) -> tuple[Located, ...]:
    """All changes of a patch file in its order; raises Unreadable for one that is broken or holds none."""
    found = []
    for line, section in _Sections(text.split("\n")).read():
        try:
            found += [Located(change, line) for change in changes(section)]
        except ParallelError as error:
            raise Unreadable(error.message, line) from error
    if not found:
        raise Unreadable("no patch", 1)
    return tuple(found)


class _Sections:
    """Walks through the lines once; `at` is the next one."""

    def __init__(self, lines: Sequence[str]) -> None:
        self.lines = lines
        self.at = 0

    def read(self) -> Iterator[tuple[int, str]]:
        """The number of the first line and the rewritten text of each section."""
        while self.at < len(self.lines):
            if not self._is_start():
                self.at += 1
                continue
            number = self.at + 1
            header = self._header()
            yield number, "\n".join((*header, *self._hunks(), ""))

    def _is_start(self) -> bool:
        line = self.lines[self.at]
        if line.startswith(("diff --cc ", "diff --combined ")):
            raise Unreadable("the combined diff of a merge, which says nothing of one base", self.at + 1)
        return line.startswith(_GIT) or (
            line.startswith("--- ")
            and self.lines[self.at + 1 : self.at + 2] != []
            and self.lines[self.at + 1].startswith("+++ ")
        )

    def _header(self) -> Sequence[str]:
        """The header, rewritten where it is not as git writes it by default."""
        first = self.lines[self.at]
        start = self.at
        self.at += first.startswith(_GIT)
        while self.at < len(self.lines) and self.lines[self.at].startswith(_HEADERS):
            if self.lines[self.at].startswith("--- ") and self._is_second_name(start):
                break
            self.at += 1
        header = [line.removesuffix("\r") for line in self.lines[start : self.at]]
        return header if _PREFIXED.match(first) else _as_git_writes(header, start + 1)

    def _is_second_name(self, start: int) -> bool:
        """Whether a file without any hunk is over, and the next begins here."""
        return any(line.startswith("+++ ") for line in self.lines[start : self.at])

    def _hunks(self) -> Iterator[str]:
        while self.at < len(self.lines) and self.lines[self.at].startswith("@@ "):
            hunk = _HUNK.match(self.lines[self.at])
            if hunk is None:
                raise Unreadable("a hunk without line numbers", self.at + 1)
            self.at += 1
            yield from self._runs(*(1 if part is None else int(part) for part in hunk.groups()))

    def _runs(self, old: int, old_left: int, new: int, new_left: int) -> Iterator[str]:
        """The lines of a hunk that change, each run of them as a hunk of its own."""
        old, new = old + (old_left == 0), new + (new_left == 0)
        gone = came = 0
        while old_left or new_left:
            mark = self._mark()
            if mark == " ":
                yield from _run(old, gone, new, came)
                old, new, gone, came = old + gone + 1, new + came + 1, 0, 0
            gone += mark == "-"
            came += mark == "+"
            old_left -= mark in "- "
            new_left -= mark in "+ "
            if old_left < 0 or new_left < 0:
                raise Unreadable("a hunk with other lines than its head counts", self.at)
        yield from _run(old, gone, new, came)
        if self.at < len(self.lines) and self.lines[self.at].startswith("\\"):
            self.at += 1

    def _mark(self) -> str:
        """What the next line of a hunk does; the note that a line has no end does nothing."""
        while self.at < len(self.lines):
            # Editors take the blank from an empty line of context.
            mark = self.lines[self.at][:1].strip("\r") or " "
            if self.at == len(self.lines) - 1 and not self.lines[self.at]:
                break
            self.at += 1
            if mark in "-+ ":
                return mark
            if mark != "\\":
                raise Unreadable("a hunk with a line that is neither context nor change", self.at)
        raise Unreadable("a hunk that ends too early", len(self.lines))


def _run(old: int, gone: int, new: int, came: int) -> Iterator[str]:
    if gone or came:
        yield f"@@ -{old - (not gone)},{gone} +{new - (not came)},{came} @@"
        yield from "-" * gone
        yield from "+" * came


def _as_git_writes(header: Sequence[str], number: int) -> Sequence[str]:
    """The header of `diff -u`, or of a git with other prefixes, as git writes it by default."""
    old, new = (next((_name(h[4:]) for h in header if h.startswith(mark)), "") for mark in ("--- ", "+++ "))
    if not old or not new or old == new == _NOTHING:
        raise Unreadable("a file without a name that can be read", number)
    if _NOTHING in (old, new):
        name = new if old == _NOTHING else old
        name = name[2:] if name.startswith(("a/", "b/")) else name
    else:
        is_prefixed = _SIDE.match(old) and _SIDE.match(new) and old[2:] == new[2:]
        name = new[2:] if is_prefixed else new
    mode = (
        "new file mode 100644" if old == _NOTHING else "deleted file mode 100644" if new == _NOTHING else ""
    )
    sides = (old if old == _NOTHING else f"a/{name}", new if new == _NOTHING else f"b/{name}")
    return [f"diff --git a/{name} b/{name}", *([mode] if mode else []), f"--- {sides[0]}", f"+++ {sides[1]}"]


def _name(field: str) -> str:
    """A name without the time that diff(1) puts behind it."""
    return unquoted(field.split("\t", 1)[0].removesuffix("\r"))
