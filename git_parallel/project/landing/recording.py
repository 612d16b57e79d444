"""The records of merges: the intent before the target moves, the deed after it; many of them at once."""

from collections.abc import Sequence

from ...errors import Stale
from ...git.refs import Stored, Writing, write_records
from ...names import RefName
from ...schedule.record import State, TaskRecord
from ..open import Project
from ..recording import worded


def record(project: Project, changes: Sequence[tuple[Stored, TaskRecord]], *, what: str) -> list[Stored]:
    """Append a record to the chain of each task; raises Stale, with none written, where somebody was first."""
    writings = []
    for stored, new in changes:
        fit, why = worded(new)
        writings.append(Writing(fit, stored.oid, why))
    return write_records(project.git, writings, reason=what)


def record_each(project: Project, changes: Sequence[tuple[Stored, Sequence[TaskRecord]]]) -> None:
    """Append records to the chains of tasks, one or several each; who was written by somebody else is left alone."""
    for number in range(max((len(records) for _, records in changes), default=0)):
        now = [(stored, records[number], records) for stored, records in changes if len(records) > number]
        try:
            written = record(project, [(stored, new) for stored, new, _ in now], what="merge")
        except Stale:
            if len(changes) == 1:
                # It is somebody else's now, and what was found out is told all the same.
                return
            for one in changes:
                record_each(project, [(one[0], one[1][number:])])
            return
        following = {stored.record.id: stored for stored in written}
        changes = [(following.get(stored.record.id, stored), records) for stored, records in changes]


def finish_interrupted(project: Project, stored: Stored) -> Stored:
    """Record what a merge that was killed in the middle had come to."""
    onto = project.git.find_ref(RefName.of_branch(stored.record.target))
    candidate = stored.record.candidate
    is_there = onto and candidate and project.git.is_ancestor(old=candidate, new=onto)
    new = (
        stored.record.to(State.MERGED, reason="")
        if is_there
        else stored.record.to(State.SUCCEEDED, reason="its merge was interrupted", strategy="", verified="")
    )
    return record(project, [(stored, new)], what=f"{stored.record.id} {new.state}")[0]
