"""From what people write behind "Depends on" to the spellings of tasks."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

_PREFIXES = r"(?:priority|priorities|us|spec|task|bug)"
_NUMBER = r"\d{1,6}(?:\.\d{1,4})?(?![\d.]*\d)"
_ID = re.compile(
    rf"\b({_PREFIXES})[ \t_-]{{0,2}}#?(\d{{1,6}})(?!\d)(?:\.(\d{{1,4}})|-(\d{{1,6}})(?![\w-]))?",
    re.IGNORECASE,
)
# Of a numbering of somebody's own, which may as well be that of decisions or requirements (`ADR-10`).
_OTHER_ID = re.compile(r"\b([A-Z][A-Z0-9]{1,11}-(?:\d{1,6}(?:[.-]\d{1,4})?))(?![\w-])")
_MORE = re.compile(
    rf"[ \t]{{0,3}}(?:,|/|&|\+|\band\b)[ \t]{{0,3}}#?({_NUMBER})\b(?![-/ \t]{{0,2}}(?:hours?|days?|\d))"
)
_TO = re.compile(
    rf"[ \t]{{0,3}}(?:to|through|until|–|—|\.\.)[ \t]{{0,3}}(?:({_PREFIXES})[ \t_-]{{0,2}})?#?(\d{{1,6}})\b",
    re.IGNORECASE,
)
_NUMBERS = re.compile(
    rf"#?{_NUMBER}(?:(?:[ \t]{{0,3}}(?:,|;|/|&|\+|\band\b)[ \t]{{0,3}}|[ \t]{{1,3}}(?=#))#?{_NUMBER})*\.?"
)
_WORD = re.compile(r"[A-Za-z0-9]+(?:[-_.][A-Za-z0-9]+)*")
_STRUCK = re.compile(r"~~[^~]{0,200}~~")
_DENIED = re.compile(rf"\bnot[ \t](?:on[ \t])?{_PREFIXES}[ \t_-]{{0,2}}#?\d{{1,6}}", re.IGNORECASE)
_EXCEPT = re.compile(r"\b(?:except|but|besides|other than|apart from)\b")
# A remark in parentheses that consists of ids is meant like the rest: "dashboards (PRIORITY 5, 6)".
_REMARK = re.compile(
    r"\((?!(?:PRIORIT(?:Y|IES)|US|SPEC)[-_ ][\d.,& ]{1,80}(?:,? (?:and|&) [\d.]{1,10})?\))[^()]{0,1000}\)"
)
_SOFT = re.compile(r"\b(?:may|might|optional(?:ly)?|nice to have|in parallel|parallel work|not required)\b")
_OUT = re.compile(r"\b(?:un)?blocks\b|\benables\b", re.IGNORECASE)
_NOBODY = frozenset(
    re.findall(r"\S+", "no none standalone independent nothing n/a - — – ? tbd nil null ~ nobody noone")
)
_NONE = (
    "none",
    "n/a",
    "nothing",
    "no dependenc",
    "nil",
    "-",
    "tbd",
    "independent",
    "no one",
    "null",
    "~",
    "(none",
    "_none",
    "🚫",
    "no blocker",
    "no other",
    "not applicable",
    "to be determined",
    "can start",
    "see ",
    "all previous",
    "—",
    "–",
    "?",
)
_LIKE_ID = re.compile(
    r"\b(?!pr\b|phase|step|part|python|version|v\d|node|rfc|utf)[a-z]{2,12}[-_ #]{1,2}\d|^#?\d", re.IGNORECASE
)
_WIDEST_RANGE = 100
_LONGEST_WORD = 200


@dataclass(frozen=True, slots=True)
class After:
    """One spelling of a task that must be finished before; unsure when it may be no task at all."""

    spelling: str
    is_sure: bool = True


@lru_cache(maxsize=1 << 12)
def dependencies(value: str, *, is_strict: bool = True) -> tuple[After, ...]:
    """The tasks named in the value of a dependency label.

    Numbers and words alone count only when the whole value consists of them. Under a label that may as
    well list libraries (`Dependencies: psutil`), a word is unsure.
    """
    plain = _plain(value)
    if out := _OUT.search(plain):
        plain = plain[: out.start()]  # what it blocks comes behind it
    if is_none(plain):
        beyond = _EXCEPT.search(plain.casefold())
        return dependencies(plain[beyond.end() :], is_strict=is_strict) if beyond else ()
    if _NUMBERS.fullmatch(plain):
        return tuple(dict.fromkeys(After(number) for number in re.findall(_NUMBER, plain)))
    named = tuple(_named(plain))
    if named:
        return named
    parts = [part.strip().strip("\"'") for part in re.split(r"[,;]| and ", plain.rstrip("."))]
    if all(_WORD.fullmatch(part) and len(part) <= _LONGEST_WORD for part in parts):
        return tuple(After(part, is_sure=is_strict) for part in parts)
    return ()


def names_somebody(value: str) -> bool:
    """Whether a value that names no task that can be read seems to name one: a word and a number."""
    return _LIKE_ID.search(_plain(value)) is not None


def is_none(value: str) -> bool:
    """Whether a value says that there is nothing to wait for; it may name exceptions."""
    folded = _plain(value).casefold()
    return not folded or folded in _NOBODY or folded.startswith(_NONE)


def leading_dependency(text: str) -> tuple[After, ...]:
    """The task with which a list item begins, for lists in which most items are no tasks."""
    plain = _plain(text)
    match = _ID.match(plain)
    if match is None or _SOFT.search(_REMARK.sub(" ", plain).casefold()):
        return ()
    return tuple(_spelled(match))[:1]


def _plain(value: str) -> str:
    text = value.replace("*", "").replace("`", "")
    if "~~" in text or "not" in text:
        text = _DENIED.sub(" ", _STRUCK.sub(" ", text))
    return text.strip(" \t[]").lstrip("✅⬜🔄📝⏸️❌☑✔ ").rstrip(" \t]")


def _named(text: str) -> Iterator[After]:
    """Ids with a prefix: outside parentheses, or inside when no id of any kind stands outside."""
    outside = _REMARK.sub(" ", text)
    said = outside if _ID.search(outside) or _OTHER_ID.search(outside) else text
    seen: dict[After, None] = {}
    for clause in re.split(r";|\.[ \t]", said):
        if not _SOFT.search(clause.casefold()):
            seen |= dict.fromkeys(_of_clause(clause))
    yield from seen


def _of_clause(clause: str) -> Iterator[After]:
    for match in _ID.finditer(clause):
        yield from _spelled(match)
        prefix = match.group(1).casefold()
        end = match.end()
        if to := _TO.match(clause, end):
            if not to.group(1) or to.group(1).casefold() == prefix:
                yield from _between(prefix, match.group(2), to.group(2))
            continue
        while more := _MORE.match(clause, end):
            yield After(_with_prefix(prefix, more.group(1)))
            end = more.end()
    for match in _OTHER_ID.finditer(clause):
        if not _ID.fullmatch(match.group(1)):
            yield After(match.group(1), is_sure=False)


def _spelled(match: re.Match[str]) -> Iterator[After]:
    prefix, number, decimal, dashed = match.groups()
    prefix = prefix.casefold()
    if prefix == "task" and (decimal or dashed):
        # TASK-115-1 is a step inside a spec, "Task 3.1" one of a list; seldom a task of its own.
        yield After(match.group(), is_sure=False)
    elif prefix.startswith("priorit") and dashed:
        yield After(number)
        yield from _between(prefix, number, dashed)
    else:
        part = decimal or (dashed if prefix == "spec" else "")
        yield After(_with_prefix(prefix, f"{number}.{part}" if part else number))


def _between(prefix: str, first: str, last: str) -> Iterator[After]:
    """The tasks behind the first of a range, its last one included: `PRIORITY 70-73`, `US-1 to US-5`."""
    low, high = int(first), int(last)
    if low < high <= low + _WIDEST_RANGE:
        yield from (
            After(_with_prefix(prefix, f"{number:0{len(first)}}")) for number in range(low + 1, high + 1)
        )
    elif low != high:
        yield After(_with_prefix(prefix, last))


def _with_prefix(prefix: str, number: str) -> str:
    return f"{prefix.upper()}-{number}" if prefix in ("us", "bug") else number
