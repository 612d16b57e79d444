"""What work will touch besides what it declares, learnt from what earlier work declared and really changed.

The chance that a file changes is estimated from the earlier works most like this one, weighted by how
alike they are (nearest neighbours over the Jaccard similarity of declared and changed files) and drawn
towards how often the file changes at all where few are alike. Co-change is the classic evidence:
Zimmermann, Weissgerber, Diehl, Zeller, "Mining version histories to guide software changes" (ICSE 2004).
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..tasks.task import Kind
from . import patterns
from .beside import Beside
from .footprint import COVERED, NAMED, Entry, Footprint, Origin
from .likelihood import Traffic

# Below this chance a file is not worth a word.
LEAST = 0.1
# What has happened once may never happen again.
_EVIDENCE = 2
# As much evidence as so many alike works the overall frequency of a file counts.
_PRIOR = 2.0
# A handful of changes does not tell how often a file usually changes: it counts as if so many had left it alone.
_USUAL_PRIOR = 8.0
# And so many works that declared this very file, what declarations are worth in general.
_DECLARED_PRIOR = 3.0
_GENERAL_PRIOR = 5.0
# As much evidence as so many changes of the file beside it a rule of thumb counts.
_RULE_PRIOR = 4.0
# A change of more files than this is a clean-up, of which nothing can be learnt about the next task.
WIDEST = 60
# Of those that are not declared, and the most that one footprint is given.
_MOST = 12


@dataclass(frozen=True, slots=True)
class Past:
    """One piece of work that is over: what was declared of it, if anything was, and what it changed."""

    changed: frozenset[str]
    declared: tuple[str, ...] = ()


class Lessons:
    """Earlier works, looked up by what they declared and changed. `tree` are the files that exist."""

    def __init__(self, past: Iterable[Past], tree: Collection[str] = ()) -> None:
        everything = list(past)
        self._past = [one for one in everything if 0 < len(one.changed) <= WIDEST]
        # What taught nothing else still left most files alone.
        self._idle = len(everything) - len(self._past)
        self._beside = Beside(tree)
        self._by_changed: dict[str, list[int]] = defaultdict(list)
        self._by_declared: dict[str, list[int]] = defaultdict(list)
        for at, one in enumerate(self._past):
            for path in one.changed:
                self._by_changed[path].append(at)
            for text in one.declared:
                self._by_declared[text].append(at)
        self._files = sorted(self._by_changed)
        self._covered: dict[str, tuple[str, ...]] = {}
        # Who declared a file has no say in how often it changes undeclared.
        self._declaring: dict[str, set[int]] = defaultdict(set)
        for at, one in enumerate(self._past):
            for text in one.declared:
                for path in self._matching(text):
                    self._declaring[path].add(at)
        self._worth = self._general_worth()
        self._usual = {path: chance for path in self._files if (chance := self._frequency(path)) >= LEAST}

    @property
    def traffic(self) -> Traffic:
        """How many earlier works went through each file."""
        return Traffic({path: len(works) for path, works in self._by_changed.items()})

    def complete(self, footprint: Footprint) -> Footprint:
        """A footprint with its declarations weighed, and with what it is expected to touch besides."""
        if footprint.is_settled or footprint.is_unknown:
            return footprint
        known = tuple(self._weighed(entry) for entry in footprint.entries)
        texts = [entry.path for entry in known if entry.origin is not Origin.OBSERVED]
        named = {entry.path for entry in known if entry.is_named or not patterns.is_magic(entry.path)}
        expected = self._expected(texts, named)
        for path, entry in self._by_rule(known):
            if path not in named and (path not in expected or entry.weight > expected[path].weight):
                expected[path] = entry
        most = sorted(expected.values(), key=lambda entry: (-entry.weight, entry.path))[:_MOST]
        covered = self._covered_weights(texts, expected)
        known = tuple(
            entry._replace(weight=covered.get(entry.path, entry.weight))
            if entry.origin is Origin.DECLARED
            else entry
            for entry in known
        )
        return replace(footprint, entries=(*known, *most))

    def _weighed(self, entry: Entry) -> Entry:
        if entry.origin is not Origin.DECLARED or patterns.is_magic(entry.path):
            return entry
        declared = self._by_declared.get(entry.path, ())
        changed = sum(entry.path in self._past[at].changed for at in declared)
        weight = (changed + _DECLARED_PRIOR * self._worth) / (len(declared) + _DECLARED_PRIOR)
        return entry._replace(weight=weight)

    def _covered_weights(self, texts: Iterable[str], expected: Mapping[str, Entry]) -> dict[str, float]:
        """What a pattern is worth at a file below it: what its most likely file is, and at least a little."""
        found = {}
        for text in texts:
            if patterns.is_magic(text):
                inside = (expected[path].weight for path in self._matching(text) if path in expected)
                found[text] = max(COVERED, max(inside, default=0.0))
        return found

    def _expected(self, texts: Sequence[str], named: Container[str]) -> dict[str, Entry]:
        """The files that works like this one changed, or that nearly all did, with their chances."""
        alike = self._alike(texts)
        total = sum(alike.values())
        votes: dict[str, float] = defaultdict(float)
        for at, weight in alike.items():
            for path in self._past[at].changed:
                votes[path] += weight
        found = {}
        for path in votes.keys() | self._usual.keys():
            if path in named or len(self._by_changed[path]) < _EVIDENCE:
                continue
            declaring = self._declaring.get(path, ())
            silent = sum(alike.get(at, 0.0) for at in declaring)
            # Who declared the file and changed it is no evidence for those who do not declare it.
            own = sum(alike.get(at, 0.0) for at in declaring if path in self._past[at].changed)
            usual = self._frequency(path)
            chance = (votes.get(path, 0.0) - own + _PRIOR * usual) / (total - silent + _PRIOR)
            if chance >= LEAST:
                found[path] = Entry(
                    path, Kind.MODIFY, Origin.PREDICTED, weight=chance, why=self._reason(path, texts)
                )
        return found

    def _alike(self, texts: Sequence[str]) -> dict[int, float]:
        """The works that share something with what these declare, and how alike they are."""
        mine = set(texts)
        covered = {path for text in mine for path in self._matching(text)}
        touched: Counter[int] = Counter()
        for path in covered:
            touched.update(self._by_changed[path])
        shared: Counter[int] = Counter()
        for text in mine:
            shared.update(self._by_declared.get(text, ()))
        found = {}
        for at in touched.keys() | shared.keys():
            one = self._past[at]
            declared = len(mine) + len(one.declared) - shared[at]
            changed = len(mine) + len(one.changed) - touched[at]
            found[at] = shared[at] / max(declared, 1) + touched[at] / max(changed, 1)
        return found

    def _frequency(self, path: str) -> float:
        """How often a file changes that was not declared."""
        declaring = self._declaring.get(path, ())
        changed = len(self._by_changed.get(path, ())) - sum(
            path in self._past[at].changed for at in declaring
        )
        return (changed + 0.05) / (len(self._past) + self._idle - len(declaring) + _USUAL_PRIOR)

    def _general_worth(self) -> float:
        """How often a file that is declared by its name really changes."""
        declared = changed = 0
        for text, works in self._by_declared.items():
            if not patterns.is_magic(text):
                declared += len(works)
                changed += sum(text in self._past[at].changed for at in works)
        return (changed + NAMED * _GENERAL_PRIOR) / (declared + _GENERAL_PRIOR)

    def _by_rule(self, entries: Iterable[Entry]) -> Iterator[tuple[str, Entry]]:
        """What usually stands beside the declared files, weighed by what history says of the two."""
        for entry in entries:
            if entry.origin is Origin.OBSERVED or patterns.is_magic(entry.path):
                continue
            for path, chance, why in self._beside.expected(entry.path, entry.kind):
                here = self._by_changed.get(entry.path, ())
                both = len(set(here) & set(self._by_changed.get(path, ())))
                weight = (both + _RULE_PRIOR * chance) / (len(here) + _RULE_PRIOR)
                if weight >= LEAST:
                    yield path, Entry(path, Kind.MODIFY, Origin.PREDICTED, weight=weight, why=why)

    def _reason(self, path: str, texts: Iterable[str]) -> str:
        """Why a file is expected, by the declared one that it changed with most often."""
        mine = set(self._by_changed.get(path, ()))
        best, most, of = "", 0, 0
        for text in texts:
            theirs = self._by_changed.get(text, ())
            both = len(mine.intersection(theirs))
            if both > most:
                best, most, of = text, both, len(theirs)
        if best:
            return f"{most} of {of} changes of {best} changed it"
        return f"{len(mine)} of the last {len(self._past) + self._idle} changes changed it"

    def _matching(self, text: str) -> tuple[str, ...]:
        """The files known from earlier works that a declared text covers."""
        known = self._covered.get(text)
        if known is None:
            known = self._covered[text] = tuple(self._find(text))
        return known

    def _find(self, text: str) -> Iterator[str]:
        if not patterns.is_magic(text):
            if text in self._by_changed:
                yield text
            return
        seen = set()
        for shape in patterns.trusted(text).shapes:
            folder, head, _ = patterns.literal_ends(shape)
            start = folder + head
            for path in self._files[bisect_left(self._files, start) :]:
                if not path.startswith(start):
                    break
                if path not in seen and patterns.matches(patterns.trusted(text), path):
                    seen.add(path)
                    yield path
