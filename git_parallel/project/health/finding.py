"""What is found wrong in a repository, as values."""

import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from .scene import Scene

# What most is healed by.
FIX = "git parallel doctor --fix"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: a short stable word, the path, ref or task, a sentence, and the command that heals it.

    `mend` heals it as `--fix` does, and says how in a sentence; it is None for what is only reported.
    """

    kind: str
    subject: str
    what: str
    heal: str = FIX
    mend: Callable[[], str] | None = field(default=None, compare=False, repr=False)


# What looks for one kind of damage; nothing is changed by looking.
Check: TypeAlias = Callable[[Scene], Iterator[Finding]]


def shell(*words: object) -> str:
    """A command line of these words."""
    return shlex.join(map(str, words))
