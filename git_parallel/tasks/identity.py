"""Which document speaks of which task: ids, aliases, and specs and roadmap items that are one task."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from ..errors import BadName
from ..names import TaskId, printable
from .doubles import single
from .draft import Draft
from .families import fold_families
from .matching import Claim, claims, union
from .naming import LONGEST_ID, slugified
from .resolving import resolved
from .task import Problem, Role, Status, Task, TaskSet, normal


def join(drafts: Iterable[Draft]) -> TaskSet:
    """All tasks: specs and roadmap items that claim one id are one task, unrelated specs are several."""
    given = sorted(drafts, key=lambda draft: draft.path)
    items, problems = single(draft for draft in given if draft.role is Role.ITEM)
    specs = fold_families([draft for draft in given if draft.role is Role.SPEC])
    made = claims((*specs, *items, *(draft for draft in given if draft.role is Role.TASK)))
    ids, clashes = _ids(made)
    named, illegal = _checked(made, ids)
    rivals = _rivals([claim for claim, _ in named], [task_id for _, task_id in named])
    tasks = [_task(claim, task_id, rivals[task_id]) for claim, task_id in named]
    waiting = resolved(tasks, [claim.drafts for claim, _ in named])
    return TaskSet(tuple(sorted(waiting, key=_order)), (*problems, *clashes, *illegal))


def _ids(claims: Sequence[Claim]) -> tuple[list[str], list[Problem]]:
    """An id for each claim: the short one when nobody else claims it, else a longer one and a problem."""
    groups = _by_short(claims)
    owners = {id(owner) for group in groups.values() if (owner := _owner(group))}
    taken = {claim.short for claim in claims if id(claim) in owners}
    ids = []
    for claim in claims:
        is_own = id(claim) in owners
        ids.append(claim.short if is_own else _unique(slugified(f"{claim.short}-{claim.slug}"), taken))
        taken.add(ids[-1])
    longer = dict(zip(map(id, claims), ids, strict=True))
    clashes = [
        Problem(
            group[0].first.path,
            group[0].first.line,
            f"'{printable(group[0].short)}' is claimed by {len(group)} documents: "
            + ", ".join(f"{printable(c.first.path)} ('{longer[id(c)]}')" for c in group),
        )
        for group in groups.values()
        if _owner(group) is None
    ]
    return ids, clashes


def _by_short(claims: Iterable[Claim]) -> dict[str, list[Claim]]:
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[normal(claim.short)].append(claim)
    return groups


def _owner(group: Sequence[Claim]) -> Claim | None:
    """Who has the short id of several that claim it: the only spec or roadmap item among them."""
    if len(group) == 1:
        return group[0]
    numbered = [claim for claim in group if claim.first.role is not Role.TASK]
    return numbered[0] if len(numbered) == 1 else None


def _unique(wanted: str, taken: set[str]) -> str:
    number, candidate = 2, wanted
    while candidate in taken:
        ending = f"-{number}"
        candidate = wanted[: LONGEST_ID - len(ending)].rstrip("-") + ending
        number += 1
    return candidate


def _checked(claims: Sequence[Claim], ids: Sequence[str]) -> tuple[list[tuple[Claim, TaskId]], list[Problem]]:
    """The claims whose ids are legal, and a problem for each other one."""
    named, problems = [], []
    for claim, text in zip(claims, ids, strict=True):
        try:
            named.append((claim, TaskId(text)))
        except BadName as error:
            problems.append(Problem(claim.first.path, claim.first.line, f"{error.message}; task skipped"))
    return named, problems


def _rivals(claims: Sequence[Claim], ids: Sequence[TaskId]) -> dict[TaskId, tuple[TaskId, ...]]:
    of_claim = dict(zip(map(id, claims), ids, strict=True))
    found: dict[TaskId, tuple[TaskId, ...]] = {}
    for group in _by_short(claims).values():
        contested = [of_claim[id(claim)] for claim in group] if _owner(group) is None else []
        for claim in group:
            mine = of_claim[id(claim)]
            found[mine] = tuple(other for other in contested if other != mine)
    return found


def _task(claim: Claim, task_id: TaskId, rivals: tuple[TaskId, ...]) -> Task:
    """What the spec says comes first; priority and how far the task is, the roadmap knows better."""
    first, item = claim.first, claim.item
    drafts = claim.drafts
    by_roadmap = (item, *drafts) if item else drafts
    aliases = dict.fromkeys((*claim.aliases, claim.short))
    return Task(
        id=task_id,
        title=next((draft.title for draft in drafts if draft.title), str(task_id)),
        source=first.path,
        line=first.line,
        declared=union(draft.declared for draft in drafts),
        priority=_first(draft.priority for draft in by_roadmap),
        agent=_first(draft.agent for draft in drafts),
        status=_first(draft.status for draft in by_roadmap) or Status.PLANNED,
        prompt=first.text,
        estimate=_first(draft.estimate for draft in drafts),
        aliases=tuple(alias for alias in aliases if alias != task_id),
        rivals=rivals,
        role=first.role,
        documents=tuple(dict.fromkeys(path for draft in drafts for path in (draft.path, *draft.also))),
        is_alone=any(draft.is_alone for draft in drafts),
        patches=tuple(dict.fromkeys(patch for draft in drafts for patch in draft.patches)),
    )


_Value = TypeVar("_Value")


def _first(values: Iterable[_Value | None]) -> _Value | None:
    return next((value for value in values if value is not None), None)


def _order(task: Task) -> tuple[float, list[tuple[int, int, str]]]:
    """By priority, then by id with its numbers as numbers."""
    words = [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in task.id.split("-")]
    return (task.priority if task.priority is not None else float("inf"), words)
