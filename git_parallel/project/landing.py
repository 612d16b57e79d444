"""Landing: a branch judged, merged in memory, verified as it will really be, and only then on the target."""

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..agents.process import agent_environment, run_to_end
from ..errors import ParallelError, Stale, Unusable
from ..git import locks, mergetree, target, worktree
from ..git.mergetree import Conflicted
from ..git.refs import Stored, find_oddity, snapshot
from ..git.scratch_worktree import scratch_worktree
from ..git.target import Refused
from ..names import Oid, RefName, TaskId, printable
from ..overlap.exclusion import unions
from ..ownership.judge import Foreign
from ..schedule.record import State, TaskRecord
from ..tasks.task import TaskSet
from . import gate
from .attempt import write
from .attesting import attest
from .claiming import claim
from .declared import ownership
from .displaced import find_displaced
from .former import find_former
from .furnishing import Liaison, complete
from .gate import Denied
from .intrusion import accept_target, find_intruder
from .open import Project
from .plain import write_anew
from .stacking import why_early
from .violation import Violation

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Landed:
    """A branch is on the target, by this commit (None where the target had it already)."""

    task: TaskId
    commit: Oid | None
    is_verified: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """A branch is in conflict with the target; nothing was changed."""

    task: TaskId
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Broken:
    """The merged tree did not pass the verify command; the target was not moved."""

    task: TaskId
    exit_status: int
    log: Path


@dataclass(frozen=True, slots=True)
class Blocked:
    """The target's checkout holds changes of the user that the merge would touch; nothing was changed."""

    task: TaskId
    refused: Refused


@dataclass(frozen=True, slots=True)
class Early:
    """A branch that stands on others which are not on the target yet; nothing was changed."""

    task: TaskId
    why: str


@dataclass(frozen=True, slots=True)
class Astray:
    """A branch that never was where the recorded work is (an undo changed it for another); nothing was changed."""

    task: TaskId
    why: str


@dataclass(frozen=True, slots=True)
class Untrusted:
    """A branch or a target that is not what it is said to be, and how to go on; nothing was changed."""

    task: TaskId
    why: str
    way_on: str


Landing = Landed | Clash | Denied | Broken | Blocked | Early | Astray | Untrusted


@dataclass(frozen=True, slots=True)
class Landings:
    """What became of each task, and where the target was before and is after."""

    before: Oid
    after: Oid
    results: tuple[Landing, ...] = field(default=())

    @property
    def all_landed(self) -> bool:
        """Whether every task asked for is on the target."""
        return all(isinstance(result, Landed) for result in self.results)


def land(
    project: Project,
    tasks: TaskSet,
    ids: Iterable[TaskId],
    *,
    verify: str = "",
    told: Callable[[Landing], None] | None = None,
    verifying: Callable[[TaskId], None] | None = None,
    accepts_target: bool = False,
) -> Landings:
    """Land tasks one after the other, each on the target as the one before left it.

    A task that cannot land is set aside with its reason and the next one is tried. One process at a
    time; raises Stale when the target keeps moving under it, Falsified where a document that says who owns
    what is not what its name says. `verifying` hears of each verification as it begins, `told` of each
    result. With `accepts_target` it is recorded first that the user knows of what agents' commits are on the
    target although no merge of ours brought them.
    """
    with locks.held(project.runtime / "merge.lock"):
        attest(project, tasks)
        before = project.git.find_ref(project.target) or project.base
        asked = tuple(ids)
        if accepts_target:
            # Whose doing that was nobody knows, so it is kept with those that are to be merged onto it.
            accept_target(project, before, asked if find_displaced(project, before) else ())
        results = []
        going = _Going(verify, verifying)
        for task in asked:
            results.append(_land_one(project, tasks, task, going))
            if told:
                told(results[-1])
        return Landings(before, project.git.find_ref(project.target) or before, tuple(results))


def finish_interrupted(project: Project, stored: Stored) -> Stored:
    """Record what a merge that was killed in the middle had come to."""
    onto = project.git.find_ref(_target_of(stored.record))
    candidate = stored.record.candidate
    if onto and candidate and project.git.is_ancestor(old=candidate, new=onto):
        return write(project, stored, stored.record.to(State.MERGED, reason=""))
    return write(project, stored, stored.record.to(State.SUCCEEDED, reason="its merge was interrupted"))


@dataclass(frozen=True, slots=True)
class _Going:
    """The verify command (empty: none), who wants to hear when it begins, and commits of the target that are sound."""

    command: str
    begins: Callable[[TaskId], None] | None
    sound: set[Oid] = field(default_factory=set)


