"""How the people of a document write that a task is complete, and their words for one that is not yet, rewritten.

Whatever is decided here comes out the same when it is decided again after one more task was marked, so that it
makes no difference which of two is marked first.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .status import STATE

DONE = "✅"
_HEAD = re.compile(
    r"(?P<opening>[*_`]*)(?:(?P<mark>[^\w\s*_`()\[\]{}<>\"'.,:;|~\\/#+=-]{1,4})(?P<gap>[ \t]*))?"
    r"(?P<emphasis>[*_`]*)"
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![\w-])")
_DATE = re.compile(rf"[ \t]*(?:\((?:on )?{_DAY.pattern}\)|(?:[-–—][ \t]*|on )?{_DAY.pattern})")
_PLAIN_DATE = " ({})"
# What may stay behind the state as it is; words go on with the sentence that the state began.
_STAYS = re.compile(r"[*_`]*[ \t]*(?:[-–—(,;|·/&]|$)")
_FIELDS = {"open": "closed", "todo": "done", "to do": "done", "pending": "completed"}


@dataclass(frozen=True, slots=True)
class Stated:
    """A status text in its parts: `**` 📝 blank `**` Planned `**` (2026-11-21) the rest."""

    opening: str
    mark: str
    gap: str
    emphasis: str
    word: str
    closing: str
    date: str
    rest: str


@dataclass(frozen=True, slots=True)
class Idiom:
    """How it is written that a task is complete: its mark or none, its word, and its date with `{}` for the day."""

    mark: str
    word: str
    date: str


def stated(text: str) -> Stated | None:
    """The parts of a status text that begins with a state or a mark; None for any other."""
    head = _HEAD.match(text)
    assert head is not None  # every part of the pattern is optional
    state = STATE.match(text, head.end())
    mark = head["mark"] or ""
    if state is None and (not mark or any(c.isalnum() for c in text)):
        return None
    end = state.end() if state else head.end()
    closing = re.match(r"[*_`]*", text[end:])
    behind = end + (len(closing[0]) if closing and head["opening"] + head["emphasis"] else 0)
    date = _DATE.match(text, behind)
    return Stated(
        head["opening"],
        mark,
        head["gap"] or "",
        head["emphasis"],
        state[0] if state else "",
        text[end:behind],
        date[0] if date else "",
        text[date.end() if date else behind :],
    )


def idiom(complete: Iterable[str], others: Iterable[str], *, is_dated: bool = True) -> Idiom:
    """How a document writes that a task is complete, given all its status texts: of those that are, and of others.

    As most of the complete ones do; where there are none, `✅ Complete` if its others have marks, else
    `Complete`, in capitals if all of them are, with a date only if `is_dated`.
    """
    done = [one for text in complete if (one := stated(text)) and one.word]
    if done:
        dates = [_DAY.sub("{}", one.date) for one in done if one.date]
        return Idiom(
            DONE if 2 * sum(bool(one.mark) for one in done) >= len(done) else "",
            _most([one.word for one in done]),
            _most(dates) if dates else "",
        )
    begun = [one for text in others if (one := stated(text))]
    words = [one.word for one in begun if one.word]
    return Idiom(
        DONE if any(one.mark for one in begun) else "",
        in_case("Complete", words),
        _PLAIN_DATE if is_dated else "",
    )


def restated(text: str, how: Idiom, day: str) -> list[str]:
    """The texts that say of a task that it is complete instead of `text`, the one nearest to it first.

    What follows the state stays in the first, where it can; in the last it is gone, since it may take the
    state back (`60% done`).
    """
    whole = " ".join(part for part in (how.mark, how.word) if part) + how.date.replace("{}", day)
    one = stated(text)
    if one is None:
        return [whole]
    if not one.word:
        return [f"{one.opening}{DONE}{one.gap}{one.emphasis}{one.closing}{one.date}{one.rest}"]
    if not _STAYS.match(one.rest):
        return [whole]
    mark = f"{how.mark}{one.gap if one.mark else ' '}" if how.mark else ""
    start = f"{one.opening}{mark}" if one.mark else f"{mark}{one.opening}"
    return [
        f"{start}{one.emphasis}{how.word}{one.closing}{how.date.replace('{}', day)}{one.rest}",
        whole,
    ]


def restated_field(text: str) -> str:
    """What a field that holds one word of a tracker says of a task that is complete."""
    plain = " ".join(re.split(r"[\s_-]+", text.casefold()))
    return in_case(_FIELDS.get(plain, "done").capitalize(), [text])


def in_case(word: str, like: Sequence[str]) -> str:
    """A capitalised word in capitals or in small letters, if all of the others are."""
    if like and all(one.isupper() for one in like):
        return word.upper()
    return word.lower() if like and all(one.islower() for one in like) else word


def _most(texts: Sequence[str]) -> str:
    """The most frequent one; of several the first by its letters."""
    counted = Counter(texts)
    return min(counted, key=lambda text: (-counted[text], text))
