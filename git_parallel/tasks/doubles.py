"""Items that stand in a roadmap twice."""

import re
from collections import defaultdict
from collections.abc import Iterable

from .draft import Draft
from .task import Problem, Status, normal


def single(items: Iterable[Draft]) -> tuple[tuple[Draft, ...], tuple[Problem, ...]]:
    """Each item once: the first stands, but one that is not complete stands before one that is.

    A task wrongly taken for complete would release what depends on it and never run, in silence; one
    wrongly taken for unfinished is seen in the plan. Items of one id with unrelated titles are two tasks.
    """
    kept: dict[str, list[Draft]] = defaultdict(list)
    problems = []
    for item in items:
        group = kept[normal(item.short)]
        at = next((at for at, other in enumerate(group) if alike(other.title, item.title)), None)
        if at is None:
            group.append(item)
            continue
        stays, goes = group[at], item
        if stays.status is Status.COMPLETE and goes.status is not Status.COMPLETE:
            stays, goes = goes, stays
            group[at] = stays
        where = f"{stays.path}:{stays.line}" if stays.path != goes.path else f"line {stays.line}"
        problems.append(
            Problem(goes.path, goes.line, f"'{goes.short}' stands twice; the one at {where} is taken")
        )
    return tuple(item for group in kept.values() for item in group), tuple(problems)


def alike(left: str, right: str) -> bool:
    """Whether at least half of the words of the shorter title stand in the other."""
    mine, theirs = (set(re.findall(r"[a-z0-9]{3,}", text.casefold())) for text in (left, right))
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0 or left == right
