"""How far a run may go."""

from dataclasses import dataclass, field

from .landing.terms import Terms


@dataclass(frozen=True, slots=True)
class Limits:
    """How many agents at once, what the user lets pass, and how often a failure is tried again; times in seconds.

    With `is_standing` the run goes on when nothing is left to do and waits for more, looking for itself
    every `poll` seconds in case an event was missed. With `is_stacking` a task begins at the work of
    those it comes after, as soon as these have succeeded. `terms` are how it merges. `budget` is in USD.
    """

    max_parallel: int
    assume_independent: bool = False
    merge: bool = False
    terms: Terms = field(default_factory=Terms)
    retries: int = 0
    first_delay: float = 10.0
    longest_delay: float = 600.0
    is_stacking: bool = False
    is_standing: bool = False
    poll: float = 30.0
    backlog: int = 0
    budget: float | None = None
