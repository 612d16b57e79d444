"""The regular expressions of Gitea's CODEOWNERS as our patterns, as far as they are really paths."""

import re

from ...overlap.patterns import EVERYTHING
from ...tasks.files import Files
from .globs import Untranslatable, checked

_ANY = re.compile(r"\.[*+]")
_NAME = re.compile(r"\[\^/\][*+]|\\\w[*+]?")
_SPECIAL = re.compile(r"[\[\](){}|^$?+*]")
# What stands for `.*`, which takes slashes too, and for `[^/]*`, until all else has been looked at.
_ACROSS, _WITHIN = "\x01", "\x02"


def of_gitea(written: str, tree: Files) -> tuple[str, ...]:  # noqa: ARG001
    """Our patterns for one of Gitea's, which must fit a path as a whole; raises Untranslatable."""
    if written.startswith("!"):
        raise Untranslatable("what it leaves out cannot be said by a pattern that gives")
    text = written.removeprefix("^").removesuffix("$")
    if "\\\\" in text:
        raise Untranslatable("no path has a backslash")
    text = _NAME.sub(_WITHIN, _ANY.sub(_ACROSS, text))
    if _SPECIAL.search(re.sub(r"\\.", "", text)):
        raise Untranslatable("this regular expression is no path with wildcards")
    text = re.sub(r"\\(.)", lambda match: match[1], text)
    if _SPECIAL.search(text):
        raise Untranslatable("this regular expression is no path with wildcards")
    text = text.replace(_WITHIN, "*")
    if text.strip(_ACROSS) == "":
        return (EVERYTHING,)
    return tuple(map(checked, _spread(text)))


def _spread(text: str) -> tuple[str, ...]:
    """Patterns for a text in which some wildcards take slashes; raises Untranslatable where none can."""
    if text.endswith(f"/{_ACROSS}"):
        return (_inner(text.removesuffix(_ACROSS)),)
    if text.endswith(_ACROSS):
        # `src/foo.*` begins names of files, and of directories with all that is in them.
        start = _inner(text.removesuffix(_ACROSS))
        return f"{start}*", f"{start}*/"
    return (_inner(text),)


def _inner(text: str) -> str:
    """A pattern for a text whose wildcards across slashes begin a segment: `src/.*\\.go`, `.*/x`, `a/.*/b`."""
    parts = text.split("/")
    for number, part in enumerate(parts):
        if _ACROSS not in part:
            continue
        if part == _ACROSS:
            parts[number] = "**"
        elif part.rfind(_ACROSS) == 0:
            parts[number] = f"**/*{part[1:]}"
        else:
            raise Untranslatable("'.*' goes across directories in the middle of a name")
    return "/".join(parts)
