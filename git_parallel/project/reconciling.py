"""Landing and resolving in turns, until what is in conflict has landed or nobody gets any further."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ..errors import ParallelError
from ..names import TaskId
from .landing.outcomes import Clash, Landed, Landing, Landings
from .resolver import Resolved


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What became of each task in the end, and why some conflicts could not be handed to an agent."""

    landings: Landings
    refused: dict[TaskId, ParallelError] = field(default_factory=dict)


def reconcile(
    landings: Landings,
    land: Callable[[Sequence[TaskId]], Landings],
    resolve: Callable[[Sequence[TaskId]], Resolved],
) -> Reconciled:
    """Have the conflicts of a merge resolved and land what that gives.

    Of tasks that are in conflict with each other too, what lands first is news for the next, so it goes on for as
    long as each turn lands something.
    """
    refused: dict[TaskId, ParallelError] = {}
    while clashing := [result.task for result in landings.results if isinstance(result, Clash)]:
        resolved = resolve([task for task in clashing if task not in refused])
        refused |= resolved.refused
        if not resolved.to_judge:
            break
        turn = land(resolved.to_judge)
        latest = {result.task: result for result in turn.results}
        results: tuple[Landing, ...] = tuple(latest.get(one.task, one) for one in landings.results)
        landings = replace(landings, after=turn.after, results=results)
        if not any(isinstance(result, Landed) for result in turn.results):
            break
    return Reconciled(landings, refused)
