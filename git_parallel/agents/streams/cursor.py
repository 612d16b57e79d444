"""`cursor-agent -p --output-format stream-json`: like claude's, but for tools and usage."""

from collections.abc import Iterable, Iterator
from typing import Any

from . import claude
from .event import Event, Usage, call, count, part

_TOOL = "ToolCall"
TELLS = b'"result"'


def show(event: dict[str, Any]) -> Iterator[str]:
    """An event as lines for people."""
    match event.get("type"):
        case "system":
            yield f"cursor-agent, {event.get('model', '')}"
        case "assistant":
            yield from claude.show(event)
        case "tool_call" if event.get("subtype") == "started":
            for name, told in (part(event, "tool_call") or {}).items():
                yield call(name.removesuffix(_TOOL), part(told, "args"))
        case "result" if complaint(event):
            yield complaint(event)


complaint = claude.complaint


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:  # noqa: ARG001
    """By the `usage` of the `result`, which is the whole session's, where there is one; it tells no cost.

    Not seen by us: cursor.com/docs/cli/reference/output-format knows no usage, later versions are said to have it.
    """
    found = None
    for event in events:
        used = part(event, "usage") if part(event, "type") == "result" else None
        if isinstance(used, dict):
            cached = count(used, "cacheReadTokens")
            fresh = count(used, "inputTokens") + count(used, "cacheWriteTokens")
            found = Usage(None, fresh + cached, cached, count(used, "outputTokens"))
    return found
