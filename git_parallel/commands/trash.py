"""`git parallel prune --list` and `--expire`: what is in the trash, and freeing it."""

import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from ..config.converting import seconds
from ..errors import BadInput, Stale
from ..git.put_by import PutBy, all_put_by
from ..git.refs import branches, snapshot
from ..git.removal import remove
from ..git.trash.entry import Entry, folder_of, read_all
from ..git.trash.expiring import expire, size_of
from ..names import RefName
from ..project.open import Project, make_runtime, open_project
from ..project.persons import require_person
from ..project.pruning import interrupted
from ..project.pruning.alone import alone
from ..project.recording import write
from ..schedule.record import State

_NOW = "now"
_GIVEN_UP = (State.SUCCEEDED, State.FAILED, State.LOST, State.CONFLICTED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class TrashAnswer:
    """What is in the trash, the latest first; `aside` is what `doctor` has put by, `strange` are refs none of ours."""

    entries: tuple[Entry, ...]
    aside: tuple[PutBy, ...] = ()
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpireAnswer:
    """What was freed, with the bytes of each, and what stays; of a rehearsal what would be.

    `aside` is what of it `doctor` had put by.
    """

    freed: Mapping[Entry, int]
    left: tuple[Entry, ...]
    aside: Mapping[PutBy, int] = field(default_factory=dict)
    mended: tuple[str, ...] = ()
    is_rehearsal: bool = False


def listed(directory: Path) -> TrashAnswer:
    """What was put away and not brought back."""
    project = open_project(directory, hurried=True)
    world = snapshot(project.git)
    found = read_all(project.git, world.trash)
    strange = tuple(ref for ref in world.trash if ref not in found)
    return TrashAnswer(_sorted(found.values()), all_put_by(project.common), strange)


def expired(directory: Path, age: str, *, is_rehearsal: bool = False) -> ExpireAnswer:
    """Free what was put away longer ago than `age` (as `14d`, `2w`; `now` for all), for good.

    Raises BadInput for what is no time, Refused for an agent.
    """
    if not is_rehearsal:
        require_person(directory, "what is freed for good")
    limit = 0.0 if age.strip() == _NOW else _seconds(age)
    project = open_project(directory)
    make_runtime(project)
    with alone(project):
        trash = snapshot(project.git).trash
        mended = () if is_rehearsal else interrupted.mend_alone(project, trash)
        entries = _sorted(read_all(project.git, snapshot(project.git).trash).values())
        now = time.time()
        going = [entry for entry in entries if now - entry.seconds >= limit]
        freed = {entry: size_of(folder_of(project.common, entry)) for entry in going}
        old = [one for one in all_put_by(project.common) if now - one.seconds >= limit]
        aside = {one: size_of(one.folder) for one in old}
        if not is_rehearsal:
            for entry in going:
                expire(project.git, project.common, entry)
            for one in old:
                remove(one.folder)
            _give_up(project, going)
    left = tuple(entry for entry in entries if entry not in freed)
    return ExpireAnswer(freed, left, aside, mended, is_rehearsal)


def _give_up(project: Project, freed: Iterable[Entry]) -> None:
    """Record that nobody will have the work of tasks that were put away unfinished: nothing of it is left."""
    world = snapshot(project.git)
    gone = [world.tasks[task] for task in dict.fromkeys(entry.task for entry in freed) if task in world.tasks]
    there = branches(project.git, [RefName.of_branch(one.record.branch) for one in gone if one.record.branch])
    for one in gone:
        is_there = RefName.of_branch(one.record.branch) in there if one.record.branch else False
        if one.record.state in _GIVEN_UP and not is_there and not world.has_in_trash(one.record.id):
            with suppress(Stale):
                write(
                    project, one, one.record.to(State.CANCELLED, reason="its work was freed from the trash")
                )


def _seconds(age: str) -> float:
    try:
        return seconds("--expire", age)
    except BadInput as error:
        raise BadInput(error.message, hint="write 14d, 2w, 12h, or 'now' for all") from error


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: int(entry.time), reverse=True))
