"""Waiting for paths: what is in the way, whose turn it is, and who waits for each other for ever."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ..names import TaskId
from .judge import Foreign, Ownership, Verdict, judge


@dataclass(frozen=True, slots=True, order=True)
class Waiter:
    """Somebody who waits until all of `paths` can be had by `task`; who sorts before others came before them.

    `since` is in seconds since the epoch, `name` tells those apart that came at once.
    """

    since: float
    name: str
    task: TaskId
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Wait:
    """One task that waits for another, and for which path; an empty one is that it comes after the other anyway."""

    task: TaskId
    path: str
    other: TaskId


def waits(task: TaskId, paths: Iterable[str], ownership: Ownership) -> tuple[Wait, ...]:
    """What must end or be let go before `task` can have all of `paths`.

    What waiting does not help with (see `hopeless`) is left out.
    """
    foreign = [one.path for one in judge(task, paths, ownership).foreign]
    never = {one.path for one in hopeless(task, foreign, ownership)}
    return tuple(
        Wait(task, path, other)
        for path in foreign
        if path not in never
        for other in _in_the_way(task, path, ownership)
    )


def hopeless(task: TaskId, paths: Iterable[str], ownership: Ownership) -> tuple[Foreign, ...]:
    """What would still be foreign to `task` if it were the only one."""
    me = {task: ownership.claimants[task]} if task in ownership.claimants else {}
    mine = {path: holder for path, holder in ownership.claims.items() if holder == task}
    return judge(task, paths, replace(ownership, claimants=me, claims=mine)).foreign


def _in_the_way(task: TaskId, path: str, ownership: Ownership) -> tuple[TaskId, ...]:
    holder = ownership.claims.get(path)
    declared = ownership.survey.at(path).declared
    others = [] if holder is None or holder == task else [holder]
    if task not in declared:
        others += declared
    return tuple(dict.fromkeys(others))


def preceded(me: Waiter, waiters: Iterable[Waiter], ownership: Ownership) -> tuple[tuple[str, Waiter], ...]:
    """The paths of `me` that somebody waits for who came before and could have all that they want now.

    Who would have to wait on takes no precedence: nothing is kept for anybody while it is not enough.
    """
    first = [
        other
        for other in sorted(waiters)
        if other < me and other.task != me.task and set(other.paths).intersection(me.paths)
    ]
    # Who waits does so by hand, and so can have what is nobody's under every policy.
    lenient = replace(ownership, strict=False)
    able = [other for other in first if judge(other.task, other.paths, lenient).is_allowed]
    found = {path: other for other in reversed(able) for path in me.paths if path in other.paths}
    return tuple(found.items())


def with_turn(verdict: Verdict, before: Sequence[tuple[str, Waiter]]) -> Verdict:
    """The verdict with what others are to have first."""
    if not before:
        return verdict
    turns = tuple(
        Foreign(path, str(other.task), f"task '{other.task}' has waited for it and is next")
        for path, other in before
    )
    return replace(verdict, foreign=(*verdict.foreign, *turns))


def find_circle(
    me: Waiter, waiters: Iterable[Waiter], after: Mapping[TaskId, Sequence[TaskId]], ownership: Ownership
) -> tuple[Wait, ...]:
    """How `me` would wait for itself, wait by wait; empty where it does not.

    `after` are the tasks that have not begun, and which others each of them has to wait for before it does.
    """
    onward: dict[TaskId, list[Wait]] = {
        task: [Wait(task, "", other) for other in others] for task, others in after.items()
    }
    for waiter in (me, *waiters):
        onward.setdefault(waiter.task, []).extend(waits(waiter.task, waiter.paths, ownership))
    # Breadth first, so that the shortest circle is told.
    came: dict[TaskId, Wait] = {}
    asked = [me.task]
    for task in asked:
        for step in onward.get(task, ()):
            if step.other in came:
                continue
            came[step.other] = step
            if step.other == me.task:
                return _way(me.task, came)
            asked.append(step.other)
    return ()


def _way(start: TaskId, came: Mapping[TaskId, Wait]) -> tuple[Wait, ...]:
    way = [came[start]]
    while way[0].task != start:
        way.insert(0, came[way[0].task])
    return tuple(way)
