"""Which of the branches that are to be merged can be judged at all, for all of them in a few questions to git."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from ...git.created import contained
from ...git.refs import Snapshot, Stored, branches
from ...names import Oid, RefName, TaskId, printable
from ...ownership.judge import Foreign
from ...schedule.record import State, TaskRecord
from ..displaced import find_displaced
from ..gate import Denied
from ..intrusion import Intruder, find_intruder
from ..open import Project
from ..violation import Violation
from .outcomes import Astray, Landed, Landing, Untrusted


@dataclass(frozen=True, slots=True)
class Candidate:
    """A branch that may be judged: its record, with the tip that the branch has now."""

    stored: Stored
    tip: Oid

    @property
    def task(self) -> TaskId:
        """Whose branch it is."""
        return self.stored.record.id

    @property
    def record(self) -> TaskRecord:
        """Its record."""
        return self.stored.record


@dataclass(frozen=True, slots=True)
class Outcome:
    """What has become of a task, and the records that are still to be written for it, one after the other."""

    landing: Landing
    records: tuple[TaskRecord, ...] = ()


@dataclass(frozen=True, slots=True)
class Sorted:
    """The candidates in the order asked for, and what has become of the others."""

    candidates: tuple[Candidate, ...]
    others: Mapping[TaskId, Outcome]

    @property
    def refused(self) -> tuple[TaskId, ...]:
        """Those of the others that are not on the target."""
        return tuple(task for task, outcome in self.others.items() if not isinstance(outcome.landing, Landed))


def sort_out(
    project: Project, world: Snapshot, asked: Iterable[TaskId], onto: Oid, sound: set[Oid]
) -> Sorted:
    """Tell the branches that can be judged against `onto` from those that cannot, or need not be.

    `sound` are commits of the target that hold no intruder, to which `onto` is added where it holds none either.
    Raises Stale while the target is being moved.
    """
    chosen = [world.require(task) for task in asked]
    found = branches(project.git, [RefName.of_branch(one.record.branch) for one in chosen])
    tips = {one.record.id: found.get(RefName.of_branch(one.record.branch)) for one in chosen}
    asked_of = [tip.oid for tip in tips.values() if tip] + [
        oid for one in chosen for oid in (one.record.tip, one.record.candidate) if oid
    ]
    there = contained(project.git, asked_of, within=[onto])
    displaced = find_displaced(project, onto) if onto not in sound else None
    intruder = find_intruder(project, world, onto) if onto not in sound else None
    if displaced is None and intruder is None:
        sound.add(onto)
    candidates: list[Candidate] = []
    others: dict[TaskId, Outcome] = {}
    for one in chosen:
        record, at = one.record, tips[one.record.id]
        if record.state is State.MERGED and (record.candidate or record.tip) in there:
            others[record.id] = Outcome(Landed(record.id, record.candidate))
        elif at and at.oddity:
            others[record.id] = Outcome(_odd(record, at.oddity))
        elif displaced and record.accepted_target != onto:
            others[record.id] = Outcome(_moved(project, record, onto, displaced))
        elif intruder:
            others[record.id] = Outcome(_intruded(project, record, intruder))
        elif at and _is_another(project, record, at.oid):
            others[record.id] = Outcome(_astray(record, at.oid))
        elif at is None or _is_cut_back(record, at.oid, there):
            others[record.id] = _gone(record)
        else:
            current = replace(record, tip=at.oid, target=project.target.short)
            if at.oid in there:
                others[record.id] = _landed_already(current, onto)
                continue
            candidates.append(Candidate(Stored(current, one.oid), at.oid))
    return Sorted(tuple(candidates), others)


def _odd(record: TaskRecord, oddity: str) -> Untrusted:
    branch = RefName.of_branch(record.branch)
    way_on = f"git update-ref --no-deref {branch} COMMIT makes it a branch again"
    return Untrusted(record.id, f"'{record.branch}' is {oddity}", way_on)


def _moved(project: Project, record: TaskRecord, onto: Oid, displaced: Oid) -> Untrusted:
    short = project.target.short
    last = f"was brought to {displaced:.9} last where it is checked out"
    why = f"'{short}' is at {onto:.9}, and {last}: somebody moved it behind that"
    look = f"look at both: git log {displaced:.9}...{onto:.9}"
    back = f"git update-ref {project.target} {displaced:.9} takes it back"
    return Untrusted(record.id, why, f"{look}; {back}, git parallel merge --accept-target goes on from here")


def _intruded(project: Project, record: TaskRecord, intruder: Intruder) -> Untrusted:
    where = f"was made in the worktree of task '{intruder.task}' and came to '{project.target.short}'"
    way_on = f"look at it: git show {intruder.commit:.9}; if all of it may stay: git parallel merge --accept-target"
    return Untrusted(record.id, f"{intruder.commit:.9} {where} by no merge of ours", way_on)


def _astray(record: TaskRecord, tip: Oid) -> Astray:
    at = f"'{record.branch}' is at {tip:.9}"
    return Astray(record.id, f"{at}, which has not come from what is recorded, {record.tip:.9}")


def _is_another(project: Project, record: TaskRecord, tip: Oid) -> bool:
    """Whether a branch neither has the recorded work nor is that work rewritten, as by a rebase."""
    if record.tip in (None, tip) or project.git.is_ancestor(old=record.tip, new=tip):
        return False
    branch = RefName.of_branch(record.branch)
    return record.tip not in project.git.run("reflog", "show", "--format=%H", branch, "--").stdout.split()


def _is_cut_back(record: TaskRecord, tip: Oid, there: Collection[Oid]) -> bool:
    """Whether the branch has nothing that the target has not, and yet the proven work is not on the target."""
    return record.tip is not None and tip in there and record.tip not in there


def _gone(record: TaskRecord) -> Outcome:
    why = f"its branch does not have this commit any more; refs/parallel/tasks/{record.id} does"
    return refused(Denied(record.id, (Violation(record.tip, Foreign("", "", why)),)), record)


def _landed_already(record: TaskRecord, onto: Oid) -> Outcome:
    merging = record.to(State.MERGING, candidate=onto)
    return Outcome(
        Landed(record.id, None), (merging, merging.to(State.MERGED, reason="the target has it already"))
    )


def refused(denied: Denied, record: TaskRecord) -> Outcome:
    """A branch that the gate does not let through, and what is recorded of it."""
    foreign = tuple(sorted({one.foreign.path for one in denied.violations if one.foreign.path}))
    why = f"touches what is not its own: {', '.join(map(printable, foreign))}"
    if not foreign:
        why = denied.violations[0].foreign.why
    return Outcome(denied, (record.to(State.REJECTED, reason=why, foreign=foreign),))
