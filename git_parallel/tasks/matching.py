"""Which specs and roadmap items are one task."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from .doubles import alike
from .draft import Draft
from .task import Declared, Kind, Role, Status, normal, ranges_of_both


@dataclass(frozen=True, slots=True)
class Claim:
    """One task in the making: the id that its documents claim together, and what they say."""

    short: str
    slug: str
    aliases: tuple[str, ...]
    drafts: tuple[Draft, ...]

    @property
    def first(self) -> Draft:
        """The document that the task is called by: its spec, where it has one."""
        return self.drafts[0]

    @property
    def item(self) -> Draft | None:
        """The roadmap's word on it."""
        return next((draft for draft in self.drafts if draft.role is Role.ITEM), None)


def fold_stories(items: Sequence[Draft]) -> tuple[Draft, ...]:
    """Put the item of a story (`US-072`) into the one item that is about it (`PRIORITY 11: US-072`)."""
    about: dict[str, list[Draft]] = defaultdict(list)
    for item in items:
        for alias in item.aliases:
            about[normal(alias)].append(item)
    stories: dict[str, list[Draft]] = defaultdict(list)
    for item in items:
        stories[normal(item.short)].append(item)
    folded = []
    taken: set[int] = set()
    for item in items:
        keys = [key for alias in item.aliases if len(about[key := normal(alias)]) == 1]
        told = [story for key in keys for story in stories.get(key, ())]
        # An id that stands for several stories means the one of this title.
        story = next((one for one in told if len(told) == 1 or alike(one.title, item.title)), None)
        if story is not None:
            taken.add(id(story))
        folded.append((item, story))
    return tuple(
        _with_story(item, story) if story else item for item, story in folded if id(item) not in taken
    )


def _with_story(item: Draft, story: Draft) -> Draft:
    """Both in one; what is not complete by either is not complete."""
    said = [status for status in (item.status, story.status) if status]
    still_open = [status for status in said if status is not Status.COMPLETE]
    return replace(
        item,
        text=f"{item.text}\n\n{story.text}",
        aliases=tuple(dict.fromkeys((*item.aliases, *story.aliases))),
        declared=union((item.declared, story.declared)),
        after=(*item.after, *story.after),
        before=(*item.before, *story.before),
        status=(still_open or said or [None])[0],
        estimate=item.estimate if item.estimate is not None else story.estimate,
        agent=item.agent or story.agent,
    )


def claims(drafts: Sequence[Draft]) -> list[Claim]:
    """Every spec with the item that it belongs to, then the items that have no spec, then all other drafts."""
    specs = [draft for draft in drafts if draft.role is Role.SPEC]
    free: dict[str, Draft] = {}
    items = fold_stories([draft for draft in drafts if draft.role is Role.ITEM])
    for number, item in enumerate(items):
        key = normal(item.short)
        # A second item of one id is found by its title, not by its id.
        free[f"{key} {number}" if key in free else key] = item
    partners = _partners(specs, free)
    found = [_claim(spec, item, free) for spec, item in zip(specs, partners, strict=True)]
    alone = (*free.values(), *(draft for draft in drafts if draft.role is Role.TASK))
    return [*found, *(Claim(draft.short, draft.slug, draft.aliases, (draft,)) for draft in alone)]


def _partners(specs: Sequence[Draft], free: dict[str, Draft]) -> list[Draft | None]:
    """The item of each spec, taken out of `free`: the surest reason first, not the first file."""
    counts = Counter(spec.short for spec in specs)
    stories = {normal(alias) for item in free.values() for alias in (*item.aliases, item.short)}
    partners: list[Draft | None] = [None] * len(specs)
    for reason in (_by_both, _by_story, _by_title, _by_number):
        for index, spec in enumerate(specs):
            if partners[index] is None and (reason is not _by_number or counts[spec.short] == 1):
                key = reason(spec, free, stories)
                partners[index] = free.pop(key) if key is not None else None
    return partners


def _by_both(spec: Draft, free: dict[str, Draft], _stories: set[str]) -> str | None:
    key = normal(spec.short)
    return key if key in free and _others(spec) & _others(free[key]) else None


def _by_story(spec: Draft, free: dict[str, Draft], _stories: set[str]) -> str | None:
    """The item of a story that the spec is called after, or speaks of under the same title."""
    mine = _others(spec)
    if not mine:
        return None
    named = {normal(alias) for alias in spec.aliases if spec.slug.startswith(alias)}
    for key, item in free.items():
        shared = mine & {normal(item.short), *_others(item)}
        if shared & named or (shared and alike(spec.title, item.title)):
            return key
    return None


def _by_title(spec: Draft, free: dict[str, Draft], _stories: set[str]) -> str | None:
    """The story of the same number and title: `SPEC-035` may be that of `US-035`, not of `PRIORITY 35`."""
    wanted = f"us-{normal(spec.short)}"
    keys = (key for key, item in free.items() if wanted in {normal(item.short), *_others(item)})
    return next((key for key in keys if alike(spec.title, free[key].title)), None)


def _by_number(spec: Draft, free: dict[str, Draft], stories: set[str]) -> str | None:
    """The item of the same id, unless the spec speaks of a story that another item is about.

    With another title, too, as people put one thing in other words; but not one that is complete, since
    then a new spec under an old number would never be worked on.
    """
    key = normal(spec.short)
    if key not in free or _others(spec) & stories:
        return None
    item = free[key]
    is_told = alike(spec.title, item.title) or alike(spec.slug.replace("-", " "), item.title)
    return key if is_told or not (spec.title and item.title and item.status is Status.COMPLETE) else None


def _others(draft: Draft) -> set[str]:
    return {normal(alias) for alias in draft.aliases}


def _claim(spec: Draft, item: Draft | None, free: dict[str, Draft]) -> Claim:
    if item is None:
        return Claim(spec.short, spec.slug, spec.aliases, (spec,))
    # The number of a spec may be another item's; then the item that it was matched with names the task.
    short = item.short if normal(spec.short) in free else spec.short
    aliases = dict.fromkeys((*spec.aliases, *item.aliases, spec.short, item.short))
    return Claim(short, spec.slug, tuple(a for a in aliases if a != short), (spec, item))


def union(lists: Iterable[Iterable[Declared]]) -> tuple[Declared, ...]:
    """Each path once: the first that is more than a mention, with the lines of all of them."""
    found: dict[str, Declared] = {}
    for declared in chain.from_iterable(lists):
        old = found.get(declared.path)
        if old is None or (old.kind is Kind.MENTION and declared.kind is not Kind.MENTION):
            found[declared.path] = declared
        elif old.ranges and declared.kind is not Kind.MENTION:
            found[declared.path] = replace(old, ranges=ranges_of_both(old.ranges, declared.ranges))
    return tuple(found.values())