def _land_one(project: Project, tasks: TaskSet, task: TaskId, going: _Going) -> Landing:
    for _ in range(_TRIES):
        stored = snapshot(project.git).require(task)
        if stored.record.state is State.MERGING:
            stored = finish_interrupted(project, stored)
        try:
            if stored.record.state is State.MERGED and _is_there(project, stored.record):
                return Landed(task, stored.record.candidate)
            return _try(project, tasks, stored, going)
        except Stale:
            continue
    raise Stale(
        f"'{project.target.short}' keeps being moved by somebody else", hint="run 'git parallel merge' again"
    )


def _is_there(project: Project, record: TaskRecord) -> bool:
    """Whether what is recorded as merged is on the target; somebody may have taken it back."""
    onto = project.git.find_ref(project.target)
    landed = record.candidate or record.tip
    return onto is not None and landed is not None and project.git.is_ancestor(old=landed, new=onto)


def _try(project: Project, tasks: TaskSet, stored: Stored, going: _Going) -> Landing:
    task = stored.record.id
    untrusted = _misled(project, stored.record, going)
    if untrusted:
        return untrusted
    tip = project.git.find_ref(RefName.of_branch(stored.record.branch))
    onto = project.git.find_ref(project.target)
    if onto is None:
        raise Unusable(f"there is no branch '{project.target.short}' any more")
    if tip and _is_another(project, stored.record, tip):
        at = f"'{stored.record.branch}' is at {tip[:9]}"
        return Astray(task, f"{at}, which has not come from what is recorded, {stored.record.tip:.9}")
    if tip is None or _is_cut_back(project, stored.record, tip, onto):
        why = f"its branch does not have this commit any more; refs/parallel/tasks/{task} does"
        return _reject(project, stored, Denied(task, (Violation(stored.record.tip, Foreign("", "", why)),)))
    stored = Stored(replace(stored.record, tip=tip, target=project.target.short), stored.oid)
    if project.git.is_ancestor(old=tip, new=onto):
        merging = write(project, stored, stored.record.to(State.MERGING, candidate=onto))
        write(project, merging, merging.record.to(State.MERGED, reason="the target has it already"))
        return Landed(task, None)
    early = why_early(project, stored.record, onto)
    if early:
        return Early(task, early)
    former = find_former(project, tip=tip, onto=onto)
    if former:
        return _bringing_back(project, stored.record, former)
    state = ownership(project, tasks, snapshot(project.git))
    base = stored.record.base if stored.record.stacked else None
    accepted = stored.record.accepted
    cleared = gate.clear(project, task, tip=tip, onto=onto, ownership=state, base=base, accepted=accepted)
    if isinstance(cleared, gate.Cleared) and cleared.unclaimed:
        late = claim(project, tasks, task, cleared.unclaimed)
        if late.foreign:
            cleared = Denied(task, tuple(Violation(None, foreign) for foreign in late.foreign))
    if isinstance(cleared, Denied):
        return _reject(project, stored, cleared)
    union = unions(project.settings.hot)
    with mergetree.private(project.common, like=onto, union=union) as private:
        merged = mergetree.merge_tree(private, ours=onto, theirs=tip)
    if isinstance(merged, Conflicted):
        where = ", ".join(map(printable, merged.paths))
        write(project, stored, stored.record.to(State.CONFLICTED, reason=f"conflict in {where}"))
        return Clash(task, merged.paths)
    candidate = project.git.commit_tree(merged.tree, [onto, tip], _message(project, stored.record))
    state = ownership(project, tasks, snapshot(project.git))
    denied = gate.judge_result(project, cleared, candidate, state, accepted)
    if denied:
        return _reject(project, stored, denied)
    return _move(project, stored, onto=onto, candidate=candidate, going=going)


def _misled(project: Project, record: TaskRecord, going: _Going) -> Untrusted | None:
    """Whether the branch is none, or the target holds what nobody has judged."""
    branch = RefName.of_branch(record.branch)
    odd = find_oddity(project.git, branch)
    if odd:
        way_on = f"git update-ref --no-deref {branch} COMMIT makes it a branch again"
        return Untrusted(record.id, f"'{record.branch}' is {odd}", way_on)
    onto = project.git.find_ref(project.target)
    if onto is None or onto in going.sound:
        return None
    displaced = find_displaced(project, onto) if record.accepted_target != onto else None
    if displaced:
        return _moved(project, record, onto, displaced)
    intruder = find_intruder(project, onto)
    if intruder is None:
        going.sound.add(onto)
        return None
    where = f"was made in the worktree of task '{intruder.task}' and came to '{project.target.short}'"
    way_on = f"look at it: git show {intruder.commit:.9}; if all of it may stay: git parallel merge --accept-target"
    return Untrusted(record.id, f"{intruder.commit:.9} {where} by no merge of ours", way_on)


