"""`claude -p --output-format stream-json`: an object a line, and a `result` at the end."""

from collections.abc import Iterable, Iterator
from typing import Any

from .event import Event, Usage, amount, call, count, items, part, result, text

TELLS = b'"result"'


def show(event: dict[str, Any]) -> Iterator[str]:
    """An event as lines for people."""
    match event.get("type"):
        case "system" if event.get("subtype") == "init":
            name = f"claude {text(event, 'claude_code_version')}".rstrip()
            yield f"{name}, {text(event, 'model')}"
        case "system" if event.get("subtype") == "api_retry":
            yield f"(tries again: {text(event, 'error')})"
        case "assistant" | "user":
            for block in items(event, "message", "content"):
                yield from _block(block)
        case "result" if complaint(event):
            yield complaint(event)


def complaint(event: dict[str, Any]) -> str:
    """What it says went wrong; a `result` can be an error with `subtype` "success"."""
    if event.get("type") != "result" or event.get("is_error") is not True:
        return ""
    return text(event, "result") or " ".join(map(str, items(event, "errors"))) or text(event, "subtype")


def usage(events: Iterable[Event], *, is_whole: bool) -> Usage | None:  # noqa: ARG001
    """By the last `result`, whose `total_cost_usd` and `modelUsage` are of the whole session, subagents included.

    `usage` beside them is of the answers since the result before, and that of an `assistant` message is what was
    known when it began: its output tokens are not the ones that were paid for. So an attempt that was killed
    before its result tells nothing. (platform.claude.com/docs/en/agent-sdk/cost-tracking, and seen with 2.1.330,
    which has `model_usage_since_last_result` for the other thing.)
    """
    found = None
    for event in events:
        if isinstance(event, dict) and event.get("type") == "result":
            found = _of_result(event) or found
    return found


def _of_result(event: dict[str, Any]) -> Usage | None:
    cost = amount(event, "total_cost_usd")
    models = part(event, "modelUsage")
    if isinstance(models, dict) and models:
        cached = sum(count(model, "cacheReadInputTokens") for model in models.values())
        fresh = sum(
            count(model, "inputTokens") + count(model, "cacheCreationInputTokens")
            for model in models.values()
        )
        return Usage(cost, fresh + cached, cached, sum(count(m, "outputTokens") for m in models.values()))
    used = part(event, "usage")
    if not isinstance(used, dict):
        return None if cost is None else Usage(cost)
    cached = count(used, "cache_read_input_tokens")
    fresh = count(used, "input_tokens") + count(used, "cache_creation_input_tokens")
    return Usage(cost, fresh + cached, cached, count(used, "output_tokens"))


def _block(block: object) -> Iterator[str]:
    match part(block, "type"):
        case "text":
            yield text(block, "text")
        case "tool_use":
            yield call(text(block, "name"), part(block, "input"))
        case "tool_result":
            content = part(block, "content")
            yield from result(content if isinstance(content, str) else "\n".join(_texts(content)))


def _texts(content: object) -> Iterator[str]:
    if isinstance(content, list):
        yield from (text(one, "text") for one in content)
