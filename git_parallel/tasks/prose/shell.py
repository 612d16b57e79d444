"""Shell commands in a code fence that say what will happen to a file: `git mv a b`, `git rm a`, `cat > a`."""

import re
from collections.abc import Iterator
from dataclasses import replace

from ..task import Kind
from . import paths
from .pathlike import pattern_problem
from .paths import Named

_MOST_WORDS = 40
_TO_FILE = re.compile(
    r"(?:cat|echo|printf|tee)\b.{0,200}?(>{1,2}|\btee(?: -a)?)[ \t]{0,4}([^\s<>|&;]{1,300})"
)
_AND = re.compile(r"[ \t]{0,4}(?:&&|;)[ \t]{0,4}")
_MOVES = ("mv", "git mv")
_KINDS = {"rm": Kind.DELETE, "git rm": Kind.DELETE, "touch": Kind.CREATE}


def is_shell(info: str) -> bool:
    """Whether the word behind the marks of a fence says that it holds commands."""
    return info.casefold() in ("bash", "sh", "shell", "zsh", "console")


def commanded(text: str) -> Iterator[Named]:
    """The paths that one line of commands moves, deletes or writes."""
    for command in _AND.split(text.strip().removeprefix("$ ")):
        if command.startswith(("cd ", "pushd ")):
            return  # from here on names mean something else
        yield from _command(command)


def _command(line: str) -> Iterator[Named]:
    line = line.removeprefix("sudo ")
    verb = next((verb for verb in (*_MOVES, *_KINDS) if line.startswith(f"{verb} ")), "")
    if verb:
        words = [word for word in line[len(verb) :].split("#")[0].split()[:_MOST_WORDS] if word[0] != "-"]
        named = [found for word in words for found in paths.leading(f"`{word}`")]
        if verb in _MOVES:
            yield from moved(named) if len(named) == len(words) == 2 else ()
        else:
            yield from (replace(one, kind=_KINDS[verb]) for one in named)
    elif match := _TO_FILE.match(line):
        kind = Kind.CREATE if match.group(1) == ">" else None
        yield from (replace(one, kind=kind) for one in paths.leading(f"`{match.group(2)}`"))


def moved(pair: list[Named]) -> Iterator[Named]:
    """A file and the place that it is moved to; into a directory it keeps its name."""
    source, target = pair
    if target.path.endswith("/") and not source.path.endswith("/"):
        target = replace(target, path=target.path + source.path.rsplit("/", 1)[-1])
        target = replace(target, problem=pattern_problem(target.path))
    yield replace(source, kind=Kind.MOVE)
    yield replace(target, kind=Kind.MOVE)