def _moved(project: Project, record: TaskRecord, onto: Oid, displaced: Oid) -> Untrusted:
    short = project.target.short
    last = f"was brought to {displaced:.9} last where it is checked out"
    why = f"'{short}' is at {onto:.9}, and {last}: somebody moved it behind that"
    look = f"look at both: git log {displaced:.9}...{onto:.9}"
    back = f"git update-ref {project.target} {displaced:.9} takes it back"
    return Untrusted(record.id, why, f"{look}; {back}, git parallel merge --accept-target goes on from here")


def _bringing_back(project: Project, record: TaskRecord, former: Oid) -> Untrusted:
    why = f"it would bring back {former:.9}, which '{project.target.short}' does not hold any more"
    way_on = f"cd {record.worktree}; git rebase --onto {project.target.short} {former:.9}"
    return Untrusted(record.id, why, f"{way_on}; then git parallel merge {record.id}")


def _is_cut_back(project: Project, record: TaskRecord, tip: Oid, onto: Oid) -> bool:
    """Whether the branch has nothing that the target has not, and yet the proven work is not on the target."""
    return (
        record.tip is not None
        and project.git.is_ancestor(old=tip, new=onto)
        and not project.git.is_ancestor(old=record.tip, new=onto)
    )


def _is_another(project: Project, record: TaskRecord, tip: Oid) -> bool:
    """Whether a branch neither has the recorded work nor is that work rewritten, as by a rebase."""
    if record.tip is None or project.git.is_ancestor(old=record.tip, new=tip):
        return False
    branch = RefName.of_branch(record.branch)
    return record.tip not in project.git.run("reflog", "show", "--format=%H", branch, "--").stdout.split()


def _move(project: Project, stored: Stored, *, onto: Oid, candidate: Oid, going: _Going) -> Landing:
    record = stored.record
    checkout = target.find_checkout(project.git, project.common, project.target)
    if isinstance(checkout, Refused):
        return Blocked(record.id, checkout)
    paths = target.in_the_way(project.git, checkout, old=onto, new=candidate) if checkout else ()
    if checkout and paths:
        why = "your changes there would be overwritten"
        return Blocked(record.id, Refused(checkout, paths, why))
    merging = write(project, stored, record.to(State.MERGING, candidate=candidate, reason=""))
    log = project.log_of(record.id, record.attempt).with_name("verify.log")
    status = _verify(project, record, candidate, going, log) if going.command else 0
    if status:
        why = f"verification failed (exit status {status})"
        write(project, merging, merging.record.to(State.SUCCEEDED, candidate=None, reason=why))
        return Broken(record.id, status, log)
    try:
        refused = target.move(
            project.git, project.common, project.target,
            old=onto, new=candidate, reason=f"parallel: merge {record.id}",
        )  # fmt: skip
    except Stale:
        write(project, merging, merging.record.to(State.SUCCEEDED, candidate=None, reason="the target moved"))
        raise
    if refused:
        write(project, merging, merging.record.to(State.SUCCEEDED, candidate=None, reason=refused.why))
        return Blocked(record.id, refused)
    write(project, merging, merging.record.to(State.MERGED))
    going.sound.add(candidate)
    return Landed(record.id, candidate, is_verified=bool(going.command))


def _reject(project: Project, stored: Stored, denied: Denied) -> Denied:
    foreign = tuple(sorted({v.foreign.path for v in denied.violations if v.foreign.path}))
    why = f"touches what is not its own: {', '.join(map(printable, foreign))}"
    if not foreign:
        why = denied.violations[0].foreign.why
    write(project, stored, stored.record.to(State.REJECTED, reason=why, foreign=foreign))
    return denied


def _message(project: Project, record: TaskRecord) -> str:
    # A delegated task has no document, and not every task an agent type.
    told = [("Task", record.id), ("Spec", record.source), ("Agent", record.agent)]
    told += [("Accepted", printable(path)) for path in record.accepted]
    trailers = "".join(f"Parallel-{name}: {value}\n" for name, value in told if value)
    return f"Merge branch '{record.branch}' into {project.target.short}\n\n{record.title}\n\n{trailers}"


def _verify(project: Project, record: TaskRecord, candidate: Oid, going: _Going, log: Path) -> int:
    """Run the user's verify command on the merged tree; its exit status."""
    if going.begins:
        going.begins(record.id)
    with scratch_worktree(project.git, project.common, at=candidate) as path:
        try:
            complete(project, worktree.place_at(path, project.target), Liaison(), is_untouched=True)
        except ParallelError as error:
            with write_anew(log) as file:
                file.write(f"{error.message}\n")
            return error.status
        extra = {"GIT_PARALLEL_TASK": str(record.id), "GIT_PARALLEL_WORKTREE": str(path)}
        return run_to_end(going.command, cwd=path, env=agent_environment(os.environ, extra), log=log)


def _target_of(record: TaskRecord) -> RefName:
    return RefName.of_branch(record.target)
