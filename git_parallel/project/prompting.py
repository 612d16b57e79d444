"""What an agent is given: the prompt on its standard input, and its environment."""

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import Unusable
from ..names import printable
from ..ownership.judge import Ownership
from ..ownership.neighbours import neighbours, owned
from ..schedule.record import TaskRecord
from ..tasks.task import Task
from .accounting import stream_of
from .open import Project
from .plain import read_plain, write_anew
from .prompting_conflict import prompt_of_conflict
from .template import fill, read_template

# So much of what an attempt printed last tells why it failed; more would drown the task itself.
_TAIL = 4096
# Of a stream of JSON, of which most is told in many words.
_STREAM = 64 * 1024
# An agent reads all of it before it begins.
_MOST_OWNED = 100
_MOST_NEIGHBOURS = 12
_MOST_OF_ONE = 6
_MOST_LANDED = 20


def write_prompt(
    project: Project, task: Task, ready: TaskRecord, state: Ownership, *, is_fresh: bool
) -> Path:
    """Write the prompt of an attempt, for this user only; `is_fresh` is whether it begins in a new worktree.

    The reason of a record that is ready is how the attempt before ended.
    """
    prompt = project.tasks_runtime / f"{task.id}.prompt"
    text = (
        prompt_of_conflict(project, task, ready, ready.resolves)
        if ready.resolves
        else prompt_of(project, task, ready, state, is_fresh=is_fresh)
    )
    with write_anew(prompt) as file:
        file.write(text)
    return prompt


def prompt_of(project: Project, task: Task, ready: TaskRecord, state: Ownership, *, is_fresh: bool) -> str:
    """What the agent of an attempt is told (see `write_prompt`); raises BadInput for a template that cannot be."""
    values = {
        "spec": task.prompt.rstrip(),
        "id": str(task.id),
        "title": printable(task.title),
        "source": printable(task.source),
        "agent": printable(ready.agent or ""),
        "branch": printable(ready.branch),
        "worktree": printable(ready.worktree),
        "target": project.target.short,
        "attempt": str(ready.attempt),
        "owned": _owned(task, ready, state),
        "neighbours": _neighbours(task, state),
        "landed": _landed(project, ready),
        "check": _check(project),
    }
    told = fill(read_template(project), values)
    is_again = ready.attempt > 1 and ready.reason
    return told + (_lesson(project, ready, is_fresh=is_fresh) if is_again else "")


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


def _owned(task: Task, ready: TaskRecord, state: Ownership) -> str:
    """The paths that the task declared or claimed, and the bounds of its agent type."""
    paths = [f"`{printable(path)}`" for path in owned(task.id, state)]
    territory = state.territories.get(ready.agent or "")
    bounds = [f"`{printable(pattern.text)}`" for pattern in territory.patterns] if territory else []
    lines = [*_listed(paths, _MOST_OWNED)]
    if not paths:
        lines.append("- the task names no files; what nobody else owns becomes yours when you commit it")
    if bounds and bounds != paths:
        lines.append(
            f"- and nothing outside {', '.join(bounds)}, which is all that `{ready.agent}` may change"
        )
    return "\n".join(lines)


def _neighbours(task: Task, state: Ownership) -> str:
    near = neighbours(task.id, state, most=_MOST_NEIGHBOURS)
    lines = []
    for one in near:
        shown = [f"`{printable(path)}`" for path in one.paths[:_MOST_OF_ONE]]
        more = f" and {len(one.paths) - len(shown)} more" if len(one.paths) > len(shown) else ""
        lines.append(f"- {', '.join(shown)}{more}: task `{one.task}`")
    return "\n".join(lines) or "- nobody"


def _landed(project: Project, ready: TaskRecord) -> str:
    """What has come to the target since the branch was begun, the latest first."""
    if ready.base is None or ready.base == project.base:
        return "- nothing new"
    shown = project.git.run(
        "log", "--first-parent", "--no-decorate", f"--max-count={_MOST_LANDED + 1}", "--format=%h %s", "-z",
        "--end-of-options", f"{ready.base}..{project.base}",
    )  # fmt: skip
    landed = _listed([printable(line) for line in shown.fields], _MOST_LANDED)
    if not landed:
        return "- nothing new"
    return "\n".join([*landed, "", f"`git merge {project.target.short}` takes that in, where you need it."])


def _listed(items: Sequence[str], most: int) -> list[str]:
    lines = [f"- {item}" for item in items[:most]]
    return [*lines, "- and more"] if len(items) > most else lines


def _check(project: Project) -> str:
    verify, scopes = project.settings.verify, project.settings.verify_scopes
    lines = [
        f"\n- Where it changes `{printable(glob)}`, the merged tree must pass `{printable(command)}`."
        for glob, command in scopes
        if command
    ]
    if verify:
        when = "Where it changes anything else" if scopes else "Before it is merged"
        lines.append(f"\n- {when}, the merged tree must pass `{printable(verify)}`.")
    return "".join(lines)


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
