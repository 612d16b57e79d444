"""The paths of one task while it is read: each once, and the unusable ones as problems."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...names import printable
from ..naming import is_form
from ..task import Declared, Kind, Problem, ranges_of_both
from .pathlike import is_elsewhere
from .paths import Named

_LONGEST_SHOWN = 80
_MENTION = Kind.MENTION  # Python 3.11 takes long to find a member in its class, and paths are many
_PLAIN = (Kind.MODIFY, Kind.CREATE, _MENTION)
# What a program writes while it runs, or a form that is followed, is no work unless somebody says so.
_RUNTIME = (".db", ".sqlite", ".sqlite3", ".log", ".pid", ".bak", ".backup")


@dataclass(slots=True)
class Declarations:
    """What was declared so far: the first line that names a path stands, creating outranks modifying."""

    source: str
    problems: list[Problem] = field(default_factory=list)
    by_path: dict[str, Declared] = field(default_factory=dict)

    def keep(
        self,
        named: Named,
        kind: Kind | None,
        line: int,
        *,
        guess: Kind = Kind.MODIFY,
        is_doubtful: bool = False,
    ) -> None:
        """Add one path; without a kind what happens to it is a guess."""
        if kind is None and (named.path.endswith(_RUNTIME) or is_form(named.path)):
            kind = Kind.MENTION
        new = Declared(
            named.path,
            kind or guess,
            self.source,
            line,
            ranges=named.ranges,
            is_guess=kind is None,
            is_doubtful=is_doubtful,
        )
        old = self.by_path.get(named.path)
        if old is None or (old.kind is Kind.MENTION and new.kind is not Kind.MENTION):
            self.by_path[named.path] = new
        elif new.kind is not Kind.MENTION:
            self.by_path[named.path] = _both(old, new)

    def mention(self, named: Iterable[Named], line: int) -> None:
        """Add paths that are only spoken of; one that cannot be used is nobody's trouble."""
        for name in named:
            if name.path not in self.by_path and not name.problem:
                self.by_path[name.path] = Declared(name.path, Kind.MENTION, self.source, line)

    def demote(self, line: int) -> None:
        """Take back what a line declared; it was only spoken of."""
        for path, declared in self.by_path.items():
            if declared.line == line:
                self.by_path[path] = replace(declared, kind=Kind.MENTION, is_guess=False)

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
            if "/" in path and one.kind is not _MENTION:
                full[path.rsplit("/", 1)[-1]].append(path)
        for path in [path for path in self.by_path if path in full]:
            one = self.by_path[path]
            if len(full[path]) == 1 and _is_telling(path) and one.kind in _PLAIN:
                del self.by_path[path]
                whole = self.by_path[full[path][0]]
                if whole.is_guess and not one.is_guess and one.kind is not Kind.MENTION:
                    self.by_path[whole.path] = replace(whole, kind=one.kind, is_guess=False)
        return tuple(self.by_path.values())


def _both(old: Declared, new: Declared) -> Declared:
    """What two lines say of one path: where the first stands, with the kind that was said, creating first."""
    ranges = ranges_of_both(old.ranges, new.ranges)
    if old.is_doubtful and not new.is_doubtful:
        old = replace(old, is_doubtful=False)
    if not new.is_guess and (old.is_guess or new.kind is Kind.CREATE):
        return replace(old, kind=new.kind, is_guess=False, ranges=ranges)
    return old if ranges == old.ranges else replace(old, ranges=ranges)


def is_looked_up_later(name: Named) -> bool:
    """Whether an unusable path may turn out to lie in the repository: of another machine, or relative."""
    return is_elsewhere(name.path) or name.path.startswith("../")


def _is_telling(name: str) -> bool:
    """Whether a bare name hardly is another file: many directories have a `README.md` or `__init__.py`."""
    return not name.startswith("_") and not name.split(".")[0].isupper()
