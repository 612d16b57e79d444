"""What is asked of the verification of merged tasks, what it answers, and what is concluded in the end."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeAlias


class Why(Enum):
    """What a verification is to tell; the value says it to a person."""

    ALL = "all together"
    HALVING = "a part, to find who breaks it"
    WITHOUT = "all but who seems to break it"
    ALONE = "who seems to break it, alone"
    PARTNER = "a part, to find who it breaks together with"
    AGAIN = "the same once more"
    TARGET = "the target without any of them"


@dataclass(frozen=True, slots=True)
class Probe:
    """Verify the target with exactly these members merged, in this order; with none the target as it is."""

    members: tuple[int, ...]
    why: Why


@dataclass(frozen=True, slots=True)
class Passed:
    """The verification passed."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The verification failed. Only the `concerned` made the command run that failed; None means all members."""

    concerned: frozenset[int] | None = None


Result: TypeAlias = Passed | Failed


@dataclass(frozen=True, slots=True)
class Guilt:
    """A member that is set aside because it breaks the verification.

    `is_alone`: it does so alone, merged with nothing but what it needs. Otherwise `partners` are the others,
    in merge order, without any of which it does not, none of them set aside for that; they are empty where
    that was not asked for or did not come out.
    """

    member: int
    partners: tuple[int, ...] = ()
    is_alone: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a hunt came to; each member is in one of `good`, `guilty` and `waiting`.

    `good` was verified as exactly this set, or is empty. `waiting` are members set aside with the guilty
    one that they need. When the target fails by itself (`is_target_failing`), nothing can be said of
    anybody and all three are empty. `is_flaky`: a set failed and then passed. `runs` is the number of
    verifications.
    """

    good: tuple[int, ...]
    guilty: tuple[Guilt, ...] = ()
    waiting: Mapping[int, int] = field(default_factory=dict)
    is_flaky: bool = False
    is_target_failing: bool = False
    runs: int = 0
