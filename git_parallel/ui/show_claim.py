"""`git parallel claim` and `release`: what an agent reads when a path is taken, let go, or somebody else's."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..commands.claim import ClaimAnswer, Wish, claim
from ..errors import ANSWER_IS_NO, DONE
from ..names import TaskId, printable
from ..ownership.waiting import Wait
from .errors import complain, hint, note


def show_claim(paths: Sequence[str], wish: Wish | None = None) -> int:
    """Claim paths and say what became of it; the exit status."""
    answer = claim(Path.cwd(), paths, wish, tell=note)
    if answer.verdict.foreign:
        _show_refusal(answer)
        return ANSWER_IS_NO
    limit = f" until {_moment(answer.until)}" if answer.until is not None else ""
    for path in answer.verdict.unclaimed:
        print(f"claimed {printable(path)} for task '{answer.task}'{limit}")
    for path in answer.had:
        print(f"{printable(path)} is task '{answer.task}'s own already")
    for folder in answer.directories:
        print(f"checked out {printable(folder)}/")
    return DONE


def _show_refusal(answer: ClaimAnswer) -> None:
    for foreign in answer.verdict.foreign:
        complain(f"'{printable(foreign.path)}' cannot be claimed: {foreign.why}")
    if answer.circle:
        complain(f"to wait for it would never end: {', and '.join(map(_waits, answer.circle))}")
    elif answer.is_late:
        complain("the time to wait is over")
    note("nothing was claimed")
    for line in _ways_on(answer):
        hint(line)


def _waits(wait: Wait) -> str:
    what = f"waits for '{printable(wait.path)}' of" if wait.path else "comes after"
    return f"task '{wait.task}' {what} task '{wait.other}'"


def _ways_on(answer: ClaimAnswer) -> Iterator[str]:
    """What an agent can do now, and whom it can turn to."""
    for task in answer.owners:
        yield _reach(answer, task)
    if answer.circle:
        yield (
            "let go of what the others wait for ('git parallel release PATH'), or do without: "
            "say in your report what is needed there"
        )
    elif answer.owners:
        paths = " ".join(_typed(foreign.path) for foreign in answer.verdict.foreign)
        yield f"wait until it is free: git parallel claim --wait {paths}"
        for path, task in answer.claimed.items():
            yield f"in the main worktree the user can free it: git parallel release {_typed(path)} --task {task}"


def _reach(answer: ClaimAnswer, task: TaskId) -> str:
    record = answer.owners[task]
    if record is None or not record.worktree:
        return f"task '{task}' has not been started; 'git parallel plan' shows when it can be"
    where = printable(record.worktree)
    return f"task '{task}' ({record.state}) works in {where}; 'git parallel log {task}' shows what it says"


def _typed(path: str) -> str:
    """A path as a shell takes it."""
    import shlex

    return shlex.quote(printable(path))


def _moment(at: float) -> str:
    from datetime import datetime

    return datetime.fromtimestamp(at).astimezone().isoformat(sep=" ", timespec="seconds")
