"""`git parallel prune` as text or JSON."""

import time
from collections.abc import Sequence
from pathlib import Path

from ..commands.prune import PruneAnswer, prune
from ..errors import ANSWER_IS_NO, DONE
from ..git.trash.entry import Entry
from ..names import printable
from .errors import hint, note


def show_prune(
    tasks: Sequence[str], *, is_forced: bool = False, is_rehearsal: bool = False, as_json: bool = False
) -> int:
    """Prune and say what went and what stayed; 1 when a task that was named stayed."""
    answer = prune(Path.cwd(), tasks, is_forced=is_forced, is_rehearsal=is_rehearsal)
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import put
        from .document_prune import of_prune

        put(of_prune(answer))
    else:
        _show(answer)
        if tasks and answer.forcible:
            hint(
                f"'git parallel prune --force {' '.join(answer.forcible)}' puts it into the trash all the same"
            )
    return ANSWER_IS_NO if tasks and answer.kept else DONE


def show_undo(tasks: Sequence[str], *, as_json: bool) -> int:
    """Bring tasks back and say where they are; 1 when one of several could not be."""
    from ..commands.undo import undo

    answer = undo(Path.cwd(), tasks)
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import put
        from .document_prune import of_undo

        put(of_undo(answer))
    else:
        swapped = {entry.task: entry for entry in answer.removed}
        for entry in answer.restored:
            if Path(entry.worktree).exists():
                print(f"{entry.task} is back in {printable(entry.worktree)}, on {entry.branch.short}")
            else:
                print(
                    f"{entry.task} is back on {entry.branch.short}; its worktree was not in the trash any more"
                )
            if entry.task in swapped:
                again = f"'git parallel prune --undo {entry.task}' swaps the two again"
                print(
                    f"what it had there until now, {_commit(swapped[entry.task])}, is in the trash; {again}"
                )
        for task, error in answer.refused.items():
            note(printable(f"{task} is still in the trash: {error.message}"))
            if error.hint:
                hint(error.hint)
    return ANSWER_IS_NO if answer.refused else DONE


def show_trash(*, as_json: bool) -> None:
    """Print what is in the trash, the latest first."""
    from ..commands.trash import listed

    answer = listed(Path.cwd())
    if as_json:
        from .document import put
        from .document_prune import of_trash

        put(of_trash(answer))
        return
    for ref in answer.strange:
        note(f"{ref} is no trash of git-parallel")
    if not answer.entries and not answer.aside:
        print("the trash is empty")
    if answer.entries:
        from .render import table

        headers = ("ID", "PRUNED", "BRANCH", "COMMIT", "WORKTREE", "OVERRULED")
        table(headers, [_row(entry) for entry in answer.entries])
    for one in answer.aside:
        print(printable(f"put by {_since(one.seconds)} ago, {one.why}: {one.source}, now in {one.folder}"))


def show_expired(age: str, *, is_rehearsal: bool, as_json: bool) -> None:
    """Free what is older, and say how much it was."""
    from ..commands.trash import expired
    from .render import size

    answer = expired(Path.cwd(), age, is_rehearsal=is_rehearsal)
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import put
        from .document_prune import of_expire

        put(of_expire(answer))
        return
    done = "would be freed" if is_rehearsal else "freed"
    for entry, taken in answer.freed.items():
        print(f"{entry.task} {done}: {size(taken)}, pruned {_since(entry.seconds)} ago, {_commit(entry)}")
    for one, taken in answer.aside.items():
        print(printable(f"{one.source} {done}: {size(taken)}, put by {_since(one.seconds)} ago, {one.why}"))
    sizes = (*answer.freed.values(), *answer.aside.values())
    count = f"{len(sizes)} {done}, {size(sum(sizes))}" if sizes else "nothing to free"
    oldest = f", the oldest for {_since(answer.left[-1].seconds)}" if answer.left else ""
    stay = f"; {len(answer.left)} in the trash{oldest}" if answer.left else ""
    print(f"{count}{stay}")


def _show(answer: PruneAnswer) -> None:
    is_one = len(answer.removed) == 1
    for entry in answer.removed:
        if answer.is_rehearsal:
            what = f"{printable(entry.worktree)}, {entry.branch.short} at {_commit(entry)}"
            print(f"{entry.task} would be pruned: {what}")
        else:
            back = f"; 'git parallel prune --undo {entry.task}' brings it back" if is_one else ""
            print(f"{entry.task} pruned{back}")
        for reason in entry.reasons:
            print(printable(f"  although {reason}"))
    for task, reasons in answer.kept.items():
        print(printable(f"{task} kept: {'; '.join(reasons)}"))
    if not answer.removed and not answer.kept:
        print("nothing to prune")
    elif not is_one and not answer.is_rehearsal and answer.removed:
        print(f"{len(answer.removed)} tasks pruned; 'git parallel prune --undo' brings them back")


def _row(entry: Entry) -> tuple[str, ...]:
    shown = entry.worktree
    return (
        entry.task,
        f"{_since(entry.seconds)} ago",
        entry.branch.short,
        _commit(entry),
        shown,
        "; ".join(entry.reasons),
    )


def _commit(entry: Entry) -> str:
    return f"{entry.tip:.9}" if entry.tip else "no commit"


def _since(moment: float) -> str:
    """How long ago a moment was, in the largest unit of which that is one at least."""
    passed = max(0, int(time.time() - moment))
    units = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
    size, word = next(((size, word) for size, word in units if passed >= size), (1, "second"))
    count = passed // size
    return f"{count} {word}{'' if count == 1 else 's'}"
