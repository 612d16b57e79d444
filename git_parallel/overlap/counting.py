"""How many pairs of works meet, without writing them out."""

from collections.abc import Iterable, Iterator, Sized
from typing import TypeAlias

from .places import Places

# More meetings than this are counted by bits, since a set of them would take the memory.
MOST_PRODUCTS = 3_000_000
# So many works at a place are kept as the bits of one number.
CROWD = 64

_Pair: TypeAlias = tuple[int, int]


def count(places: Places, proven: Iterable[_Pair], met: Iterable[Sized]) -> int:
    """The number of pairs at one place or at two that share a path, and of those that git proved to conflict.

    Where who meets depends on what exactly they do there, it is the works that each of them has `met`.
    """
    if places.doubtful or places.has_numbers or places.cased:
        return sum(map(len, met)) // 2
    if _products(places) > MOST_PRODUCTS:
        return sum(_by_bits(places, proven))
    size = len(places.of_work)
    # A pair is one number, so that the set is one of small objects.
    pairs = {min(pair) * size + max(pair) for pair in proven}
    for place in places.shared:
        here = places.at(place)
        for number, left in enumerate(here):
            pairs.update(left * size + right for right in here[number + 1 :])
        for other in places.near(place):
            # Each two places once.
            if other > place:
                there = places.at(other)
                pairs.update(
                    left * size + right if left < right else right * size + left
                    for left in here
                    for right in there
                    if left != right
                )
    return len(pairs)


def _products(places: Places) -> int:
    total = 0
    for place in places.shared:
        here = len(places.at(place))
        total += here * here // 2 + here * sum(len(places.at(other)) for other in places.near(place))
    return total


def _by_bits(places: Places, proven: Iterable[_Pair]) -> Iterator[int]:
    """For each work how many of the later ones it meets."""
    bits = {place: _bits(here) for place in places.shared if len(here := places.at(place)) >= CROWD}
    more: dict[int, set[int]] = {}
    for left, right in proven:
        more.setdefault(min(left, right), set()).add(max(left, right))
    for position, mine in enumerate(places.of_work):
        found = 0
        few = more.get(position, set())
        for place in mine.keys() & places.shared:
            for other in (place, *places.near(place)):
                if other in bits:
                    found |= bits[other]
                else:
                    few.update(places.at(other))
        later = found >> (position + 1)
        yield later.bit_count() + sum(
            other > position and not later >> (other - position - 1) & 1 for other in few
        )


def _bits(works: Iterable[int]) -> int:
    taken = bytearray()
    for work in works:
        if len(taken) <= work >> 3:
            taken.extend(bytes((work >> 3) + 1 - len(taken)))
        taken[work >> 3] |= 1 << (work & 7)
    return int.from_bytes(taken, "little")
