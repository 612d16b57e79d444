"""The YAML block at the head of a Markdown file, read by PyYAML.

The document is composed, not constructed: scalars stay the text that was typed (`001` is no number
one), no tag makes an object, and an alias is the node that it names and never a copy. `split` rewrites
what a SPEC may say as labels and list items, so that one reader understands both; `read` gives all keys
as values.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..document import Document
from ..task import Problem
from .fields import storable

_LONGEST = 600
_LARGEST = 32 * 1024
_FAST = 16 * 1024
_MOST_MARKS = 400
_DEEPEST = 3
_MOST_VALUES = 4096
_KEY = re.compile(r"([ \t]{0,8})[\"']?(<<|[A-Za-z_][\w-]{0,60})[\"']?[ \t]{0,8}:(?!//)")
# What a rule may have below it, too: only where every line fits is it front matter.
_LOOSE_KEY = re.compile(r"[ \t]{0,8}[A-Za-z_][\w -]{0,60}:(?:[ \t]|$)")
_YAML_LINE = re.compile(r"\s*$|\s*#|\s+\S|-(?:\s|$)|[\]}]|[\"']?[\w<][\w< -]{0,60}[\"']?[ \t]{0,8}:(?:\s|$)")
_HEADING = re.compile(r"#{1,6}[ \t]")
_ENDS = ("---", "...")
_MOST_BLANK = 8
_MERGE = "tag:yaml.org,2002:merge"


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a key: its text when it is a scalar, else its items, or its pairs of key and value.

    `is_cut` when it is nested deeper than anybody looks.
    """

    line: int
    text: str | None = None
    items: tuple["Value", ...] = ()
    pairs: tuple[tuple[str, "Value"], ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Matter:
    """The keys of a front matter as they are typed, and the number of the first line behind it.

    A matter that cannot be read has problems and no values; `names` are then the keys that its lines
    seem to begin with.
    """

    body: int
    pairs: tuple[tuple[str, Value], ...] = ()
    names: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


NONE = Matter(1)


def read(document: Document) -> Matter | None:
    """All keys of the front matter with their values, None for a document without one."""
    found = _place(document.lines)
    if found is None:
        return None
    end, body = found
    lines = document.lines[:end]
    if end == body:
        problem = Problem(document.path, _start(lines) + 1, "front matter that is never closed, not read")
        return Matter(body + 1, names=_names(lines), problems=(problem,))
    node, problems = _composed(document, end)
    if problems:
        return Matter(body + 1, names=_names(lines), problems=problems)
    values = _Values()
    pairs = tuple((storable(str(key.value)), values.of(value)) for key, value in _pairs(node))
    if values.room <= 0:
        problem = Problem(document.path, 1, f"more than {_MOST_VALUES} values in front matter, not read")
        return Matter(body + 1, names=tuple(name for name, _ in pairs), problems=(problem,))
    return Matter(body + 1, pairs, tuple(name for name, _ in pairs))


class _Values:
    """Nodes as values, which are copied where an alias names them again; so their number is limited."""

    def __init__(self) -> None:
        self.room = _MOST_VALUES

    def of(self, node: Any, depth: int = 0) -> Value:
        """The value of a node, without what is nested deeper than anybody looks."""
        self.room -= 1
        line = node.start_mark.line + 1
        if node.id == "scalar":
            return Value(line, storable(str(node.value)))
        if self.room <= 0 or depth == _DEEPEST:
            return Value(line, is_cut=True)
        if node.id == "sequence":
            return Value(line, items=tuple(self.of(item, depth + 1) for item in self._fitting(node.value)))
        pairs = self._fitting(_pairs(node))
        return Value(line, pairs=tuple((storable(str(k.value)), self.of(v, depth + 1)) for k, v in pairs))

    def _fitting(self, nodes: list[Any]) -> Iterator[Any]:
        for node in nodes:
            if self.room <= 0:
                return
            yield node


def _start(lines: tuple[str, ...]) -> int:
    """The index of the first line that is not blank."""
    return next((index for index, line in enumerate(lines[: _MOST_BLANK + 1]) if line.strip()), 0)


def _place(lines: tuple[str, ...]) -> tuple[int, int] | None:
    """The indices behind the last line of the front matter and of the first line behind its end mark.

    They are the same when there is no end mark. None for a document that begins with none, or with a rule.
    """
    start = _start(lines)
    if len(lines) <= start + 1 or lines[start].rstrip() != "---":
        return None
    end = next((i for i in range(start + 1, len(lines)) if lines[i].rstrip() in _ENDS), 0)
    # In a comment, or behind a blank line, it may as well be a heading or prose below a rule.
    first = next((line for line in lines[start + 1 : end or None] if _is_content(line)), "")
    if _KEY.match(lines[start + 1]) or (end and lines[start + 1][:1] == "#" and _KEY.match(first)):
        body = end + 1 if end else _open_end(lines, start)
        return end or body, body
    if (
        end
        and (_KEY.match(first) or _LOOSE_KEY.match(first))
        and all(map(_YAML_LINE.match, lines[start + 1 : end]))
    ):
        return end, end + 1
    return None


def _is_content(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _open_end(lines: tuple[str, ...], start: int) -> int:
    """Where the text begins below front matter that nobody closed: at the first heading that is no comment."""
    for index in range(start + 1, len(lines)):
        below = lines[index + 1] if index + 1 < len(lines) else ""
        if _HEADING.match(lines[index]) and (not below.strip() or not _YAML_LINE.match(below)):
            return index
    return len(lines)


def _names(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The keys that lines seem to begin with, as far in as the first one."""
    found = [match for line in lines[1:] if (match := _KEY.match(line))]
    return tuple(match[2] for match in found if match[1] == found[0][1])


def _composed(document: Document, end: int) -> tuple[Any, tuple[Problem, ...]]:
    """The root node of the front matter, or why there is none."""
    lines = document.lines[:end]
    if end > _LONGEST or sum(map(len, lines)) > _LARGEST:
        size = f"{_LONGEST} lines" if end > _LONGEST else f"{_LARGEST // 1024} KiB"
        return None, (Problem(document.path, 1, f"front matter larger than {size}, not read"),)
    # PyYAML costs 20 ms to import, which only documents with front matter pay.
    import yaml

    # The fence stays, so that PyYAML counts lines as we do, from 0.
    text = "\n".join(lines)
    try:
        node: Any = _fast(text) or yaml.compose(text, Loader=yaml.SafeLoader)
        if node is None or node.id == "mapping":
            return node, ()
        line = node.start_mark.line + 1
        problem = Problem(document.path, line, "front matter that holds no 'key: value'")
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = Problem(document.path, line, f"front matter that is no YAML: {error.problem}")
    except (yaml.YAMLError, RecursionError, ValueError):
        problem = Problem(document.path, 1, "front matter that is no YAML")
    return None, (problem,)


def _fast(text: str) -> Any:
    """What libyaml composes, which reads ten times as fast; None where PyYAML itself has to say."""
    import yaml

    # Where it nests deeply libyaml does not raise, it takes the process with it.
    if not hasattr(yaml, "CSafeLoader") or not _is_shallow(text):
        return None
    try:
        return yaml.compose(text, Loader=yaml.CSafeLoader)
    except (yaml.YAMLError, ValueError):
        return None


def _is_shallow(text: str) -> bool:
    """Whether no reader can find more than a few hundred levels: each needs a mark, or one more blank before it."""
    return len(text) <= _FAST and sum(map(text.count, "[{-?")) <= _MOST_MARKS


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    """The pairs of a mapping whose keys are scalars, behind them what `<<` takes over from other mappings."""
    own: list[tuple[Any, Any]] = []
    waiting, seen = [node], set()
    while waiting:
        mapping = waiting.pop(0)
        if mapping is None or mapping.id != "mapping" or id(mapping) in seen:
            continue
        seen.add(id(mapping))
        known = {key.value for key, _ in own}
        for key, value in mapping.value:
            if key.tag == _MERGE:
                waiting += value.value if value.id == "sequence" else [value]
            elif key.id == "scalar" and key.value not in known:
                own.append((key, value))
    return own
