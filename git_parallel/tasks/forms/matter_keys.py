"""The keys of front matter by which a file is a task, and their values as text."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from ...names import printable
from ..task import Problem
from .fields import is_nothing
from .front_matter import Value

_NAMES = {
    "id": "id task task_id ticket",
    "title": "title name",
    "status": "status state",
    "priority": "priority",
    "agent": "agent assignee owner assigned_to assignees",
    "estimate": "estimate effort estimated_effort estimated_hours",
    "after": "depends_on blocked_by deps after depends",
    "dependencies": "dependencies",
    "requires": "requires",
    "before": "blocks",
    "conflicts": "conflicts_with conflicts",
    "parallel": "parallel parallel_safe",
    "wave": "wave",
    "phase": "phase",
    "plan": "plan",
    "files": "files files_modified modified_files files_to_modify touched_files owned_files allowed_paths "
    "affected_paths affected_files file_scope filescope touches",
    "created": "files_created created_files files_to_create",
    "deleted": "files_deleted deleted_files files_to_delete",
    "read": "read_first references forbidden_paths",
    "patch": "patch patches diff",
}
_MEANINGS = {name: meaning for meaning, names in _NAMES.items() for name in names.split()}
# One of these alone makes a file a task.
_TELLING = frozenset(("after", "dependencies", "before", "conflicts", "files", "created", "deleted", "patch"))
_LONGEST_SHOWN = 80
_PARTS = re.compile(r"(?:[^,{(\n]|\{[^{}\n]{0,500}\}|\([^()\n]{0,500}\)|[{(])+")


def is_task(names: Iterable[str]) -> bool:
    """Whether keys are those of a task: one that relates it to tasks or files, or its name and its status."""
    found = {meaning_of(name) for name in names}
    return bool(found & _TELLING) or ("status" in found and bool(found & {"id", "title"}))


@lru_cache(maxsize=1024)
def meaning_of(name: str) -> str:
    """What a key means to us, however it is written; empty when nothing."""
    return _MEANINGS.get(_folded(name), "")


def _folded(name: str) -> str:
    return name.strip().casefold().replace("-", "_").replace(" ", "_")


def parts(text: str) -> list[str]:
    """The entries of a list that is written on one line or a line each; commas in brackets divide nothing."""
    return [part.strip() for part in _PARTS.findall(text) if not is_nothing(part)]


def _is_cut(value: Value) -> bool:
    return value.is_cut or any(map(_is_cut, value.items)) or any(_is_cut(inner) for _, inner in value.pairs)


class Fields:
    """The values of front matter by what their keys mean, and what is wrong with them."""

    def __init__(self, path: str, pairs: Sequence[tuple[str, Value]]) -> None:
        self.problems: list[Problem] = []
        self.path = path
        self._values: dict[str, list[tuple[str, Value]]] = {}
        seen: set[str] = set()
        for key, value in pairs:
            if meaning := meaning_of(key):
                self._values.setdefault(meaning, []).append((key, value))
                if _is_cut(value):
                    self.complain(value.line, f"'{key}' is nested too deeply")
                if _folded(key) in seen:
                    self.complain(value.line, f"'{key}' is written twice")
            seen.add(_folded(key))

    def complain(self, line: int, message: str) -> None:
        """Report something that was meant to say something."""
        cut = message if len(message) <= 2 * _LONGEST_SHOWN else message[: 2 * _LONGEST_SHOWN - 3] + "..."
        problem = Problem(self.path, line, printable(cut))
        if problem not in self.problems:
            self.problems.append(problem)

    @property
    def is_empty(self) -> bool:
        """Whether no key says anything of a task."""
        return not self._values

    def has(self, meaning: str) -> bool:
        """Whether a key is there, with or without a value."""
        return meaning in self._values

    def line(self, *meanings: str) -> int:
        """The line of the first of these keys that is there, else 1."""
        return next((self._values[m][0][1].line for m in meanings if m in self._values), 1)

    def keys(self, meaning: str) -> tuple[tuple[str, Value], ...]:
        """The keys that mean this, with their values."""
        return tuple(self._values.get(meaning, ()))

    def text(self, meaning: str) -> str:
        """The first single value on one line; empty when there is none. A list or a mapping is a problem."""
        return next(iter(self.singles(meaning)), "")

    def singles(self, meaning: str) -> tuple[str, ...]:
        """Every single value on one line."""
        found = []
        for key, value in self.keys(meaning):
            if value.items or value.pairs:
                self.complain(value.line, f"'{key}' is no single value")
            elif value.text is not None and not is_nothing(value.text):
                found.append(" ".join(value.text.split()))
        return tuple(found)

    def texts(self, meaning: str) -> tuple[str, ...]:
        """Every entry of a list, whichever way it is written."""
        return tuple(text for _, text in self.entries(meaning))

    def entries(self, meaning: str) -> Iterator[tuple[Value, str]]:
        """Every entry of a list and its value; a mapping in it stands for the id in it."""
        for key, value in self.keys(meaning):
            for item in value.items or (value,):
                yield from self._entry(key, item)

    def whole_number(self, meaning: str) -> int | None:
        """The value as a number; one that is none is a problem."""
        text = self.text(meaning)
        if re.fullmatch(r"[0-9]{1,6}", text):
            return int(text)
        if text:
            self.complain(self.line(meaning), f"'{text}' is no number of a {meaning}")
        return None

    def is_no(self, meaning: str) -> bool:
        """Whether the value denies; one that neither denies nor affirms is a problem."""
        text = self.text(meaning).casefold()
        if text and text not in ("true", "yes", "on", "false", "no", "off"):
            self.complain(self.line(meaning), f"'{text}' is neither true nor false")
        return text in ("false", "no", "off")

    def _entry(self, key: str, item: Value) -> Iterator[tuple[Value, str]]:
        if item.text is not None:
            yield from ((item, part) for part in parts(item.text))
            return
        named = [v.text for k, v in item.pairs if meaning_of(k) in ("id", "title") and v.text]
        if named:
            yield item, named[0]
        elif item.pairs or item.items:
            self.complain(item.line, f"'{key}' holds something that is no name")
