"""From what people write behind "Depends on" to the spellings of tasks."""

import re
from dataclasses import dataclass

_ID = re.compile(
    r"\b(priority|priorities|us|spec|task|bug)[ \t_-]{0,2}#?(\d{1,6})"
    r"(?:\.(\d{1,4})|-(\d{1,3})(?![\w-]))?",
    re.IGNORECASE,
)
_MORE_NUMBERS = re.compile(
    r"[ \t]{0,3}(?:,|&|and|\+)[ \t]{0,3}(\d{1,6}(?:\.\d{1,4})?)\b(?![ \t]?(?:hours?|days?))"
)
_PLAIN = re.compile(r"#?(\d{1,6}(?:[.-]\d{1,4})?)")
_SLUG = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")
_OTHER_ID = re.compile(r"\b[A-Z]{2,8}-\d")
_REMARK = re.compile(
    r"\((?!(?:PRIORIT(?:Y|IES)|US|SPEC)[-_ ][\d.,& ]{1,80}(?:,? (?:and|&) [\d.]{1,10})?\))[^()]{0,1000}\)"
)
_SOFT = re.compile(r"\b(?:may|might|optional(?:ly)?|nice to have|in parallel|parallel work|not required)\b")
_NONE = ("none", "n/a", "nothing", "no dependenc", "nil", "-", "tbd", "independent")
_LONGEST_SLUG = 48


@dataclass(frozen=True, slots=True)
class After:
    """One spelling of a task that must be finished before; unsure when it may be no task at all."""

    spelling: str
    is_sure: bool = True


def dependencies(value: str, *, is_strict: bool = True) -> tuple[After, ...]:
    """The tasks named in the value of a dependency label.

    Numbers and slugs alone count only when the whole value consists of them. Under a label that may as
    well list libraries (`Dependencies: psutil`), a slug is unsure.
    """
    plain = value.replace("*", "").replace("`", "").strip(" \t[]").lstrip("✅⬜🔄📝⏸️❌☑✔ ")
    folded = plain.casefold()
    if not plain or folded.startswith(_NONE) or _SOFT.search(folded):
        return ()
    prefixed = _prefixed(plain)
    if prefixed:
        return tuple(After(spelling) for spelling in prefixed)
    parts = [part.strip().strip("\"'") for part in plain.rstrip(".").split(",")]
    numbers = [_PLAIN.fullmatch(part) for part in parts]
    if all(numbers):
        return tuple(After(match.group(1)) for match in numbers if match)
    if all(_SLUG.fullmatch(part) and len(part) <= _LONGEST_SLUG for part in parts):
        return tuple(After(part, is_sure=is_strict) for part in parts)
    return ()


def leading_dependency(text: str) -> tuple[After, ...]:
    """The task with which a list item begins, for lists in which most items are no tasks."""
    match = _ID.match(text.replace("*", "").replace("`", "").lstrip("✅⬜🔄📝⏸️❌☑✔ ["))
    spelling = _spelling(match) if match and not _SOFT.search(text.casefold()) else ""
    return (After(spelling),) if spelling else ()


def _prefixed(text: str) -> list[str]:
    """Ids with a prefix: outside parentheses, or inside when no id of any kind stands outside."""
    # A remark in parentheses that consists of ids is meant like the rest: "dashboards (PRIORITY 5, 6)".
    outside = _REMARK.sub(" ", text)
    found = _ids(outside)
    return found if found or _OTHER_ID.search(outside) else _ids(text)


def _ids(text: str) -> list[str]:
    found: list[str] = []
    for match in _ID.finditer(text):
        spelling = _spelling(match)
        if spelling:
            found.append(spelling)
        if match.group(1).casefold().startswith("priorit"):
            found.extend(_numbers_after(text, match.end()))
    return list(dict.fromkeys(found))


def _numbers_after(text: str, end: int) -> list[str]:
    numbers = []
    while more := _MORE_NUMBERS.match(text, end):
        numbers.append(more.group(1))
        end = more.end()
    return numbers


def _spelling(match: re.Match[str]) -> str:
    prefix, number, decimal, dashed = match.groups()
    prefix = prefix.casefold()
    if prefix == "task" and (decimal or dashed):
        return ""  # TASK-115-1 is a step inside a spec, not a task of the roadmap
    part = decimal or (dashed if prefix == "spec" else "")
    number = f"{number}.{part}" if part else number
    return f"{prefix.upper()}-{number}" if prefix in ("us", "bug") else number
