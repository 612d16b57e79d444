"""Launching one attempt of one task, so that a crash anywhere in it can be taken up again.

The record goes first, the deed second, the record of the deed third; each step can be repeated, so
whatever dies between two of them, the next command goes on from what it finds.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ..agents import process
from ..errors import Busy, GitFailed, ParallelError, Stale
from ..git import guard, worktree
from ..git.admin import PREFIX
from ..git.refs import Stored, snapshot, write_record
from ..git.worktree import Place
from ..names import RefName, TaskId
from ..overlap import patterns
from ..ownership.claims import of
from ..ownership.judge import Ownership
from ..ownership.rules import Territory, is_control_file
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task
from .open import Project

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Order:
    """How agents are started in this run: command, name as an agent type, its limits in seconds."""

    argv: tuple[str, ...]
    agent: str | None
    timeout: float | None
    grace: float


def launch(project: Project, task: Task, stored: Stored | None, order: Order, state: Ownership) -> Stored:
    """Make (or complete, or reuse) the task's worktree and start its agent there.

    Returns the record as it then stands: running, or failed with the reason. Raises Unusable, with
    nothing made, when the names that the task needs are taken.
    """
    if process.is_alive(project.tasks_runtime, task.id):
        raise Busy(f"task '{task.id}' is running already", hint="see 'git parallel status'")
    place, is_fresh = _place(project, task, stored)
    ready = _intend(project, task, stored, order, place, is_fresh=is_fresh)
    base = ready.record.base or project.base
    try:
        worktree.ensure(project.git, project.common, place, base=base, is_fresh=is_fresh)
        prompt = _prepare(project, task, ready.record, state)
    except (ParallelError, OSError) as error:
        if is_fresh:
            worktree.discard(project.git, project.common, place, base=base)
        reason = error.message if isinstance(error, ParallelError) else f"{error.strerror}: {error.filename}"
        return write(project, ready, ready.record.to(State.FAILED, reason=reason))
    job = process.Job(
        task=task.id,
        attempt=ready.record.attempt,
        argv=order.argv,
        cwd=place.path,
        env=process.agent_environment(os.environ, _environment(task, ready.record, prompt)),
        log=project.log_of(task.id, ready.record.attempt),
        prompt=prompt,
        timeout=order.timeout,
        grace=order.grace,
    )
    process.launch(project.tasks_runtime, job)
    try:
        return write(project, ready, ready.record.to(State.RUNNING, started=time.time()))
    except Stale:
        # A short agent may have ended, and another command recorded that, before we came to this.
        return snapshot(project.git).tasks[task.id]
    except GitFailed:
        # The agent runs, recorded or not (the disk may be full); settling writes what is missing here.
        return Stored(ready.record.to(State.RUNNING, started=time.time()), ready.oid)


def place_of_record(project: Project, record: TaskRecord) -> Place:
    """Where a task's worktree is: the templates may have changed, and `git worktree move` may have moved it."""
    admin = worktree.admin_of(project.common, record.id)
    path = worktree.path_of(admin) or Path(record.worktree)
    return Place(path, RefName.of_branch(record.branch), admin)


def owned_lines(task: Task, territory: Territory, claims: Mapping[str, TaskId]) -> list[str]:
    """What the shell fast path may pass without asking: exact paths and directories, never globs.

    A control file is left to the slow path, and so is all but exact paths where the agent type is bounded.
    """
    wanted = [patterns.trusted(declared.path) for declared in task.touched]
    exact = {p.text for p in wanted if p.is_exact and territory.has(p.text)} | set(of(claims, task.id))
    folders = {p.text for p in wanted if p.text.endswith("/") and not set(p.text) & set("*?[{")}
    return [path for path in exact if not is_control_file(path)] + (
        [] if territory.patterns else sorted(folders)
    )


def _place(project: Project, task: Task, stored: Stored | None) -> tuple[Place, bool]:
    """Where the attempt will be, and whether no agent was ever there: a new place, or one half made."""
    if stored is not None:
        place = place_of_record(project, stored.record)
        if stored.record.state is State.READY:
            return place, not _was_anybody_there(project, stored.record)
        if project.git.find_ref(place.branch) or place.path.exists() or place.admin.exists():
            return place, False
    place = project.place_of(task.id)
    worktree.require_free(project.git, place)
    return place, True


def _is_untouched(project: Project, record: TaskRecord) -> bool:
    """Whether the branch has no commit of its own, so that the next attempt can begin at today's target."""
    tip = project.git.find_ref(RefName.of_branch(record.branch))
    return tip is not None and project.git.is_ancestor(old=tip, new=project.base)


def _was_anybody_there(project: Project, record: TaskRecord) -> bool:
    """Whether any attempt so far came to an agent."""
    attempts = range(1, record.attempt + 1)
    return any(process.read_start(project.tasks_runtime, record.id, attempt) for attempt in attempts)


def _intend(
    project: Project, task: Task, stored: Stored | None, order: Order, place: Place, *, is_fresh: bool
) -> Stored:
    """Record that an attempt is about to be made; a READY record that a crash left is taken up as it is."""
    if stored is not None and stored.record.state is State.READY:
        return stored
    spec = project.git.hash_object(task.prompt.encode("utf-8", "surrogateescape"))
    before = stored.record if stored else TaskRecord(task.id, State.PLANNED)
    record = before.to(
        State.READY,
        title=task.title,
        source=task.source,
        agent=task.agent or order.agent,
        attempt=before.attempt + 1,
        branch=place.branch.short,
        worktree=str(place.path),
        base=project.base if is_fresh or _is_untouched(project, before) else before.base,
        tip=None if is_fresh else before.tip,
        target=project.target.short,
        spec=spec,
        started=None,
        ended=None,
        exit_status=None,
        reason="",
        foreign=(),
    )
    old = stored.oid if stored else None
    return write_record(project.git, record, old=old, reason=f"{task.id} is ready, attempt {record.attempt}")


def _prepare(project: Project, task: Task, record: TaskRecord, state: Ownership) -> Path:
    territory = state.territories.get(record.agent or "", Territory(record.agent or ""))
    guard.write_owned(project.common, f"{PREFIX}{task.id}", owned_lines(task, territory, state.claims))
    prompt = project.tasks_runtime / f"{task.id}.prompt"
    descriptor = os.open(prompt, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(task.prompt)
    return prompt


def _environment(task: Task, record: TaskRecord, prompt: Path) -> dict[str, str]:
    values = {
        "TASK": str(task.id),
        "TITLE": task.title,
        "SPEC": task.source,
        "PROMPT_FILE": str(prompt),
        "BRANCH": record.branch,
        "WORKTREE": record.worktree,
        "ATTEMPT": str(record.attempt),
    }
    return {f"GIT_PARALLEL_{name}": value.replace("\0", "") for name, value in values.items()}


def write(project: Project, stored: Stored, record: TaskRecord) -> Stored:
    """Append the next record of a task; raises Stale when somebody wrote one first."""
    record = replace(record, reason=_cut(record.reason))
    why = f"{record.id} {record.state}" + (f": {record.reason}" if record.reason else "")
    return write_record(project.git, record, old=stored.oid, reason=why)


def _cut(reason: str) -> str:
    """A reason is a sentence for people, however many paths or lines somebody put into it."""
    return reason if len(reason) <= _LONGEST_REASON else reason[: _LONGEST_REASON - 1] + "…"
