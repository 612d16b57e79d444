"""The git processes between one agent's end and the next one's start, from git's own trace.

The trace costs each git process a fraction of a millisecond. What is between them is Python and fsync.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

_WIDEST = 84


@dataclass(frozen=True, slots=True)
class Traced:
    """A git process or a hook: seconds of the clock, how deep below the one that we started, its command."""

    begin: float
    end: float
    depth: int
    command: str


def tell_git(home: Path) -> None:
    """Have every git process of this home write its trace to a file of its own."""
    (home / "trace").mkdir()
    (home / ".gitconfig").write_text(f"[trace2]\n\teventTarget = {home / 'trace'}\n")


def traced(home: Path) -> list[Traced]:
    """What ran, in the order in which it began."""
    found = [one for path in (home / "trace").iterdir() for one in _of_process(path)]
    return sorted(found, key=lambda one: one.begin)


def table(all_of_them: Sequence[Traced], ended: float, started: float) -> list[str]:
    """The processes of one gap: when they began after the agent's end, how long they took, what they were."""
    lines = [
        f"{'begins':>8}{'takes':>8}   milliseconds from the agent's last instruction to the next's first"
    ]
    inside = [one for one in all_of_them if one.end > ended and one.begin < started]
    for one in inside:
        command = "  " * one.depth + one.command
        cut = command if len(command) <= _WIDEST else command[: _WIDEST - 3] + "..."
        begins, takes = (one.begin - ended) * 1000, (one.end - one.begin) * 1000
        lines.append(f"{begins:8.1f}{takes:8.1f}   {cut}")
    busy = _union([(max(one.begin, ended), min(one.end, started)) for one in inside]) * 1000
    whole = (started - ended) * 1000
    top = sum(one.depth == 0 for one in inside)
    lines.append(
        f"{whole:8.1f}           the whole; {top} git commands, at least one at work for {busy:.1f} ms"
    )
    return lines


def _union(spans: Sequence[tuple[float, float]]) -> float:
    total, reached = 0.0, 0.0
    for begin, end in sorted(spans):
        total += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return total


def _of_process(path: Path) -> Iterator[Traced]:
    events = [json.loads(line) for line in path.read_text().splitlines()]
    start = next((event for event in events if event["event"] == "start"), None)
    if start is None:
        return
    # The id of a process that git started begins with those of its parents.
    depth = start["sid"].count("/")
    begin = _seconds(start) - start["t_abs"]
    yield Traced(begin, _seconds(events[-1]), depth, " ".join(_without_settings(start["argv"])))
    hooks = {event["child_id"]: event for event in events if event.get("child_class") == "hook"}
    for event in events:
        if event["event"] == "child_exit" and event["child_id"] in hooks:
            child = hooks[event["child_id"]]
            name = f"hook {child.get('hook_name', ' '.join(child['argv']))}"
            yield Traced(_seconds(child), _seconds(event), depth + 1, name)


def _without_settings(argv: Sequence[str]) -> list[str]:
    words = list(argv)
    while "-c" in words[:2]:
        del words[1:3]
    return ["git", *words[1:]]


def _seconds(event: dict[str, str]) -> float:
    return datetime.fromisoformat(event["time"]).timestamp()
