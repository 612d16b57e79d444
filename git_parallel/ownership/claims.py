"""Claims: paths taken by tasks that did not declare them. One holder a path."""

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..names import TaskId

VERSION = 1


@dataclass(frozen=True, slots=True)
class Claims:
    """What is written of claims: the holder of each path, and for some paths until when.

    `until` is in seconds since the epoch; a path without it is held until its task has ended.
    """

    holders: Mapping[str, TaskId] = field(default_factory=dict)
    until: Mapping[str, float] = field(default_factory=dict)

    def held(self, now: float) -> dict[str, TaskId]:
        """The claims whose time is not over."""
        return {path: task for path, task in self.holders.items() if self.until.get(path, math.inf) > now}

    def lapsed(self, now: float) -> dict[str, TaskId]:
        """The claims whose time is over."""
        return {path: task for path, task in self.holders.items() if self.until.get(path, math.inf) <= now}


def to_json(claims: Claims) -> dict[str, Any]:
    """The claims as the JSON object of format version 1; without a limit it is as it was before there were any."""
    until = {"until": dict(sorted(claims.until.items()))} if claims.until else {}
    return {"version": VERSION, "claims": dict(sorted(claims.holders.items())), **until}


def from_json(data: object) -> Claims:
    """The claims in a JSON object; raises ValueError, KeyError or BadName when it holds none.

    A limit that is no time is none: to hold on is the safe side.
    """
    if not isinstance(data, Mapping) or not isinstance(data["claims"], Mapping):
        raise ValueError("no object")
    if data["version"] != VERSION:
        raise ValueError(f"version {data['version']!r}")
    holders = {str(path): TaskId(task) for path, task in data["claims"].items()}
    until = data.get("until")
    limits = until.items() if isinstance(until, Mapping) else ()
    return Claims(holders, {path: float(at) for path, at in limits if path in holders and _is_time(at)})


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def live(claims: Mapping[str, TaskId], unfinished: Collection[TaskId]) -> dict[str, TaskId]:
    """The claims whose holder has not finished; the others have lapsed."""
    return {path: task for path, task in claims.items() if task in unfinished}


def taken(claims: Mapping[str, TaskId], task: TaskId, paths: Iterable[str]) -> dict[str, TaskId]:
    """The claims after `task` has taken `paths`; the caller has judged that they are nobody's."""
    return {**claims, **dict.fromkeys(paths, task)}


def of(claims: Mapping[str, TaskId], task: TaskId) -> tuple[str, ...]:
    """What one task holds by claim: its drift from what it declared."""
    return tuple(sorted(path for path, holder in claims.items() if holder == task))
