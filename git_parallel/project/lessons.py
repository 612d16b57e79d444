"""What earlier work teaches: the latest changes of the target and the tasks that were merged.

One owner of `.git/parallel/cache/history.json`: a JSON object {"version": 1, "changes": {commit: [path, ...]}}
of the first-parent history. It may be deleted at any time; what is damaged is as if it were not there, and
where it cannot be written, nothing but time is lost.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress

from ..errors import BadName
from ..git import flight
from ..git.refs import Snapshot
from ..names import Oid
from ..overlap.predict import WIDEST, Lessons, Past
from ..schedule.record import State
from ..tasks.task import TaskSet
from .memory import content, write
from .open import Project

# Older changes say little about the next one, and each costs time the first time.
MOST = 500
_VERSION = 1
_NAME = "history.json"


def lessons(project: Project, tasks: TaskSet, world: Snapshot, tree: Collection[str] = ()) -> Lessons:
    """The lessons of the target's history and of the tasks of this repository that were merged."""
    merged = {record.tip for record in world.records.values() if record.state is State.MERGED and record.tip}
    history = _history(project, merged)
    return Lessons(
        [*(Past(frozenset(paths)) for paths in history.values()), *_merged(project, tasks, world)], tree
    )


def _history(project: Project, merged: AbstractSet[Oid]) -> Mapping[Oid, list[str]]:
    """The paths of the latest changes of the target, oldest first; what is known already is not asked again.

    Without the merges of tasks, which speak for themselves.
    """
    out = project.git.run("rev-list", "--first-parent", "--parents", f"--max-count={MOST}", project.base)
    parents: dict[Oid, Oid] = {}
    for line in reversed(out.stdout.splitlines()):
        oid, *before = line.split()
        if before and merged.isdisjoint(before[1:]):
            parents[Oid(oid)] = Oid(before[0])
    known = _recall(project)
    asked = [(parent, oid) for oid, parent in parents.items() if oid not in known]
    changed = flight.touches(project.git, asked, renames=False)
    for pair in asked:
        # What comes into being together is one thing, and says nothing of how it is changed later.
        paths = sorted(touch.path for touch in changed[pair] if touch.status != "A")
        # Of a change that wide nothing is learnt, so its paths need not be kept.
        known[pair[1]] = paths if len(paths) <= WIDEST else []
    found = {oid: known[oid] for oid in parents}
    if asked:
        _keep(project, found)
    return found


def _merged(project: Project, tasks: TaskSet, world: Snapshot) -> Iterator[Past]:
    declared = {task.id: tuple(dict.fromkeys(d.path for d in task.touched)) for task in tasks.tasks}
    pairs = {
        (record.base, record.tip): declared.get(record.id, ())
        for record in world.records.values()
        if record.state is State.MERGED and record.base and record.tip
    }
    there = flight.present(project.git, (oid for pair in pairs for oid in pair))
    asked = [pair for pair in pairs if there.issuperset(pair)]
    for pair, touches in flight.touches(project.git, asked, renames=False).items():
        yield Past(frozenset(touch.path for touch in touches), pairs[pair])


def _recall(project: Project) -> dict[Oid, list[str]]:
    try:
        data = json.loads(content(project, _NAME))
        if data["version"] != _VERSION:
            return {}
        return {
            Oid(oid): [path for path in paths if isinstance(path, str)]
            for oid, paths in data["changes"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError, BadName):
        return {}


def _keep(project: Project, changes: Mapping[Oid, list[str]]) -> None:
    text = json.dumps({"version": _VERSION, "changes": changes}, ensure_ascii=True, separators=(",", ":"))
    with suppress(OSError, ValueError):
        write(project, _NAME, text.encode())
