"""Commits of agents that came to the target by another way than our merges, and were judged by nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ..git.created import contained, created
from ..git.place import admin_of
from ..git.refs import Snapshot, snapshot
from ..names import Oid, TaskId
from ..schedule.record import State, TaskRecord
from .open import Project
from .recording import write


@dataclass(frozen=True, slots=True)
class Intruder:
    """A commit on the target that was made in the worktree of a task and that no merge of ours brought there."""

    task: TaskId
    commit: Oid


def find_intruder(project: Project, world: Snapshot, onto: Oid) -> Intruder | None:
    """The first such commit; None where the target holds only what the user and we put there.

    An agent that pushes, or moves the target's ref, cannot be told from a user who does the same by hand with its
    branch, so that is one as well. What the log of a worktree's HEAD does not tell is not found.
    """
    return next(_intruders(project, world, onto), None)


def accept_target(project: Project, onto: Oid, asked: Iterable[TaskId]) -> None:
    """Record that the user knows where the target is: with each task whose commits are on it, and those asked for."""
    world = snapshot(project.git)
    meant = [task for task in asked if task in world.tasks]
    for task in dict.fromkeys((*(one.task for one in _intruders(project, world, onto)), *meant)):
        stored = world.require(task)
        write(project, stored, replace(stored.record, accepted_target=onto))


def _intruders(project: Project, world: Snapshot, onto: Oid) -> Iterator[Intruder]:
    made = {task: created(admin_of(project.common, task)) for task in world.tasks}
    landed = [record.candidate for record in world.records.values() if record.candidate]
    every = [*(oid for some in made.values() for oid in some), *landed]
    there = contained(project.git, every, within=[onto]) if any(made.values()) else set()
    merged = [oid for oid in landed if oid in there]
    merged += [r.tip for r in world.records.values() if r.tip and r.state is State.MERGED]
    for task, oids in made.items():
        suspects = [oid for oid in oids if oid in there]
        known = contained(project.git, suspects, within=[*merged, *_known(world.tasks[task].record)])
        yield from (Intruder(task, oid) for oid in suspects if oid not in known)


def _known(record: TaskRecord) -> Iterable[Oid]:
    return (oid for oid in (record.base, record.accepted_target) if oid)
