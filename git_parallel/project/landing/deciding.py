"""What becomes of the branches on one commit of the target: judged, put together, nothing of it on the target yet."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ...git import history, target
from ...git.mergetree import Conflicted, Merged, merge_trees
from ...git.refs import Snapshot
from ...git.target import Refused
from ...names import Oid, TaskId, printable
from ...overlap.exclusion import Exclusion
from ...overlap.policy import Policy
from ...ownership.judge import Ownership
from ...schedule.merging import merge_order
from ...schedule.record import State
from ..gate import Denied, Gate, Result
from ..open import Project
from .assembly import Assembly, Chain
from .candidates import Candidate, Outcome, refused
from .judgement import Court, Judged
from .outcomes import Blocked, Clash, Early

# Where the target is checked out, and what the user has there.
Look = tuple[Path | Refused | None, tuple[tuple[str, str], ...]]
# How the reason begins of a task whose verification has failed.
BROKEN = "verification failed"
# More merges of two branches are not tried to find the best order; it is a matter of taste then.
_MOST_PAIRS = 500


@dataclass(slots=True)
class Decision:
    """What is to land, in a chain, and what has become of the rest.

    `needs` are for a task those in the chain without which it cannot be there.
    """

    chain: Chain
    outcomes: dict[TaskId, Outcome] = field(default_factory=dict)
    needs: dict[TaskId, frozenset[TaskId]] = field(default_factory=dict)

    def members(self) -> tuple[TaskId, ...]:
        """The tasks in the chain, in their order."""
        return tuple(link.task for link in self.chain.links)


@dataclass(frozen=True, slots=True)
class Deciding:
    """All that is needed to decide: the gate, what makes chains, and what is known of the tasks.

    `position` is the order in which tasks are merged where nothing speaks for another; `is_rewriting` whether the
    commits by which branches land do not have these in their history. `look` tells where the target is checked out,
    and what the user has there.
    """

    project: Project
    world: Snapshot
    court: Court
    assembly: Assembly
    position: Mapping[TaskId, int]
    is_rewriting: bool
    look: Callable[[], Look]

    @property
    def _gate(self) -> Gate:
        return self.court.gate

    def decide(
        self,
        candidates: Sequence[Candidate],
        decision: Decision,
        landed: Sequence[Oid],
        refused: Iterable[TaskId],
    ) -> Decision:
        """Judge all candidates and put together those that are cleared, on top of what is decided already.

        `landed` see `Court.judge`. Who comes after one that was `refused` already is not merged without it.
        """
        pending, missing = tuple(candidates), {*(one.task for one in candidates), *refused}
        extra = [link.judged.candidate.tip for link in decision.chain.links] if self.is_rewriting else []
        while pending:
            chain = decision.chain
            wave = self.court.judge(pending, chain.tip, [*landed, *extra], missing)
            decision.outcomes |= wave.refused
            if not (wave.cleared or wave.refused):
                break
            ordered = self._ordered(wave.cleared)
            if chain.links:
                decision.needs |= self._needs(ordered, chain)
            decision.chain = self.assembly.extended(chain, ordered)
            new = decision.chain.links[len(chain.links) :]
            missing -= {link.task for link in new}
            if self.is_rewriting:
                extra += [link.judged.candidate.tip for link in new]
            pending = wave.waiting
        for one in pending:
            early = self.court.why_waiting(one, decision.chain.tip, [*landed, *extra], missing)
            decision.outcomes[one.task] = Outcome(early)
        for judged, _, clash in decision.chain.clashes:
            decision.outcomes[judged.task] = _clashed(judged, clash)
        return decision

    def judged_as_merged(self, decision: Decision, ownership: Ownership) -> Decision:
        """The decision without those that change the target in more than is theirs, by the merged files."""
        while True:
            results = [
                Result(link.task, link.onto, link.plain, link.judged.candidate.record.accepted)
                for link in decision.chain.links
            ]
            denied = self._gate.judge_results(results, ownership)
            if not denied:
                return decision
            self.without(decision, {task: self._refused(decision, task, one) for task, one in denied.items()})

    def not_in_the_way(self, decision: Decision) -> Decision:
        """The decision without those that would touch what the user has changed where the target is checked out."""
        checkout, theirs = self.look()
        if isinstance(checkout, Refused):
            self.without(
                decision,
                {task: Outcome(Blocked(task, checkout)) for task in decision.members()},
            )
            return decision
        while theirs and checkout:
            blocked = {}
            changed = self.changed(decision.chain)
            for link in decision.chain.links:
                if paths := target.meeting(theirs, changed[link.task]):
                    why = "your changes there would be overwritten"
                    blocked[link.task] = Outcome(Blocked(link.task, Refused(checkout, paths, why)))
            if not blocked:
                break
            self.without(decision, blocked)
        return decision

    def changed(self, chain: Chain) -> dict[TaskId, frozenset[str]]:
        """What each branch of a chain changes on the target."""
        pairs = {link.task: (link.onto, link.commit) for link in chain.links}
        found = history.changed_paths(self._gate.git, pairs.values())
        return {task: found[pair] for task, pair in pairs.items()}

    def without(self, decision: Decision, set_aside: Mapping[TaskId, Outcome]) -> None:
        """Take branches out of the chain, and those that need them, for these reasons."""
        decision.outcomes |= set_aside
        gone = set(set_aside)
        for link in decision.chain.links:
            lacking = decision.needs.get(link.task, frozenset()) & gone
            if lacking and link.task not in gone:
                names = ", ".join(f"'{name}'" for name in sorted(lacking))
                decision.outcomes[link.task] = Outcome(
                    Early(link.task, f"it stands on {names}, which could not be merged")
                )
                gone.add(link.task)
        self.keep(decision, [task for task in decision.members() if task not in gone])

    def keep(self, decision: Decision, kept: Iterable[TaskId]) -> None:
        """Put the chain together of these branches only."""
        decision.chain = self.chain_of(decision, kept)
        if decision.chain.clashes:
            # Without those that have gone they cannot be merged, nor what needs them.
            clashed = {judged.task: _clashed(judged, clash) for judged, _, clash in decision.chain.clashes}
            self.without(decision, clashed)

    def chain_of(self, decision: Decision, tasks: Iterable[TaskId]) -> Chain:
        """The chain that some of the branches of a decision make."""
        wanted = set(tasks)
        some = (link.judged for link in decision.chain.links if link.task in wanted)
        return self.assembly.extended(Chain(decision.chain.onto), some)

    def _ordered(self, cleared: Sequence[Judged]) -> list[Judged]:
        """What a task comes after first; then so that the most land without a conflict."""
        known = {one.task: one for one in cleared}
        tasks = sorted(known, key=lambda task: (self._is_broken(task), self.position.get(task, len(known))))
        pairs = self._pairs([known[task] for task in tasks])
        answers = merge_trees(self._gate.git, [(a.candidate.tip, b.candidate.tip) for a, b in pairs])
        conflicts = [
            (a.task, b.task, 1.0)
            for (a, b), answer in zip(pairs, answers, strict=True)
            if not isinstance(answer, Merged)
        ]
        return [known[task] for task in merge_order(tasks, conflicts, after=self.court.after)]

    def _is_broken(self, task: TaskId) -> bool:
        """Whether it failed its verification the last time: the others should not have to be verified with it."""
        record = self.world.require(task).record
        return record.state is State.SUCCEEDED and record.reason.startswith(BROKEN)

    def _pairs(self, judged: Sequence[Judged]) -> list[tuple[Judged, Judged]]:
        """The pairs that may be in conflict: both touch a file of which a merge does not keep both sides anyway."""
        exclusion = Exclusion(hot=self.project.settings.hot)
        touching: dict[str, list[int]] = {}
        for number, one in enumerate(judged):
            for path in one.touched:
                if exclusion.policy_of(path) not in (Policy.UNION, Policy.REGENERATE):
                    touching.setdefault(path, []).append(number)
        found: dict[tuple[int, int], None] = {}
        for numbers in touching.values():
            for at, left in enumerate(numbers):
                for right in numbers[at + 1 :]:
                    found[left, right] = None
                    if len(found) > _MOST_PAIRS:
                        return []
        return [(judged[left], judged[right]) for left, right in found]

    def _needs(self, later: Sequence[Judged], chain: Chain) -> dict[TaskId, frozenset[TaskId]]:
        """Which branches of a chain those judged on top of it have commits of, or come after."""
        tips = [one.candidate.tip for one in later]
        graph = {one.oid: one.parents for one in history.listed(self._gate.git, tips, [chain.onto])}
        found = {}
        for one in later:
            mine = history.reachable(graph, one.candidate.tip)
            after = self.court.after.get(one.task, ())
            found[one.task] = frozenset(
                link.task
                for link in chain.links
                if link.task in after or not mine.isdisjoint(link.judged.commits)
            )
        return found

    def _refused(self, decision: Decision, task: TaskId, denied: Denied) -> Outcome:
        link = next(one for one in decision.chain.links if one.task == task)
        return refused(denied, link.judged.candidate.record)


def _clashed(judged: Judged, clash: Conflicted) -> Outcome:
    where = ", ".join(map(printable, clash.paths))
    record = judged.candidate.record.to(State.CONFLICTED, reason=f"conflict in {where}")
    return Outcome(Clash(judged.task, clash.paths), (record,))
