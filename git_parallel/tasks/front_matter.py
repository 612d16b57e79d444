"""The YAML block at the head of a Markdown file, as far as plain lists and values go.

It is rewritten as labels and list items, so that one reader understands both; what is more than that
belongs to the formats that are made of YAML.
"""

from collections.abc import Iterator

from .document import LONGEST_LINE, Document
from .markdown import Line

_LONGEST = 200
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


def split(document: Document) -> tuple[int, tuple[Line, ...]]:
    """The number of the first line behind the front matter, and its lines as labels and items."""
    lines = document.lines[:_LONGEST]
    if not lines or lines[0].rstrip() != "---":
        return 1, ()
    end = next((i for i, line in enumerate(lines[1:], 1) if line.rstrip() == "---"), 0)
    return (end + 2, tuple(_lines(lines[1:end]))) if end else (1, ())


def _lines(lines: tuple[str, ...]) -> Iterator[Line]:
    for number, raw in enumerate(lines, 2):
        text = raw.strip()
        if len(raw) > LONGEST_LINE or not text or text.startswith("#"):
            continue
        if text.startswith("- "):
            yield Line(number, 1, 0, True, 0, _plain(text[2:]))
        elif raw[0].isalpha():
            key, colon, value = text.partition(":")
            name = _LABELS.get(key.casefold(), "-") if colon else "-"
            yield Line(number, 0, 0, False, 0, f"**{name}**: {_plain(value)}")


def _plain(value: str) -> str:
    """A flow list or a scalar without its quotes and brackets."""
    value = value.split(" #", 1)[0].strip()
    if value.startswith("[") and value.endswith("]"):
        return ", ".join(part.strip(" \"'") for part in value[1:-1].split(","))
    return value.strip("\"'")
