"""Records that say what is not the case, and what a killed merge or launch has left half done."""

from collections.abc import Collection, Iterator, Sequence
from functools import partial

from ...errors import BadName, GitFailed
from ...git import under_way
from ...git.history import ahead
from ...git.mergetree import Merged, aside, merge_tree
from ...git.refs import Stored
from ...git.scratch import scratch
from ...names import Oid, RefName, printable
from ...schedule.record import State
from .. import adrift, repair, setting_up
from ..attempt import take_back
from ..declared import read_tasks
from ..open import Project
from .finding import Finding
from .scene import Scene


def find(scene: Scene) -> Iterator[Finding]:
    """What the next command would mend by itself: agents that ended unseen, merges that were interrupted."""
    project = scene.project
    if project is None:
        return
    if not scene.is_merging and under_way.is_any(scene.common):
        yield _mended(
            "interrupted-move",
            str(project.target),
            "a merge was killed while it moved its target",
            project,
        )
    for stored in scene.world.tasks.values():
        task = stored.record.id
        # Who coordinates is told of each end, and about to record it.
        if not scene.is_coordinated and adrift.is_adrift(project, stored.record):
            what = f"'{task}' is recorded as {stored.record.state}, and nothing of it is alive"
            yield _mended("ended-unseen", task, what, project)
        elif not scene.is_merging and adrift.is_merge_interrupted(project, stored):
            yield _mended("interrupted-merge", task, f"the merge of '{task}' was interrupted", project)
        elif adrift.runs_unrecorded(project, stored) and not scene.is_coordinated:
            what = f"'{task}' was launched by a command that died before it recorded that"
            yield _mended("unrecorded-launch", task, what, project)
        elif _is_unlaunched(scene, project, stored):
            what = f"'{task}' was made ready by a command that died before it launched it"
            yield Finding("unlaunched", task, what, mend=partial(_take_back, project, stored))


def find_unlanded(scene: Scene) -> Iterator[Finding]:
    """What is recorded as merged and is not on the target, which only its user can have taken back."""
    merged = [one for one in scene.world.records.values() if one.state is State.MERGED and one.candidate]
    for target in dict.fromkeys(record.target for record in merged):
        tip = _target_tip(scene, target)
        if tip is None:
            continue
        mine = [record for record in merged if record.target == target]
        landed = _landed(scene, [record.candidate for record in mine if record.candidate], tip)
        for record in mine:
            if record.candidate not in landed and not _adds_nothing(scene, record.tip, tip):
                what = f"'{record.id}' is recorded as merged, and '{printable(target)}' has not got it"
                yield Finding("unlanded", record.id, what, f"git parallel merge {record.id}")


def _mended(kind: str, subject: str, what: str, project: Project) -> Finding:
    return Finding(kind, subject, what, mend=partial(_repair, project))


def _repair(project: Project) -> str:
    # It mends all of them at once; the second time there is nothing to be said any more.
    return "; ".join(repair.repair(project, read_tasks(project))) or "nothing is half done any more"


def _is_unlaunched(scene: Scene, project: Project, stored: Stored) -> bool:
    task = stored.record.id
    return (
        stored.record.state is State.READY
        and not scene.is_coordinated
        and not scene.is_alive(task)
        and not setting_up.is_setting_up(project, task)
    )


def _take_back(project: Project, stored: Stored) -> str:
    return f"'{stored.record.id}' is {take_back(project, stored).record.state} again"


def _target_tip(scene: Scene, target: str) -> Oid | None:
    try:
        return scene.branches.get(RefName.of_branch(target))
    except BadName:
        return None


def _landed(scene: Scene, candidates: Sequence[Oid], target: Oid) -> Collection[Oid]:
    """Those of the commits that can be reached from the target."""
    try:
        return {oid for oid, count in ahead(scene.git, candidates, of=target).items() if not count}
    except GitFailed:
        # One that the target had once may be gone for good.
        return {oid for oid in candidates if _is_ancestor(scene, oid, target)}


def _is_ancestor(scene: Scene, old: Oid, new: Oid) -> bool:
    return scene.git.run("merge-base", "--is-ancestor", old, new, answers=(0, 1, 128)).status == 0


def _adds_nothing(scene: Scene, tip: Oid | None, target: Oid) -> bool:
    """Whether the target, as the user has rewritten it since, has all that the branch would bring."""
    if tip is None:
        return False
    with scratch(scene.common, like=target) as room:
        try:
            merged = merge_tree(aside(room, scene.common), ours=target, theirs=tip)
        except GitFailed:
            return False
    tree = scene.git.run("rev-parse", "--verify", f"{target}^{{tree}}").stdout.strip()
    return isinstance(merged, Merged) and merged.tree == tree
