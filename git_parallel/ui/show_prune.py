"""`git parallel prune` as text or JSON."""

from collections.abc import Sequence
from pathlib import Path

from ..commands.prune import PruneAnswer, prune, undo
from ..errors import ANSWER_IS_NO, DONE
from ..names import printable
from .errors import note


def show_prune(tasks: Sequence[str], *, as_json: bool) -> int:
    """Prune and say what went and what stayed; 1 when a task that was named stayed."""
    answer = prune(Path.cwd(), tasks)
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import of_prune, put

        put(of_prune(answer))
    else:
        _show(answer)
    return ANSWER_IS_NO if tasks and answer.kept else DONE


def show_undo(task: str, *, as_json: bool) -> None:
    """Bring a task back and say where it is."""
    answer = undo(Path.cwd(), task)
    entry, removed = answer.restored, answer.removed
    if as_json:
        from .document import of_undo, put

        put(of_undo(answer))
        return
    print(f"{entry.task} is back in {printable(entry.worktree)}, on {entry.branch.short}")
    if removed:
        again = f"'git parallel prune --undo {entry.task}' swaps the two again"
        print(f"what it had there until now, {removed.tip[:9]}, is in the trash; {again}")


def _show(answer: PruneAnswer) -> None:
    for entry in answer.removed:
        print(f"{entry.task} pruned; 'git parallel prune --undo {entry.task}' brings it back")
    for task, why in answer.kept.items():
        print(printable(f"{task} kept: {why}"))
    if not answer.removed and not answer.kept:
        print("nothing to prune")
