"""What is to be merged by a run: each task once for each state of the target, and no broken one again."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from ..git.refs import Stored
from ..names import Oid, TaskId
from ..schedule.record import State
from .landing.outcomes import Broken, Landing


@dataclass(slots=True)
class Lane:
    """What waits to be merged, what is being merged, and what was tried on which commit of the target.

    What has come while a merge was under way is merged together: verified once, where it is verified.
    """

    _tried: dict[TaskId, Oid | None] = field(default_factory=dict)
    _broken: set[TaskId] = field(default_factory=set)
    _waiting: dict[TaskId, None] = field(default_factory=dict)
    _is_taken: bool = False

    def join(self, task: TaskId) -> None:
        """A task is to be merged."""
        self._waiting[task] = None

    def take(self, tip: Oid | None) -> tuple[TaskId, ...]:
        """All that are to be merged now; none while others are being merged."""
        if self._is_taken or not self._waiting:
            return ()
        taken = tuple(self._waiting)
        self._waiting.clear()
        self._is_taken = True
        self._tried |= dict.fromkeys(taken, tip)
        return taken

    def end(self, results: Iterable[Landing]) -> None:
        """What became of them. What failed its verification is for somebody to mend: it may take long each time."""
        self._is_taken = False
        self._broken |= {result.task for result in results if isinstance(result, Broken)}

    def left(
        self, stored: Iterable[Stored], *, target: str, tip: Oid | None, busy: Container[TaskId]
    ) -> list[TaskId]:
        """What has succeeded and is not merged: it ended while nobody was at work, or could not land so far."""
        return [
            one.record.id
            for one in stored
            if one.record.state is State.SUCCEEDED
            and one.record.target == target
            and one.record.id not in busy
            and one.record.id not in self._broken
            and (one.record.id not in self._tried or self._tried[one.record.id] != tip)
        ]
