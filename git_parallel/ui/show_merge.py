"""`git parallel merge` as text or JSON."""

from ..commands.merge import MergeAnswer
from ..names import printable
from ..project.gate import Denied
from ..project.landing import Blocked, Broken, Clash, Landed, Landing
from .errors import note


def show_landing(result: Landing) -> None:
    """Print what became of one task."""
    for line in _lines(result):
        print(printable(line), flush=True)


def show_merge(answer: MergeAnswer, *, as_json: bool) -> None:
    """Print the JSON document, or the closing words (each task has been shown as it came)."""
    for sentence in answer.mended:
        note(printable(sentence))
    if as_json:
        from .document import of_merge, put

        put(of_merge(answer))
        return
    for task, why in answer.not_ready.items():
        note(printable(f"{task} {why}, so there is nothing to merge"))
    if not answer.landings.results and not answer.not_ready:
        print("nothing to merge")
    if answer.landings.before != answer.landings.after:
        print(f"{answer.target}: {answer.landings.before[:9]}..{answer.landings.after[:9]}")


def _lines(result: Landing) -> list[str]:
    match result:
        case Landed(task, commit):
            return [f"{task} merged" + (f" as {commit[:9]}" if commit else ": the target has it already")]
        case Clash(task, paths):
            return [f"{task} is in conflict with the target:", *(f"  {path}" for path in paths)]
        case Denied(task, violations):
            lines = [f"{task} refused, it changes what is not its own:"]
            for violation in violations:
                where = f"commit {violation.commit[:9]}" if violation.commit else "the merged result"
                lines.append(
                    f"  {violation.foreign.path or '(all of it)'}  in {where}  ({violation.foreign.why})"
                )
            return lines
        case Broken(task, status, log):
            return [
                f"{task} refused, its merged tree fails the verify command (exit status {status})",
                f"  see {log}",
            ]
        case Blocked(task, refused):
            head = f"{task} not merged: {refused.why} (in {refused.checkout})"
            return [head, *(f"  {path}" for path in refused.paths)]
