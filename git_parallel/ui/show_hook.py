"""What an agent reads when its command is refused: what is foreign, whose it is, and what to do."""

import shlex
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from ..commands.hook import HookAnswer, TransactionAnswer, pre_commit, reference_transaction
from ..names import printable
from ..ownership.judge import Foreign
from .way_out import way_out


def show_staged() -> int:
    """Judge what is staged; 0 lets the commit pass."""
    answer = pre_commit(Path.cwd())
    return 0 if answer is None else _said(refusal(answer))


def show_transaction(caller: str, lines: Iterable[bytes]) -> int:
    """Judge the transaction whose lines these are; 0 lets it pass. `caller` is the process that wants it."""
    texts = [line.removesuffix(b"\n").decode("utf-8", "surrogateescape") for line in lines]
    answer = reference_transaction(Path.cwd(), texts)
    if answer is None:
        return 0
    said, out = refused_moves(answer), way_out(caller)
    return _said([*said, f"hint: {out}"] if said and out else said)


def refusal(answer: HookAnswer) -> list[str]:
    """What to say of staged paths that are foreign, line by line; nothing where none is."""
    foreign = answer.verdict.foreign
    if not foreign:
        return []
    lines = [f"error: task '{answer.task}' may not change what is not its own:"]
    lines += [f"  {printable(one.path)}  ({one.why})" for one in foreign]
    paths = " ".join(_shell(one.path) for one in foreign[:_MOST])
    lines.append(f"hint: leave it out of this commit: git restore --staged -- {paths}{_more(foreign)}")
    return [*lines, *_ways(foreign)]


def refused_moves(answer: TransactionAnswer) -> list[str]:
    """What to say of refs that may not be moved so, line by line; nothing where all may."""
    lines = []
    violations = answer.judgement.violations
    if violations:
        lines.append(f"error: task '{answer.task}' may not change what is not its own:")
        for one in violations:
            at = f"in commit {one.commit:.9}" if one.commit else "in the result"
            path = f"{printable(one.foreign.path)}  " if one.foreign.path else ""
            lines.append(f"  {path}{at}  ({one.foreign.why})")
        lines += _ways([one.foreign for one in violations])
    for ref in answer.judgement.refused:
        lines.append(f"error: task '{answer.task}' may not move '{printable(ref.ref)}': {ref.why}")
        lines.append(f"hint: {ref.way_on}")
    return lines


_MOST = 3


def _ways(foreign: Sequence[Foreign]) -> list[str]:
    """How to get at what is foreign after all, and through whom."""
    lines = []
    if claimable := [one for one in foreign if "strict" in one.why]:
        paths = " ".join(_shell(one.path) for one in claimable[:_MOST])
        lines.append(
            f"hint: take it first, if the task needs it: git parallel claim {paths}{_more(claimable)}"
        )
    if owners := sorted({one.owner for one in foreign if one.owner}):
        names = ", ".join(map(printable, owners))
        lines.append(f"hint: what the task needs there is for {names} to do; say so in your report")
    lines.append("hint: --no-verify would not help: the merge judges every commit again")
    return lines


def _said(lines: Sequence[str]) -> int:
    for line in lines:
        print(line, file=sys.stderr)
    return 1 if lines else 0


def _shell(path: str) -> str:
    """A path as one word of a shell, also where it holds what a terminal must not see."""
    return shlex.quote(path) if path == printable(path) else f"'{printable(path)}'"


def _more(foreign: Sequence[Foreign]) -> str:
    return f" (and {len(foreign) - _MOST} more)" if len(foreign) > _MOST else ""
