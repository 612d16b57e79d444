"""Where works meet: every two that touch something in common, without asking every two."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from ..names import OtherWork, Work, printable
from .counting import count
from .exclusion import Exclusion
from .footprint import Entry, Footprint
from .likelihood import Traffic, of_conflict, of_sharing
from .pair import Lines, Overlap, Proofs
from .places import Place, Places, is_file, is_number, is_same_name, meeting_path
from .policy import Policy
from .risk import Meeting, Risk, Sight, is_predicted, judge, sentence

# A file that two works are merely expected to share counts from this chance on; and so many works that
# meet nowhere else are worth a word from that chance on: below it, most of them do not share a file.
LEAST = 0.12
LIKELY = 0.4


class Overlaps:
    """All overlaps of some footprints, as a table that is asked and never written out as a list of pairs.

    A file finds its works by its name, and the patterns that cover it by their literal parts (`index`).
    To build it costs what the entries are, to ask it what is found. An unknown footprint overlaps nobody
    here: who cannot be placed must be held by the plan.
    """

    def __init__(
        self,
        footprints: Iterable[Footprint],
        *,
        proofs: Proofs | None = None,
        exclusion: Exclusion | None = None,
        traffic: Traffic | None = None,
    ) -> None:
        self.places = Places()
        self.works: list[Work] = []
        for footprint in footprints:
            self.places.add(footprint.binding)
            self.works.append(footprint.work)
        self.exclusion = exclusion or Exclusion()
        if self.exclusion.hot:
            policy = self.exclusion.policy_of
            self.places.kept = {p for p in self.places.doubtful if policy(p) is Policy.SERIALISE}
        self.places.join()
        self.proofs = proofs or Proofs()
        self.position = {work: at for at, work in enumerate(self.works)}
        self._traffic = traffic or Traffic()
        self._count: int | None = None
        self._apart: dict[Work, frozenset[Work]] = {}
        self._kinds: list[int] = []
        self._proven: dict[int, set[int]] = {}
        for left, right in self.proofs.conflicts:
            self._proven.setdefault(left, set()).add(right)
            self._proven.setdefault(right, set()).add(left)

    def __iter__(self) -> Iterator[Overlap]:
        """Every overlap, in the order of the input."""
        for position in range(len(self.works)):
            yield from self._after(position)

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None

    def __len__(self) -> int:
        """How many there are; found without comparing anything."""
        if self._count is None:
            self._count = count(self.places, self.proofs.conflicts, map(self.met, range(len(self.works))))
        return self._count

    def between(self, left: Work, right: Work) -> Overlap | None:
        """The overlap of two works; None where they meet nowhere."""
        one, other = self.position.get(left), self.position.get(right)
        if one is None or other is None or one == other:
            return None
        first, second = sorted((one, other))
        return self._overlap(first, second, list(self._meetings(first, second)))

    def apart_from(self, work: Work) -> frozenset[Work]:
        """The works that may not run beside this one: those whose overlap with it excludes, without the words.

        Asked for each task that runs by every decision on a launch, so each answer is kept.
        """
        found = self._apart.get(work)
        if found is None:
            here = self.position.get(work)
            found = frozenset() if here is None else frozenset(self.works[at] for at in self._all_apart(here))
            self._apart[work] = found
        return found

    def meetings(self, left: Work, right: Work) -> tuple[Meeting, ...]:
        """Every place where two works meet, the worst first, seen from `left`."""
        one, other = self.position.get(left), self.position.get(right)
        if one is None or other is None or one == other:
            return ()
        meetings = self._as_proven(one, other, list(self._meetings(one, other)))
        return tuple(sorted(meetings, key=lambda m: (-m.risk.severity, m.path)))

    def sharing(self, left: Work, right: Work) -> float:
        """How likely two works are to change one file, however unlikely that is; 0 where nothing says so."""
        one, other = self.position.get(left), self.position.get(right)
        if one is None or other is None or one == other:
            return 0.0
        mine, theirs = self.places.of_work[one], self.places.of_work[other]
        return of_sharing(
            [
                entry.weight * theirs[there].weight
                for place, entry in mine.items()
                for there, _ in self.places.beside(place)
                if there in theirs and not is_number(place)
            ]
        )

    def of(self, work: Work) -> Iterator[Overlap]:
        """The overlaps of one work, by the order of the others."""
        here = self.position.get(work)
        if here is None:
            return
        for other in sorted(self.met(here)):
            first, second = sorted((here, other))
            if overlap := self._overlap(first, second, list(self._meetings(first, second))):
                yield overlap

    def proven(self, position: int) -> Collection[int]:
        """The works with which git could not merge this one."""
        return self._proven.get(position, ())

    def _after(self, position: int) -> Iterator[Overlap]:
        """The overlaps of a work with those that come after it in the input."""
        found: dict[int, list[Meeting]] = {}
        places = self.places
        for place, entry in self.places.meeting[position]:
            for other, sight in places.beside(place):
                for at in places.later(other, position):
                    there = places.of_work[at][other]
                    if meeting := self._meeting(entry, there, place, other, sight):
                        found.setdefault(at, []).append(meeting)
        for at in self._proven.get(position, ()):
            if at > position:
                found.setdefault(at, [])
        for at in sorted(found):
            if overlap := self._overlap(position, at, found[at]):
                yield overlap

    def met(self, position: int) -> set[int]:
        """The works that this one meets."""
        places = self.places
        found: set[int] = set(self._proven.get(position, ()))
        expected: dict[int, list[float]] = {}
        for place, entry in self.places.meeting[position]:
            for other, _ in places.beside(place):
                self._add_met(found, expected, place, other, entry)
        found.update(at for at, products in expected.items() if of_sharing(products) >= LIKELY)
        found.discard(position)
        return found

    def _add_met(
        self, found: set[int], expected: dict[int, list[float]], place: Place, other: Place, entry: Entry
    ) -> None:
        """The works that an entry at one place meets at another."""
        places = self.places
        doubtful = places.doubtful
        if not (is_number(other) or (doubtful and (other in doubtful or place in doubtful))):
            found.update(places.at(other))
            return
        for at in places.at(other):
            there = places.of_work[at][other]
            if self._is_worth(entry, there, place, other):
                if is_predicted(entry, there) and not self._is_serial(place, other):
                    expected.setdefault(at, []).append(entry.weight * there.weight)
                else:
                    found.add(at)

    def _meetings(self, left: int, right: int) -> Iterator[Meeting]:
        theirs = self.places.of_work[right]
        for place, entry in self.places.meeting[left]:
            for other, sight in self.places.beside(place):
                there = theirs.get(other)
                if there and (meeting := self._meeting(entry, there, place, other, sight)):
                    yield meeting

    def _overlap(self, left: int, right: int, meetings: list[Meeting]) -> Overlap | None:
        """The overlap of two works that meet there; a file that several entries lead to counts once."""
        proof = self.proofs.conflicts.get((left, right))
        if proof is not None:
            return self._conflict(left, right, meetings, proof)
        meetings = self._as_proven(left, right, meetings)
        if not self._is_likely(meetings):
            return None
        sharing = of_sharing([m.left.weight * m.right.weight for m in meetings])
        names = {"left": self.works[left], "right": self.works[right]}
        # To the last tie: sets decided the order in which the meetings were found.
        worst = (
            meetings[0]
            if len(meetings) == 1
            else min(meetings, key=lambda m: (-m.risk.severity, m.path, m.left.path, m.right.path))
        )
        # What is merely expected is no place where they meet, as long as there is a better one.
        is_known = worst.risk is not Risk.PREDICTED
        paths = tuple(sorted({m.path for m in meetings if not is_known or m.risk is not Risk.PREDICTED}))
        return Overlap(
            **names,
            paths=paths,
            risk=worst.risk,
            why=sentence(worst, **names, more=len(paths) - 1),
            likelihood=of_conflict(meetings, self._traffic, files=self._sizes(left, right)),
            sharing=sharing,
            lines=_lines(meetings),
            excludes=self._are_tasks(left, right) and self._excludes(meetings),
        )

    def _all_apart(self, here: int) -> Iterator[int]:
        if not self._kinds:
            numbers: dict[object, int] = {}
            self._kinds = [
                numbers.setdefault((isinstance(self.works[at], OtherWork), *entries.items()), len(numbers))
                for at, entries in enumerate(self.places.of_work)
            ]
        verdicts: dict[int, bool] = {}
        for at in self.met(here):
            pair = (min(here, at), max(here, at))
            if pair in self.proofs.conflicts or pair in self.proofs.clean:
                verdict = self._is_apart(*pair)
            elif (verdict := verdicts.get(kind := self._kinds[at])) is None:  # type: ignore[assignment]
                # Whoever touches the same as another stands to `here` as that does.
                verdict = verdicts[kind] = self._is_apart(*pair)
            if verdict:
                yield at

    def _is_apart(self, left: int, right: int) -> bool:
        """What the overlap of the two would say of `excludes`."""
        if not self._are_tasks(left, right):
            return False
        meetings = list(self._meetings(left, right))
        proof = self.proofs.conflicts.get((left, right))
        if proof is not None:
            return self._conflict_excludes(proof, meetings)
        meetings = self._as_proven(left, right, meetings)
        return self._excludes(meetings) and self._is_likely(meetings)

    def _is_likely(self, meetings: Sequence[Meeting]) -> bool:
        """Whether it is more than a faint expectation that two works meet where these say so."""
        return any(
            meeting.risk is not Risk.PREDICTED or self._policy(meeting) is Policy.SERIALISE
            for meeting in meetings
        ) or (bool(meetings) and of_sharing([m.left.weight * m.right.weight for m in meetings]) >= LIKELY)

    def _as_proven(self, left: int, right: int, meetings: list[Meeting]) -> list[Meeting]:
        """Where git was asked and could merge: whatever the lines look like, the changes go together."""
        if (min(left, right), max(left, right)) not in self.proofs.clean:
            return meetings
        return [
            m._replace(risk=Risk.FILE) if m.risk is Risk.HUNK and m.sight is Sight.PATH else m
            for m in meetings
        ]

    def _conflict(
        self, left: int, right: int, meetings: Sequence[Meeting], proof: tuple[str, ...]
    ) -> Overlap:
        names = {"left": self.works[left], "right": self.works[right]}
        because = self.proofs.because.get((left, right))
        where = set(proof)
        worst = min(
            (m for m in meetings if m.path in where),
            key=lambda m: (-m.risk.severity, m.path),
            default=None,
        )
        if because:
            why = because
        elif worst is not None:
            why = f"git cannot merge them: {sentence(worst, **names, more=len(proof) - 1)}"
        else:
            more = f" and {len(proof) - 1} more" if len(proof) > 1 else ""
            why = f"git cannot merge them: conflict in {printable(min(proof))}{more}"
        return Overlap(
            **names,
            paths=tuple(sorted({*proof, *(m.path for m in meetings if m.risk is not Risk.PREDICTED)})),
            risk=Risk.CONFLICT,
            why=why,
            likelihood=1.0,
            sharing=1.0,
            lines=_lines(meetings),
            excludes=self._are_tasks(left, right) and self._conflict_excludes(proof, meetings),
        )

    def _conflict_excludes(self, proof: Iterable[str], meetings: Iterable[Meeting]) -> bool:
        policies = (self.exclusion.policy_of(path) for path in proof)
        return any(self.exclusion.excludes(Risk.CONFLICT, policy) for policy in policies) or self._excludes(
            meetings
        )

    def _is_serial(self, place: Place, other: Place) -> bool:
        """Whether two places meet in a file that is to be touched by one at a time, even if that is only expected."""
        is_one = place == other or is_file(place) != is_file(other)
        if not self.exclusion.hot or not is_one or not (is_file(place) or is_file(other)):
            return False
        return self.exclusion.policy_of(meeting_path(place, other)) is Policy.SERIALISE

    def _policy(self, meeting: Meeting) -> Policy | None:
        return self.exclusion.policy_of(meeting.path) if meeting.is_file else None

    def _is_worth(self, entry: Entry, there: Entry, place: Place, other: Place) -> bool:
        """Whether it matters that two works meet there."""
        if is_number(other) and is_same_name(entry, there):
            return False
        if not is_predicted(entry, there) or entry.weight * there.weight >= LEAST:
            return True
        return self._is_serial(place, other)

    def _meeting(
        self, entry: Entry, there: Entry, place: Place, other: Place, sight: Sight
    ) -> Meeting | None:
        if (is_number(place) or is_predicted(entry, there)) and not self._is_worth(
            entry, there, place, other
        ):
            return None
        if sight is Sight.CASE:
            return Meeting(entry, there, " ~ ".join(sorted((place, other))), _by_kind(entry, there), sight)
        if is_number(place):
            path = " ~ ".join(sorted((entry.path, there.path)))
            return Meeting(entry, there, path, _by_kind(entry, there), Sight.NUMBER)
        risk = judge(entry, there, same_file=place == other and is_file(place))
        return Meeting(
            entry, there, meeting_path(place, other), risk, is_file=is_file(place) or is_file(other)
        )

    def _are_tasks(self, left: int, right: int) -> bool:
        """Other work is there whether a task runs or not, so it keeps none from running."""
        return not any(isinstance(self.works[at], OtherWork) for at in (left, right))

    def _excludes(self, meetings: Iterable[Meeting]) -> bool:
        return any(self.exclusion.excludes(meeting.risk, self._policy(meeting)) for meeting in meetings)

    def _sizes(self, left: int, right: int) -> tuple[int, int]:
        return len(self.places.of_work[left]), len(self.places.of_work[right])


def _by_kind(entry: Entry, there: Entry) -> Risk:
    """The risk of what no merge of texts sees: it merges, and is wrong."""
    return Risk.PREDICTED if judge(entry, there, same_file=False) is Risk.PREDICTED else Risk.HUNK


def _lines(meetings: Iterable[Meeting]) -> tuple[Lines, ...]:
    return tuple(
        Lines(m.path, m.left.ranges, m.right.ranges)
        for m in meetings
        if m.left.ranges and m.right.ranges and m.sight is Sight.PATH
    )
