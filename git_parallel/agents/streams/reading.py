"""A log as its agent's own form of output has it; one that is no known form is text."""

import re
from collections.abc import Iterable, Iterator

from ...names import printable
from . import aider, claude, codex, copilot, cursor, gemini, opencode
from .event import Usage, lines, read, short

_STREAMS = {
    "aider": aider,
    "claude": claude,
    "codex": codex,
    "copilot": copilot,
    "cursor": cursor,
    "gemini": gemini,
    "opencode": opencode,
}
# Colours and the like are no words.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
_WRONG = ("error:", "fatal:")
# How far from the end a line is still among the last.
_AMONG_THE_LAST = 20


def rendered(pieces: Iterable[bytes], stream: str) -> Iterator[bytes]:
    """What an agent printed, in pieces, for people: its events as text, every other line as it is.

    Each line is given as soon as it is complete.
    """
    known = _STREAMS.get(stream)
    for line in lines(pieces):
        event = read(line)
        if isinstance(event, str) or known is None:
            yield line + b"\n"
        else:
            yield "".join(f"{told}\n" for told in known.show(event)).encode("utf-8", "replace")


def usage(pieces: Iterable[bytes], stream: str, *, is_whole: bool) -> Usage | None:
    """What an attempt took, by its log; None where that does not tell. `is_whole` is whether no part is missing."""
    known = _STREAMS.get(stream)
    if known is None:
        return None
    # A log can have a million lines, of which a few tell.
    telling = (read(line) for line in lines(pieces) if known.TELLS in line)
    found: Usage | None = known.usage(telling, is_whole=is_whole)
    return found


def last_words(end: bytes, stream: str) -> str:
    """What an agent said last, by the end of its log, in a line; empty where it said nothing.

    It is its last complaint, where its form of output knows such a thing, else, of the last lines, the last that
    begins as errors do, else the last of all.
    """
    complaint, said = "", list[str]()
    for line in lines([end]):
        event = read(line)
        if isinstance(event, str):
            said.append(event)
        elif known := _STREAMS.get(stream):
            complaint = known.complaint(event) or complaint
            said += known.show(event)
        else:
            said.append(line.decode("utf-8", "replace"))
    if complaint:
        return _in_a_line(complaint)
    last = [text for text in map(_in_a_line, reversed(said)) if text][:_AMONG_THE_LAST]
    wrong = (text for text in last if text.casefold().startswith(_WRONG))
    return next(wrong, last[0] if last else "")


def _in_a_line(text: str) -> str:
    return printable(short(" ".join(_ESCAPES.sub("", text).split())))
