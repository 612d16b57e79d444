"""One round of a merge: everything decided on the target as it is, and the target moved once."""

import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from ...errors import Unusable
from ...git import mergetree, target
from ...git.command import Git
from ...git.commit_text import persons
from ...git.merger import Merger
from ...git.refs import Snapshot, snapshot
from ...git.scratch import Scratch, scratch
from ...git.taking_in import take_in
from ...git.target import Refused
from ...git.target import meeting as meets
from ...git.tree_files import TreeFiles
from ...names import Oid, TaskId
from ...overlap.exclusion import unions
from ...ownership.judge import Foreign, Ownership, judge
from ...schedule.merging import merge_order
from ...schedule.record import State
from ...schedule.strategy import Strategy
from ...tasks.task import TaskSet
from ..claiming import claim
from ..declared import ownership
from ..gate import Gate
from ..meanwhile import meanwhile
from ..open import Project
from ..verified import Verification
from .assembly import Assembly, Chain, Style, verified_by
from .candidates import Outcome, Sorted, sort_out
from .deciding import Deciding, Decision
from .finishing import CheckOut, Finishing, Run
from .judgement import Court
from .moving import bring
from .outcomes import Blocked, Landed
from .recording import finish_interrupted
from .rewritten import rewritten_tips
from .terms import Terms, Voice
from .trying import Verify, tried


