"""Which of several tasks, merged together, break the verification, with few verifications.

All are verified together; when that fails, a binary search over the merge order finds the shortest prefix that
fails, as `git bisect` does, and so the first that breaks it; then the others are verified without that one, and
so on. It is group testing by splitting (Hwang, "A Method for Detecting All Defective Members in a Population by
Group Testing", 1972), in the manner of merge queues such as Bors. Who breaks it only together with others is
found by the same search with that one always in (Zeller and Hildebrandt, "Simplifying and Isolating
Failure-Inducing Input", 2002).

A failure may be a flake, a pass is believed: nobody is found guilty on the word of a single failure. When the
same set passes the second time, the search goes on with what it knows.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import TypeAlias, TypeVar

from .evidence import NOBODY, Evidence, Members
from .probe import Guilt, Probe, Result, Verdict, Why

_T = TypeVar("_T")
_Asking: TypeAlias = Generator[Probe, Result, _T]

_ENOUGH = 2  # failures, which are believed
_MOST_PARTNERS = 4  # whose names are worth the runs
_FEW = 9  # verifications, up to which it costs little to ask for more than who is guilty


def hunt(count: int, needs: Mapping[int, Sequence[int]] | None = None) -> _Asking[Verdict]:
    """Find which of the members 0 to `count` - 1, in merge order, can be merged together and pass.

    `needs` are for each member those before it that it cannot be merged without; one that is not before it
    is not heeded. Yields what to verify next and is sent the result.

    When all pass, that is 1 verification. With one bad member among n it is at most ceil(log2 n) + 3, and one
    less where n is 65 or a larger power of two and 1, for there the last but one is not asked whether it
    breaks it alone; each further one costs about as many again, and so does the name of a partner. It ends
    however contradictory the results are, for each round sets somebody aside or has more pass than ever
    before, and nothing is good that was not verified.
    """
    return _Hunt(count, needs or {}).run()


class _Hunt:
    def __init__(self, count: int, needs: Mapping[int, Sequence[int]]) -> None:
        self._needs = {
            member: tuple(need for need in needs.get(member, ()) if 0 <= need < member)
            for member in range(count)
        }
        self._active = frozenset(range(count))
        self._evidence = Evidence()
        self._guilty: list[Guilt] = []
        self._waiting: dict[int, int] = {}
        self._is_target_failing = False
        # From here on the only guilty one is not asked alone: 64 good ones and a bad one take 9 runs.
        self._naming = max(_FEW, max(count - 2, 0).bit_length() + 3)

    def run(self) -> _Asking[Verdict]:
        yield from self._ask(self._active, Why.ALL)
        while not (self._evidence.has_passed(self._active) or self._is_target_failing):
            yield from self._round()
        return Verdict(
            good=() if self._is_target_failing else tuple(sorted(self._active)),
            guilty=tuple(self._guilty),
            waiting=self._waiting,
            is_flaky=self._evidence.is_flaky,
            is_target_failing=self._is_target_failing,
            runs=self._evidence.runs,
        )

    def _round(self) -> _Asking[None]:
        """Find one more who breaks it and set it aside, or learn that a failure was a flake."""
        member, failed = yield from self._first(Why.HALVING, within=self._active)
        rest = self._without(self._active, {member})
        is_rest_good = yield from self._ask(rest, Why.WITHOUT)
        is_sure = is_rest_good and self._evidence.against(member, within=self._active) >= _ENOUGH
        alone = self._closed({member})
        if not is_sure or self._guilty or self._evidence.runs < self._naming:
            yield from self._ask(alone, Why.ALONE)
        is_good_alone = self._evidence.has_passed(alone)
        if not is_sure and (is_good_alone or alone == failed) and (yield from self._again(failed)):
            return
        if not is_rest_good and not self._evidence.has_any_passed:
            # Two sets that share nobody fail, and nothing was ever seen to pass.
            self._is_target_failing = not (yield from self._ask_twice(NOBODY, Why.TARGET))
            if self._is_target_failing:
                return
        partners: tuple[int, ...] | None = ()
        if is_good_alone:
            partners = yield from self._partners(member, failed)
        if partners is not None:
            is_alone = self._evidence.failures(alone) > 0
            self._set_aside(Guilt(member, partners, is_alone=is_alone), rest)

    def _set_aside(self, guilt: Guilt, rest: Members) -> None:
        self._guilty.append(guilt)
        self._waiting |= dict.fromkeys(sorted(self._active - rest - {guilt.member}), guilt.member)
        self._active = rest

    def _partners(self, member: int, failed: Members) -> _Asking[tuple[int, ...] | None]:
        """The others that `member` breaks `failed` with and not without; empty when that does not come out.

        None when `failed` passes after all.
        """
        within, held, partners = failed, self._closed({member}), tuple[int, ...]()
        until = self._evidence.runs + _MOST_PARTNERS * (len(failed).bit_length() + 2)
        while self._evidence.runs < until:
            partner, smallest = yield from self._first(Why.PARTNER, within=within, holding=held)
            together = held | self._closed({partner})
            is_good = yield from self._ask(together, Why.PARTNER)
            if (is_good or together == smallest) and (yield from self._again(smallest)):
                if self._evidence.has_passed(failed):
                    return None
                within, held, partners = failed, self._closed({member}), ()
                continue
            partners = (partner, *partners)
            if not is_good:
                return tuple(sorted(partners))
            within, held = smallest, together
        return ()

    def _first(self, why: Why, *, within: Members, holding: Members = NOBODY) -> _Asking[tuple[int, Members]]:
        """The first member that makes the parts of `within` fail, which fails, and the part that it ends.

        All parts hold `holding`, which passes.
        """
        while True:
            passed = self._evidence.largest_passed(within=within, holding=holding)
            failed = self._evidence.smallest_failed(within=within, holding=passed)
            suspects = self._evidence.suspects(failed, passed=passed)
            if len(suspects) == 1:
                return suspects[0], failed
            yield from self._ask(self._without(failed, set(suspects[_half(len(suspects)) :])), why)

    def _ask(self, members: Members, why: Why) -> _Asking[bool]:
        """Whether a set passes, verified only if that is not known yet."""
        if not self._evidence.is_known(members):
            yield from self._verify(members, why)
        return self._evidence.has_passed(members)

    def _again(self, members: Members) -> _Asking[bool]:
        """Whether a set that failed passes the second time."""
        if self._evidence.failures(members) == 1:
            yield from self._verify(members, Why.AGAIN)
        return self._evidence.has_passed(members)

    def _ask_twice(self, members: Members, why: Why) -> _Asking[bool]:
        yield from self._verify(members, why)
        return (yield from self._again(members))

    def _verify(self, members: Members, why: Why) -> _Asking[None]:
        self._evidence.add(members, (yield Probe(tuple(sorted(members)), why)))

    def _without(self, members: Members, removed: set[int]) -> Members:
        """What is left of `members` without some and without whatever needs those."""
        kept: set[int] = set()
        for member in sorted(members - removed):
            if all(need in kept for need in self._needs[member]):
                kept.add(member)
        return frozenset(kept)

    def _closed(self, members: set[int]) -> Members:
        """`members` and whatever they need."""
        found, open_ones = set(members), list(members)
        while open_ones:
            new = [need for need in self._needs[open_ones.pop()] if need not in found]
            found.update(new)
            open_ones += new
        return frozenset(found)


def _half(suspects: int) -> int:
    """How many of them to ask for first, so that the last of them are found one verification later than the first.

    The very last one is guilty when all but it have passed, and then nothing is left to verify.
    """
    depth = suspects.bit_length() - 1
    return max(1 << (depth - 1), suspects - (1 << depth))
