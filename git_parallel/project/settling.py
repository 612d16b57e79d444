"""Settling: what is recorded when an agent has ended, seen or unseen.

Done means proven, and nothing of the agent's is touched but to commit what it left.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from ..agents import process
from ..errors import GitFailed, ParallelError, in_words
from ..git import locks, worktree
from ..git.command import Git
from ..git.history import count, paths_at
from ..git.left_markers import left_markers
from ..git.left_out import leave_out
from ..git.look import Look, look
from ..git.place import Place
from ..git.refs import Stored, snapshot
from ..names import Oid, TaskId, printable
from ..schedule.record import TRAILER, State, TaskRecord
from ..tasks.task import TaskSet
from ..workspace import submodules
from . import gate
from .accounting import account, last_words, without_leftovers
from .adrift import is_adrift
from .claiming import claim
from .concluding import conclude
from .declared import ownership
from .furnishing import given
from .open import Project
from .places import place_of_record
from .recording import write
from .sandboxing import take_over

_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")
_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What an attempt lacks to be a success, in words, and the foreign paths that its commits touch.

    With the state of a success it is what has to be said of that one.
    """

    reason: str
    foreign: tuple[str, ...] = ()
    state: State = field(default=State.FAILED)


def settle(project: Project, tasks: TaskSet, task_id: TaskId) -> Stored:
    """Record how the latest attempt ended. Done means proven: exit status 0, a commit, a clean tree,
    owned files only. What the agent left uncommitted is committed for it; on any doubt it is left alone.
    """
    # Two commands may see the same agent end; the second finds the record written.
    with locks.held(project.tasks_runtime / f"{task_id}.settle"):
        world = snapshot(project.git)
        stored = world.require(task_id)
        if not is_adrift(project, stored.record):
            return stored
        if stored.record.state is State.READY:
            stored = write(project, stored, stored.record.to(State.RUNNING, started=time.time(), reason=""))
        ended = process.read_exit(project.tasks_runtime, task_id, stored.record.attempt)
        place = place_of_record(project, stored.record)
        worktree.clear_locks_of_the_dead(project.common, place)
        taken = take_over(project, place)
        # What could not be taken over is kept by the record.
        unsaved = taken.tip if taken is not None and taken.problem else None
        if ended is None:
            reason = "its keeper died without leaving an exit record"
            told = account(project, stored.record, is_whole=False)
            kept = unsaved or stored.record.tip
            lost = stored.record.to(State.LOST, ended=time.time(), reason=reason, tip=kept, **told)
            return write(project, stored, lost)
        short = _failure(project, stored.record, ended)
        if taken is not None and taken.problem:
            short = short or Shortfall(taken.problem)
        short = short or _proof(project, tasks, stored.record, place)
        state = short.state if short else State.SUCCEEDED
        if stored.record.resolves and state is State.FAILED:
            # What it was to merge is as good as it was.
            state = State.CONFLICTED
        facts: dict[str, Any] = {
            "started": ended.started,
            "ended": ended.ended,
            "exit_status": 128 + ended.signal if ended.signal else ended.status,
            "tip": unsaved or project.git.find_ref(place.branch),
            "reason": short.reason if short else "",
            "foreign": short.foreign if short else (),
            "resolves": stored.record.resolves if state is State.CANCELLED else None,
            **account(project, stored.record, is_whole=not ended.dropped),
        }
        return write(project, stored, stored.record.to(state, **facts))


def _failure(project: Project, record: TaskRecord, ended: process.ExitRecord) -> Shortfall | None:
    """Why the agent's end is no success; None for exit status 0."""
    if ended.error:
        return Shortfall(ended.error)
    if ended.timed_out:
        return Shortfall(f"timed out after {ended.ended - ended.started:.0f} s")
    if ended.stalled:
        return Shortfall(
            f"stalled: no output, CPU or file change; stopped after {ended.ended - ended.started:.0f} s"
        )
    if ended.stopped:
        return Shortfall("stopped", state=State.CANCELLED)
    if ended.signal:
        return Shortfall(f"killed by signal {ended.signal}")
    if not ended.status:
        return None
    said = last_words(project, record)
    return Shortfall(f"exit status {ended.status}: {said}" if said else f"exit status {ended.status}")


def _proof(project: Project, tasks: TaskSet, record: TaskRecord, place: Place) -> Shortfall | None:
    try:
        return _finish(project, tasks, record, place)
    except ParallelError as error:
        # An agent can leave its worktree in any state; that is its failure and nobody else's.
        return Shortfall(f"what it left cannot be looked at: {error.message}")
    except OSError as error:
        return Shortfall(f"what it left cannot be looked at: {printable(in_words(error))}")


