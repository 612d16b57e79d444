"""What verifications of sets of members have told so far."""

from typing import TypeAlias

from .probe import Passed, Result

Members: TypeAlias = frozenset[int]
NOBODY: Members = frozenset()


class Evidence:
    """The sets that passed and those that failed, with who was concerned.

    A set passes when any of its verifications did. The empty one is taken to pass until it is seen to fail.
    """

    def __init__(self) -> None:
        self.runs = 0
        self.is_flaky = False
        self._passed: set[Members] = set()
        self._failures: dict[Members, int] = {}
        self._concerned: dict[Members, Members] = {}

    def add(self, members: Members, result: Result) -> None:
        """Take in the result of one more verification."""
        self.runs += 1
        if isinstance(result, Passed):
            self.is_flaky = self.is_flaky or members in self._failures
            self._failures.pop(members, None)
            self._passed.add(members)
            return
        concerned = members if result.concerned is None else members & result.concerned
        self._failures[members] = self.failures(members) + 1
        self._concerned[members] = self._concerned.get(members, NOBODY) | concerned

    def has_passed(self, members: Members) -> bool:
        """Whether a set passed, or is empty and has not failed."""
        return members in self._passed or not (members or members in self._failures)

    def failures(self, members: Members) -> int:
        """How often a set failed; 0 as well when it passed in the end."""
        return self._failures.get(members, 0)

    def is_known(self, members: Members) -> bool:
        """Whether a set need not be verified any more."""
        return self.has_passed(members) or members in self._failures

    @property
    def has_any_passed(self) -> bool:
        """Whether anything at all was seen to pass."""
        return bool(self._passed)

    def against(self, member: int, *, within: Members) -> int:
        """How many verifications failed that `member` may have broken, of sets that hold only members of `within`."""
        return sum(
            times
            for failed, times in self._failures.items()
            if failed <= within and member in self._concerned[failed]
        )

    def largest_passed(self, *, within: Members, holding: Members = NOBODY) -> Members:
        """The largest set that passed, between two; `holding` itself when there is none."""
        between = (passed for passed in self._passed if holding <= passed <= within)
        return max(between, key=len, default=holding)

    def smallest_failed(self, *, within: Members, holding: Members) -> Members:
        """The smallest set that failed, between two; `within` itself when there is none."""
        between = (failed for failed in self._failures if holding <= failed <= within)
        return min(between, key=len, default=within)

    def suspects(self, failed: Members, *, passed: Members) -> list[int]:
        """Who may have made `failed` fail, in order, where `passed`, a part of it, passed.

        When nobody of them is concerned, it is not true that only those are who were said to be.
        """
        added = failed - passed
        return sorted(added & self._concerned.get(failed, added) or added)
