"""`opencode run --format json`: the parts of messages as they are complete."""

from collections.abc import Iterable, Iterator
from typing import Any

from .event import Event, Usage, amount, call, count, part, result, text

TELLS = b'"step_finish"'


def show(event: dict[str, Any]) -> Iterator[str]:
    """An event as lines for people."""
    match event.get("type"):
        case "text" | "reasoning":
            yield text(event, "part", "text")
        case "tool_use":
            yield call(text(event, "part", "tool"), part(event, "part", "state", "input"))
            state = part(event, "part", "state")
            yield from result(text(state, "output") or text(state, "error"))
        case "error":
            yield complaint(event)


def complaint(event: dict[str, Any]) -> str:
    """What it says went wrong."""
    if event.get("type") != "error":
        return ""
    return text(event, "error", "data", "message") or text(event, "error", "name")


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:
    """The sum over all `step_finish`, each of which tells its own step and no other.

    Seen with 1.18.33: two steps of 80 tokens, with 20 more from a cache, say `input` 80 twice; input and output
    leave out what was cached and what was reasoned. A sum of which a part is missing is no sum.
    """
    steps = [
        part(event, "part")
        for event in events
        if isinstance(event, dict) and event.get("type") == "step_finish"
    ]
    if not steps or not is_whole:
        return None
    costs = [cost for step in steps if (cost := amount(step, "cost")) is not None]
    cached = sum(count(step, "tokens", "cache", "read") for step in steps)
    fresh = sum(count(step, "tokens", "input") + count(step, "tokens", "cache", "write") for step in steps)
    out = sum(count(step, "tokens", "output") + count(step, "tokens", "reasoning") for step in steps)
    return Usage(sum(costs) if costs else None, fresh + cached, cached, out)
