"""The paths of one task while it is read: each once, and the unusable ones as problems."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from ..names import printable
from .paths import Named
from .task import Declared, Kind, Problem

_LONGEST_SHOWN = 80


@dataclass(slots=True)
class Declarations:
    """What was declared so far: the first line that names a path stands, creating outranks modifying."""

    source: str
    problems: list[Problem] = field(default_factory=list)
    by_path: dict[str, Declared] = field(default_factory=dict)

    def keep(self, path: str, kind: Kind, line: int) -> None:
        """Add one path."""
        old = self.by_path.get(path)
        if old is None or (old.kind is Kind.MENTION and kind is not Kind.MENTION):
            self.by_path[path] = Declared(path, kind, self.source, line)
        elif old.kind is Kind.MODIFY and kind is Kind.CREATE:
            self.by_path[path] = replace(old, kind=kind)

    def refuse(self, name: Named, line: int) -> None:
        """Report a path that was meant as a declaration and cannot be one."""
        cut = name.path[: _LONGEST_SHOWN - 3] + "..." if len(name.path) > _LONGEST_SHOWN else name.path
        message = f"not a usable path: '{printable(cut)}' ({name.problem})"
        self.problems.append(Problem(self.source, line, message))

    def note(self, message: str, line: int) -> None:
        """Report something that was meant to declare and says nothing that can be used."""
        cut = message if len(message) <= 2 * _LONGEST_SHOWN else message[: 2 * _LONGEST_SHOWN - 3] + "..."
        self.problems.append(Problem(self.source, line, printable(cut)))

    def declared(self) -> tuple[Declared, ...]:
        """All paths, without the bare names of files that the same text also names by one full path."""
        full: dict[str, list[str]] = defaultdict(list)
        for path, one in self.by_path.items():
            if "/" in path and one.kind is not Kind.MENTION:
                full[path.rsplit("/", 1)[-1]].append(path)
        for path, one in tuple(self.by_path.items()):
            if len(full.get(path, ())) == 1 and _is_telling(path) and one.kind in (Kind.MODIFY, Kind.CREATE):
                del self.by_path[path]
                self.keep(full[path][0], one.kind, one.line)
        return tuple(self.by_path.values())


def _is_telling(name: str) -> bool:
    """Whether a bare name hardly is another file: many directories have a `README.md` or `__init__.py`."""
    return not name.startswith("_") and not name.split(".")[0].isupper()
