"""What an agent is told that is to resolve a conflict: both sides' tasks, the places, and what is wanted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..git.refs import read_blobs, snapshot
from ..names import Oid, RefName, TaskId, printable
from ..overlap.markers import Hunk
from ..schedule.record import TaskRecord
from ..tasks.task import Task
from .conflicts import Brought, Clashing, find_clashing, in_words
from .open import Project

# The files themselves are there to be read; more would drown the task.
_MOST_FILES = 50
_MOST_HUNKS = 10
_MOST_LINES = 40
_MOST_OTHERS = 8

_WANTED = """\
In this worktree, `{worktree}`, on the branch `{branch}`, the merge of `{target}` ({onto}) stands open: `git status`
shows it. Bring it to its end:

- Resolve every conflict so that both sides keep what they are for: what the task wanted, and what is on `{target}` by
  now. Where one replaces the other, what came to `{target}` is there to stay, and this task's work is to fit in.
- Leave no conflict markers. Change nothing but the files in conflict; a change to a file that is not this task's
  own is refused.
- `git add` what you have resolved (`git rm` what is to go), and `git commit --no-edit`. Do not abort the merge, do not
  rebase, do not push, do not change other branches.
- You are done when the merge is committed, what there is of tests passes, and you exit with status 0. Where it
  cannot be resolved, exit with another status, and say why in your last message.
"""


def prompt_of_conflict(project: Project, task: Task, record: TaskRecord, onto: Oid) -> str:
    """What the agent is told that is to bring the merge of `onto` into a task's branch to its end."""
    records = snapshot(project.git).records
    tip = project.git.find_ref(RefName.of_branch(record.branch)) or record.tip
    clashing = find_clashing(project, records, onto=onto, tip=tip) if tip else None
    head = f"The work on task `{task.id}` ({printable(task.title)}) is done, and in conflict with what has come to "
    wanted = _WANTED.format(
        worktree=printable(record.worktree),
        branch=printable(record.branch),
        target=printable(project.target.short),
        onto=onto[:9],
    )
    parts = [
        f"{head}`{project.target.short}` meanwhile. Resolve that conflict, and do nothing else.",
        *([f"What came of it before: {printable(record.reason)}."] if record.reason else []),
        wanted.rstrip(),
        "## In conflict",
        "\n".join(_places(clashing)) if clashing else "- nothing any more; the merge is only to be committed",
        f"## What task `{task.id}` is for",
        task.prompt.rstrip(),
        *_others(project, records, clashing),
    ]
    return "\n\n".join(parts) + "\n"


def _places(clashing: Clashing) -> Iterator[str]:
    for dispute in clashing.disputes[:_MOST_FILES]:
        yield f"- `{printable(dispute.conflict.path)}`: {in_words(dispute)}"
        for hunk in dispute.conflict.hunks[:_MOST_HUNKS]:
            yield from ("", *(f"      {printable(line)}" for line in _marked(hunk)), "")
        if len(dispute.conflict.hunks) > _MOST_HUNKS:
            yield f"  and in {len(dispute.conflict.hunks) - _MOST_HUNKS} more places"
    if len(clashing.disputes) > _MOST_FILES:
        yield f"- and {len(clashing.disputes) - _MOST_FILES} more files"


def _marked(hunk: Hunk) -> list[str]:
    return ["on the target:", *_cut(hunk.ours), "by the task:", *_cut(hunk.theirs)]


def _cut(lines: Sequence[str]) -> list[str]:
    shown = [f"| {line}" for line in lines[:_MOST_LINES]] or ["(nothing)"]
    return shown if len(lines) <= _MOST_LINES else [*shown, f"({len(lines) - _MOST_LINES} more lines)"]


def _others(project: Project, known: Mapping[TaskId, TaskRecord], clashing: Clashing | None) -> Iterator[str]:
    """What those were for whose work is on the target there."""
    brought = [one for dispute in clashing.disputes for one in dispute.brought] if clashing else []
    tasks = list(dict.fromkeys(one.task for one in brought if one.task))[:_MOST_OTHERS]
    specs = [str(known[task].spec) for task in tasks if task in known and known[task].spec]
    texts = dict(zip(specs, read_blobs(project.git, specs), strict=True))
    for task in tasks:
        record = known.get(task)
        text = texts.get(str(record.spec)) if record else None
        if record and text:
            yield f"## What task `{task}` is for, which is on the target"
            yield text.decode("utf-8", "replace").rstrip()
    commits = _by_hand(brought)
    if commits:
        yield "## What else is on the target there"
        yield "\n".join(commits)


def _by_hand(brought: Iterable[Brought]) -> list[str]:
    alone = dict.fromkeys(one for one in brought if one.task is None)
    return [
        f"- {one.commit[:9]} {printable(one.subject)} ({printable(one.author)})"
        for one in list(alone)[:_MOST_OTHERS]
    ]
