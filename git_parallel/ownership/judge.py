"""The one judgement of who may change a path; hook, coordinator and merge all ask here."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from ..names import TaskId
from ..overlap.patterns import Pattern
from .control import control_of
from .rules import Territory
from .survey import Survey

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Claimant:
    """An unfinished task as the judgement sees it: what it declared, and within which territory."""

    task: TaskId
    declared: tuple[Pattern, ...] = ()
    territory: Territory = field(default_factory=lambda: Territory(""))


@dataclass(frozen=True, slots=True)
class Ownership:
    """Everything that is known of who owns what, at one moment.

    `claimants` are the unfinished tasks, `claims` the paths they took, `strict` whether a path that is
    nobody's needs to be claimed by hand. `hooks` are directories, with `/` at their end, from which the
    user has git run hooks.
    """

    claimants: Mapping[TaskId, Claimant]
    claims: Mapping[str, TaskId] = field(default_factory=dict)
    territories: Mapping[str, Territory] = field(default_factory=dict)
    strict: bool = False
    hooks: tuple[str, ...] = ()
    _known: dict[object, object] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def survey(self) -> Survey:
        """Declarations and territories as they are looked up, compiled at the first question."""
        return self.known(_surveyed)

    def known(self, found_out: "Callable[[Ownership], Found]") -> Found:
        """What follows from it, found out at the first question."""
        if found_out not in self._known:
            self._known[found_out] = found_out(self)
        return cast("Found", self._known[found_out])

    def gives(self, territory: Territory, path: str) -> bool:
        """Whether a declaration of a task with this territory counts at `path`."""
        return not territory.patterns or territory.agent in self.survey.at(path).types


def _surveyed(ownership: Ownership) -> Survey:
    tasks = {task: (one.declared, one.territory) for task, one in ownership.claimants.items()}
    return Survey(tasks, ownership.territories.values())


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


_CONTROL = "a control file of {}, which only an exact declaration in the spec gives"


def judge(task: TaskId, paths: Iterable[str], ownership: Ownership) -> Verdict:
    """Judge what one task touches.

    In this order: a control file needs an exact declaration; a claim gives the path to its holder; where
    agent types have their territory, the one with the most specific pattern must be the task's own, or
    the task of a type without patterns must have declared it; the own declaration gives the path; what
    another unfinished task declares is foreign; and a path that is nobody's can be claimed, unless the
    policy is strict.
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
    spot = ownership.survey.at(path)
    control = control_of(path, ownership.hooks)
    if control and me.task not in spot.exactly:
        return Foreign(path, "", _CONTROL.format(control))
    holder = ownership.claims.get(path)
    if holder == me.task:
        return False
    if holder is not None and holder in ownership.claimants:
        return Foreign(path, str(holder), f"claimed by task '{holder}'")
    if me.territory.patterns and me.territory.agent not in spot.types:
        return Foreign(path, ", ".join(spot.types), f"outside what agent type '{me.territory.agent}' owns")
    if me.task in spot.declared:
        return False
    other = next(iter(spot.declared), None)
    if other is not None:
        # Also where it is in a territory: whoever asks can wait for a task, or talk to its agent.
        return Foreign(path, str(other), f"declared by task '{other}'")
    if spot.types and not me.territory.patterns:
        return Foreign(path, ", ".join(spot.types), in_territory(spot.types))
    if ownership.strict:
        return Foreign(path, "", "not declared by the spec, and parallel.ownership is strict")
    return True


def in_territory(types: Iterable[str]) -> str:
    """Whose territory a path is, in words."""
    names = [f"'{name}'" for name in types]
    return f"territory of agent type{'s' if len(names) > 1 else ''} {' and '.join(names)}"
