"""What a run has spent so far, and whether it may go on."""

from dataclasses import dataclass, field

from ..names import TaskId
from ..schedule.record import TaskRecord


@dataclass(slots=True)
class Spending:
    """The costs of the attempts that ended in a run, in USD, against its budget; None where there is no limit.

    What an agent does not tell counts as nothing, and is said once.
    """

    budget: float | None = None
    spent: float = 0.0
    is_told: bool = False
    _is_said: bool = False
    _awaited: set[TaskId] = field(default_factory=set)

    @property
    def awaited(self) -> int:
        """How many agents have ended of which it matters what they cost, and that is not known yet."""
        return len(self._awaited)

    def await_cost(self, task: TaskId) -> None:
        """Take notice that the agent of a task has ended."""
        if self.budget is not None:
            self._awaited.add(task)

    def give_up(self, task: TaskId) -> None:
        """Expect no more to learn what it cost."""
        self._awaited.discard(task)

    def count(self, record: TaskRecord) -> str:
        """Take in how an attempt ended; what is to be said of it, empty where nothing is."""
        self.give_up(record.id)
        if record.cost is not None:
            self.spent += record.cost
            self.is_told = True
        elif self.budget is not None and record.started is not None and not self._is_said:
            self._is_said = True
            return (
                f"the agent of '{record.id}' did not tell what it cost; the budget of {usd(self.budget)} "
                "knows nothing of such attempts"
            )
        return ""

    @property
    def why_not(self) -> str:
        """Why nothing more may be launched; empty while it may."""
        if self.budget is None or self.spent < self.budget:
            return ""
        return f"the budget of {usd(self.budget)} is spent ({usd(self.spent)})"

    @property
    def cost(self) -> float | None:
        """What was spent as far as it was told; None where nothing was."""
        return self.spent if self.is_told else None


def usd(amount: float) -> str:
    """An amount for people: in cents, or as much more as it takes to be more than nothing."""
    return f"${amount:.2f}" if amount >= 0.01 or not amount else f"${amount:.2g}"
