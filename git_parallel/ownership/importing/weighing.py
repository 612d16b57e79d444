"""What becomes of rules whose order counts, where the most specific pattern counts; asked of the files of a tree."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ...names import printable
from ...overlap.patterns import Shape, is_literal, literal_ends, trusted
from ..atlas import Atlas
from ..rules import Territory
from ..survey import Survey
from .rule import Reading, Rule


@dataclass(frozen=True, slots=True)
class Difference:
    """Files that are of some agent types by the document, by one of its lines, and of others by patterns."""

    line: int
    there: tuple[str, ...]
    here: tuple[str, ...]
    paths: tuple[str, ...]

    def __str__(self) -> str:
        more = f" and {len(self.paths) - 1} more" if len(self.paths) > 1 else ""
        verb = "are" if more else "is"
        by = f"'{printable(self.paths[0])}'{more} {verb} {_whose(self.there)} by this document"
        return f"{by}, and would be {_whose(self.here)}"


class Weighed:
    """The rules of a document in a tree with these files: which of them count, and for what."""

    def __init__(self, reading: Reading, tree: Iterable[str]) -> None:
        self._rules = reading.rules
        self._patterns = [tuple(map(trusted, rule.globs)) for rule in reading.rules]
        self._atlas = Atlas(self._patterns)
        self._counting = {path: self._last(path) for path in tree} if reading.is_ordered else {}
        self.overruled = frozenset(self._overruled() if reading.is_ordered else ())
        self.kept = tuple(rule for rule in reading.rules if rule.owners and rule not in self.overruled)

    def differences(
        self, types: Mapping[str, str], territories: Iterable[Territory]
    ) -> tuple[Difference, ...]:
        """What would be of other agent types than the document says; `types` are those of its owners."""
        survey, found = (
            Survey({}, territories),
            dict[tuple[int, tuple[str, ...], tuple[str, ...]], list[str]](),
        )
        for path, counting in self._counting.items():
            there = sorted({types[owner] for rule in counting for owner in rule.owners})
            here = sorted(survey.at(path).types)
            if counting and there != here:
                found.setdefault((counting[-1].line, tuple(there), tuple(here)), []).append(path)
        return tuple(Difference(*key, tuple(paths)) for key, paths in sorted(found.items()))

    def _last(self, path: str) -> tuple[Rule, ...]:
        """Of the rules that fit a path the last of each group."""
        last = {self._rules[number].group: self._rules[number] for number in sorted(self._fitting(path))}
        return tuple(last.values())

    def _fitting(self, path: str) -> set[int]:
        folder = path[: path.rfind("/") + 1]
        return {one.owner for one in (*self._atlas.throughout(folder), *self._atlas.besides(folder, path))}

    def _overruled(self) -> Iterator[Rule]:
        """The rules that can count for no file, also none to come: a later one covers all that they fit.

        Only what is the same, a directory above, or fits the one path is seen to do so.
        """
        again = {(rule.group, rule.globs): number for number, rule in enumerate(self._rules)}
        for number, rule in enumerate(self._rules):
            covering = [self._covering(shape) for one in self._patterns[number] for shape in one.shapes]
            later = [
                {one for one in found if one > number and self._rules[one].group == rule.group}
                for found in covering
            ]
            if again[rule.group, rule.globs] != number or all(later):
                yield rule

    def _covering(self, shape: Shape) -> set[int]:
        """The rules that fit all that an alternative of a pattern fits, as far as that is seen."""
        if is_literal(shape):
            return self._fitting("/".join(map(str, shape)))
        return {one.owner for one in self._atlas.throughout(literal_ends(shape)[0])}


def patterns_of(rules: Iterable[Rule], types: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What each agent type owns by some rules, each pattern once, in their order."""
    found: dict[str, dict[str, None]] = {}
    for rule in rules:
        for owner in rule.owners:
            found.setdefault(types[owner], {}).update(dict.fromkeys(rule.globs))
    return {name: tuple(globs) for name, globs in found.items()}


def parsed(owns: Mapping[str, Iterable[str]]) -> tuple[Territory, ...]:
    """The territories of patterns that were checked before."""
    return tuple(Territory(name, tuple(map(trusted, texts))) for name, texts in owns.items())


def _whose(types: tuple[str, ...]) -> str:
    return f"of {' and '.join(types)}" if types else "nobody's"
