"""Launching one attempt of one task, so that a crash anywhere in it can be taken up again.

The record goes first, the deed second, the record of the deed third; each step can be repeated, so
whatever dies between two of them, the next command goes on from what it finds. Making everything ready
and starting the agent are two steps, so that the first can be done while the task still waits for a slot.
"""

import json
import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..agents import process
from ..agents.keeper.fence import Mount
from ..agents.nursery import Nursery
from ..agents.sandbox import Way
from ..errors import Busy, GitFailed, ParallelError, Stale, Unusable, in_words
from ..git import ground, worktree
from ..git.admin import PREFIX
from ..git.control import digests
from ..git.place import Place
from ..git.refs import Stored, snapshot, write_record
from ..names import RefName, TaskId
from ..overlap import patterns
from ..ownership.claims import of
from ..ownership.control import is_control_file
from ..ownership.judge import Ownership
from ..ownership.rules import Territory
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task
from .aside import set_aside
from .cones import cone_at_first, cone_recorded
from .declared import singletons
from .furnishing import Liaison, clear, complete, end_setup, furnish, variables
from .open import Project
from .places import is_as_made, place_for, place_of_record, was_anybody_there
from .plain import write_anew
from .prompted import with_prompt
from .prompting import environment, write_prompt
from .recording import write
from .sandboxing import forget, hide, launching, mounts_for
from .setting_up import SetupFailed, SetupStopped
from .singletons import Registry
from .stacking import base_on


@dataclass(frozen=True, slots=True)
class Order:
    """How agents are started in this run: command, name as an agent type, its limits in seconds and bytes.

    `is_fresh` is whether an attempt after another begins in a new worktree, `is_sparse` whether a new worktree
    holds only what its task touches. `preset` is the name of the preset that tells how what the agents print
    is read, empty where nothing is known of that. `sandbox` is by what means the agent is put in one, if it is.
    """

    argv: tuple[str, ...]
    agent: str | None
    timeout: float | None
    grace: float
    stall: float | None = None
    log_limit: int | None = None
    is_fresh: bool = False
    is_sparse: bool = False
    preset: str = ""
    sandbox: Way | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """What one attempt is to be, beyond its task: its `retries` so far, and the work that it is `stacked` on."""

    retries: int = 0
    stacked: Sequence[TaskRecord] = ()


def make_ready(
    project: Project,
    task: Task,
    stored: Stored | None,
    order: Order,
    state: Ownership,
    wish: Wish,
    liaison: Liaison | None = None,
) -> Stored:
    """Make (or complete, or reuse) the task's worktree, with all that its agent needs.

    Returns the record as it then stands: ready, or failed with the reason. Raises Unusable, with
    nothing made, when the names that the task needs are taken, SetupStopped, with all unmade, when it is
    called off.
    """
    if process.is_alive(project.tasks_runtime, task.id):
        raise Busy(f"task '{task.id}' is running already", hint="see 'git parallel status'")
    if stored is not None and _begins_anew(stored.record, order):
        set_aside(project, stored.record, place_of_record(project, stored.record))
    place, is_fresh = place_for(project, task.id, stored.record if stored else None)
    ready = _intend(project, task, stored, order, wish, place, state.claims, is_fresh=is_fresh)
    base = ready.record.base or project.base
    try:
        _make_workspace(project, task, ready.record, state, liaison or Liaison(), place, is_fresh=is_fresh)
    except SetupStopped:
        take_back(project, ready)
        raise
    except (ParallelError, OSError) as error:
        # A disk that is full is no reason to say less of what went wrong.
        with suppress(OSError):
            remember_command(project, task.id, order)
        # What a setup has left is kept, for whoever wants to know why it failed.
        if is_fresh and not isinstance(error, SetupFailed) and is_as_made(project, place, base):
            clear(project, task.id, place, base)
        reason = error.message if isinstance(error, ParallelError) else in_words(error)
        return write(project, ready, ready.record.to(State.FAILED, reason=reason))
    return ready


def _make_workspace(
    project: Project,
    task: Task,
    ready: TaskRecord,
    state: Ownership,
    liaison: Liaison,
    place: Place,
    *,
    is_fresh: bool,
) -> None:
    before = project.git.find_ref(place.branch)
    # The hooks judge what is checked out there from its beginning on.
    ground.write_ground(
        project.common,
        place.admin.name,
        branch=place.branch,
        target=project.target,
        base=ready.base or project.base,
    )
    worktree.ensure(
        project.git,
        project.common,
        place,
        base=ready.base or project.base,
        is_fresh=is_fresh,
        cone=cone_recorded(ready, state.claims),
        is_pooled=project.settings.pool > 0,
    )
    # Before anything that counts is in it.
    hide(project, place)
    told = environment(task, ready, _prepare(project, task, ready, state, is_fresh=is_fresh))
    is_untouched = is_fresh or project.git.find_ref(place.branch) != before
    furnish(project, task.id, place, told, liaison, is_untouched=is_untouched, is_new=is_fresh)


