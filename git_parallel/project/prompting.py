"""What an agent is given: the prompt on its standard input, and its environment."""

import os
from pathlib import Path

from ..errors import Unusable
from ..names import printable
from ..schedule.record import TaskRecord
from ..tasks.task import Task
from .accounting import stream_of
from .open import Project
from .plain import read_plain, write_anew

# So much of what an attempt printed last tells why it failed; more would drown the task itself.
_TAIL = 4096
_STREAM = 64 * 1024


def write_prompt(project: Project, task: Task, ready: TaskRecord, *, is_fresh: bool) -> Path:
    """Write the prompt of an attempt, for this user only; `is_fresh` is whether it begins in a new worktree.

    The reason of a record that is ready is how the attempt before ended.
    """
    prompt = project.tasks_runtime / f"{task.id}.prompt"
    with write_anew(prompt) as file:
        file.write(task.prompt)
        if ready.attempt > 1 and ready.reason:
            file.write(_lesson(project, ready, is_fresh=is_fresh))
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


def _lesson(project: Project, ready: TaskRecord, *, is_fresh: bool) -> str:
    """What an attempt is told of the one before."""
    before = ready.attempt - 1
    said = _tail(project.log_of(ready.id, before), stream_of(project, ready, before))
    left = "What it did may be in this worktree already: look before you begin."
    lines = [
        "",
        "",
        "---",
        f"Attempt {before} of this task ended so: {printable(ready.reason)}.",
        "This worktree is new; nothing of what it did is here." if is_fresh else left,
    ]
    if said:
        lines += ["The last that it printed:", "", *(f"    {line}" for line in said)]
    return "\n".join([*lines, ""])


def _tail(log: Path, stream: str) -> list[str]:
    """The last lines of a log, as people would be shown them."""
    # Of what is printed for programs, most is not shown.
    span = _TAIL if not stream else _STREAM
    try:
        with read_plain(log) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - span))
            raw = file.read(span)
    except (OSError, Unusable):
        return []
    # The first line is cut in the middle, unless it is the first of all.
    _, _, rest = raw.partition(b"\n")
    whole = rest if size > span and rest else raw
    if stream:
        from ..agents.streams.reading import rendered

        whole = b"".join(rendered([whole], stream))[-_TAIL:]
    return [printable(line) for line in whole.decode("utf-8", "replace").splitlines()]
