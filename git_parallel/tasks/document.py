"""Bytes of a tracked file to the lines of a document; nothing that a file can hold is trusted yet."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .task import Problem

SPEC_LIMIT = 1 << 20
ROADMAP_LIMIT = 8 << 20
LONGEST_LINE = 4 << 10
MOST_LINES = 1 << 16


@dataclass(frozen=True, slots=True)
class Document:
    """The text of one file, by lines without their ends; line `n` of an editor is `lines[n - 1]`."""

    path: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The whole text, with line feeds."""
        return "\n".join(self.lines)


def decode(
    path: str, data: bytes, *, limit: int = SPEC_LIMIT, is_prose: bool = True
) -> tuple[Document | None, tuple[Problem, ...]]:
    """The document in `data`, None when it cannot be one, and what is wrong with it."""
    if len(data) > limit:
        return None, (Problem(path, 1, f"larger than {limit >> 20} MiB, not read"),)
    nul = data.find(b"\0")
    if nul >= 0:
        return None, (Problem(path, _line_of(data, nul), "holds a NUL byte, so it is no text, not read"),)
    text, problems = _text(path, data)
    lines = _lines(text)
    if is_prose and len(lines) > MOST_LINES:
        told = f"more than {MOST_LINES} lines, the rest is not read"
        lines, problems = lines[:MOST_LINES], (*problems, Problem(path, MOST_LINES + 1, told))
    if is_prose and len(text) > LONGEST_LINE:
        problems = (*problems, *_long_lines(path, lines))
    if is_prose and ("```" in text or "~~~" in text):
        problems = (*problems, *_open_fence(path, lines))
    return Document(path, lines), problems


def _lines(text: str) -> tuple[str, ...]:
    """The lines of a text; a carriage return alone ends one only where nothing else does."""
    text = text.replace("\r\n", "\n")
    if "\r" in text:
        text = text.replace("\r", " " if "\n" in text else "\n")
    return tuple(text.split("\n"))


def _open_fence(path: str, lines: tuple[str, ...]) -> Iterator[Problem]:
    """A problem where a code fence begins that nobody ends, so that all behind it is taken for code."""
    marks = [number for number, line in enumerate(lines) if _fence_mark(line)[0]]
    # An even number of marks may be out of step as well, but hardly by accident.
    if len(marks) % 2 == 0:
        return
    depths = tuple(_fence_depths(lines))
    last = next((at for at in reversed(marks) if depths[at] == 1), None)
    if last is not None and all(depths[last:]):
        yield Problem(path, last + 1, "a code fence begins here and never ends; what follows is not read")


def _text(path: str, data: bytes) -> tuple[str, tuple[Problem, ...]]:
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace").removeprefix("\ufeff")
    # The offset in the error counts from behind the BOM; the first replaced character is surer.
    line = text.count("\n", 0, text.find("\ufffd")) + 1
    return text, (Problem(path, line, "not UTF-8; undecodable bytes are read as '\ufffd'"),)


def _line_of(data: bytes, offset: int) -> int:
    return data.count(b"\n", 0, offset) + 1


def _long_lines(path: str, lines: tuple[str, ...]) -> Iterator[Problem]:
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE:
            yield Problem(path, number, f"longer than {LONGEST_LINE >> 10} KiB, line skipped")


def fence_depths(lines: tuple[str, ...]) -> Iterable[int]:
    """For each line: 0 outside code fences, 1 for a fence's opening line, 2 for its first line, and so on.

    A fence with a language inside a fence of Markdown is an example within the example; CommonMark would
    let the example's end open a new fence and so turn the rest of the document inside out.
    """
    text = "\n".join(lines)
    return _fence_depths(lines) if "```" in text or "~~~" in text else (0,) * len(lines)


def _fence_depths(lines: tuple[str, ...]) -> Iterator[int]:
    open_marks: list[str] = []
    depth = 0
    for line in lines:
        mark, info = _fence_mark(line)
        if not open_marks:
            depth = 1 if mark else 0
            if mark:
                open_marks.append(mark + info)
            yield depth
            continue
        depth += 1
        yield depth
        if not mark:
            continue
        if not info and mark.startswith(_marks_of(open_marks[-1])):
            open_marks.pop()
        elif info and _is_markdown(open_marks[0]):
            open_marks.append(mark + info)


def _fence_mark(line: str) -> tuple[str, str]:
    text = line.strip() if "```" in line or "~~~" in line else ""
    if not text.startswith(("```", "~~~")):
        return "", ""
    info = text.lstrip(text[0])
    if text[0] == "`" and "`" in info:
        return "", ""
    return text[: len(text) - len(info)], info.strip()


def _marks_of(opening: str) -> str:
    return opening[: len(opening) - len(opening.lstrip(opening[0]))]


def _is_markdown(opening: str) -> bool:
    return opening.lstrip("`~").strip().casefold() in ("markdown", "md")
