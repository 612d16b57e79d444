"""Which tasks of a list come after which, when some of them stand side by side."""

from collections.abc import Iterable
from dataclasses import dataclass

# A list of thousands of tasks side by side would make millions of pairs; the next ones wait for these.
MOST_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class Step:
    """One task of a list: `is_parallel` ones of one `group` that follow each other stand side by side."""

    name: str
    group: int = 0
    is_parallel: bool = False


def in_order(steps: Iterable[Step]) -> list[tuple[str, ...]]:
    """For each step the names of those that it comes directly after: all of the run before its own."""
    earlier: tuple[str, ...] = ()
    run: list[Step] = []
    found = []
    for step in steps:
        if not _joins(run, step):
            earlier, run = tuple(other.name for other in run), []
        run.append(step)
        found.append(earlier)
    return found


def _joins(run: list[Step], step: Step) -> bool:
    if not run:
        return True
    last = run[-1]
    return step.is_parallel and last.is_parallel and step.group == last.group and len(run) < MOST_TOGETHER
