"""What a sentence or a list item declares by its own words."""

import re
from dataclasses import replace
from typing import NamedTuple

from ..task import Kind
from . import paths, shell
from .labels import VERBS
from .markdown import Line
from .pathlike import pattern_problem
from .paths import Named
from .scopes import Block

_VERB = re.compile(
    r"[^\w`]{0,8}(" + "|".join(sorted(VERBS, key=len, reverse=True)) + r")\b:?\*{0,2}:?"
    r"(?:[ \t]+(?:the|a|an|new|existing|file|files|module|test|tests|script|directory|in|at|all)\b){0,3}"
    r"[ \t]*:?[ \t]*",
    re.IGNORECASE,
)
_INTO = re.compile(r"\b(?:to|in|into|at|from)[ \t]+(?=`)")
_NUMBERED = re.compile(r"(?:T?\d{1,4}(?:\.\d{1,4}){0,4}[.:)]?|[A-Z]{1,4}-?\d{1,4}:)[ \t]{1,4}")
_IN = re.compile(r"(?:in|at|inside)[ \t]{1,4}(?=`[^`]{1,300}`[,:])", re.IGNORECASE)
_INTO_VERBS = re.compile(
    r"[^\w`]{0,8}(?:add|write|implement|extract|put|insert|register|wire|document)\b", re.IGNORECASE
)
# Behind a path: "`a.py`: Remove the flag", "`a.py` - add a flag".
_WORK_BEHIND = re.compile(
    r"[ \t]{0,4}(?:\([^()]{0,80}\))?[ \t]{0,4}[:\-–—]{1,2}[ \t]{1,4}\**"
    r"(?:add|remove|update|create|implement|extend|replace|rename|move|fix|modify|refactor|delete|write|"
    r"register|wire|insert|drop|change|migrate|rewrite|extract)\b",
    re.IGNORECASE,
)


class Said(NamedTuple):
    """The paths that a line declares, and what it says happens to all of them."""

    named: tuple[Named, ...] = ()
    kind: Kind | None = None


def item(line: Line, block: Block, split: tuple[str, str] | None) -> Said:
    """What a line declares in a list or a section of files."""
    text = _plain(line.text)
    verb = _VERB.match(text) if text[0] != "`" else None
    kind = VERBS[verb.group(1).casefold()] if verb else None
    named = paths.leading(text[verb.end() :]) if verb else paths.leading(text)
    if not named and split:
        named = paths.leading(split[0]) or paths.leading(split[1])
    is_first_level = not block.is_leading and line.is_item and line.indent <= block.depth + 1
    if not named and is_first_level:
        named = paths.quoted(line.text)
    if block.target and len(named) == 1 and named[0].kind is None:
        target = Named(block.target + named[0].path.rsplit("/", 1)[-1])
        named = tuple(shell.moved([named[0], replace(target, problem=pattern_problem(target.path))]))
    return Said(named, kind or block.meaning.kind)


def free(line: Line, split: tuple[str, str] | None) -> Said:
    """What a line declares that no label or heading explains: a verb, a remark or bold type must.

    A verb without a path is given too, as the kind alone.
    """
    text = _NUMBERED.sub("", _plain(line.text), count=1)
    verb = _VERB.match(text) if text[:1] != "`" else None
    if verb:
        rest = text[verb.end() :]
        is_meant = line.is_item or text != line.text
        named = tuple(n for n in paths.leading(rest) if n.is_quoted or is_meant or "/" in n.path[:-1])
        if named:
            is_into = rest.startswith(("to ", "in ", "into "))  # "Add to `x`"
            return Said(_in_folder(named, rest), None if is_into else VERBS[verb.group(1).casefold()])
        into = _into(text)
        return Said(into) if into else Said((), VERBS[verb.group(1).casefold()])
    if split and split[1] and line.text[0] != "`" and (behind := _VERB.match(split[1])):
        # "- **Day 3**: Update `a.md`"
        named = paths.leading(split[1][behind.end() :])
        named = tuple(n for n in named if n.is_quoted or line.is_item or "/" in n.path[:-1])
        if not named:
            return Said(paths.leading(split[0]) or _into(split[1]))
        return Said(named, VERBS[behind.group(1).casefold()] if named else None)
    if line.is_item and (inside := _IN.match(text)):
        return Said(paths.leading(text[inside.end() :])[:1])
    if _INTO_VERBS.match(line.text):
        return Said(_into(line.text))
    if line.text.startswith(("`", "**`", "**")) or line.is_item:
        return Said(_remarked(line, split))
    return Said()


def _plain(text: str) -> str:
    """A text that begins in bold type without the marks of it."""
    if not text.startswith("**") or text.startswith("**/"):
        return text
    end = text.find("**", 2)
    return text[2:end] + text[end + 2 :] if end > 0 else text


def _remarked(line: Line, split: tuple[str, str] | None) -> tuple[Named, ...]:
    if split and line.text.startswith("**`"):
        return paths.leading(split[0])
    if "`" not in line.text and "(" not in line.text:
        return ()
    named = paths.leading(line.text)
    if len(named) == 1 and line.text.startswith("`") and named[0].kind is None:
        end = line.text.find("`", 1)
        return named if _WORK_BEHIND.match(line.text, end + 1) else ()
    return tuple(n for n in named if n.kind is not None)


def _into(text: str) -> tuple[Named, ...]:
    """The back-ticked path behind the first "to", "in" or "into"."""
    for match in _INTO.finditer(text):
        named = paths.leading(text[match.end() :])
        if named:
            return named
    return ()


def _in_folder(named: tuple[Named, ...], rest: str) -> tuple[Named, ...]:
    """A bare name put into the directory behind it: `README.md` to `docs/search/`."""
    if len(named) != 2 or "/" in named[0].path or not named[1].path.endswith("/"):
        return named
    before = rest[: rest.find(named[1].path)].rstrip("`* ")
    if not before.endswith((" to", " in", " into", " under", " inside")):
        return named
    path = named[1].path + named[0].path
    return (replace(named[0], path=path, problem=pattern_problem(path)),)