def start(
    project: Project, task: Task, ready: Stored, order: Order, nursery: Nursery | None = None
) -> Stored:
    """Start the agent of a task that is ready; the record as it then stands: running, or settled already."""
    record = ready.record
    try:
        if record.resolves is None:
            remember_command(project, task.id, order)
        with launching(project, order.sandbox):
            process.launch(project.tasks_runtime, _job(project, task, record, order), nursery)
    except (OSError, Unusable) as error:
        # Unless an agent was started all the same, it is the end of this attempt, and of no other.
        if process.read_start(project.tasks_runtime, task.id, record.attempt) is None:
            reason = error.message if isinstance(error, Unusable) else in_words(error)
            return write(project, ready, record.to(State.FAILED, reason=reason))
    try:
        return write(project, ready, record.to(State.RUNNING, started=time.time(), reason=""))
    except Stale:
        # A short agent may have ended, and another command recorded that, before we came to this.
        found = snapshot(project.git).require(task.id)
        if found.record.state is State.CANCELLED:
            # Somebody took it back in the very moment in which it was launched.
            process.stop(project.tasks_runtime, task.id, record.attempt, now=True)
        return found
    except GitFailed:
        # The agent runs, recorded or not (the disk may be full); settling writes what is missing here.
        return Stored(record.to(State.RUNNING, started=time.time(), reason=""), ready.oid)


def _job(project: Project, task: Task, record: TaskRecord, order: Order) -> process.Job:
    prompt = project.tasks_runtime / f"{task.id}.prompt"
    argv, mounts = with_prompt(order.argv, prompt), _mounts(project, record, order)
    return process.Job(
        task=task.id,
        attempt=record.attempt,
        argv=order.sandbox.command(argv, mounts) if order.sandbox else argv,
        cwd=place_of_record(project, record).path,
        env=process.agent_environment(
            os.environ, environment(task, record, prompt) | variables(project, task.id)
        ),
        log=project.log_of(task.id, record.attempt),
        prompt=prompt,
        timeout=order.timeout,
        grace=order.grace,
        stall=order.stall,
        log_limit=order.log_limit,
        locks=_locks(project, record),
        preset=order.preset,
        fence=order.sandbox.fence(mounts) if order.sandbox else (),
        sandbox=order.sandbox.name if order.sandbox else "",
    )


def _mounts(project: Project, record: TaskRecord, order: Order) -> tuple[Mount, ...]:
    """What is to be mounted for the agent; where it is put in no sandbox, one of the attempt before is forgotten."""
    if order.sandbox is not None:
        return mounts_for(project, place_of_record(project, record))
    forget(project, record)
    return ()


def _locks(project: Project, record: TaskRecord) -> tuple[Path, ...]:
    """What the agent holds while it lives, beside its task: its type, if that is a singleton."""
    agent = record.agent or ""
    return (Registry.of(project).lock_of(agent),) if agent in singletons(project) else ()


def catch_up(project: Project, ready: Stored) -> Stored:
    """Bring what was made ready to where the target is by now, unless there is work in it already."""
    record = ready.record
    place = place_of_record(project, record)
    if record.stacked or record.base == project.base or project.git.find_ref(place.branch) != record.base:
        return ready
    worktree.ensure(project.git, project.common, place, base=project.base, is_fresh=False)
    tip = project.git.find_ref(place.branch)
    if tip != record.base:
        complete(project, place, Liaison(), is_untouched=True)
    return write(project, ready, record.to(State.READY, base=tip))


def take_back(project: Project, ready: Stored) -> Stored:
    """Unmake what was made ready and never launched; the task is planned again, as if nothing had been."""
    unmake(project, ready.record)
    return write(project, ready, ready.record.to(State.PLANNED, attempt=ready.record.attempt - 1))


def unmake(project: Project, record: TaskRecord) -> None:
    """Remove a worktree and a branch that were made for a launch which never came, and in which nobody was.

    What may hold anything of anybody's stays.
    """
    place, base = place_of_record(project, record), record.base or project.base
    # What a setup still writes is not to appear behind the look.
    end_setup(project, record.id)
    if not was_anybody_there(project, record, place) and is_as_made(project, place, base):
        clear(project, record.id, place, base)


