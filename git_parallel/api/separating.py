"""`separate_tasks`: which tasks can run at the same time, by the plan."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ..commands.plan import plan
from ..errors import BadInput
from ..tasks.task import TaskSet
from .priorities import Named, spellings


def separate_tasks(wanted: Mapping[str, Any], repo_root: str | Path = ".") -> dict[str, Any]:
    """Which of `{"priority_ids": [...]}` can run at the same time, as the committed documents and branches say.

    Gives `valid` (all of them can), `reason`, `independent_pairs`, `conflicts` (pairs that overlap, with the
    paths) and `task_file_map`; tasks go by the names that were given. A task whose files are not known is
    independent of nobody. Raises UnknownTask, or BadInput.
    """
    if not isinstance(wanted, Mapping) or "priority_ids" not in wanted:
        raise BadInput("no priority_ids", hint='separate_tasks({"priority_ids": [65, 66]})')
    given = wanted["priority_ids"]
    asked = spellings(given)
    answer = plan(Path(repo_root), asked)
    chosen = TaskSet(answer.tasks)
    names = Named.of(given, [chosen.require(text).id for text in asked])
    mine = answer.footprints
    return {
        "valid": answer.is_valid,
        "reason": answer.reason,
        "independent_pairs": [(names[a], names[b]) for a, b in answer.independent_pairs() or ()],
        "conflicts": {
            (names[overlap.left], names[overlap.right]): list(overlap.paths)
            for overlap in answer.overlaps
            if overlap.excludes and overlap.left in mine and overlap.right in mine
        },
        "task_file_map": {
            names[task.id]: list(dict.fromkeys(declared.path for declared in task.touched))
            for task in answer.tasks
        },
    }
