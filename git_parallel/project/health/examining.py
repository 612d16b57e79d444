"""An examination: every check in its turn and, where that is wanted, what it finds mended before the next one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ...errors import ParallelError, in_words
from ...names import printable
from .checks import CHECKS
from .finding import Check, Finding
from .scene import Scene


@dataclass(frozen=True, slots=True)
class Mended:
    """What was healed, and how, in a sentence."""

    finding: Finding
    how: str


@dataclass(frozen=True, slots=True)
class Report:
    """What was healed, what is wrong still, and what kept some of that from being healed or looked at."""

    mended: tuple[Mended, ...] = ()
    left: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


def examine(look: Callable[[], Scene]) -> Report:
    """All that is wrong; nothing is changed."""
    scene = look()
    found: list[Finding] = []
    notes: dict[str, None] = {}
    for check in CHECKS:
        try:
            found += list(check.find(scene))
        except (ParallelError, OSError) as error:
            notes[_said(error)] = None
    return Report(
        left=_unlike(found), notes=tuple(f"not everything can be looked at: {said}" for said in notes)
    )


def heal(look: Callable[[], Scene]) -> Report:
    """Mend all that can be mended, and look again at the end; `look` takes a new look at the repository."""
    scene = look()
    mended: list[Mended] = []
    notes: dict[str, None] = {}
    for check in CHECKS:
        is_changed = False
        for finding in _found(check, scene):
            if finding.mend is None:
                continue
            try:
                mended.append(Mended(finding, finding.mend()))
            except (ParallelError, OSError) as error:
                notes[f"{finding.subject} cannot be mended: {_said(error)}"] = None
            is_changed = True
        scene = look() if is_changed else scene
    after = examine(look)
    done = tuple(one for one in mended if one.finding not in after.left)
    return Report(done, after.left, (*notes, *after.notes))


def _found(check: Check, scene: Scene) -> Iterator[Finding]:
    try:
        yield from list(check.find(scene))
    except (ParallelError, OSError):
        # Said when all is looked at again at the end.
        return


def _unlike(found: list[Finding]) -> tuple[Finding, ...]:
    return tuple(dict.fromkeys(found))


def _said(error: ParallelError | OSError) -> str:
    return error.message if isinstance(error, ParallelError) else printable(in_words(error))
