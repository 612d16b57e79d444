"""Declared paths as patterns: an exact path, a directory (`src/`: everything below) or a glob.

The glob is git's `:(glob)` pathspec, anchored at the root of the repository: `*`, `?` and `[...]` stay
inside one segment; `**` as a whole segment spans any number of them, though at the end at least one, so
`src/**` is not the file `src`. `{a,b}` is expanded when the pattern is read. As in git a text also
stands for itself, so that `app/[id]/page.tsx` covers the file of that very name.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from ..errors import BadName
from ..names import LONGEST_PATH, path_problem, printable
from . import segment
from .sequence import covers, intersect

# One alternative of a pattern, segment by segment; None is `**`.
Shape: TypeAlias = tuple[segment.Segment | None, ...]

# Too much to declare; where several patterns fit and the most specific wins it is what is left.
EVERYTHING = "**"
MOST_STARS = 8
MOST_DEEP = 2
MOST_ALTERNATIVES = 64


# Segments that begin with a letter or wildcard and in which each dot is followed by one.
_PLAIN = re.compile(r"(?:[a-zA-Z0-9_*?](?:[a-zA-Z0-9_*?-]|\.(?=[a-zA-Z0-9_*?]))*(?:/|$))+")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A declared path: its text and the alternatives it stands for."""

    text: str
    shapes: tuple[Shape, ...]

    @property
    def is_exact(self) -> bool:
        """Whether this can only ever be one path."""
        return len(self.shapes) == 1 and is_literal(self.shapes[0])


def parse(text: str) -> Pattern:
    """The pattern that an untrusted `text` writes.

    Raises BadName for what cannot be inside a repository, would cover everything, or has more than
    8 `*`, 2 `**` or 64 alternatives.
    """
    if _PLAIN.fullmatch(text) and text.count("*") <= MOST_STARS and len(text) <= LONGEST_PATH:
        # What nearly every glob looks like; it is looked at again only where it may be too much.
        excess = _excess(text)
        if excess:
            raise _refused(text, excess)
        return trusted(text)
    alternatives = _expanded(text)
    if alternatives is None:
        raise _refused(text, f"more than {MOST_ALTERNATIVES} alternatives")
    for alternative in alternatives:
        problem = path_problem(alternative) or _excess(alternative)
        if problem:
            raise _refused(text, problem)
    return trusted(text)


@lru_cache(maxsize=1 << 15)
def trusted(text: str) -> Pattern:
    """The pattern of a `text` that was checked before; never raises, braces beyond the limit are letters."""
    if not is_magic(text):
        return exact(text)
    shapes = [_shape(alternative) for alternative in _expanded(text) or ()]
    if "[" in text or "{" in text:
        shapes.append(_shape(text, classes=False))
    # A class that lists nothing (`[z-a]`) makes its alternative match nothing.
    return Pattern(text, tuple(dict.fromkeys(shape for shape in shapes if not _is_empty(shape))))


def alternatives(text: str) -> tuple[str, ...]:
    """The texts without braces that a checked `text` stands for."""
    return _expanded(text) or (text,)


def exact(path: str) -> Pattern:
    """The pattern of a path that git named: whatever it holds, it is no wildcard."""
    return Pattern(path, (tuple(path.split("/")),))


def is_magic(text: str) -> bool:
    """Whether `text` may stand for more than the path it spells: a directory or a glob."""
    # Asked for every path of every task, and four times as fast as the expression for it.
    return text[-1:] == "/" or "*" in text or "?" in text or "[" in text or "{" in text


def is_literal(shape: Shape) -> bool:
    """Whether an alternative is one path and nothing else."""
    return all(isinstance(part, str) for part in shape)


def matches(pattern: Pattern, path: str) -> bool:
    """Whether `path`, as git names it, is one of those the pattern stands for."""
    names = path.split("/")
    return any(covers(shape, names, segment.accepts) for shape in pattern.shapes)


def meets(left: Pattern, right: Pattern) -> bool:
    """Whether any path could match both; exact, and polynomial however the patterns are made."""
    return any(intersect(a, b, segment.agree) for a in left.shapes for b in right.shapes)


def literal_ends(shape: Shape) -> tuple[str, str, str]:
    """What is certain about every path of a shape: its directory, the text after that, and its end.

    The directory ends in `/` or is empty; the end is that of the path with a `/` before it.
    """
    whole = [f"/{part}" if isinstance(part, str) else None for part in shape]
    lead = whole.index(None) if None in whole else len(whole) - 1
    folder = "".join(f"{part}/" for part in shape[:lead])
    trail = next((n for n, part in enumerate(reversed(whole)) if part is None), len(whole))
    tail = "".join(part for part in whole[len(whole) - trail :] if part)
    if trail < len(whole):
        tail = _letters(shape[-trail - 1], from_end=True) + tail
    return folder, _letters(shape[lead]), tail


def _letters(part: segment.Segment | None, *, from_end: bool = False) -> str:
    """The letters a segment certainly begins (or ends) with."""
    if part is None or isinstance(part, str):
        return part or ""
    found: list[str] = []
    for chars in reversed(part) if from_end else part:
        if chars is None or len(chars) != 1 or chars[0][0] != chars[0][1]:
            break
        found.append(chr(chars[0][0]))
    return "".join(reversed(found) if from_end else found)


def _shape(text: str, *, classes: bool = True) -> Shape:
    parts: list[segment.Segment | None] = []
    for part in text.removesuffix("/").split("/"):
        if part != "**":
            parts.append(segment.parse(part, classes=classes))
        elif parts[-1:] != [None]:
            parts.append(None)
    if text.endswith("/") and parts[-1:] != [None]:
        parts.append(None)
    if parts[-1] is None:
        parts.append(segment.ANY_NAME)
    return tuple(parts)


def _is_empty(shape: Shape) -> bool:
    return any(isinstance(part, tuple) and () in part for part in shape)


def _excess(text: str) -> str:
    """Why a pattern is more than one document should ask for; empty when it is not."""
    parts = text.split("/")
    if not text.strip("*/"):
        return "covers everything"
    if parts.count("**") > MOST_DEEP:
        return f"more than {MOST_DEEP} '**'"
    if sum(part.count("*") for part in parts if part != "**") > MOST_STARS:
        return f"more than {MOST_STARS} '*'"
    return ""


def _refused(text: str, problem: str) -> BadName:
    return BadName(
        f"not a path pattern: '{printable(text)}' ({problem})",
        hint="declare paths, directories ('src/') or globs ('src/**/*.py') from the root of the repository",
    )


def _expanded(text: str) -> tuple[str, ...] | None:
    """The texts that the braces of `text` stand for, in order; None when there are too many."""
    if "{" not in text:
        return (text,)
    waiting, done = [text], list[str]()
    while waiting:
        if len(waiting) + len(done) > MOST_ALTERNATIVES:
            return None
        head = waiting.pop()
        options = _options(head)
        if options:
            waiting.extend(reversed(options))
        else:
            done.append(head)
    return tuple(done)


def _options(text: str) -> tuple[str, ...]:
    """`text` once for every option of its first group of braces; empty when it has no group."""
    opened: list[list[int]] = []
    best: tuple[int, ...] = ()
    for at, letter in enumerate(text):
        if letter == "{":
            opened.append([at])
        elif letter == "," and opened:
            opened[-1].append(at)
        elif letter == "}" and opened:
            group = (*opened.pop(), at)
            if len(group) > 2 and (not best or group[0] < best[0]):
                best = group
    cuts = pairwise(best)
    return tuple(text[: best[0]] + text[a + 1 : b] + text[best[-1] + 1 :] for a, b in cuts)
