"""Which candidates may be merged onto a commit, judged together as far as they have no commit in common."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ...git import history
from ...git.created import contained
from ...git.refs import Snapshot
from ...names import Oid, TaskId, printable
from ...ownership.judge import Foreign, Ownership
from ...schedule.record import State, TaskRecord
from ..former import once_the_targets
from ..gate import Asked, Cleared, Denied, Gate
from ..open import Project
from ..stacking import why_early
from ..violation import Violation
from .candidates import Candidate, Outcome, refused
from .outcomes import Early, Unresolved, Untrusted

# Takes paths that are nobody's for a task; what of them turns out to be another's.
Claim = Callable[[TaskId, Sequence[str]], tuple[Foreign, ...]]


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate that may be merged, with its commits, oldest first, and what they touch.

    `beneath` are commits that it stands on, of work that the target has, but in another form (squashed, rebased).
    """

    candidate: Candidate
    commits: tuple[Oid, ...]
    touched: frozenset[str]
    beneath: tuple[Oid, ...] = ()

    @property
    def task(self) -> TaskId:
        """Whose branch it is."""
        return self.candidate.task


@dataclass(frozen=True, slots=True)
class Wave:
    """What was judged against one commit: who is cleared, who is not, and who has to wait for those before."""

    cleared: tuple[Judged, ...] = ()
    refused: Mapping[TaskId, Outcome] = field(default_factory=dict)
    waiting: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Court:
    """All that a judgement needs to know beside the branches: the gate, who owns what, who comes after whom."""

    project: Project
    world: Snapshot
    gate: Gate
    ownership: Ownership
    claim: Claim
    after: Mapping[TaskId, Sequence[TaskId]]

    def judge(
        self, pending: Sequence[Candidate], onto: Oid, landed: Sequence[Oid], missing: Collection[TaskId]
    ) -> Wave:
        """Judge as many of those that wait as can be judged at once against `onto`.

        `landed` are tips of what `onto` has in another form (squashed, rebased), `missing` the tasks to be merged
        that it has not. Who stands on one of these, or comes after it, or has a commit in common with another that is
        judged, waits for what becomes of that one.
        """
        graph = {
            one.oid: one.parents
            for one in history.listed(self.gate.git, [one.tip for one in pending], [onto, *landed])
        }
        once = once_the_targets(self.world)
        taken: set[Oid] = set()
        asked: list[tuple[Candidate, Asked, tuple[Oid, ...]]] = []
        outcomes: dict[TaskId, Outcome] = {}
        waiting: list[Candidate] = []
        for one in pending:
            mine = history.reachable(graph, one.tip)
            if one.record.stacked and one.record.base:
                mine -= history.reachable(graph, one.record.base)
            early = why_early(self.project, self.gate.git, one.record, [onto, *landed])
            former = next((oid for oid in reversed(graph) if oid in mine and oid in once), None)
            if former:
                outcomes[one.task] = Outcome(self._bringing_back(one.record, former))
            elif early or mine & taken or self._behind(one, missing):
                waiting.append(one)
            else:
                taken |= mine
                commits = tuple(oid for oid in graph if oid in mine)
                beneath = self._beneath(commits, graph, onto) if landed else ()
                asked.append((one, self._asked(one, commits, landed if beneath else ()), beneath))
        answers = self.gate.clear([question for _, question, _ in asked], onto, self.ownership)
        cleared = []
        for one, question, beneath in asked:
            answer = self._claimed(answers[one.task])
            if isinstance(answer, Denied):
                outcomes[one.task] = refused(answer, one.record)
            elif left := self._left(question, graph, onto):
                conflicted = one.record.to(State.CONFLICTED, reason=left)
                outcomes[one.task] = Outcome(Unresolved(one.task, left), (conflicted,))
            else:
                cleared.append(Judged(one, question.commits, answer.touched, beneath))
        return Wave(tuple(cleared), outcomes, tuple(waiting))

    def why_waiting(
        self, one: Candidate, onto: Oid, landed: Sequence[Oid], missing: Collection[TaskId]
    ) -> Early:
        """Why a candidate that still waits when nobody can be judged any more is not merged."""
        names = ", ".join(f"'{name}'" for name in self._behind(one, missing))
        early = why_early(self.project, self.gate.git, one.record, [onto, *landed])
        return Early(one.task, early or f"it comes after {names}, which could not be merged")

    def _behind(self, one: Candidate, missing: Collection[TaskId]) -> list[TaskId]:
        return [name for name in self.after.get(one.task, ()) if name in missing]

    def _asked(self, one: Candidate, commits: tuple[Oid, ...], needed: Sequence[Oid]) -> Asked:
        record = one.record
        base = (record.base,) if record.stacked and record.base else ()
        return Asked(one.task, one.tip, commits, tuple(dict.fromkeys((*base, *needed))), record.accepted)

    def _beneath(
        self, commits: Sequence[Oid], graph: Mapping[Oid, tuple[Oid, ...]], onto: Oid
    ) -> tuple[Oid, ...]:
        """The commits on which these hang and which are not on the target."""
        edge = {parent for oid in commits for parent in graph[oid]} - set(commits)
        return tuple(sorted(edge - contained(self.gate.git, edge, within=[onto])))

    def _left(self, asked: Asked, graph: Mapping[Oid, tuple[Oid, ...]], onto: Oid) -> str:
        """That a branch has a merge in which conflict markers were left; empty where it has not."""
        if all(len(graph[oid]) < 2 for oid in asked.commits):
            return ""
        # Few branches have merges of their own.
        from ...git.left_markers import left_markers

        left = left_markers(self.gate.git, tip=asked.tip, without=[onto, *asked.trusted])
        return f"holds conflict markers: {', '.join(printable(one.where) for one in left)}" if left else ""

    def _claimed(self, answer: Cleared | Denied) -> Cleared | Denied:
        if isinstance(answer, Denied) or not answer.unclaimed:
            return answer
        foreign = self.claim(answer.task, answer.unclaimed)
        return Denied(answer.task, tuple(Violation(None, one) for one in foreign)) if foreign else answer

    def _bringing_back(self, record: TaskRecord, former: Oid) -> Untrusted:
        short = self.project.target.short
        why = f"it would bring back {former:.9}, which '{short}' does not hold any more"
        way_on = f"cd {record.worktree}; git rebase --onto {short} {former:.9}"
        return Untrusted(record.id, why, f"{way_on}; then git parallel merge {record.id}")
