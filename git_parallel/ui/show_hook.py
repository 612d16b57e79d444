"""What an agent reads when its commit is refused: what is foreign, whose it is, and what to do."""

import sys
from pathlib import Path

from ..commands.hook import pre_commit
from ..names import printable
from ..ownership.judge import Verdict


def show_pre_commit() -> int:
    """Judge what is staged; 0 lets the commit pass."""
    answer = pre_commit(Path.cwd())
    if answer is None or answer.verdict.is_allowed:
        return 0
    for line in refusal(answer.task, answer.verdict):
        print(line, file=sys.stderr)
    return 1


def refusal(task: str, verdict: Verdict) -> list[str]:
    """The message, line by line."""
    lines = [f"error: task '{task}' may not change what is not its own:"]
    lines += [f"  {printable(foreign.path)}  ({foreign.why})" for foreign in verdict.foreign]
    first = printable(verdict.foreign[0].path)
    lines.append(f"hint: leave it out of this commit: git restore --staged -- '{first}'")
    if any("strict" in foreign.why for foreign in verdict.foreign):
        lines.append(f"hint: or take it first, if the task needs it: git parallel claim '{first}'")
    owners = sorted({foreign.owner for foreign in verdict.foreign if foreign.owner})
    if owners:
        lines.append(
            f"hint: what the task needs there is for {', '.join(owners)} to do; say so in your report"
        )
    lines.append("hint: --no-verify would not help: the merge judges every commit again")
    return lines
