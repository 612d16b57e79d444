"""What one sentence of a task says it will do to which paths: `Create the model in src/user.py`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..task import Kind
from .clauses import Clauses, Found
from .pathlike import pattern_problem
from .paths import Named
from .tokens import tokens
from .vocabulary import TESTS, is_test_file

_HEAD, _HEAD_WORDS = 60, 4
_HEAD_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Touch:
    """A path of a sentence: what is done to it, and whether a word supports that."""

    named: Named
    kind: Kind
    is_guess: bool = False


def touches(text: str, *, is_strict: bool = False) -> tuple[Touch, ...]:
    """The paths that a sentence names, each once; `is_strict`: only behind a verb of writing it writes."""
    head = _HEAD_WORD.findall(text[:_HEAD])[:_HEAD_WORDS]
    is_about_tests = not TESTS.isdisjoint(word.casefold() for word in head)
    reader = Clauses(is_strict, is_about_tests)
    for token in tokens(text):
        reader.read(token)
    reader.end()
    found = tuple(_with_places(reader.found))
    return _only_tests(found) if is_about_tests else found


def _with_places(found: list[Found]) -> Iterator[Touch]:
    """The paths as they are meant together: names in a directory, names that only say which file."""
    written = [
        one for one in found if one.is_place and not _is_only_which(one) and one.kind is not Kind.MENTION
    ]
    full = {one.named.path.rsplit("/", 1)[-1] for one in written if "/" in one.named.path}
    places = _places(found)
    for index, one in enumerate(found):
        name, kind, is_guess = one.named, one.kind, one.is_guess
        if (index and places[index - 1] is one) or (one.is_direct and name.path in full):
            continue  # the directory of the names before it; the short name of the path behind it
        if place := places[index]:
            joined = place.named.path + name.path
            name = replace(name, path=joined, problem=pattern_problem(joined))
        elif (
            kind is not Kind.MENTION
            and written
            and (_is_only_which(one) or (one.is_modifier and one.is_direct))
        ):
            kind, is_guess = Kind.MENTION, False
        elif one.is_modifier and kind is Kind.CREATE and not name.path.endswith("/"):
            kind, is_guess = Kind.MODIFY, True
        yield Touch(name, kind, is_guess)


def _places(found: list[Found]) -> list[Found | None]:
    """For each path the directory behind it in which it is: `a.ts and b.ts in src/`."""
    places: list[Found | None] = [None] * len(found)
    for index in range(len(found) - 2, -1, -1):
        behind = found[index + 1]
        if _is_bare(found[index]):
            places[index] = places[index + 1] if _is_bare(behind) else behind if _is_place(behind) else None
    return places


def _is_only_which(one: Found) -> bool:
    """Whether a name may only say which thing of that name, `to README.md template in build.ts`."""
    return one.is_modifier and "/" not in one.named.path


def _is_bare(one: Found) -> bool:
    return (
        one.is_direct and not one.is_modifier and "/" not in one.named.path and one.kind is not Kind.MENTION
    )


def _is_place(one: Found) -> bool:
    is_directory = one.named.path.endswith("/") and not one.named.problem
    return one.is_place and is_directory and one.kind is not Kind.MENTION


def _only_tests(found: tuple[Touch, ...]) -> tuple[Touch, ...]:
    """In a sentence about a test only the test is written; what else it names is what the test is about."""
    if not any(one.kind is not Kind.MENTION and is_test_file(one.named.path) for one in found):
        return found
    return tuple(
        one if is_test_file(one.named.path) else replace(one, kind=Kind.MENTION, is_guess=False)
        for one in found
    )
