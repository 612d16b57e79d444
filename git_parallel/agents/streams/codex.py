"""`codex exec --json`: threads, turns and items."""

from collections.abc import Iterable, Iterator
from typing import Any

from .event import Event, Usage, call, count, items, part, result, text

TELLS = b'"turn.completed"'


def show(event: dict[str, Any]) -> Iterator[str]:
    """An event as lines for people; items when they are complete."""
    match event.get("type"):
        case "item.completed":
            yield from _item(part(event, "item"))
        case "error":
            # Of many it recovers; of the last one `turn.failed` says the same.
            yield f"({text(event, 'message')})"
        case "turn.failed":
            yield complaint(event)


def complaint(event: dict[str, Any]) -> str:
    """What it says went wrong."""
    if event.get("type") == "error":
        return text(event, "message")
    return text(event, "error", "message") if event.get("type") == "turn.failed" else ""


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:  # noqa: ARG001
    """By the last `turn.completed`, whose figures are the thread's so far and not the turn's.

    `usage_from_last_total` in codex-rs/exec/src/event_processor_with_jsonl_output.rs fills them from
    `total`, although the comment on the type says "during the turn"; seen with 0.169.0: two requests of 100
    tokens give 200. Cached tokens are among the input, reasoning ones among the output. There is no cost.
    """
    found = None
    for event in events:
        if isinstance(event, dict) and event.get("type") == "turn.completed":
            used = part(event, "usage")
            if isinstance(used, dict):
                found = Usage(
                    None,
                    count(used, "input_tokens"),
                    count(used, "cached_input_tokens"),
                    count(used, "output_tokens"),
                )
    return found


def _item(item: object) -> Iterator[str]:
    match part(item, "type"):
        case "agent_message" | "reasoning":
            yield text(item, "text")
        case "command_execution":
            yield call("exec", text(item, "command"))
            yield from result(text(item, "aggregated_output"))
        case "file_change":
            for change in items(item, "changes"):
                yield call(text(change, "kind") or "change", text(change, "path"))
        case "mcp_tool_call":
            yield call(f"{text(item, 'server')}.{text(item, 'tool')}", part(item, "arguments"))
        case "web_search":
            yield call("search", text(item, "query"))
        case "error":
            yield text(item, "message")
