"""Which times are taken at each place, so that finding a free one costs the places of a task and no pairs.

A *time* is the number of a wave, or of a slot; the times that are taken are the bits of one integer.
"""

from collections import defaultdict

from ..names import Work
from ..overlap.footprint import Entry, Origin
from ..overlap.meet import Overlaps
from ..overlap.places import Place, is_file, is_number, is_same_name
from ..overlap.policy import Level, Policy
from ..overlap.risk import Risk, is_predicted, judge


class Calendar:
    """Says for a work at what times something that excludes it is already there."""

    def __init__(self, overlaps: Overlaps) -> None:
        self._overlaps = overlaps
        self._places = overlaps.places
        self._exclusion = overlaps.exclusion
        self._at: dict[Place, int] = {}
        # Of a pattern: the times at which somebody is at one of the files that it covers.
        self._below: dict[Place, int] = {}
        # Where it depends on what exactly is done there.
        self._sharp: dict[Place, list[tuple[int, Entry, int]]] = defaultdict(list)
        self._time: dict[int, int] = {}
        # Nearly always all that counts is who is there.
        self._is_plain = (
            self._exclusion.level is Level.FILE
            and not self._exclusion.hot
            and not self._places.cased
            and not self._places.has_numbers
        )

    def taken(self, work: Work) -> int:
        """The times at which `work` may not be."""
        position = self._overlaps.position.get(work)
        if position is None:
            return 0
        taken = self._proven(position)
        at, below, globs = self._at, self._below, self._places.globs
        for place, entry in self._places.meeting[position]:
            if not self._is_plain:
                taken |= self._with_care(position, place, entry)
            elif entry.origin is not Origin.PREDICTED:
                taken |= at.get(place, 0) | below.get(place, 0)
                for glob in globs.get(place, ()):
                    taken |= at.get(glob, 0)
        return taken

    def take(self, work: Work, time: int) -> None:
        """Put `work` there at that time."""
        position = self._overlaps.position.get(work)
        if position is None:
            return
        bit = self._time[position] = 1 << time
        at, below, globs = self._at, self._below, self._places.globs
        for place, entry in self._places.meeting[position]:
            policy = self._policy(place)
            if not self._is_plain and self._is_compared(place):
                self._sharp[place].append((position, entry, bit))
            if entry.origin is Origin.PREDICTED and policy is not Policy.SERIALISE:
                continue
            at[place] = at.get(place, 0) | bit
            if policy is None and place in globs and is_file(place):
                for glob in globs[place]:
                    below[glob] = below.get(glob, 0) | bit

    def _with_care(self, position: int, place: Place, entry: Entry) -> int:
        """The times that are taken at a place where more counts than who is there."""
        taken = 0
        policy = self._policy(place)
        if is_number(place):
            return self._numbers(place, entry)
        if place in self._places.cased:
            taken = self._cases(place, entry)
        if policy in (Policy.ALLOW, Policy.UNION, Policy.REGENERATE):
            return taken
        if policy is Policy.SERIALISE:
            return taken | self._all_at(place)
        for file in self._places.files.get(place, ()) if self._exclusion.hot else ():
            if self._policy(file) is Policy.SERIALISE:
                taken |= self._at.get(file, 0)
        if entry.origin is Origin.PREDICTED:
            return taken
        if self._exclusion.level is Level.HUNK:
            return taken | self._lines(position, place, entry)
        return taken | self._all_at(place) | self._below.get(place, 0)

    def _all_at(self, place: Place) -> int:
        """The times at which somebody is there, or at a pattern that meets it."""
        taken = self._at.get(place, 0)
        for glob in self._places.globs.get(place, ()):
            taken |= self._at.get(glob, 0)
        return taken

    def free(self, work: Work, time: int) -> None:
        """Take `work` away again, the only one at that time."""
        position = self._overlaps.position.get(work)
        if position is None:
            return
        gone = ~(1 << time)
        del self._time[position]
        for place, _ in self._places.meeting[position]:
            if place in self._at:
                self._at[place] &= gone
            if place in self._sharp:
                self._sharp[place] = [one for one in self._sharp[place] if one[0] != position]
            for glob in self._places.globs.get(place, ()):
                if glob in self._below:
                    self._below[glob] &= gone

    def _policy(self, place: Place) -> Policy | None:
        return self._exclusion.policy_of(place) if self._exclusion.hot and is_file(place) else None

    def _is_compared(self, place: Place) -> bool:
        return (
            is_number(place)
            or place in self._places.cased
            or (self._exclusion.level is Level.HUNK and is_file(place))
        )

    def _numbers(self, place: Place, entry: Entry) -> int:
        """The times of those who take the same number under another name."""
        taken = 0
        for _, there, bit in self._sharp.get(place, ()):
            if not is_same_name(entry, there) and not is_predicted(entry, there):
                taken |= bit
        return taken

    def _cases(self, place: Place, entry: Entry) -> int:
        """The times of those whose file differs in case only."""
        taken = 0
        for other_place in self._places.cased[place]:
            for _, there, bit in self._sharp.get(other_place, ()):
                taken |= 0 if is_predicted(entry, there) else bit
        return taken

    def _lines(self, position: int, place: Place, entry: Entry) -> int:
        """The times of those who change the same lines of a file, or take it away."""
        taken = 0
        clean = self._overlaps.proofs.clean
        for other, there, bit in self._sharp.get(place, ()):
            is_clean = (min(position, other), max(position, other)) in clean
            if not taken & bit and not is_clean and judge(entry, there, same_file=True) is Risk.HUNK:
                taken |= bit
        return taken

    def _proven(self, position: int) -> int:
        taken = 0
        works = self._overlaps.works
        for other in self._overlaps.proven(position):
            if other in self._time:
                overlap = self._overlaps.between(works[position], works[other])
                taken |= self._time[other] if overlap and overlap.excludes else 0
        return taken


def first_free(taken: int, *, start: int) -> int:
    """The first time from `start` on that is not taken."""
    later = taken >> start
    return start + (~later & (later + 1)).bit_length() - 1
