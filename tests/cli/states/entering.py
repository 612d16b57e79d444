"""What a state of a worktree is: how it is made, why it is kept, how work in it goes on."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.cli.states.scene import Scene

Act = Callable[[Scene], None]


def nothing(_scene: Scene) -> None:
    return


@dataclass(frozen=True)
class State:
    """How to make it, a pattern of the reason for which the worktree stays, and how work in it goes on.

    Without a reason nothing would be lost that anybody could want, but it comes back all the same.
    """

    make: Act
    reason: str
    go_on: Act = nothing


STATES: dict[str, State] = {}


def state(reason: str, go_on: Act = nothing) -> Callable[[Act], Act]:
    """Enter a state under the name of the function that makes it."""

    def enter(make: Act) -> Act:
        STATES[make.__name__.strip("_")] = State(make, reason, go_on)
        return make

    return enter


CHANGED = "uncommitted changes"
UNTRACKED = "untracked files"
IGNORED = "ignored files"
HIDDEN = "told not to look at"
UNMERGED = "commits that 'main' has not"
