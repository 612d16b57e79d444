"""`git parallel release`: what is free again, and what is not."""

from collections.abc import Sequence
from pathlib import Path

from ..commands.release import ReleaseAnswer, release
from ..errors import ANSWER_IS_NO, DONE
from ..names import printable
from .errors import complain, hint, note


def show_release(paths: Sequence[str], *, every: bool = False, task: str = "") -> int:
    """Release paths and say what became of each; the exit status."""
    answer = release(Path.cwd(), paths, every=every, task=task)
    done = answer.released
    for path in done.paths:
        print(f"released {printable(path)}, which task '{answer.task}' held")
    for path, holder in done.absent:
        whose = f"task '{holder}' does" if holder else "nobody does"
        complain(f"task '{answer.task}' does not hold '{printable(path)}' by claim; {whose}")
    for path in done.changed:
        _tell_of_work(answer, path)
    if every and not (done.paths or done.changed):
        print(f"task '{answer.task}' holds nothing by claim")
    return DONE if answer.is_success else ANSWER_IS_NO


def _tell_of_work(answer: ReleaseAnswer, path: str) -> None:
    has_changed = f"branch '{printable(answer.branch)}' has changed '{printable(path)}'"
    once = "as soon as another task has the path, the merge refuses that branch"
    if answer.is_by_user:
        note(f"{has_changed}: {once}")
        return
    complain(f"{has_changed}, so it is not released: {once}")
    hint("take the change out of the commits of the branch first, not only back; then release it again")
