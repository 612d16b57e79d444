"""`copilot --output-format json`: session events with their `data`."""

from collections.abc import Iterable, Iterator
from typing import Any

from .event import Event, Usage, call, part, result, text

TELLS = b'"result"'


def show(event: dict[str, Any]) -> Iterator[str]:
    """An event as lines for people; messages whole, not as they come in."""
    match event.get("type"):
        case "assistant.message" if text(event, "data", "content"):
            yield text(event, "data", "content")
        case "tool.execution_start":
            yield call(text(event, "data", "toolName"), part(event, "data", "arguments"))
        case "tool.execution_complete":
            yield from result(text(event, "data", "result", "content"))
        case "session.info":
            yield f"({text(event, 'data', 'message')})"
        case "session.error":
            yield complaint(event)


def complaint(event: dict[str, Any]) -> str:
    """What it says went wrong."""
    return text(event, "data", "message") if event.get("type") == "session.error" else ""


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:  # noqa: ARG001
    """Nothing: its stream has no tokens and no money, only `premiumRequests` (seen with 1.0.102).

    Tokens are in `--usage-output-file` alone, which is no part of the log.
    """
    return None
