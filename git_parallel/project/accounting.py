"""What an attempt took, and what its agent said last, by its log."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

from ..agents import presets, process
from ..errors import ParallelError
from ..overlap import patterns
from ..schedule.record import TaskRecord
from .open import Project
from .plain import read_plain
from .recording import without_secrets

# The last words of an agent stand in so much of the end of its log.
_END = 64 * 1024
_PIECE = 1 << 20
_A_MILLION = 1_000_000


def account(project: Project, record: TaskRecord, *, is_whole: bool) -> dict[str, Any]:
    """The fields of a record that tell what its latest attempt took; `is_whole` is whether its log lacks nothing.

    What an agent does not tell is None, and never guessed: a cost is worked out only where a price is set.
    """
    stream = stream_of(project, record)
    if not stream:
        return {}
    from ..agents.streams.reading import usage

    try:
        used = usage(_pieces(project, record), stream, is_whole=is_whole)
    except (OSError, ParallelError):
        return {}
    if used is None:
        return {}
    agent = project.settings.agents.get(record.agent or "")
    cost = used.cost
    if cost is None and agent and agent.price and used.tokens_in is not None and used.tokens_out is not None:
        cached = min(used.tokens_cached or 0, used.tokens_in)
        counts = (used.tokens_in - cached, cached, used.tokens_out)
        cost = sum(count * price for count, price in zip(counts, agent.price, strict=True)) / _A_MILLION
    return {
        "cost": cost,
        "spent": record.spent + (cost or 0.0),
        "tokens_in": used.tokens_in,
        "tokens_cached": used.tokens_cached,
        "tokens_out": used.tokens_out,
    }


def last_words(project: Project, record: TaskRecord) -> str:
    """What the agent of the latest attempt said last, in a line; empty where it said nothing."""
    from ..agents.streams import reading

    try:
        with read_plain(project.log_of(record.id, record.attempt)) as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _END))
            end = file.read(_END).decode("utf-8", "surrogateescape")
        # Before anything is cut off: half a credential is not to be recognized any more.
        safe = without_secrets(end, os.environ).encode("utf-8", "surrogateescape")
        return without_secrets(reading.last_words(safe, stream_of(project, record)), os.environ)
    except (OSError, ParallelError):
        return ""


def stream_of(project: Project, record: TaskRecord, attempt: int | None = None) -> str:
    """The form of what the agent of an attempt, the latest or another one, prints; empty for plain text."""
    preset = _preset(project, record, attempt or record.attempt)
    return preset.stream if preset else ""


def without_leftovers(project: Project, record: TaskRecord, untracked: Sequence[str]) -> tuple[str, ...]:
    """Untracked paths but for what the agent of the latest attempt leaves there for itself."""
    preset = _preset(project, record, record.attempt)
    own = [patterns.parse(glob) for glob in preset.leaves] if preset else []
    return tuple(path for path in untracked if not any(patterns.matches(glob, path) for glob in own))


def _preset(project: Project, record: TaskRecord, attempt: int) -> presets.Preset | None:
    start = process.read_start(project.tasks_runtime, record.id, attempt)
    return presets.find(str(start.preset)) if start else None


def _pieces(project: Project, record: TaskRecord) -> Iterator[bytes]:
    with read_plain(project.log_of(record.id, record.attempt)) as file:
        while piece := file.read(_PIECE):
            yield piece
