"""`git parallel merge` as text or JSON."""

import sys
from functools import partial
from pathlib import Path

from ..commands.merge import MergeAnswer
from ..names import TaskId, printable
from ..project.gate import Denied
from ..project.landing.outcomes import (
    Astray,
    Blocked,
    Broken,
    Clash,
    Early,
    Landed,
    Landing,
    Unresolved,
    Untrusted,
    Unverified,
)
from ..project.landing.terms import Voice
from .errors import hint, note
from .show_conflict import lines_of_clashing, shown

# As much of a failed verification as shows what is wrong.
_LAST_LINES = 8
# With these a shell says that there is no such command, or that it cannot be run.
_NO_COMMAND = (126, 127)


def voice(*, is_rehearsal: bool, as_json: bool) -> Voice:
    """What prints each result as it comes; nothing where one document is asked for."""
    if as_json:
        return Voice()
    told = partial(show_landing, is_rehearsal=is_rehearsal, said=set())
    return Voice(told=told, verifying=show_verifying)


def show_verifying(tasks: tuple[TaskId, ...], number: int, why: str) -> None:
    """Say, on a terminal, that a verification has begun: it may take long."""
    if not sys.stdout.isatty():
        return
    if len(tasks) > 1:
        what = f"{len(tasks)} tasks are being verified together"
    else:
        what = f"{tasks[0]} is being verified" if tasks else "the target is being verified without them"
    print(f"{what}{f' (verification {number}: {why})' if number > 1 else ''} ...", flush=True)


def show_landing(result: Landing, *, is_rehearsal: bool, said: set[str]) -> None:
    """Print what became of one task, or would become of it; `said` are outputs that have been shown already."""
    if is_rehearsal and isinstance(result, Landed):
        print(
            f"{result.task} would be merged" if result.commit else f"{result.task}: the target has it already"
        )
        return
    head, *rest = lines_of(result)
    if isinstance(result, Unverified):
        # It is the target's own failure, the same for all of them.
        output = "\n".join(_tail(result.log))
        rest = [] if output in said else rest
        said.add(output)
    for line in (head, *rest):
        print(printable(line), flush=True)


def show_merge(answer: MergeAnswer, *, as_json: bool) -> None:
    """Print the JSON document, or the closing words (each task has been shown as it came)."""
    for sentence in (*answer.mended, *answer.notes):
        note(printable(sentence))
    if as_json:
        from .document import of_merge, put

        put(of_merge(answer))
        return
    for task, why in answer.not_ready.items():
        note(printable(f"{task} {why}, so there is nothing to merge"))
    for task, error in answer.unresolved.items():
        note(printable(f"the conflict of {task} was handed to nobody: {error.message}"))
        if error.hint:
            hint(printable(error.hint))
    for task, clashing in answer.clashing.items():
        branch = answer.branches.get(task, task)
        head = f"the conflict of {task} with {answer.target}:"
        for line in (head, *lines_of_clashing(clashing, answer.target, branch)):
            shown(line)
    if not answer.landings.results and not answer.not_ready:
        print("nothing to merge")
    if answer.is_rehearsal:
        return
    if answer.landings.before != answer.landings.after:
        print(f"{answer.target}: {answer.landings.before[:9]}..{answer.landings.after[:9]}")
    ways_on = [_way_on(result, answer) for result in answer.landings.results]
    for way_on in dict.fromkeys(filter(None, ways_on)):
        hint(printable(way_on))


def lines_of(result: Landing) -> list[str]:
    """What became of one task, line by line."""
    match result:
        case Landed(task, commit, is_verified, is_flaky):
            verified = ", verified" if is_verified else ""
            flaky = " (the verification failed first, and passed the second time)" if is_flaky else ""
            return [
                f"{task} merged"
                + (f" as {commit[:9]}{verified}{flaky}" if commit else ": the target has it already")
            ]
        case Clash(task, paths):
            return [f"{task} is in conflict with the target:", *(f"  {path}" for path in paths)]
        case Denied(task, violations):
            lines = [f"{task} refused, it changes what is not its own:"]
            for violation in violations:
                whole = "the merged result" if violation.foreign.path else "its history"
                where = f"commit {violation.commit[:9]}" if violation.commit else whole
                lines.append(
                    f"  {violation.foreign.path or '(all of it)'}  in {where}  ({violation.foreign.why})"
                )
            return lines
        case Broken(task, _, log, partners, why):
            those = f"it and {' and '.join(partners)} together" if partners else "it"
            head = f"{task} refused: the verify command fails with {those} ({why}):"
            return [head, *(f"  | {line}" for line in _tail(log)), f"  all of it: {log}"]
        case Unverified(task, _, log, why):
            head = f"{task} not merged: the verify command fails without it as well ({why}):"
            return [head, *(f"  | {line}" for line in _tail(log)), f"  all of it: {log}"]
        case Early(task, why) | Astray(task, why) | Unresolved(task, why) | Untrusted(task, why):
            return [f"{task} not merged: {why}"]
        case Blocked(task, refused):
            head = f"{task} not merged: in {refused.checkout}, {refused.why}"
            return [head, *(f"  {path}" for path in refused.paths)]


def _way_on(result: Landing, answer: MergeAnswer) -> str:
    place = answer.worktrees.get(result.task, "its worktree")
    again = f"git parallel merge {result.task}"
    match result:
        case Clash(task) if task not in answer.clashing:
            # The branch is not in conflict any more: its last commit is a merge that did not suffice, or a file could
            # not be made anew.
            return f"look at it in {place}; then {again}"
        case Clash():
            ready = f"git parallel merge --resolve {result.task} makes it ready in {place}, for you"
            return f"{ready}; git parallel merge --resolver AGENT {result.task} hands it to an agent"
        case Denied():
            return f"cd {place}; git rebase -i {answer.target}, to take that out of its commits; then {again}"
        case Unresolved():
            return f"take them out in {place} and commit; then {again}"
        case Broken(_, _, _, partners):
            bring = f" (git merge {answer.target} brings {' and '.join(partners)} there)" if partners else ""
            return f"mend it in {place}{bring} and commit; then {again}"
        case Early():
            return (
                f"merge what it stands on first, or begin it anew: git parallel retry --fresh {result.task}"
            )
        case Astray(task):
            back = f"git parallel prune --undo {task} brings back what an undo put into the trash"
            return f"{back}; git parallel retry {task} goes on from what is there"
        case Untrusted():
            return result.way_on
        case Unverified(_, status) if status in _NO_COMMAND:
            return (
                "it is run at the top of a worktree with the merged files: what is not committed is not there"
            )
        case Unverified():
            return f"mend '{answer.target}' first; then git parallel merge"
        case Blocked(_, refused) if refused.paths:
            return f"commit your changes or put them away; then {again}"
    return ""


def _tail(log: Path) -> list[str]:
    try:
        return log.read_text("utf-8", "replace").splitlines()[-_LAST_LINES:]
    except OSError:
        return []