@dataclass(frozen=True, slots=True)
class Round:
    """What one round needs to know: of which tasks, on what terms, and who hears of it.

    `sound` are commits of the target that hold no intruder, and grows.
    """

    project: Project
    tasks: TaskSet
    terms: Terms
    voice: Voice
    sound: set[Oid]

    def run(self, asked: Sequence[TaskId], rehearsed: Sequence[TaskId] = ()) -> dict[TaskId, Outcome]:
        """Land what can land; the outcome of each, those that landed in their order.

        `rehearsed` are those that would have landed by the rounds before, in their order, in a rehearsal.
        What is to be recorded of those that did not land is not written yet. Raises Stale, with nothing landed, where
        somebody moved the target or a task meanwhile.
        """
        world = self._world()
        onto = self.project.git.find_ref(self.project.target)
        if onto is None:
            raise Unusable(f"there is no branch '{self.project.target.short}' any more")
        known = sort_out(self.project, world, (*rehearsed, *asked), onto, self.sound)
        if not known.candidates:
            return dict(known.others)
        with self._deciding(world, onto, known, rehearsed) as (room, deciding):
            landed = tuple(rewritten_tips(self.project.git, world, onto))
            decision = Decision(Chain(onto))
            for is_first in (True, False):
                some = [one for one in known.candidates if (one.task in rehearsed) is is_first]
                deciding.decide(some, decision, landed, known.refused)
            deciding.judged_as_merged(decision, self._ownership_now(deciding))
            deciding.not_in_the_way(decision)
            done = self._landed(room, deciding, decision)
        return {**known.others, **done, **decision.outcomes}

    @contextmanager
    def _deciding(
        self, world: Snapshot, onto: Oid, known: Sorted, rehearsed: Sequence[TaskId]
    ) -> Iterator[tuple[Scratch, Deciding]]:
        project = self.project
        looking = meanwhile(lambda: target.look(project.git, project.common, project.target))
        with ExitStack() as held:
            room = held.enter_context(scratch(project.common, like=onto, union=unions(project.settings.hot)))
            git = mergetree.aside(room, project.common)
            merger = held.enter_context(Merger(git))
            files = held.enter_context(TreeFiles(git, room))
            strategy = self.terms.strategy
            style = Style(strategy, project.target.short, persons(project.git), self.terms.verify)
            state = ownership(project, self.tasks, world)
            court = Court(project, world, Gate(project, room, git), state, self._claim, self._after(known))
            finishing = self._finishing(held, git, room, files)
            assembly = Assembly(room, merger, files, style, finishing)
            order = dict.fromkeys((*rehearsed, *(task.id for task in self.tasks.tasks)))
            position = {task: at for at, task in enumerate(order)}
            is_rewriting = strategy is not Strategy.MERGE
            yield room, Deciding(project, world, court, assembly, position, is_rewriting, looking)

    def _world(self) -> Snapshot:
        """The records, once those are settled whose merge was killed: nobody else merges now."""
        world = snapshot(self.project.git)
        stuck = [one for one in world.tasks.values() if one.record.state is State.MERGING]
        if not stuck:
            return world
        if self.terms.is_rehearsal:
            settled = {
                one.record.id: replace(one, record=replace(one.record, state=State.SUCCEEDED))
                for one in stuck
            }
            return replace(world, tasks={**world.tasks, **settled})
        for one in stuck:
            finish_interrupted(self.project, one)
        return snapshot(self.project.git)

    def _ownership_now(self, deciding: Deciding) -> Ownership:
        """Who owns what after the judgement: what was claimed for it is theirs by now."""
        world, court = snapshot(self.project.git), deciding.court
        is_same = world.claims_oid == court.world.claims_oid
        return court.ownership if is_same else ownership(self.project, self.tasks, world)

    def _finishing(self, held: ExitStack, git: Git, room: Scratch, files: TreeFiles) -> Finishing:
        project = self.project
        day = time.strftime("%Y-%m-%d") if project.settings.update_roadmap else ""
        declared = {task.id: task for task in self.tasks.tasks}
        check_out: CheckOut | None = None
        run: Run = _no_command
        if project.settings.makers and not self.terms.is_rehearsal:
            # Few have any use for it.
            from ..making import making

            check_out, run = making(project, held, lambda commit: take_in(project.git, room, commit))
        return Finishing(project, git, room, files, declared, day, check_out, run)

    @contextmanager
    def _verifying(self, room: Scratch) -> Iterator[Verify]:
        """What verifies a commit of the scratch repository; the command's own git has to see it as well."""
        # A merge without verification has no use for it.
        from ..verification import Verifier

        git, jobs = self.project.git, self.project.settings.verify_jobs
        with Verifier(self.project, self.terms.verify, jobs=jobs) as verifier:
            self.voice.can_call_off(lambda now: verifier.call_off(now=now))

            def verify(
                commit: Oid, changed: Collection[str], tasks: Sequence[TaskId], log: Path
            ) -> Verification:
                take_in(git, room, commit)
                return verifier.verify(commit, changed, tasks=tasks, log=log)

            yield verify

    def _after(self, known: Sorted) -> dict[TaskId, tuple[TaskId, ...]]:
        """Whom each candidate comes after among the candidates; of a circle one way is left."""
        candidates = [*known.refused, *(one.task for one in known.candidates)]
        declared = {task.id: task.after for task in self.tasks.tasks}
        after = {task: declared.get(task, ()) for task in candidates}
        order = {task: at for at, task in enumerate(merge_order(candidates, (), after=after))}
        return {
            task: tuple(TaskId(name) for name in names if name in order and order[TaskId(name)] < order[task])
            for task, names in after.items()
        }

    def _claim(self, task: TaskId, paths: Sequence[str]) -> tuple[Foreign, ...]:
        if self.terms.is_rehearsal:
            world = snapshot(self.project.git)
            return judge(task, paths, ownership(self.project, self.tasks, world)).foreign
        return claim(self.project, self.tasks, task, paths).foreign

    def _landed(self, room: Scratch, deciding: Deciding, decision: Decision) -> dict[TaskId, Outcome]:
        """Verify the chain and move the target to its end; who is in the way there is set aside, and the rest tried."""
        stored = {link.task: link.judged.candidate.stored for link in decision.chain.links}
        while decision.chain.links:
            is_flaky = False
            if not (self.terms.verify.is_none or self.terms.is_rehearsal):
                with self._verifying(room) as verify:
                    is_flaky = tried(deciding, decision, verify, self.voice)
            chain = decision.chain
            how = {link.task: verified_by(link.judged, self.terms.verify) for link in chain.links}
            flaky = " (passed the second time)" if is_flaky else ""
            told = {task: words + flaky if words else "" for task, words in how.items()}
            done = not chain.links or self.terms.is_rehearsal
            refused = None if done else bring(self.project, room, chain, self.terms.strategy, told, stored)
            if refused is None:
                self.sound.add(chain.tip)
                return {
                    link.task: Outcome(
                        Landed(
                            link.task,
                            link.commit if link.commit != link.onto else None,
                            is_verified=bool(how[link.task]) and not self.terms.is_rehearsal,
                            is_flaky=is_flaky,
                        )
                    )
                    for link in chain.links
                }
            deciding.without(decision, self._blocked(deciding, decision, refused))
        return {}

    @staticmethod
    def _blocked(deciding: Deciding, decision: Decision, refused: Refused) -> dict[TaskId, Outcome]:
        """Those whose changes are in the way of what the user has there; all, where git does not tell whose."""
        theirs = [("", path) for path in refused.paths]
        changed = deciding.changed(decision.chain)
        meeting = {task: found for task in changed if (found := meets(theirs, changed[task]))}
        return {
            task: Outcome(Blocked(task, replace(refused, paths=meeting.get(task, refused.paths))))
            for task in meeting or changed
        }


def _no_command(_command: str, _top: Path, _task: TaskId) -> bool:
    return False
