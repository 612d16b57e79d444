"""What a decision on launches is made on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ..names import TaskId
from ..overlap.meet import Overlaps
from ..tasks.task import Task


@dataclass(frozen=True, slots=True)
class Scene:
    """What the decision is made on: who waits, who runs, what has landed, and how many slots there are.

    `waiting` are in the order of `schedule.order`, `overlaps` those of all of them. `waits` is what each
    task comes after and is not done yet, where `done_means` says what that is; `delayed` why one may
    not begin yet whatever the others do; `overtaken` how many newcomers were launched before it.
    `slots` is how many may run at once, and `scarce` why there are not more of them.
    """

    waiting: Sequence[Task]
    running: Sequence[Task]
    overlaps: Overlaps
    waits: Mapping[TaskId, Sequence[str]]
    slots: int
    scarce: str = "all slots are taken"
    singletons: Collection[str] = ()
    assume_independent: bool = False
    done_means: str = "merged"
    delayed: Mapping[TaskId, str] = field(default_factory=dict)
    overtaken: Mapping[TaskId, int] = field(default_factory=dict)
