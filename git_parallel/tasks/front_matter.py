"""The YAML block at the head of a Markdown file, read by PyYAML.

Its lists and values are rewritten as labels and list items, so that one reader understands both. The
document is composed, not constructed: scalars stay the text that was typed (`001` is no number one),
no tag makes an object, and an alias is the node that it names and never a copy.
"""

import re
from collections.abc import Iterator
from typing import Any

from .document import Document
from .markdown import Line
from .task import Problem

_LONGEST = 200
_LARGEST = 32 * 1024
_KEY = re.compile(r"#|[A-Za-z_][\w-]{0,60}[ \t]{0,8}:")
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


def split(document: Document) -> tuple[int, tuple[Line, ...], tuple[Problem, ...]]:
    """The number of the first line behind the front matter, its lines as labels and items, what is wrong."""
    lines = document.lines[:_LONGEST]
    # A rule at the head of a document is no front matter; what follows it does not look like a key.
    if len(lines) < 2 or lines[0].rstrip() != "---" or not _KEY.match(lines[1]):
        return 1, (), ()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    if not end:
        return 1, (), ()
    if sum(map(len, lines[:end])) > _LARGEST:
        return (
            end + 2,
            (),
            (Problem(document.path, 1, f"front matter larger than {_LARGEST // 1024} KiB, not read"),),
        )
    # PyYAML costs 20 ms to import, which only documents with front matter pay.
    import yaml

    try:
        # The fence stays, so that PyYAML counts lines as we do, from 0.
        node = yaml.compose("\n".join(lines[:end]), Loader=yaml.SafeLoader)
        return end + 2, tuple(_lines(node)), ()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = Problem(document.path, line, f"front matter that is no YAML: {error.problem}")
    except (yaml.YAMLError, RecursionError):
        problem = Problem(document.path, 1, "front matter that is no YAML")
    return end + 2, (), (problem,)


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
    return " ".join(str(node.value).split())


def _quoted(node: Any) -> str:
    text = _flat(node)
    return text if "`" in text else f"`{text}`"


def _pairs(node: Any) -> list[tuple[Any, Any]]:
    return (
        [(key, value) for key, value in node.value if key.id == "scalar"]
        if node and node.id == "mapping"
        else []
    )