def _finish(project: Project, tasks: TaskSet, record: TaskRecord, place: Place) -> Shortfall | None:
    """Prove that the agent's work is done, committing what it left."""
    if not (place.path / ".git").exists():
        return Shortfall(f"its worktree '{printable(record.worktree)}' is gone")
    if project.git.find_ref(place.branch) is None:
        return Shortfall(f"its branch '{record.branch}' is gone")
    # Where the agent has put work in the place of a link it is to be seen.
    leave_out(project.git, project.common, place.path)
    seen = look(project.git, place)
    # What git ignored once is no work of the agent's, and may well be a secret.
    brought = given(project, record.id, (*seen.changed, *seen.untracked))
    brought -= _tracked(project.git, record.base or project.base, brought)
    nested = [path for path in seen.untracked if path.endswith("/") and path not in brought]
    if nested:
        return Shortfall(f"left a repository of its own in '{printable(nested[0])}'")
    if seen.head != place.branch:
        where = seen.head.removeprefix("refs/heads/")
        return Shortfall(f"left its worktree on '{printable(where)}' instead of '{record.branch}'")
    if seen.operations == ("merge",) and record.resolves:
        problem = conclude(project, tasks, record, place)
        if problem:
            return Shortfall(problem)
        seen = look(project.git, place)
    if seen.operations:
        return Shortfall(f"left a {seen.operations[0]} unfinished")
    if seen.inside:
        return Shortfall(f"left changes inside submodule '{printable(seen.inside[0])}' uncommitted")
    shortfall = _commit_rest(project, tasks, record, place, seen, brought)
    if shortfall:
        return shortfall
    tip, onto = project.git.find_ref(place.branch), project.git.find_ref(project.target)
    if tip is None:
        return Shortfall(f"its branch '{record.branch}' is gone")
    if not count(project.git, tip=tip, without=[oid for oid in (record.base, onto) if oid]):
        return Shortfall("no changes")
    base = record.base or project.base
    left = left_markers(project.git, tip=tip, without=[oid for oid in (record.base, onto) if oid])
    if left:
        return Shortfall(f"left conflict markers: {', '.join(printable(one.where) for one in left)}")
    lost = submodules.bring_home(project.git, project.common, place, base=base, tip=tip, task=record.id)
    if lost:
        return Shortfall(f"records a commit of submodule '{printable(lost[0])}' that is nowhere")
    return _judge(project, tasks, record, tip, onto or project.base) or _withheld(brought)


def _commit_rest(
    project: Project, tasks: TaskSet, record: TaskRecord, place: Place, seen: Look, brought: set[str]
) -> Shortfall | None:
    """Commit what the agent has left uncommitted, as far as it is its own, and not what was `brought` there."""
    own = [path for path in seen.changed if path not in brought]
    new = [path for path in seen.untracked if path not in brought]
    remains = (*own, *without_leftovers(project, record, new))
    if not remains:
        return None
    same = _unchanged(project.git.at(place.path), seen.changed)
    verdict = claim(project, tasks, record.id, [path for path in remains if path not in same])
    if verdict.foreign:
        first = verdict.foreign[0]
        more = f" and {len(verdict.foreign) - 1} more" if len(verdict.foreign) > 1 else ""
        return Shortfall(f"left changes to '{printable(first.path)}'{more} uncommitted, {first.why}")
    # What is staged whole may be gone, or ignored; git would not add it.
    added = [path for path in remains if path not in seen.staged]
    withheld = [path for path in seen.changed if path in brought]
    problem = _commit(project.git.at(place.path), record, added, withheld)
    return Shortfall(problem) if problem else None


def _tracked(git: Git, base: Oid, paths: set[str]) -> set[str]:
    """Those of the paths that the commit which the agent began at has: they are content like any other."""
    return paths.intersection(paths_at(git, base)) if paths else set()


def _withheld(brought: set[str]) -> Shortfall | None:
    if not brought:
        return None
    more = f" and {len(brought) - 1} more" if len(brought) > 1 else ""
    return Shortfall(
        f"'{printable(min(brought))}'{more} is no longer ignored by git; brought there, it is left uncommitted",
        state=State.SUCCEEDED,
    )


def _judge(project: Project, tasks: TaskSet, record: TaskRecord, tip: Oid, onto: Oid) -> Shortfall | None:
    task = record.id
    state = ownership(project, tasks, snapshot(project.git))
    # Where the target was moved back meanwhile, what it held at the launch is not the agent's work all the same.
    cleared = gate.clear(
        project, task, tip=tip, onto=onto, ownership=state, base=record.base, accepted=record.accepted
    )
    if isinstance(cleared, gate.Denied):
        foreign = tuple(sorted({violation.foreign.path for violation in cleared.violations}))
        return Shortfall(f"commits touch what is not its own: {', '.join(map(printable, foreign))}", foreign)
    if cleared.unclaimed:
        verdict = claim(project, tasks, task, cleared.unclaimed)
        if verdict.foreign:
            return Shortfall(f"'{printable(verdict.foreign[0].path)}' was {verdict.foreign[0].why} meanwhile")
    return None


def _unchanged(git: Git, paths: Sequence[str]) -> set[str]:
    """Those of the paths that git reports as changed whose content is that of HEAD for it, say but for line ends."""
    if not paths:
        return set()
    # By itself it would be told of a time or a size that is another.
    options = ("--name-only", "-z", "--no-renames", "--no-ext-diff", "--ignore-submodules=none")
    seen = (
        git.run("-c", "diff.autoRefreshIndex=true", "diff", *how, *options, "HEAD").fields
        for how in ((), ("--cached",))
    )
    return set(paths).difference(*seen)


def _commit(git: Git, record: TaskRecord, paths: Sequence[str], withheld: Sequence[str]) -> str:
    """Commit what the agent left, with the user's own hooks; why it could not be done, or an empty string.

    What is `withheld` does not go with it, staged or not.
    """
    message = f"{record.title or record.id}\n\n{TRAILER}: {record.id}\n"
    try:
        # Also what a sparse worktree does not hold: the agent has made it all the same.
        if paths:
            # What is tracked in an ignored directory as well: these are files that git has told of.
            options = ("--all", "--sparse", "--force")
            git.run("add", *options, *_FROM_STDIN, stdin="\0".join(paths), environment=_LITERAL)
        if withheld:
            git.run("reset", "--quiet", *_FROM_STDIN, stdin="\0".join(withheld), environment=_LITERAL)
        # Line ends alone, say, are nothing that a commit could hold.
        if git.run("diff", "--cached", "--quiet", "--ignore-submodules=none", "HEAD", answers=(0, 1)).status:
            git.run("commit", "--quiet", "--no-gpg-sign", "--cleanup=verbatim", "--file=-", stdin=message)
    except GitFailed as error:
        return f"what it left could not be committed: {error.message}"
    return ""
