"""What is recorded of a task: its states, which may follow which, and the record as JSON, both ways."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from types import NoneType
from typing import Any

from ..errors import IllegalTransition
from ..names import Oid, TaskId

VERSION = 1
# By which a commit of ours names its task.
TRAILER = "Parallel-Task"


class State(StrEnum):
    """Where a task stands. `planned` is the state of a task that has no record yet."""

    PLANNED = "planned"  # recorded only where somebody asked for another attempt
    READY = "ready"  # its worktree and branch are being made: the intent of a launch
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"  # its keeper died without leaving an exit record
    MERGING = "merging"  # the intent of a merge: the candidate commit is recorded
    MERGED = "merged"
    CONFLICTED = "conflicted"
    REJECTED = "rejected"


_ENDED = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELLED, State.LOST})
# Asked for once more: at once, or when its turn comes.
_AGAIN = frozenset({State.READY, State.PLANNED})
_FOLLOWS: dict[State, frozenset[State]] = {
    # Nobody came to resolve its conflict.
    State.PLANNED: frozenset({State.READY, State.PLANNED, State.CANCELLED, State.CONFLICTED}),
    # What was made ready and never launched is planned again.
    State.READY: frozenset({State.READY, State.RUNNING, State.FAILED, State.CANCELLED, State.PLANNED}),
    # What was done to resolve a conflict and does not suffice leaves the task in conflict.
    State.RUNNING: _ENDED | {State.CONFLICTED},
    # What was put into the trash and freed there is called off.
    State.SUCCEEDED: frozenset({State.MERGING, State.CONFLICTED, State.REJECTED, State.CANCELLED, *_AGAIN}),
    State.FAILED: frozenset({State.MERGING, State.CONFLICTED, State.REJECTED, State.CANCELLED, *_AGAIN}),
    State.CANCELLED: _AGAIN,
    State.LOST: frozenset({State.CANCELLED, State.CONFLICTED, *_AGAIN}),
    State.MERGING: frozenset({State.MERGED, State.CONFLICTED, State.REJECTED, State.SUCCEEDED}),
    # What was merged can be taken back by the user, and then be merged or judged again.
    State.MERGED: frozenset({State.MERGING, State.CONFLICTED, State.REJECTED}),
    State.CONFLICTED: frozenset({State.MERGING, State.CONFLICTED, State.REJECTED, State.CANCELLED, *_AGAIN}),
    State.REJECTED: frozenset({State.MERGING, State.CONFLICTED, State.REJECTED, State.CANCELLED, *_AGAIN}),
}


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """One state of one task, as kept in `record.json` on `refs/parallel/tasks/<id>`.

    `base` is the target's commit the branch was made from, `tip` the branch's commit when the state
    was reached, `spec` the blob with the text the agent was given, `candidate` the merge commit
    while merging and after; `started` and `ended` are seconds since the epoch of the latest attempt;
    `foreign` the paths outside its ownership that its commits were found to touch. `retries` is how
    many of its attempts nobody asked for: they came by themselves after a failure. `stacked` are the
    tasks whose work `base` holds beside the target's, because they had not been merged yet. `is_fresh` is
    whether the attempt that is planned is to begin in a new worktree. `cone` are the directories that its
    sparse worktree was made with; None where that is a full one. A task that `is_delegated` was given
    by word of mouth: no document declares it, `paths` are what it was given to touch, `spec` what to do.
    `cost` is what the latest attempt took in USD, `tokens_in`, `tokens_cached` of them and `tokens_out` in
    tokens, each None unless its agent told it; `spent` is the cost of all attempts together, as far as they
    told. `accepted` are paths outside its ownership (directories end in `/`) that the user lets this task change,
    `accepted_target` the commit of the target of which the user said that its commits may stay there although
    no merge brought them. `strategy` is in what form it was merged, `verified` the command that the merged
    files have passed and how; both are empty before that. `resolves` is the commit of the target whose merge into
    the branch the latest attempt is to bring to its end, None for any other attempt. `control` are digests of what
    can mislead git (see `git.control`) at its first launch; None where nobody looked.
    """

    id: TaskId
    state: State
    title: str = ""
    source: str = ""
    agent: str | None = None
    attempt: int = 0
    branch: str = ""
    worktree: str = ""
    target: str = ""
    base: Oid | None = None
    tip: Oid | None = None
    spec: Oid | None = None
    candidate: Oid | None = None
    started: float | None = None
    ended: float | None = None
    exit_status: int | None = None
    reason: str = ""
    foreign: tuple[str, ...] = ()
    retries: int = 0
    stacked: tuple[str, ...] = ()
    is_fresh: bool = False
    cone: tuple[str, ...] | None = None
    is_delegated: bool = False
    paths: tuple[str, ...] = ()
    cost: float | None = None
    spent: float = 0.0
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None
    accepted: tuple[str, ...] = ()
    accepted_target: Oid | None = None
    strategy: str = ""
    verified: str = ""
    resolves: Oid | None = None
    control: tuple[str, ...] | None = None

    @property
    def is_unfinished(self) -> bool:
        """Whether the task still holds what it declared and claimed."""
        return self.state is not State.MERGED and self.state is not State.CANCELLED

    @property
    def ending(self) -> str:
        """How the latest attempt ended, in words, also where another one has been asked for since."""
        state = "" if self.state in (State.PLANNED, State.READY) else str(self.state)
        return ": ".join(filter(None, (state, self.reason)))

    @property
    def seconds(self) -> float | None:
        """How long the latest attempt took; None while it has not ended."""
        return None if self.started is None or self.ended is None else max(0.0, self.ended - self.started)

    def to(self, state: State, **changes: Any) -> "TaskRecord":
        """This record in its next state; raises IllegalTransition where `state` cannot follow."""
        if state not in _FOLLOWS[self.state]:
            raise IllegalTransition(f"task '{self.id}' cannot go from {self.state} to {state}")
        return replace(self, state=state, **changes)

    def next_attempt(self, **changes: Any) -> "TaskRecord":
        """This record made ready for one more attempt, of which nothing is known yet."""
        return self.to(
            State.READY,
            attempt=self.attempt + 1,
            started=None,
            ended=None,
            exit_status=None,
            cost=None,
            tokens_in=None,
            tokens_cached=None,
            tokens_out=None,
            reason=self.ending if self.attempt else "",
            foreign=(),
            is_fresh=False,
            **changes,
        )


def to_json(record: TaskRecord) -> dict[str, Any]:
    """The record as the JSON object of format version 1."""
    # All values are plain, so nothing has to be copied as deep as `asdict` would.
    return {"version": VERSION, **{name: getattr(record, name) for name in _NAMES}}


_NAMES = dict.fromkeys(field.name for field in fields(TaskRecord))
_OIDS = ("base", "tip", "spec", "candidate", "accepted_target", "resolves")
_NUMBER = (int, float, NoneType)
_TYPES: dict[str, tuple[type, ...]] = {
    "attempt": (int,),
    "exit_status": (int, NoneType),
    "started": _NUMBER,
    "ended": _NUMBER,
    **dict.fromkeys(("foreign", "stacked", "paths", "accepted"), (list, tuple)),
    **dict.fromkeys(("cone", "control"), (list, tuple, NoneType)),
    "retries": (int,),
    **dict.fromkeys(("is_fresh", "is_delegated"), (bool,)),
    "cost": _NUMBER,
    "spent": (int, float),
    **dict.fromkeys(("tokens_in", "tokens_cached", "tokens_out"), (int, NoneType)),
    **dict.fromkeys(("agent", *_OIDS), (str, NoneType)),
}


def from_json(data: object) -> TaskRecord:
    """The record in a JSON object; keys of later minor versions are ignored.

    Raises ValueError, KeyError or BadName when it is no record.
    """
    if not isinstance(data, Mapping):
        raise ValueError("no object")
    if data.get("version") != VERSION:
        raise ValueError(f"record of version {data.get('version')!r}, this git-parallel reads {VERSION}")
    values = {key: value for key, value in data.items() if key in _NAMES}
    for key, value in values.items():
        types = _TYPES.get(key, (str,))
        if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
            raise ValueError(f"'{key}' is {value!r}")
    values["id"] = TaskId(values["id"])
    values["state"] = State(values["state"])
    for key in ("foreign", "stacked", "paths", "accepted"):
        values[key] = tuple(map(str, values.get(key, ())))
    for key in ("cone", "control"):
        values[key] = None if values.get(key) is None else tuple(map(str, values[key]))
    for key in _OIDS:
        values[key] = Oid(values[key]) if values.get(key) else None
    return TaskRecord(**values)
