"""The setup command of a workspace: run in it once, before its first agent.

It has a keeper like an agent, under the name `<id>.setup`: so it outlives a coordinator that is killed, the next
one finds it by its lock and waits for it, and it is ended with all that it has started. The file `<id>.setup` notes
which setup it is and what lay uncommitted before, and at the end that it is done.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from os import devnull
from pathlib import Path

from ..agents import process
from ..errors import ParallelError, Stale
from ..git.look import look
from ..git.place import Place
from ..names import TaskId, printable
from .open import Project
from .plain import write_anew


class SetupFailed(ParallelError):
    """The setup of a workspace did not come to a good end; the workspace stays, to be looked at."""


class SetupStopped(Stale):
    """The setup of a workspace was called off, and with it the launch."""


@dataclass(frozen=True, slots=True)
class _Note:
    """Which setup was begun, by which number, with what uncommitted already, and whether it is done."""

    what: str
    number: int
    tip: str
    before: tuple[str, ...]
    is_done: bool = False


def set_up(
    project: Project, task: TaskId, place: Place, env: Mapping[str, str], is_called_off: Callable[[], bool]
) -> bool:
    """Run the setup command unless it was run in this workspace; whether it was run, here or by who died.

    The caller has waited for one that is still alive.
    Raises SetupFailed with the reason, SetupStopped where it was ended or the launch is called off.
    """
    command, name = project.settings.setup, _name(task)
    if not command:
        return False
    # A port that was written into a file by an earlier setup has to be the one that is given to the agent.
    what = sha256(f"{command}\0{env.get('GIT_PARALLEL_PORT')}".encode("utf-8", "surrogateescape")).hexdigest()
    note = _read(project, task)
    if note and note.is_done and note.what == what:
        return False
    ended = process.read_exit(project.tasks_runtime, name, note.number) if note else None
    if note is None or note.what != what or ended is None or ended.status != 0:
        note = _begin(project, task, place, what, note)
        ended = _run(project, task, place, env, note.number, is_called_off)
    _require_success(task, ended)
    _require_nothing_left(project, task, place, note)
    _write(project, task, replace(note, is_done=True))
    return True


def is_setting_up(project: Project, task: TaskId) -> bool:
    """Whether anything of a setup is alive."""
    return process.is_alive(project.tasks_runtime, _name(task))


def stop(project: Project, task: TaskId, *, now: bool) -> None:
    """Ask for the end of a setup that runs, with its grace or `now`."""
    note = _read(project, task)
    if note:
        process.stop(project.tasks_runtime, _name(task), note.number, now=now)


def wait(project: Project, task: TaskId) -> None:
    """Block until nothing of a setup is alive."""
    process.wait(project.tasks_runtime, _name(task))


def log_of(project: Project, task: TaskId) -> Path:
    """What the latest setup of a task printed."""
    return project.log_of(task, 0).with_name("setup.log")


def log_limit(project: Project, task: TaskId) -> int | None:
    """The limit within which the log of the latest setup is kept."""
    note = _read(project, task)
    started = process.read_start(project.tasks_runtime, _name(task), note.number) if note else None
    return started.log_limit if started else None


def forget(project: Project, task: TaskId) -> None:
    """Forget what was set up: the workspace is gone."""
    _file(project, task).unlink(missing_ok=True)


def _begin(project: Project, task: TaskId, place: Place, what: str, before: _Note | None) -> _Note:
    if before and not before.is_done:
        # What lies there may be what the one that failed has left: that is no reason to let it pass.
        note = replace(before, what=what, number=_next_number(project, task))
    else:
        tip = project.git.find_ref(place.branch) or ""
        note = _Note(what, _next_number(project, task), tip, _left(project, place))
    _write(project, task, note)
    return note


def _run(
    project: Project,
    task: TaskId,
    place: Place,
    env: Mapping[str, str],
    number: int,
    is_called_off: Callable[[], bool],
) -> process.ExitRecord | None:
    settings = project.settings
    log_of(project, task).unlink(missing_ok=True)
    job = process.Job(
        task=_name(task),
        attempt=number,
        argv=("/bin/sh", "-c", settings.setup),
        cwd=place.path,
        env=env,
        log=log_of(project, task),
        prompt=Path(devnull),
        timeout=settings.setup_timeout,
        grace=settings.grace,
        log_limit=settings.log_bytes,
    )
    if is_called_off():
        raise _stopped()
    process.launch(project.tasks_runtime, job)
    # Whoever called it off while it was launched did not find it yet.
    if is_called_off():
        stop(project, task, now=False)
    wait(project, task)
    return process.read_exit(project.tasks_runtime, _name(task), number)


def _require_success(task: TaskId, ended: process.ExitRecord | None) -> None:
    if ended is not None and ended.stopped:
        raise _stopped()
    why = _why_not(ended)
    if why:
        raise SetupFailed(f"setup {why}; see 'git parallel log {task} --setup'")


def _stopped() -> SetupStopped:
    return SetupStopped("its setup was stopped", hint="'git parallel run' sets it up again")


def _why_not(ended: process.ExitRecord | None) -> str:
    """Why a setup is no success; empty for exit status 0."""
    if ended is None:
        return "was killed together with its keeper"
    if ended.error:
        return f"was not started: {ended.error}"
    if ended.timed_out:
        return f"timed out after {ended.ended - ended.started:.0f} s"
    if ended.signal:
        return f"was killed by signal {ended.signal}"
    return f"exited with {ended.status}" if ended.status else ""


def _require_nothing_left(project: Project, task: TaskId, place: Place, note: _Note) -> None:
    """Raise SetupFailed where the agent's commit would take in what the setup did."""
    new = [path for path in _left(project, place) if path not in note.before]
    if new:
        more = f" and {len(new) - 1} more" if len(new) > 1 else ""
        raise SetupFailed(
            f"setup left '{printable(new[0])}'{more} changed or untracked, which would be committed as the agent's "
            f"work; have git ignore it, then 'git parallel retry {task} --fresh'"
        )
    if note.tip != (project.git.find_ref(place.branch) or ""):
        raise SetupFailed("setup made a commit, which would be merged as the agent's work")


def _left(project: Project, place: Place) -> tuple[str, ...]:
    seen = look(project.git, place)
    return (*seen.changed, *seen.untracked)


def _name(task: TaskId) -> str:
    # A '.' is in no task's id, so this is never the name of an agent's files.
    return f"{task}.setup"


def _file(project: Project, task: TaskId) -> Path:
    return project.tasks_runtime / _name(task)


def _next_number(project: Project, task: TaskId) -> int:
    """A number under which no setup of this task ever ran: a keeper starts none twice."""
    records = project.tasks_runtime.glob(f"{_name(task)}.*.*")
    numbers = (path.name.removeprefix(f"{_name(task)}.").partition(".")[0] for path in records)
    return max((int(number) for number in numbers if number.isdecimal()), default=0) + 1


def _read(project: Project, task: TaskId) -> _Note | None:
    try:
        found = json.loads(_file(project, task).read_bytes())
        return _Note(**(found | {"before": tuple(found["before"])}))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(project: Project, task: TaskId, note: _Note) -> None:
    aside = _file(project, task).with_name(f"{_name(task)}.new")
    with write_anew(aside) as file:
        json.dump(asdict(note), file)
    aside.replace(_file(project, task))
