"""`git parallel hook`: what the hooks in agent worktrees ask when their fast path cannot decide."""

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import BadInput, GitFailed
from ..git import ground
from ..git.admin import task_of
from ..git.command import Git
from ..git.history import changed_paths
from ..git.sparse import is_sparse
from ..names import Oid, TaskId
from ..ownership.judge import Verdict
from ..ownership.references import RefMove
from ..project.claiming import claim
from ..project.cones import widen
from ..project.declared import read_tasks
from ..project.open import Project, open_project
from ..project.transaction import Judgement, judge_moves


@dataclass(frozen=True, slots=True)
class HookAnswer:
    """The judgement of what is staged."""

    task: TaskId
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class TransactionAnswer:
    """The judgement of a transaction of refs."""

    task: TaskId
    judgement: Judgement


def pre_commit(directory: Path) -> HookAnswer | None:
    """Judge what is staged in this worktree, claiming what is nobody's; None outside agent worktrees."""
    git_dir = _git_dir(directory)
    task = task_of(git_dir)
    if task is None:
        return None
    project = _opened(directory, git_dir)
    # `git commit -a` and `git commit PATH` stage into an index of their own and name it here.
    index = {k: v for k in ("GIT_INDEX_FILE",) if (v := os.environ.get(k))}
    here = project.git.at(directory).with_environment(GIT_DIR=str(git_dir), **index)
    staged = _staged(here, git_dir)
    verdict = claim(project, read_tasks(project), task, staged)
    if verdict.is_allowed and is_sparse(git_dir):
        _check_out(project, here, staged)
    return HookAnswer(task, verdict)


def reference_transaction(directory: Path, lines: Sequence[str]) -> TransactionAnswer | None:
    """Judge the lines of a prepared transaction; None outside agent worktrees. Raises BadInput for other lines."""
    git_dir = _git_dir(directory)
    task = task_of(git_dir)
    if task is None:
        return None
    project = _opened(directory, git_dir)
    # Where the objects of a push lie until it is taken.
    given = os.environ.get("GIT_QUARANTINE_PATH")
    return TransactionAnswer(
        task,
        judge_moves(
            project, read_tasks(project), task, list(map(_move, lines)), Path(given) if given else None
        ),
    )


def _move(line: str) -> RefMove:
    words = line.split(" ", 2)
    if len(words) != 3:
        raise BadInput("this is no line of a transaction of refs")
    return RefMove(*words)


def _git_dir(directory: Path) -> Path:
    given = os.environ.get("GIT_DIR")
    if given:
        return directory / given
    return Path(Git(directory).run("rev-parse", "--absolute-git-dir").stdout.removesuffix("\n"))


def _opened(directory: Path, git_dir: Path) -> Project:
    """The repository, with the target that the worktree is for: the user may stand on any branch meanwhile."""
    return open_project(directory, usual=ground.target_of(git_dir.parent.parent, git_dir.name))


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
        how = ("--cached", "--name-only", "-z", "--no-renames", "--ignore-submodules=none")
        return git.run("diff-index", *how, head, "--").fields
    tree = Oid(git.run("write-tree").stdout.strip())
    sides = [head, *map(Oid, merging.read_text().split())]
    diffs = changed_paths(git, [(side, tree) for side in sides])
    return sorted(frozenset.intersection(*diffs.values()))
