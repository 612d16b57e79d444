"""Whose work the target has, in whatever form it came there: merged, squashed, rebased, by us or by anybody."""

from collections.abc import Collection, Sequence

from ...errors import GitFailed
from ...git import patch_ids
from ...git.created import contained
from ...git.history import changed_paths, merge_bases, trees
from ...git.mergetree import Merged, aside, merge_trees
from ...git.scratch import scratch
from ...names import Oid, TaskId
from ...schedule.record import State, TaskRecord
from ...schedule.strategy import Strategy
from ..open import Project

# Nobody can have landed them yet.
_AT_WORK = (State.READY, State.RUNNING, State.PLANNED)


def landed(project: Project, some: Sequence[tuple[TaskRecord, Oid]]) -> set[TaskId]:
    """The tasks whose branches, each with its tip, have nothing that the target has not got."""
    asked = [oid for record, tip in some for oid in (tip, record.candidate) if oid]
    there = contained(project.git, asked, within=[project.base])
    found = {record.id for record, tip in some if _is_there(record, tip, there)}
    rest = [(record, tip) for record, tip in some if record.id not in found and _may_have(record, tip, there)]
    return found | _in_another_form(project, rest)


def _is_there(record: TaskRecord, tip: Oid, there: Collection[Oid]) -> bool:
    if record.state is State.MERGED and tip == record.tip:
        # It is known by which commit it landed, also where that is another one.
        is_rewritten = record.strategy not in ("", Strategy.MERGE) and record.candidate is not None
        return (record.candidate if is_rewritten else tip) in there
    # Where nothing was committed nothing has landed; but who has cancelled it expects no more.
    return tip in there and (tip != record.base or record.state in (State.MERGED, State.CANCELLED))


def _may_have(record: TaskRecord, tip: Oid, there: Collection[Oid]) -> bool:
    return record.state not in _AT_WORK and tip not in there


def _in_another_form(project: Project, some: Sequence[tuple[TaskRecord, Oid]]) -> set[TaskId]:
    if not some:
        return set()
    tips = list(dict.fromkeys(tip for _, tip in some))
    found = _adding_nothing(project, tips)
    found |= {tip for tip in tips if tip not in found and _is_rewritten(project, tip)}
    return {record.id for record, tip in some if tip in found}


def _adding_nothing(project: Project, tips: Sequence[Oid]) -> set[Oid]:
    """The tips whose merge into the target would change nothing."""
    tree = trees(project.git, [project.base])[project.base]
    with scratch(project.common, like=project.base) as room:
        try:
            merges = merge_trees(aside(room, project.common), [(project.base, tip) for tip in tips])
        except GitFailed:
            return set()
    return {tip for tip, merged in zip(tips, merges, strict=True) if merged == Merged(tree)}


def _is_rewritten(project: Project, tip: Oid) -> bool:
    """Whether the target has a commit with the same tree, or the same changes: as one, or commit by commit."""
    git = project.git
    bases = merge_bases(git, tip, project.base)
    if len(bases) != 1:
        return False
    base = bases[0]
    paths = changed_paths(git, [(base, tip)])[base, tip]
    theirs = patch_ids.since(git, base, project.base, paths)
    if trees(git, [tip])[tip] in theirs.trees:
        return True
    ours = patch_ids.since(git, base, tip, paths)
    return patch_ids.of_difference(git, base, tip) in theirs.ids or (
        bool(ours.ids) and ours.ids <= theirs.ids
    )
