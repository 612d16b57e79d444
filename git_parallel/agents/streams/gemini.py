"""`gemini --output-format stream-json`."""

from collections.abc import Iterable, Iterator
from typing import Any

from .event import Event, Usage, call, count, part, result, text

TELLS = b'"result"'


def show(event: dict[str, Any]) -> Iterator[str]:
    """An event as lines for people."""
    match event.get("type"):
        case "init":
            yield f"gemini, {text(event, 'model')}"
        case "message" if event.get("role") == "assistant":
            yield text(event, "content")
        case "tool_use":
            yield call(text(event, "tool_name"), part(event, "parameters"))
        case "tool_result":
            yield from result(text(event, "output") or text(event, "error", "message"))
        case "error" | "result" if complaint(event):
            yield complaint(event)


def complaint(event: dict[str, Any]) -> str:
    """What it says went wrong."""
    if event.get("type") == "error":
        return text(event, "message")
    return text(event, "error", "message") if event.get("type") == "result" else ""


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:  # noqa: ARG001
    """By the `result`, whose `stats` are of the whole session over all models.

    `convertToStreamStats` in packages/core/src/output/stream-json-formatter.ts sums them up; `input_tokens` holds
    the cached ones, `input` does not. There is no cost.
    """
    found = None
    for event in events:
        if isinstance(event, dict) and event.get("type") == "result":
            stats = part(event, "stats")
            if isinstance(stats, dict):
                found = Usage(
                    None, count(stats, "input_tokens"), count(stats, "cached"), count(stats, "output_tokens")
                )
    return found
