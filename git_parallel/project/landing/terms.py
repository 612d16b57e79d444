"""How a merge is asked for, and who hears of it."""

from collections.abc import Callable
from dataclasses import dataclass

from ...names import TaskId
from ...schedule.strategy import Strategy
from .outcomes import Landing


@dataclass(frozen=True, slots=True)
class Terms:
    """How branches are to land.

    `verify` is the command that the merged files have to pass, empty for none; None is what is set. With
    `accepts_target` it is recorded first that the user knows of what agents' commits are on the target although no
    merge of ours brought them. A rehearsal finds out what would happen, and writes nothing.
    """

    strategy: Strategy = Strategy.MERGE
    verify: str = ""
    accepts_target: bool = False
    is_rehearsal: bool = False


@dataclass(frozen=True, slots=True)
class Voice:
    """Who hears of each result, and of each verification as it begins: of which tasks, and the how-manieth it is."""

    told: Callable[[Landing], None] = lambda _: None
    verifying: Callable[[tuple[TaskId, ...], int], None] = lambda _tasks, _number: None
