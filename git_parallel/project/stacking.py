"""Tasks stacked on others that have succeeded and are not merged yet: what they begin at, and when they may land."""

from collections.abc import Sequence

from ..errors import Unusable
from ..git import mergetree
from ..git.command import Git
from ..git.mergetree import Conflicted
from ..names import Oid, TaskId, printable
from ..schedule.record import TaskRecord
from .open import Project


def base_on(project: Project, below: Sequence[TaskRecord]) -> Oid:
    """The commit that holds the target and the work of all the tasks `below`: one of them, or their merge.

    Raises Unusable where they are in conflict with each other.
    """
    heads = _outermost(project.git, [project.base, *(record.tip for record in below if record.tip)])
    if len(heads) == 1:
        return heads[0]
    tree = _merged(project, heads)
    if tree is None:
        names = ", ".join(f"'{record.id}'" for record in below)
        raise Unusable(
            f"{names} and '{project.target.short}' cannot be put together without a conflict",
            hint="merge them first, then run this again",
        )
    return project.git.keep_book(tree, heads, f"The work below, not merged yet: {_named(below)}\n")


def why_early(project: Project, git: Git, record: TaskRecord, landed: Sequence[Oid]) -> str:
    """Why a task that was stacked may not land yet; empty once all that it stands on is among what has `landed`.

    What was begun at a merge of several tasks may land when these have, if that commit is nothing but
    their merge: it was ours, but the gate takes nobody's word. `git` sees all that has landed: the target's commit,
    and the tips of what is on it in another form.
    """
    if not record.stacked or record.base is None:
        return ""
    without = (f"^{oid}" for oid in landed)
    ahead = git.run("rev-list", "--parents", record.base, *without).stdout.splitlines()
    if not ahead:
        return ""
    tip, *parents = (Oid(oid) for oid in ahead[0].split())
    if len(ahead) == 1 and len(parents) > 1 and _tree(project.git, tip) == _merged(project, parents):
        return ""
    names = ", ".join(f"'{printable(name)}'" for name in record.stacked)
    are = "is" if len(record.stacked) == 1 else "are"
    return f"it stands on {names}, which {are} not on '{project.target.short}' as it was then"


def _outermost(git: Git, commits: Sequence[Oid]) -> list[Oid]:
    """The commits that none of the others contains."""
    out = git.run("merge-base", "--independent", *dict.fromkeys(commits)).stdout
    kept = set(out.split())
    return [commit for commit in dict.fromkeys(commits) if commit in kept]


def _merged(project: Project, heads: Sequence[Oid]) -> Oid | None:
    """The tree of all heads merged one after the other; None where they are in conflict."""
    onto, tree = heads[0], _tree(project.git, heads[0])
    for head in heads[1:]:
        with mergetree.private(project.common, like=head) as private:
            merged = mergetree.merge_tree(private, ours=onto, theirs=head)
        if isinstance(merged, Conflicted):
            return None
        # The next merge wants a commit, which nobody keeps.
        tree, onto = merged.tree, project.git.keep_book(merged.tree, [onto, head], "in between\n")
    return tree


def _tree(git: Git, commit: Oid) -> Oid:
    return Oid(git.run("rev-parse", "--verify", "--end-of-options", f"{commit}^{{tree}}").stdout.strip())


def _named(below: Sequence[TaskRecord]) -> str:
    return ", ".join(TaskId(record.id) for record in below)
