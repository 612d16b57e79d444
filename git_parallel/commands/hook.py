"""`git parallel hook`: what the hooks in agent worktrees ask when their fast path cannot decide."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import GitFailed
from ..git.admin import task_of
from ..git.command import Git
from ..git.history import changed_paths
from ..git.sparse import is_sparse
from ..names import Oid, TaskId
from ..ownership.judge import Verdict
from ..project.claiming import claim
from ..project.cones import widen
from ..project.declared import read_tasks
from ..project.open import Project, open_project


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """The judgement of what is staged."""

    task: TaskId
    verdict: Verdict


def pre_commit(directory: Path) -> HookAnswer | None:
    """Judge what is staged in this worktree, claiming what is nobody's; None outside agent worktrees."""
    project = open_project(directory)
    git_dir = Path(
        os.environ.get("GIT_DIR") or project.git.at(directory).run("rev-parse", "--git-dir").stdout.strip()
    )
    task = task_of(git_dir)
    if task is None:
        return None
    # `git commit -a` and `git commit PATH` stage into an index of their own and name it here.
    index = {k: v for k in ("GIT_INDEX_FILE",) if (v := os.environ.get(k))}
    here = project.git.at(directory).with_environment(GIT_DIR=str(directory / git_dir), **index)
    staged = _staged(here, git_dir if git_dir.is_absolute() else directory / git_dir)
    verdict = claim(project, read_tasks(project), task, staged)
    if verdict.is_allowed and is_sparse(directory / git_dir):
        _check_out(project, here, staged)
    return HookAnswer(task, verdict)


def _check_out(project: Project, here: Git, staged: Sequence[str]) -> None:
    """Have a sparse worktree hold the directories of what is committed, so that no merge takes them away again."""
    # `git commit PATH` holds the lock of the index; the path is committed all the same, and can be claimed.
    with suppress(GitFailed):
        widen(project, here, staged)


def _staged(git: Git, git_dir: Path) -> list[str]:
    """The staged paths; at the end of a merge only those that differ from both sides are this commit's own."""
    merging = git_dir / "MERGE_HEAD"
    head = Oid(git.run("rev-parse", "HEAD").stdout.strip())
    if not merging.exists():
        return git.run("diff-index", "--cached", "--name-only", "-z", "--no-renames", head, "--").fields
    tree = Oid(git.run("write-tree").stdout.strip())
    sides = [head, *map(Oid, merging.read_text().split())]
    diffs = changed_paths(git, [(side, tree) for side in sides])
    return sorted(frozenset.intersection(*diffs.values()))
