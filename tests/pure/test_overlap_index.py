"""Looking globs up finds those that match, however many there are in a place."""

import random

import pytest

from git_parallel.overlap import index as indexing
from git_parallel.overlap.index import Glob, GlobIndex
from git_parallel.overlap.patterns import is_literal, matches, trusted

NAMES = ("a", "b", "ab", "abc", "a.py", "ab.py", "test_a.py", "x.md", "[ab]", "t1.py", "t12.py")
WILD = (
    *NAMES,
    "*",
    "**",
    "*.py",
    "a*",
    "*b",
    "a*.py",
    "?",
    "a?",
    "t?.py",
    "t[0-9]*.py",
    "*a*",
    "[ab]",
    "*.*",
    "t*1*.py",
)


def paths(dice: random.Random, count: int) -> list[str]:
    return ["/".join(dice.choices(NAMES, k=dice.randint(1, 4))) for _ in range(count)]


def globs(dice: random.Random, count: int) -> list[str]:
    """So many texts that are more than one path."""
    found: set[str] = set()
    while len(found) < count:
        text = "/".join(dice.choices(WILD, k=dice.randint(1, 4))) + "/" * dice.randint(0, 1)
        if text.strip("*/") and not all(map(is_literal, trusted(text).shapes)):
            found.add(text)
    return sorted(found)


@pytest.mark.sample(3)
@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("count", [1, 8, 40, indexing._MOST_NEAR * 4])
def test_what_is_found_is_what_matches(seed: int, count: int) -> None:
    dice = random.Random(seed)
    texts, index = globs(dice, count), GlobIndex()
    for text in texts:
        for shape in trusted(text).shapes:
            if not is_literal(shape):
                index.add(Glob.of(text, shape))
    literal = {
        (text, "/".join(map(str, shape)))
        for text in texts
        for shape in trusted(text).shapes
        if is_literal(shape)
    }

    for path in [*paths(dice, 150), *(f"a/b/{name}" for name in NAMES), *(f"a/{name}" for name in NAMES)]:
        folder = path[: path.rfind("/") + 1]
        found = {*index.everything(folder), *index.some(folder, path)}
        expected = {text for text in texts if matches(trusted(text), path)}
        assert found | {text for text, spelled in literal if spelled == path} == expected, path
