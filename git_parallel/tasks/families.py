"""Several files that are one spec: a directory with phases, a text written twice, a report on it."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from .draft import Draft
from .matching import union
from .task import Kind, Status, normal

_COMPANION = frozenset(
    re.findall(
        r"\w+", "implementation completion complete report summary status review results progress notes"
    )
)
_FEWEST_WORDS = 2  # a slug of one word says too little to call two files the same


def fold_families(specs: Sequence[Draft]) -> list[Draft]:
    """The specs with the files of each family put into one draft, that of the family's first file.

    A family has one story and title in the names of its files, or one number and either one directory
    of its own (`SPEC-025-slug/README.md` and its phases), or slugs of which one has all the words of the
    other, or a slug that only says what kind of companion a file is (`SPEC-070-implementation-report`).
    """
    groups: dict[str, list[Draft]] = defaultdict(list)
    for spec in specs:
        groups[_key(spec)].append(spec)
    return [_folded(family) for group in groups.values() for family in _families(group)]


def _key(spec: Draft) -> str:
    """What the files of one family share: the number, or the story and its title in their names."""
    is_of_story = any(spec.slug.startswith(f"{alias}-") for alias in spec.aliases)
    return spec.slug if is_of_story else normal(spec.short)


def _families(group: Sequence[Draft]) -> list[list[Draft]]:
    families: list[list[Draft]] = []
    for spec in sorted(group, key=_rank):
        for family in families:
            if _is_one(family[0], spec):
                family.append(spec)
                break
        else:
            families.append([spec])
    return families


def _rank(spec: Draft) -> tuple[bool, bool, int, str]:
    """The overview of a directory before its phases, a companion behind what it speaks of."""
    is_overview = spec.path.casefold().endswith("/readme.md")
    return (_is_companion(spec), not is_overview, len(spec.slug.split("-")), spec.path)


def _is_one(first: Draft, other: Draft) -> bool:
    if first.scope and first.scope == other.scope:
        return True
    if _is_companion(other):
        return True
    mine, theirs = _words(first), _words(other)
    small, large = sorted((mine, theirs), key=len)
    return len(small) >= _FEWEST_WORDS and small <= large


def _words(spec: Draft) -> set[str]:
    return set(re.findall(r"[a-z0-9]+", spec.slug))


def _is_companion(spec: Draft) -> bool:
    """Whether a file only tells of a spec: its name says so, and it has no work of its own."""
    words = _words(spec)
    has_work = any(declared.kind is not Kind.MENTION for declared in spec.declared)
    return bool(words) and words <= _COMPANION and not has_work


def _folded(family: Sequence[Draft]) -> Draft:
    """One draft with what all files of a family say; complete when every one that says anything says so."""
    first, *rest = family
    if not rest:
        return first
    said = [spec.status for spec in family if spec.status and not _is_companion(spec)]
    open_ones = [status for status in said if status is not Status.COMPLETE]
    return replace(
        first,
        also=tuple(spec.path for spec in rest),
        text="\n\n".join(spec.text for spec in family),
        aliases=tuple(dict.fromkeys(alias for spec in family for alias in spec.aliases)),
        declared=union(spec.declared for spec in family),
        after=tuple(dict.fromkeys(after for spec in family for after in spec.after)),
        before=tuple(dict.fromkeys(after for spec in family for after in spec.before)),
        patches=tuple(dict.fromkeys(patch for spec in family for patch in spec.patches)),
        priority=next((spec.priority for spec in family if spec.priority is not None), None),
        agent=next((spec.agent for spec in family if spec.agent), None),
        status=(open_ones or said or [None])[0],
        estimate=next((spec.estimate for spec in family if spec.estimate is not None), None),
    )
