"""The merge queue: many branches decided together, and landed by one move of the target."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext

from ...errors import Stale
from ...git import locks
from ...git.refs import snapshot
from ...names import TaskId
from ...tasks.task import TaskSet
from .. import cut_off
from ..attesting import attest
from ..displaced import find_displaced
from ..gate import Denied
from ..intrusion import accept_target
from ..open import Project
from ..verified import CalledOff
from .candidates import Outcome
from .outcomes import Blocked, Broken, Clash, Early, Landed, Landings
from .recording import record_each
from .rounds import Round
from .terms import Terms, Voice

_TRIES = 5


def land(
    project: Project, tasks: TaskSet, ids: Iterable[TaskId], terms: Terms, voice: Voice | None = None
) -> Landings:
    """Land tasks together, in the order in which the most do; who cannot land is set aside with the reason.

    One process at a time. What could not land because of what has landed now is tried again. Raises Stale when the
    target keeps moving, CalledOff where somebody calls the verification off, Falsified where a document that says
    who owns what is not what its name says.
    """
    asked, heard = tuple(dict.fromkeys(ids)), voice or Voice()
    with nullcontext() if terms.is_rehearsal else locks.held(project.runtime / "merge.lock"):
        if not terms.is_rehearsal:
            cut_off.mend_alone(project)
        attest(project, tasks)
        before = project.git.find_ref(project.target) or project.base
        if terms.accepts_target and not terms.is_rehearsal:
            # Whose doing that was nobody knows, so it is kept with those that are to be merged onto it.
            accept_target(project, before, asked if find_displaced(project, before) else ())
        one = Round(project, tasks, terms, heard, sound=set())
        outcomes = _rounds(one, asked)
        after = project.git.find_ref(project.target) or before
        return Landings(before, after, tuple(outcome.landing for outcome in outcomes.values()))


def _rounds(one: Round, asked: Sequence[TaskId]) -> dict[TaskId, Outcome]:
    """The outcome of every task, those that landed first; what did not land is tried again as long as others do."""
    landed: dict[TaskId, Outcome] = {}
    others: dict[TaskId, Outcome] = {}
    left = list(asked)
    while left:
        found = _settled(one, left, rehearsed=tuple(landed) if one.terms.is_rehearsal else ())
        new = {
            task: outcome
            for task, outcome in found.items()
            if task not in landed and isinstance(outcome.landing, Landed)
        }
        for outcome in new.values():
            one.voice.told(outcome.landing)
        landed |= new
        others |= {task: outcome for task, outcome in found.items() if task not in landed}
        left = [
            task
            for at, task in enumerate(left)
            if task not in landed
            and _may_land_now(found[task], new, found.values(), landed.keys() & left[:at])
        ]
    rest = {task: others[task] for task in asked if task not in landed}
    if not one.terms.is_rehearsal:
        _record(one, {**landed, **rest})
    for outcome in rest.values():
        one.voice.told(outcome.landing)
    return {**landed, **rest}


def _may_land_now(
    outcome: Outcome, new: Collection[TaskId], found: Collection[Outcome], before: Collection[TaskId]
) -> bool:
    """Whether a task may land after all, as `new` ones have and those `before` it, by what has been found."""
    if isinstance(outcome.landing, Denied):
        # What was theirs is nobody's now.
        return any(one.foreign.owner in before for one in outcome.landing.violations)
    if isinstance(outcome.landing, Early):
        return bool(new)
    # It may have been in conflict with what has not landed in the end.
    return isinstance(outcome.landing, Clash) and any(
        isinstance(other.landing, Broken | Blocked | Denied) for other in found
    )


def _settled(one: Round, left: Sequence[TaskId], rehearsed: Sequence[TaskId]) -> dict[TaskId, Outcome]:
    for _ in range(_TRIES):
        try:
            return one.run(left, rehearsed)
        except CalledOff:
            raise
        except Stale:
            continue
    raise Stale(
        f"'{one.project.target.short}' keeps being moved by somebody else",
        hint="run 'git parallel merge' again",
    )


def _record(one: Round, outcomes: dict[TaskId, Outcome]) -> None:
    """Write down what has become of those that no commit landed for."""
    if not any(outcome.records for outcome in outcomes.values()):
        return
    world = snapshot(one.project.git)
    record_each(
        one.project,
        [(world.require(task), outcome.records) for task, outcome in outcomes.items() if outcome.records],
    )
