"""What can become of a branch that is to be merged; a *no* is a value and has changed nothing."""

from dataclasses import dataclass, field
from pathlib import Path

from ...git.target import Refused
from ...names import Oid, TaskId
from ..gate import Denied


@dataclass(frozen=True, slots=True)
class Landed:
    """A branch is on the target, by this commit (None where the target had it already).

    `is_flaky` is whether the verification that it passed had failed before for the very same files.
    """

    task: TaskId
    commit: Oid | None
    is_verified: bool = False
    is_flaky: bool = False


@dataclass(frozen=True, slots=True)
class Clash:
    """A branch is in conflict with the target."""

    task: TaskId
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A branch with a merge in which the markers of a conflict were left."""

    task: TaskId
    why: str


@dataclass(frozen=True, slots=True)
class Broken:
    """The merged tree does not pass the verify command because of this branch.

    `partners` are those without which it would pass, where it is broken only together with others; `why` says in
    what way the command failed.
    """

    task: TaskId
    exit_status: int
    log: Path
    partners: tuple[TaskId, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Unverified:
    """A branch of which nothing can be said: the target does not pass the verify command without it either.

    `why` says in what way the command failed.
    """

    task: TaskId
    exit_status: int
    log: Path
    why: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The target's checkout holds changes of the user that the merge would touch."""

    task: TaskId
    refused: Refused


@dataclass(frozen=True, slots=True)
class Early:
    """A branch that stands on others, or comes after others, which are not on the target yet."""

    task: TaskId
    why: str


@dataclass(frozen=True, slots=True)
class Astray:
    """A branch that never was where the recorded work is (an undo changed it for another)."""

    task: TaskId
    why: str


@dataclass(frozen=True, slots=True)
class Untrusted:
    """A branch or a target that is not what it is said to be, and how to go on."""

    task: TaskId
    why: str
    way_on: str


Landing = Landed | Clash | Unresolved | Denied | Broken | Unverified | Blocked | Early | Astray | Untrusted


@dataclass(frozen=True, slots=True)
class Landings:
    """What became of each task, and where the target was before and is after."""

    before: Oid
    after: Oid
    results: tuple[Landing, ...] = field(default=())

    @property
    def all_landed(self) -> bool:
        """Whether every task asked for is on the target."""
        return all(isinstance(result, Landed) for result in self.results)
