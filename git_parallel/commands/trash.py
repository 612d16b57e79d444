"""`git parallel prune --list` and `--expire`: what is in the trash, and freeing it."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..config.converting import seconds
from ..errors import BadInput
from ..git.refs import snapshot
from ..git.trash.entry import Entry, folder_of, read_all
from ..git.trash.expiring import expire, size_of
from ..project.open import make_runtime, open_project
from ..project.persons import require_person
from ..project.pruning import interrupted
from ..project.pruning.alone import alone

_NOW = "now"


@dataclass(frozen=True, slots=True)
class TrashAnswer:
    """What is in the trash, the latest first; `strange` are refs there that are none of ours."""

    entries: tuple[Entry, ...]
    strange: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpireAnswer:
    """What was freed, with the bytes of each, and what stays; of a rehearsal what would be."""

    freed: Mapping[Entry, int]
    left: tuple[Entry, ...]
    mended: tuple[str, ...] = ()
    is_rehearsal: bool = False


def listed(directory: Path) -> TrashAnswer:
    """What was put away and not brought back."""
    project = open_project(directory, hurried=True)
    world = snapshot(project.git)
    found = read_all(project.git, world.trash)
    return TrashAnswer(_sorted(found.values()), tuple(ref for ref in world.trash if ref not in found))


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
        for entry in () if is_rehearsal else going:
            expire(project.git, project.common, entry)
    return ExpireAnswer(freed, tuple(e for e in entries if e not in freed), mended, is_rehearsal)


def _seconds(age: str) -> float:
    try:
        return seconds("--expire", age)
    except BadInput as error:
        raise BadInput(error.message, hint="write 14d, 2w, 12h, or 'now' for all") from error


def _sorted(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: int(entry.time), reverse=True))
