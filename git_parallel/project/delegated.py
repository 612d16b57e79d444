"""Tasks that no document declares: what was delegated, as its records tell it."""

from collections.abc import Container, Iterable

from ..git.refs import Snapshot, read_blobs, write_record
from ..names import TaskId
from ..ownership.assignment import assigned
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task
from .open import Project


def delegated(project: Project, world: Snapshot, *, but: Container[TaskId] = ()) -> tuple[Task, ...]:
    """The tasks that were given by word of mouth, but for those that a document has come to declare since."""
    records = [record for record in world.records.values() if record.is_delegated and record.id not in but]
    return tuple(_with_texts(project, [record for record in records if record.spec]))


def delegate(project: Project, task: Task) -> None:
    """Record a task that nobody declares, so that every command knows it from now on; raises Stale."""
    spec = project.git.hash_object(task.prompt.encode("utf-8", "surrogateescape"))
    record = TaskRecord(
        task.id,
        State.PLANNED,
        title=task.title,
        agent=task.agent,
        target=project.target.short,
        spec=spec,
        is_delegated=True,
        paths=tuple(declared.path for declared in task.declared),
    )
    write_record(project.git, record, old=None, reason=f"{task.id} is delegated to {task.agent}")


def _with_texts(project: Project, records: list[TaskRecord]) -> Iterable[Task]:
    texts = read_blobs(project.git, (str(record.spec) for record in records))
    for record, text in zip(records, texts, strict=True):
        told = (text or b"").decode("utf-8", "surrogateescape")
        yield assigned(record.id, agent=record.agent or "", title=record.title, text=told, paths=record.paths)
