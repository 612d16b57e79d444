"""`git parallel hooks` as text or JSON."""

from pathlib import Path

from ..commands.hooks import HooksAnswer, repair, status, uninstall
from ..errors import ANSWER_IS_NO
from .errors import hint, note


def show_hooks(action: str, *, as_json: bool) -> int:
    """Do what was asked for, say how it stands; the exit status: 1 where something is wrong."""
    if action == "uninstall":
        was_there = uninstall(Path.cwd())
        answer = status(Path.cwd())
        said = (
            "the hooks are out, and so is the stanza in .git/config" if was_there else "there were no hooks"
        )
    elif action == "repair":
        answer, found = repair(Path.cwd())
        for sentence in found:
            note(sentence)
        said = "the hooks are in order" if not found else "put in order"
    else:
        answer = status(Path.cwd())
        said = ""
    if as_json:
        from .document import of_hooks, put

        put(of_hooks(answer))
    elif said and answer.is_in_order:
        print(said)
    else:
        _show(answer)
    return 0 if answer.is_in_order else ANSWER_IS_NO


def _show(answer: HooksAnswer) -> None:
    if not answer.is_installed and not answer.worktrees:
        print("no hooks are installed; 'git parallel run' installs them for its worktrees")
        return
    there = ", ".join(answer.worktrees) or "none yet"
    print(f"worktrees   {there}")
    print(f"ours        {', '.join(answer.ours)}")
    print(
        f"yours       {', '.join(answer.theirs) or 'none'}{' (run there as well)' if answer.theirs else ''}"
    )
    print(f"pushes      {'allowed (parallel.push)' if answer.may_push else 'refused'}")
    for problem in answer.problems:
        print(f"wrong       {problem}")
    if answer.problems:
        hint("'git parallel hooks repair' puts them in order")
    else:
        print("all in order")