def remember_command(project: Project, task: TaskId, order: Order) -> None:
    """Keep the command of a task's agent, so that another attempt need not be told it again."""
    with write_anew(project.tasks_runtime / f"{task}.command") as file:
        json.dump({"argv": order.argv, "agent": order.agent}, file)


def recall_command(project: Project, task: TaskId) -> tuple[tuple[str, ...], str | None] | None:
    """The command of a task's latest attempt and its agent type; None where none is known."""
    try:
        found = json.loads((project.tasks_runtime / f"{task}.command").read_bytes())
        return tuple(map(str, found["argv"])), found["agent"]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def owned_lines(task: Task, territory: Territory, state: Ownership) -> list[str]:
    """What the shell fast path may pass without asking: exact paths and directories, never globs.

    A control file is left to the slow path, and so is all but exact paths where the agent type is bounded.
    """
    wanted = [patterns.trusted(declared.path) for declared in task.touched]
    own = {p.text for p in wanted if p.is_exact and state.gives(territory, p.text)}
    exact = own | set(of(state.claims, task.id))
    folders = {p.text for p in wanted if p.text.endswith("/") and not set(p.text) & set("*?[{")}
    # A directory of hooks gives none of them, nor does one around it; and before this task was declared somebody
    # may have claimed a path in it.
    foreign = (*state.hooks, *(path for path, holder in state.claims.items() if holder != task.id))
    plain = (
        folder
        for folder in folders
        if not is_control_file(folder, state.hooks) and not any(one.startswith(folder) for one in foreign)
    )
    lines = [path for path in exact if not is_control_file(path, state.hooks)]
    return lines if territory.patterns else [*lines, *sorted(plain)]


def _begins_anew(record: TaskRecord, order: Order) -> bool:
    """Whether what the task has is to make place for a new worktree."""
    is_asked = order.is_fresh or record.is_fresh
    return is_asked and bool(record.branch) and record.state is not State.READY


def _is_untouched(project: Project, record: TaskRecord) -> bool:
    """Whether the branch has no commit of its own, so that the next attempt can begin at today's target."""
    tip = project.git.find_ref(RefName.of_branch(record.branch))
    return tip is not None and project.git.is_ancestor(old=tip, new=project.base)


def _intend(
    project: Project,
    task: Task,
    stored: Stored | None,
    order: Order,
    wish: Wish,
    place: Place,
    claims: Mapping[str, TaskId],
    *,
    is_fresh: bool,
) -> Stored:
    """Record that an attempt is about to be made; one that was made ready before is taken up with today's text."""
    spec = project.git.hash_object(task.prompt.encode("utf-8", "surrogateescape"))
    if stored is not None and stored.record.state is State.READY:
        if stored.record.spec == spec:
            return stored
        today = stored.record.to(State.READY, title=task.title, source=task.source, spec=spec)
        return write(project, stored, today)
    before = stored.record if stored else TaskRecord(task.id, State.PLANNED)
    begins = is_fresh or _is_untouched(project, before)
    base = base_on(project, wish.stacked) if begins else before.base
    cone = None if is_fresh else before.cone
    if is_fresh and order.is_sparse:
        cone = cone_at_first(project, task, base or project.base, claims)
    record = before.next_attempt(
        title=task.title,
        source=task.source,
        # Who only resolves a conflict does not become the one whose work it is.
        agent=task.agent or (before.agent if before.resolves else order.agent),
        branch=place.branch.short,
        worktree=str(place.path),
        base=base,
        tip=None if is_fresh else before.tip,
        target=project.target.short,
        spec=spec,
        retries=wish.retries,
        cone=cone,
        stacked=tuple(below.id for below in wish.stacked) if begins else before.stacked,
        # What the agent of an earlier attempt has changed is not to be taken for what was there.
        control=digests(project.common) if before.control is None else before.control,
    )
    old = stored.oid if stored else None
    return write_record(project.git, record, old=old, reason=f"{task.id} is ready, attempt {record.attempt}")


def _prepare(project: Project, task: Task, ready: TaskRecord, state: Ownership, *, is_fresh: bool) -> Path:
    territory = state.territories.get(ready.agent or "", Territory(ready.agent or ""))
    # The fast path knows no time.
    limited = snapshot(project.git).written.until if of(state.claims, task.id) else {}
    lines = [path for path in owned_lines(task, territory, state) if path not in limited]
    ground.write_owned(project.common, f"{PREFIX}{task.id}", lines)
    return write_prompt(project, task, ready, state, is_fresh=is_fresh)
