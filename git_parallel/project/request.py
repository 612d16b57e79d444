"""What a user asks of a run on the command line, over what is set."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..names import TaskId
from ..schedule.strategy import Strategy


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked to be run; None stands for the setting.

    Times are in seconds, and infinite where there is to be no limit. `again` are tasks to be run as they
    were before. `budget` is in USD. `verb` is what the user typed.
    """

    spellings: Sequence[str] = ()
    command: Sequence[str] = ()
    agent: str | None = None
    max_parallel: int | None = None
    timeout: float | None = None
    stall: float | None = None
    retries: int | None = None
    assume_independent: bool = False
    is_fresh: bool = False
    is_stacking: bool = False
    is_sparse: bool = False
    is_sandboxed: bool = False
    merge: bool = False
    verify: str | None = None
    strategy: Strategy | None = None
    fetch: bool | None = None
    again: Sequence[TaskId] = ()
    budget: float | None = None
    verb: str = "run [ID...]"

    @property
    def is_told(self) -> bool:
        """Whether the user says how agents are started."""
        return bool(self.command or self.agent)

    @property
    def limits_told(self) -> tuple[str, ...]:
        """The options by which the user says how far this run may go, as they are typed."""
        told = {
            "-j": self.max_parallel,
            "--timeout": self.timeout,
            "--stall-timeout": self.stall,
            "--retries": self.retries,
            "--budget": self.budget,
            "--merge": self.merge,
            "--verify": self.verify is not None,
            "--strategy": self.strategy,
            "--stack": self.is_stacking,
            "--sparse": self.is_sparse,
            "--sandbox": self.is_sandboxed,
            "--assume-independent": self.assume_independent,
        }
        return tuple(option for option, value in told.items() if value)
