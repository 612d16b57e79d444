"""The merged files verified before they are the target's; who breaks them is found, and set aside."""

import shutil
import tempfile
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from ...names import Oid, TaskId
from ...schedule.hunt import hunt
from ...schedule.probe import Failed, Guilt, Passed, Probe, Result, Verdict
from ...schedule.record import State
from ..cut_off import LOGS
from ..verified import Failed as Failure
from ..verified import Verification, Verified
from .candidates import Outcome
from .deciding import BROKEN, Deciding, Decision
from .outcomes import Broken, Clash, Early, Landing, Unverified
from .terms import Voice

# Verifies the files of a commit, of which these paths have changed by the merge of these tasks, its output into a file.
Verify = Callable[[Oid, Collection[str], Sequence[TaskId], Path], Verification]


def tried(deciding: Deciding, decision: Decision, verify: Verify, voice: Voice) -> bool:
    """Leave in the decision what passes together; whether something failed that passed the second time.

    Raises what can go wrong otherwise, with nothing decided.
    """
    with tempfile.TemporaryDirectory(prefix=LOGS, dir=deciding.project.runtime / "tmp") as logs:
        return _Hunting(deciding, decision, verify, voice, Path(logs)).run()


class _Hunting:
    def __init__(
        self, deciding: Deciding, decision: Decision, verify: Verify, voice: Voice, logs: Path
    ) -> None:
        self._deciding, self._decision, self._logs = deciding, decision, logs
        self._verify, self._voice = verify, voice
        self._tasks = decision.members()
        self._changed = deciding.changed(decision.chain)
        self._failures: dict[tuple[int, ...], Failure] = {}
        self._clashes: dict[int, Clash] = {}
        self._runs = 0

    def run(self) -> bool:
        number = {task: at for at, task in enumerate(self._tasks)}
        # Who was set aside since the chain was made is in it no more.
        needs = {
            number[task]: [number[one] for one in found if one in number]
            for task, found in self._decision.needs.items()
            if task in number
        }
        asking = hunt(len(self._tasks), needs)
        try:
            probe = next(asking)
            while True:
                probe = asking.send(self._answer(probe))
        except StopIteration as end:
            verdict: Verdict = end.value
        self._conclude(verdict)
        return verdict.is_flaky

    def _answer(self, probe: Probe) -> Result:
        tasks = [self._tasks[member] for member in probe.members]
        chain = self._deciding.chain_of(self._decision, tasks)
        clashing = {
            self._tasks.index(judged.task): Clash(judged.task, clash.paths)
            for judged, _, clash in chain.clashes
        }
        if clashing:
            # Without those that are left out here they cannot be merged, which all together can.
            self._clashes |= clashing
            return Failed(frozenset(clashing))
        self._runs += 1
        self._voice.verifying(tuple(tasks), self._runs, probe.why.value)
        changed = self._changed_by(probe.members or range(len(self._tasks)))
        log = self._logs / f"{self._runs}.log"
        failure = self._verify(chain.tip, changed, tasks, log)
        if isinstance(failure, Verified):
            return Passed()
        self._failures[probe.members] = failure
        return Failed(
            frozenset(
                member
                for member in probe.members
                if any(map(failure.concerns, self._changed[self._tasks[member]]))
            )
            or None
        )

    def _changed_by(self, members: Collection[int]) -> frozenset[str]:
        return frozenset().union(*(self._changed[self._tasks[member]] for member in members))

    def _conclude(self, verdict: Verdict) -> None:
        outcomes: dict[TaskId, Outcome] = {}
        for guilt in verdict.guilty:
            outcomes[self._tasks[guilt.member]] = self._broken(guilt)
        for member, culprit in verdict.waiting.items():
            task = self._tasks[member]
            why = f"it stands on '{self._tasks[culprit]}', which could not be merged"
            outcomes[task] = Outcome(Early(task, why))
        if verdict.is_target_failing:
            for task in self._tasks:
                outcomes.setdefault(task, Outcome(self._unverified(task)))
        self._deciding.without(self._decision, outcomes)

    def _broken(self, guilt: Guilt) -> Outcome:
        task = self._tasks[guilt.member]
        if guilt.member in self._clashes:
            return Outcome(self._clashes[guilt.member])
        failure = self._kept(task, min((m for m in self._failures if guilt.member in m), key=len))
        partners = tuple(self._tasks[member] for member in guilt.partners)
        names = ", ".join(f"'{name}'" for name in partners)
        why = f"{BROKEN} ({failure.why})" + (f", only together with {names}" if names else "")
        link = next(one for one in self._decision.chain.links if one.task == task)
        merging = link.judged.candidate.record.to(State.MERGING, candidate=link.commit, reason="")
        records = (merging, merging.to(State.SUCCEEDED, candidate=None, reason=why))
        return Outcome(Broken(task, failure.exit_status, failure.log, partners, failure.why), records)

    def _unverified(self, task: TaskId) -> Landing:
        failure = self._kept(task, ())
        return Unverified(task, failure.exit_status, failure.log, failure.why)

    def _kept(self, task: TaskId, members: tuple[int, ...]) -> Failure:
        """A failure with its output where that of the task belongs."""
        record = self._deciding.world.require(task).record
        project, failure = self._deciding.project, self._failures[members]
        log = project.log_of(task, record.attempt).with_name("verify.log")
        log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copy(failure.log, log)
        return replace(failure, log=log)
