"""How a merge is asked for, and who hears of it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from ...names import TaskId
from ...overlap.verify_scopes import Commands
from ...schedule.strategy import Strategy
from .outcomes import Landing


@dataclass(frozen=True, slots=True)
class Terms:
    """How branches are to land.

    `verify` are the commands that the merged files have to pass. With `accepts_target` it is recorded first that the
    user knows of what agents' commits are on the target although no merge of ours brought them. A rehearsal finds
    out what would happen, and writes nothing.
    """

    strategy: Strategy = Strategy.MERGE
    verify: Commands = field(default_factory=Commands)
    accepts_target: bool = False
    is_rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """Who hears of each result, and of each verification as it begins: of which tasks, the how-manieth, and why.

    `can_call_off` gets what calls the verifications off from any thread, with the grace of an agent or at once
    (True), before the first of them begins; nothing lands then, and the merge raises CalledOff.
    """

    told: Callable[[Landing], None] = lambda _: None
    verifying: Callable[[tuple[TaskId, ...], int, str], None] = lambda _tasks, _number, _why: None
    can_call_off: Callable[[Callable[[bool], None]], None] = lambda _: None
