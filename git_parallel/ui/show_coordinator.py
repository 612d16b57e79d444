"""`git parallel attach`, `stop` and `cancel` as text."""

from collections.abc import Sequence
from pathlib import Path

from ..commands.attach import attach
from ..commands.cancel import CancelAnswer, cancel
from ..commands.stop import stop
from ..errors import ANSWER_IS_NO, DONE
from ..names import printable
from ..project.journal import Entry
from . import render
from .errors import complain, note
from .voices import put


def show_attach() -> int:
    """Show the run from its beginning to its end; its exit status."""
    answer = attach(Path.cwd(), _show)
    if answer is None:
        note("the coordinator was killed; 'git parallel status' tells what is the case")
        return ANSWER_IS_NO
    return answer


def show_stop(*, now: bool, wait: bool) -> int:
    """Have the coordinator end, and say what came of it."""
    answer = stop(Path.cwd(), now=now, wait=wait, tell=_show)
    for sentence in answer.mended:
        note(printable(sentence))
    how = "its agents are being stopped" if now else "its agents finish"
    alone = f"{render.some(answer.alone)} ran without a coordinator"
    if answer.pid is None and not answer.alone:
        print("no coordinator is at work")
    elif not answer.is_over:
        print(f"asked process {answer.pid} to end; {how}" if answer.pid else f"{alone}; {how}")
    else:
        print("stopped; nothing runs" if answer.pid else f"{alone}; nothing runs any more")
    return DONE


def show_cancel(tasks: Sequence[str], *, now: bool, as_json: bool) -> int:
    """Cancel, and say which are; 1 where one of them is not."""
    answer = cancel(Path.cwd(), tasks, now=now)
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import of_cancel
        from .document import put as put_document

        put_document(of_cancel(answer))
    else:
        _show_cancelled(answer)
    return DONE if answer.is_success else ANSWER_IS_NO


def _show_cancelled(answer: CancelAnswer) -> None:
    for record in answer.cancelled:
        left = f"; what it did is in {record.worktree}" if record.attempt and record.started else ""
        print(printable(f"{record.id} cancelled{left}"))
    for task, why in answer.refused.items():
        complain(printable(f"{task} cannot be cancelled: {why}"))


def _show(entry: Entry) -> None:
    put([(entry.what, entry.is_note)])
