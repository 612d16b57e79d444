"""Drift: what work in progress touches beyond what it declared, and whom that collides with."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..names import Work
from .footprint import Footprint, Origin
from .meet import Overlaps
from .pair import Overlap
from .patterns import matches


@dataclass(frozen=True, slots=True)
class Drift:
    """The paths that a task touched and did not declare, and the overlaps that come of them alone."""

    work: Work
    paths: tuple[str, ...]
    collides: tuple[Overlap, ...] = ()

    @property
    def others(self) -> tuple[Work, ...]:
        """Whom it collides with."""
        return tuple(o.right if o.left == self.work else o.left for o in self.collides)


def find_drift(footprint: Footprint, overlaps: Overlaps) -> Drift | None:
    """The drift of one work; None where it keeps to what it declared."""
    paths = drift(footprint)
    return Drift(footprint.work, paths, tuple(collisions(footprint, overlaps))) if paths else None


def drift(footprint: Footprint) -> tuple[str, ...]:
    """What was observed or claimed, and is declared by nothing; sorted."""
    declared = [entry.pattern for entry in footprint.entries if entry.origin is Origin.DECLARED]
    files = {pattern.text for pattern in declared if pattern.is_exact}
    wider = [pattern for pattern in declared if not pattern.is_exact]
    touched = {entry.path for entry in footprint.entries if entry.origin in (Origin.OBSERVED, Origin.CLAIMED)}
    return tuple(
        sorted(path for path in touched - files if not any(matches(pattern, path) for pattern in wider))
    )


def collisions(footprint: Footprint, overlaps: Overlaps) -> Iterator[Overlap]:
    """The overlaps of a work in which its drift takes part."""
    paths = set(drift(footprint))
    if paths:
        for overlap in overlaps.of(footprint.work):
            if paths.intersection(_each(overlap)):
                yield overlap


def _each(overlap: Overlap) -> Iterator[str]:
    for path in overlap.paths:
        yield path
        if " ~ " in path:
            yield from path.split(" ~ ")
