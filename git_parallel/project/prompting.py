"""What an agent is given: the prompt on its standard input, and its environment."""

import os
from pathlib import Path

from ..errors import Unusable
from ..names import printable
from ..schedule.record import State, TaskRecord
from ..tasks.task import Task
from .open import Project
from .plain import read_plain, write_anew

# So much of what an attempt printed last tells why it failed; more would drown the task itself.
_TAIL = 4096
_TRIED = (State.FAILED, State.LOST, State.CANCELLED, State.CONFLICTED, State.REJECTED)


def write_prompt(project: Project, task: Task, before: TaskRecord | None, *, is_fresh: bool) -> Path:
    """Write the prompt of the attempt that follows the one `before` (None: there was none), for this user only.

    `is_fresh` is whether it begins in a new worktree.
    """
    prompt = project.tasks_runtime / f"{task.id}.prompt"
    with write_anew(prompt) as file:
        file.write(task.prompt)
        if before is not None and before.attempt and before.state in (*_TRIED, State.PLANNED):
            file.write(_lesson(project, before, is_fresh=is_fresh))
    return prompt


def environment(task: Task, record: TaskRecord, prompt: Path) -> dict[str, str]:
    """The variables that tell an agent what it works on."""
    values = {
        "TASK": str(task.id),
        "TITLE": task.title,
        "SPEC": task.source,
        "PROMPT_FILE": str(prompt),
        "BRANCH": record.branch,
        "WORKTREE": record.worktree,
        "ATTEMPT": str(record.attempt),
    }
    return {f"GIT_PARALLEL_{name}": value.replace("\0", "") for name, value in values.items()}


def _lesson(project: Project, before: TaskRecord, *, is_fresh: bool) -> str:
    """What the next attempt is told of the one that failed."""
    said = _tail(project.log_of(before.id, before.attempt))
    # Planned again by hand, it has the end of that attempt for its reason.
    ended = "" if before.state is State.PLANNED else str(before.state)
    how = ": ".join(filter(None, (ended, printable(before.reason))))
    left = "What it did may be in this worktree already: look before you begin."
    lines = [
        "",
        "",
        "---",
        f"Attempt {before.attempt} of this task ended so: {how or 'not at all'}.",
        "This worktree is new; nothing of what it did is here." if is_fresh else left,
    ]
    if said:
        lines += ["The last that it printed:", "", *(f"    {line}" for line in said)]
    return "\n".join([*lines, ""])


def _tail(log: Path) -> list[str]:
    try:
        with read_plain(log) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _TAIL))
            raw = file.read(_TAIL)
    except (OSError, Unusable):
        return []
    lines = raw.decode("utf-8", "replace").splitlines()
    # The first line is cut in the middle, unless it is the first of all.
    whole = lines[1:] if size > _TAIL and len(lines) > 1 else lines
    return [printable(line) for line in whole]
