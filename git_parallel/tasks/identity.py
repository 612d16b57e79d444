"""Which document speaks of which task: ids, aliases, and specs and roadmap items that are one task."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from ..errors import BadName
from ..names import TaskId, printable
from .dependencies import After
from .matching import Claim, claims, fold_stories, union
from .naming import LONGEST_ID, slugified
from .resolving import resolved
from .roadmap import Item, single
from .spec import Spec
from .task import Problem, Status, Task, TaskSet, normal


def join(specs: Iterable[Spec], items: Iterable[Item]) -> TaskSet:
    """All tasks: specs and roadmap items that claim one id are one task, unrelated specs are several."""
    kept, problems = single(items)
    made = claims(sorted(specs, key=lambda spec: spec.path), fold_stories(kept))
    ids, clashes = _ids(made)
    named, illegal = _checked(made, ids)
    rivals = _rivals([claim for claim, _ in named], [task_id for _, task_id in named])
    tasks = [_task(claim, task_id, rivals[task_id]) for claim, task_id in named]
    afters = [_after(claim) for claim, _ in named]
    return TaskSet(tuple(sorted(resolved(tasks, afters), key=_order)), (*problems, *clashes, *illegal))


def _ids(claims: Sequence[Claim]) -> tuple[list[str], list[Problem]]:
    """An id for each claim: the short one when nobody else claims it, else a longer one and a problem."""
    groups: dict[str, list[Claim]] = defaultdict(list)
    for claim in claims:
        groups[normal(claim.short)].append(claim)
    taken = {group[0].short for group in groups.values() if len(group) == 1}
    ids = []
    for claim in claims:
        is_alone = len(groups[normal(claim.short)]) == 1
        ids.append(claim.short if is_alone else _unique(slugified(f"{claim.short}-{claim.slug}"), taken))
        taken.add(ids[-1])
    longer = dict(zip(map(id, claims), ids, strict=True))
    clashes = [
        Problem(
            group[0].path,
            group[0].line,
            f"'{printable(group[0].short)}' is claimed by {len(group)} documents: "
            + ", ".join(f"{printable(c.path)} ('{longer[id(c)]}')" for c in group),
        )
        for group in groups.values()
        if len(group) > 1
    ]
    return ids, clashes


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
            problems.append(Problem(claim.path, claim.line, f"{error.message}; task skipped"))
    return named, problems


def _rivals(claims: Sequence[Claim], ids: Sequence[TaskId]) -> dict[TaskId, tuple[TaskId, ...]]:
    groups: dict[str, list[TaskId]] = defaultdict(list)
    for claim, task_id in zip(claims, ids, strict=True):
        groups[normal(claim.short)].append(task_id)
    return {
        task_id: tuple(other for other in groups[normal(claim.short)] if other != task_id)
        for claim, task_id in zip(claims, ids, strict=True)
    }


def _task(claim: Claim, task_id: TaskId, rivals: tuple[TaskId, ...]) -> Task:
    """What the spec says comes first; how far the task is, the roadmap knows better."""
    spec, item = claim.spec, claim.item
    aliases = tuple(
        a for a in dict.fromkeys((*(a.casefold() for a in claim.aliases), claim.short)) if a != task_id
    )
    return Task(
        id=task_id,
        title=(spec and spec.title) or (item and item.title) or str(task_id),
        source=claim.path,
        line=spec.line if spec else claim.line,
        declared=union(spec.declared if spec else (), item.declared if item else ()),
        priority=_first(item.priority if item else None, spec.priority if spec else None),
        agent=(spec and spec.agent) or (item and item.agent) or None,
        status=_status(spec, item),
        prompt=spec.text if spec else item.text if item else "",
        estimate=_first(spec.estimate if spec else None, item.estimate if item else None),
        aliases=aliases,
        rivals=rivals,
    )


def _status(spec: Spec | None, item: Item | None) -> Status:
    said = [status for status in (item and item.status, spec and spec.status) if status]
    return Status.COMPLETE if Status.COMPLETE in said else next(iter(said), Status.PLANNED)


def _first(left: float | None, right: float | None) -> float | None:
    return left if left is not None else right


def _after(claim: Claim) -> tuple[After, ...]:
    return (*(claim.item.after if claim.item else ()), *(claim.spec.after if claim.spec else ()))


def _order(task: Task) -> tuple[float, list[tuple[int, int, str]]]:
    """By priority, then by id with its numbers as numbers."""
    words = [(0, int(word), "") if word.isdigit() else (1, 0, word) for word in task.id.split("-")]
    return (task.priority if task.priority is not None else float("inf"), words)
