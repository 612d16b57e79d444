"""What `reference-transaction` asks: whether a task may move these refs from its worktree. Writes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..git import history, mergetree
from ..git.refs import snapshot
from ..names import Oid, RefName, TaskId
from ..ownership.judge import Ownership
from ..ownership.references import Kind, RefMove, RefusedRef, kind_of, refused
from ..schedule.record import TaskRecord
from ..tasks.task import TaskSet
from .declared import ownership
from .judging import judged
from .open import Project
from .violation import Violation


@dataclass(frozen=True, slots=True)
class Judgement:
    """Of one transaction: the commits that would bring foreign changes, and the refs that are not the task's."""

    branch: str
    violations: tuple[Violation, ...] = ()
    refused: tuple[RefusedRef, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.violations and not self.refused


def judge_moves(
    project: Project,
    tasks: TaskSet,
    task: TaskId,
    moves: Sequence[RefMove],
    incoming: Path | None,
) -> Judgement:
    """Judge the lines of a transaction; `incoming` is where objects lie that are not in the store yet.

    A ref that is to get the value it has is nobody's loss: `git pack-refs` says that of every ref.
    """
    world = snapshot(project.git)
    record = world.require(task).record
    state = ownership(project, tasks, world)
    branch = RefName.of_branch(record.branch)
    now = _values(project)
    violations: list[Violation] = []
    foreign = []
    for move in moves:
        kind = kind_of(move.ref, branch)
        if kind is Kind.PASSING or (not move.is_deletion and now.get(move.ref) == move.new):
            continue
        if kind is Kind.OWN and not move.is_deletion:
            violations += _violations(project, record, move, state, incoming)
        elif not (kind is Kind.TAG and _is_new_tag(move, now)):
            foreign.append(refused(move.ref, branch))
    return Judgement(branch, tuple(violations), tuple(foreign))


def _violations(
    project: Project, record: TaskRecord, move: RefMove, state: Ownership, incoming: Path | None
) -> tuple[Violation, ...]:
    """What speaks against the commits that a move of the task's own branch would bring."""
    tip, onto = Oid(move.new), project.git.find_ref(project.target) or project.base
    before = () if move.is_creation else (Oid(move.old),)
    trusted = (onto, *((record.base,) if record.base else ()), *before)
    with mergetree.private(project.common, like=tip, incoming=incoming) as git:
        commits = [commit.oid for commit in history.commits(git, tip=tip, without=trusted)]
        return judged(git, record.id, commits, trusted, state, accepted=record.accepted)[0]


def _values(project: Project) -> dict[str, str]:
    out = project.git.run("for-each-ref", "--format=%(refname) %(objectname)")
    return dict(line.split(" ", 1) for line in out.stdout.splitlines())


def _is_new_tag(move: RefMove, now: Mapping[str, str]) -> bool:
    """Whether a fetch may bring this tag: there is none yet, and no branch of the name that it would stand before."""
    name = move.ref.removeprefix("refs/tags/")
    return not move.is_deletion and move.ref not in now and f"refs/heads/{name}" not in now
