"""Which specs and roadmap items are one task."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .naming import Name, file_name, short_id, slugified
from .roadmap import Item
from .spec import Spec
from .task import Declared, Kind, Status, normal


@dataclass(frozen=True, slots=True)
class Claim:
    """One task in the making: its documents, and the id that they claim together."""

    short: str
    slug: str
    aliases: tuple[str, ...]
    spec: Spec | None
    item: Item | None

    @property
    def path(self) -> str:
        return self.spec.path if self.spec else self.item.path if self.item else ""

    @property
    def line(self) -> int:
        return 1 if self.spec else self.item.line if self.item else 1


def fold_stories(items: Sequence[Item]) -> tuple[Item, ...]:
    """Put the item of a story (`US-072`) into the one item that is about it (`PRIORITY 11: US-072`)."""
    about: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        for alias in item.aliases:
            about[normal(alias)].append(item)
    stories = {normal(item.spelling): item for item in items}
    folded = []
    for item in items:
        if len(about.get(normal(item.spelling), ())) == 1:
            continue
        story = next(
            (stories[k] for a in item.aliases if (k := normal(a)) in stories and len(about[k]) == 1), None
        )
        folded.append(_with_story(item, story) if story else item)
    return tuple(folded)


def _with_story(item: Item, story: Item) -> Item:
    is_complete = Status.COMPLETE in (item.status, story.status)
    return replace(
        item,
        text=f"{item.text}\n\n{story.text}",
        aliases=tuple(dict.fromkeys((*item.aliases, *story.aliases))),
        declared=union(item.declared, story.declared),
        after=(*item.after, *story.after),
        status=Status.COMPLETE if is_complete else item.status,
        estimate=item.estimate if item.estimate is not None else story.estimate,
        agent=item.agent or story.agent,
    )


def claims(specs: Sequence[Spec], items: Sequence[Item]) -> list[Claim]:
    """Every spec with the item that it belongs to, then the items that have no spec."""
    free = {normal(short_id(item.spelling)): item for item in items}
    names = [_named(spec) for spec in specs]
    partners = _partners(names, specs, free)
    claims = [_claim(s, n, i, free) for s, n, i in zip(specs, names, partners, strict=True)]
    claims += [Claim(short_id(i.spelling), slugified(i.title), i.aliases, None, i) for i in free.values()]
    return claims


def _partners(names: Sequence[Name], specs: Sequence[Spec], free: dict[str, Item]) -> list[Item | None]:
    """The item of each spec, taken out of `free`: the surest reason first, not the first file."""
    counts = Counter(name.short for name in names)
    stories = {normal(alias) for item in free.values() for alias in (*item.aliases, item.spelling)}
    partners: list[Item | None] = [None] * len(names)
    for reason in (_by_both, _by_story, _by_title, _by_number):
        for index, (name, spec) in enumerate(zip(names, specs, strict=True)):
            if partners[index] is None and (reason is not _by_number or counts[name.short] == 1):
                key = reason(name, spec, free, stories)
                partners[index] = free.pop(key) if key is not None else None
    return partners


def _by_both(name: Name, _spec: Spec, free: dict[str, Item], _stories: set[str]) -> str | None:
    key = normal(name.short)
    return key if key in free and _mine(name) & _theirs(free[key]) else None


def _by_story(name: Name, _spec: Spec, free: dict[str, Item], _stories: set[str]) -> str | None:
    mine = _mine(name)
    return next((key for key, item in free.items() if mine & {key, *_theirs(item)}), None)


def _by_title(name: Name, spec: Spec, free: dict[str, Item], _stories: set[str]) -> str | None:
    """The story of the same number and title: `SPEC-035` may be that of `US-035`, not of `PRIORITY 35`."""
    wanted = f"us-{normal(name.short)}"
    keys = (key for key, item in free.items() if wanted in {key, *_theirs(item)})
    return next((key for key in keys if _alike(spec, free[key])), None)


def _by_number(name: Name, _spec: Spec, free: dict[str, Item], stories: set[str]) -> str | None:
    """The item of the same id, unless the spec speaks of a story that another item is about."""
    key = normal(name.short)
    return key if key in free and not _mine(name) & stories else None


def _mine(name: Name) -> set[str]:
    return {normal(alias) for alias in name.aliases}


def _theirs(item: Item) -> set[str]:
    return {normal(alias) for alias in item.aliases}


def _alike(spec: Spec, item: Item) -> bool:
    """Whether at least half of the words of the shorter title stand in the other."""
    mine, theirs = (set(re.findall(r"[a-z0-9]{3,}", text.casefold())) for text in (spec.title, item.title))
    return 2 * len(mine & theirs) >= min(len(mine), len(theirs)) > 0


def _named(spec: Spec) -> Name:
    """The name of a spec's file, with the ids that its text adds."""
    name = file_name(spec.path)
    added = dict.fromkeys((*name.aliases, *map(str.casefold, spec.stories)))
    return replace(name, aliases=tuple(added))


def _claim(spec: Spec, name: Name, item: Item | None, free: dict[str, Item]) -> Claim:
    if item is None:
        return Claim(name.short, name.slug or slugified(spec.title), name.aliases, spec, None)
    theirs = short_id(item.spelling)
    # The number of a spec may be another item's; then the item that it was matched with names the task.
    short = theirs if normal(name.short) in free else name.short
    aliases = dict.fromkeys((*name.aliases, *map(str.casefold, item.aliases), name.short, theirs))
    return Claim(short, name.slug, tuple(a for a in aliases if a != short), spec, item)


def union(left: Iterable[Declared], right: Iterable[Declared]) -> tuple[Declared, ...]:
    """Each path once: the first that is more than a mention."""
    found: dict[str, Declared] = {}
    for declared in (*left, *right):
        old = found.get(declared.path)
        if old is None or (old.kind is Kind.MENTION and declared.kind is not Kind.MENTION):
            found[declared.path] = declared
    return tuple(found.values())
