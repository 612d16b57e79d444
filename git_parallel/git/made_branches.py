"""Branches that we made and nobody has taken for his own since, as their logs tell."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ..names import RefName
from .reflog import steps

# What a log says of the first commit of a branch that we make.
MADE = "parallel: make the branch"
_TAKEN = ("Branch: renamed ", "Branch: copied ")


def made_by_us(common: Path, branches: Iterable[RefName]) -> Iterator[RefName]:
    """Those of the branches that were made for a task, and still have the name that they were made by."""
    for branch in branches:
        said = [step.why for step in steps(common / "logs" / branch)]
        if said[:1] == [MADE] and not any(message.startswith(_TAKEN) for message in said):
            yield branch
