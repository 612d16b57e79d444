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
from ..prose.markdown import Line
from ..task import Problem
from .fields import storable

_LONGEST = 600
_LARGEST = 32 * 1024
_FAST = 16 * 1024
_MOST_MARKS = 400
_DEEPEST = 3
_MOST_VALUES = 4096
_KEY = re.compile(r"#|[\"']?[A-Za-z_][\w-]{0,60}[\"']?[ \t]{0,8}:")
_NAME = re.compile(r"[\"']?([A-Za-z_][\w-]{0,60})[\"']?[ \t]{0,8}:(?:[ \t]|$)")
_LABELS = {
    "files": "Files",
    "files_modified": "Files Modified",
    "modified_files": "Files Modified",
    "depends_on": "Depends on",
    "dependencies": "Depends on",
    "status": "Status",
    "agent": "Agent",
    "priority": "Priority",
    "estimate": "Estimated Effort",
}


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


def split(document: Document) -> tuple[int, tuple[Line, ...], tuple[Problem, ...]]:
    """The number of the first line behind the front matter, its lines as labels and items, what is wrong."""
    end = _end(document)
    if not end:
        return 1, (), ()
    node, problems = _composed(document, end)
    return end + 2, tuple(_lines(node)), problems


def read(document: Document) -> Matter | None:
    """All keys of the front matter with their values, None for a document without one."""
    end = _end(document)
    if not end:
        return None
    node, problems = _composed(document, end)
    if problems:
        found = (_NAME.match(line) for line in document.lines[1:end])
        return Matter(end + 2, names=tuple(m.group(1) for m in found if m), problems=problems)
    values = _Values()
    pairs = tuple((storable(str(key.value)), values.of(value)) for key, value in _pairs(node))
    if values.room <= 0:
        problem = Problem(document.path, 1, f"more than {_MOST_VALUES} values in front matter, not read")
        return Matter(end + 2, names=tuple(name for name, _ in pairs), problems=(problem,))
    return Matter(end + 2, pairs, tuple(name for name, _ in pairs))


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


def _end(document: Document) -> int:
    """The index of the line that ends the front matter; 0 when there is none."""
    lines = document.lines
    # A rule at the head of a document is no front matter; what follows it does not look like a key.
    if len(lines) < 2 or lines[0].rstrip() != "---" or not _KEY.match(lines[1]):
        return 0
    return next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)


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
        return _fast(text) or yaml.compose(text, Loader=yaml.SafeLoader), ()
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


def _lines(node: Any) -> Iterator[Line]:
    for key, value in _pairs(node):
        name = _LABELS.get(str(key.value).casefold())
        if name is None:
            continue
        number = key.start_mark.line + 1
        items = [item for item in value.value if item.id == "scalar"] if value.id == "sequence" else []
        # In Markdown a path is sure to be one in back ticks, in YAML by its key.
        show = _quoted if name.startswith("File") else _flat
        if value.id == "scalar":
            yield Line(number, 0, 0, False, 0, f"**{name}**: {show(value)}")
        elif items:
            yield Line(number, 0, 0, False, 0, f"**{name}**: ")
            for item in items:
                yield Line(item.start_mark.line + 1, 1, 0, True, 0, show(item))


def _flat(node: Any) -> str:
    """A scalar on one line, however many YAML let it have."""
    return storable(" ".join(str(node.value).split()))


def _quoted(node: Any) -> str:
    text = _flat(node)
    return text if "`" in text else f"`{text}`"


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return (
        [(key, value) for key, value in node.value if key.id == "scalar"]
        if node and node.id == "mapping"
        else []
    )
