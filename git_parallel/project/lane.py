"""What is to be merged by a run: each task once for each state of the target, and no broken one again."""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from ..git.refs import Stored
from ..names import Oid, TaskId
from ..schedule.record import State
from .landing import Broken, Landing


@dataclass(slots=True)
class Lane:
    """What was tried on which commit of the target."""

    _tried: dict[TaskId, Oid | None] = field(default_factory=dict)
    _broken: set[TaskId] = field(default_factory=set)

    def begin(self, task: TaskId, tip: Oid | None) -> None:
        """A task is being merged."""
        self._tried[task] = tip

    def end(self, result: Landing) -> None:
        """What became of it. What failed its verification is for somebody to mend: it may take long each time."""
        if isinstance(result, Broken):
            self._broken.add(result.task)

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
