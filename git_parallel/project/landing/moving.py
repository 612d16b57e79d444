"""A chain of branches brought to the target: the intent recorded, the target moved once, the deed recorded."""

from collections.abc import Mapping, Sequence

from ...errors import Stale
from ...git import target
from ...git.refs import Stored
from ...git.scratch import Scratch
from ...git.taking_in import take_in
from ...git.target import Refused
from ...names import TaskId
from ...schedule.record import State, TaskRecord
from ...schedule.strategy import Strategy
from ..open import Project
from .assembly import Chain
from .recording import record

# As many tasks are named in a log; of more it is told how many they are.
_NAMED = 5


def bring(
    project: Project,
    room: Scratch,
    chain: Chain,
    strategy: Strategy,
    verified: Mapping[TaskId, str],
    stored: dict[TaskId, Stored],
) -> Refused | None:
    """Move the target to the end of a chain; None when it is there, else what is in the way, with nothing changed.

    `stored` are the records of the tasks as they are now, and after this. Raises Stale, with the records as they
    were, where somebody moved the target first.
    """
    take_in(project.git, room, chain.tip)
    names = _listed([link.task for link in chain.links])
    intents: list[tuple[Stored, TaskRecord]] = []
    for link in chain.links:
        current = link.judged.candidate.record
        merging = current.to(
            State.MERGING,
            candidate=link.commit,
            reason="",
            strategy=str(strategy),
            verified=verified.get(link.task, ""),
        )
        intents.append((stored[link.task], merging))
    written = record(project, intents, what=f"merging {names}")
    try:
        refused = target.move(
            project.git, project.common, project.target,
            old=chain.onto, new=chain.tip, reason=f"parallel: merge {names}",
        )  # fmt: skip
    except Stale:
        _take_back(project, written, "the target moved")
        raise
    if refused:
        written = _take_back(project, written, refused.why)
    else:
        merged = [(one, one.record.to(State.MERGED)) for one in written]
        written = record(project, merged, what=f"merged {names}")
    stored |= {one.record.id: one for one in written}
    return refused


def _take_back(project: Project, written: Sequence[Stored], why: str) -> list[Stored]:
    nothing = {"candidate": None, "strategy": "", "verified": "", "reason": why}
    changes = [(one, one.record.to(State.SUCCEEDED, **nothing)) for one in written]
    return record(project, changes, what=f"not merged: {why}")


def _listed(tasks: Sequence[TaskId]) -> str:
    shown = ", ".join(tasks[:_NAMED])
    return f"{shown} and {len(tasks) - _NAMED} more" if len(tasks) > _NAMED else shown
