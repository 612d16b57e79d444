"""The one judgement of who may change a path; hook, coordinator and merge all ask here."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..names import TaskId
from ..overlap.patterns import Pattern, matches
from .rules import Territory, is_control_file


@dataclass(frozen=True, slots=True)
class Claimant:
    """An unfinished task as the judgement sees it: what it declared, and within which territory."""

    task: TaskId
    declared: tuple[Pattern, ...] = ()
    territory: Territory = field(default_factory=lambda: Territory(""))

    def declares(self, path: str) -> bool:
        """Whether a declared path, directory or glob covers `path`."""
        return any(matches(pattern, path) for pattern in self.declared)


@dataclass(frozen=True, slots=True)
class Ownership:
    """Everything that is known of who owns what, at one moment.

    `claimants` are the unfinished tasks, `claims` the paths they took, `strict` whether a path that is
    nobody's needs to be claimed by hand.
    """

    claimants: Mapping[TaskId, Claimant]
    claims: Mapping[str, TaskId] = field(default_factory=dict)
    territories: Mapping[str, Territory] = field(default_factory=dict)
    strict: bool = False


@dataclass(frozen=True, slots=True)
class Foreign:
    """A path that a task may not change, who owns it (a task or an agent type; may be empty) and why."""

    path: str
    owner: str
    why: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judgement of a set of paths: what is foreign, and what would have to be claimed first."""

    foreign: tuple[Foreign, ...] = ()
    unclaimed: tuple[str, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether nothing is foreign."""
        return not self.foreign


def judge(task: TaskId, paths: Iterable[str], ownership: Ownership) -> Verdict:
    """Judge what one task touches.

    In this order: a control file needs an exact declaration; a claim gives the path to its holder; the
    agent type must own it; the task's own declaration gives it; what another unfinished task declares
    is foreign; and a path that is nobody's can be claimed, unless the policy is strict.
    """
    me = ownership.claimants.get(task, Claimant(task))
    foreign, unclaimed = [], []
    for path in dict.fromkeys(paths):
        answer = _judge_path(me, path, ownership)
        if isinstance(answer, Foreign):
            foreign.append(answer)
        elif answer:
            unclaimed.append(path)
    return Verdict(tuple(foreign), tuple(unclaimed))


def _judge_path(me: Claimant, path: str, ownership: Ownership) -> Foreign | bool:
    """Foreign, or whether the path still has to be claimed."""
    if is_control_file(path) and not any(
        pattern.is_exact and matches(pattern, path) for pattern in me.declared
    ):
        return Foreign(path, "", "a control file of git, which only an exact declaration in the spec gives")
    holder = ownership.claims.get(path)
    if holder == me.task:
        return False
    if holder is not None and holder in ownership.claimants:
        return Foreign(path, str(holder), f"claimed by task '{holder}'")
    if not me.territory.has(path):
        owner = next((name for name, t in ownership.territories.items() if t.patterns and t.has(path)), "")
        return Foreign(path, owner, f"outside what agent type '{me.territory.agent}' owns")
    if me.declares(path):
        return False
    for other in ownership.claimants.values():
        if other.task != me.task and other.declares(path):
            return Foreign(path, str(other.task), f"declared by task '{other.task}'")
    if ownership.strict:
        return Foreign(path, "", "not declared by the spec, and parallel.ownership is strict")
    return True
