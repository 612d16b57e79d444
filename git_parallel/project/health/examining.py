"""An examination: every check in its turn and, where that is wanted, what it finds mended before the next one."""

from collections.abc import Callable
from dataclasses import dataclass

from ...errors import ParallelError, in_words
from ...names import printable
from .checks import CHECKS
from .finding import Check, Finding
from .scene import Scene

# What one check mends may be what another one has waited for.
_ROUNDS = 3


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
    """All that is wrong; nothing is changed. `look` takes a new look at the repository."""
    first = _all(look())
    if not first.left:
        return first
    # What another command was about is not to be seen twice.
    second = _all(look())
    still = set(second.left)
    return Report(left=tuple(one for one in first.left if one in still), notes=second.notes)


def _all(scene: Scene) -> Report:
    found: dict[Finding, None] = {}
    notes: dict[str, None] = {}
    for check in CHECKS:
        try:
            found |= dict.fromkeys(check(scene))
        except (ParallelError, OSError) as error:
            notes[f"not everything can be looked at: {_said(error)}"] = None
    return Report(left=tuple(found), notes=tuple(notes))


def heal(look: Callable[[], Scene]) -> Report:
    """Mend all that can be mended, and look again at the end."""
    mended: dict[Finding, str] = {}
    failed: dict[Finding, str] = {}
    for _ in range(_ROUNDS):
        before = len(mended)
        _mend_each(look, mended, failed)
        if len(mended) == before:
            break
    after = examine(look)
    done = tuple(Mended(one, how) for one, how in mended.items() if one not in after.left)
    notes = [f"{one.subject} cannot be healed: {why}" for one, why in failed.items() if one in after.left]
    return Report(done, after.left, (*notes, *after.notes))


def _mend_each(look: Callable[[], Scene], mended: dict[Finding, str], failed: dict[Finding, str]) -> None:
    scene = look()
    for check in CHECKS:
        if not _mendable(check, scene):
            continue
        # What another command was about is not to be seen twice.
        for finding, mend in _mendable(check, look()):
            try:
                mended[finding] = mend()
            except (ParallelError, OSError) as error:
                failed[finding] = _said(error)
        scene = look()


def _mendable(check: Check, scene: Scene) -> list[tuple[Finding, Callable[[], str]]]:
    try:
        return [(one, one.mend) for one in check(scene) if one.mend is not None]
    except (ParallelError, OSError):
        # Said when all is looked at again at the end.
        return []


def _said(error: ParallelError | OSError) -> str:
    return error.message if isinstance(error, ParallelError) else printable(in_words(error))
