"""What task trackers write in their fields - status, priority, agent, the id of another task - as our values.

A field holds one thing and no prose, so that a word which says nothing to us is worth a complaint.
"""

import re

from ..prose.status import status_of
from ..task import Status

_LONGEST_SPELLING = 100
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")
_NOTHING = frozenset(("", "~", "-", "null", "none", "n/a", "nothing", "[]", "{}"))

# Words that `status_of`, which reads prose, does not know or takes for another state.
_STATUSES = {
    **dict.fromkeys(("review", "in review", "ready for review", "needs review"), Status.IN_PROGRESS),
    **dict.fromkeys(("partial", "incomplete", "unfinished"), Status.IN_PROGRESS),
    **dict.fromkeys(("active", "doing", "hooked", "running", "testing", "qa"), Status.IN_PROGRESS),
    **dict.fromkeys(("waiting", "parked", "pinned", "archived", "abandoned", "wontfix"), Status.BLOCKED),
    **dict.fromkeys(("won't fix", "won't do", "wont do", "dropped", "skipped", "obsolete"), Status.BLOCKED),
    **dict.fromkeys(("tombstone", "verified", "released", "validated", "passed"), Status.COMPLETE),
    **dict.fromkeys(("unstarted", "queued", "triage", "next", "icebox"), Status.PLANNED),
}
_PRIORITIES = {
    **dict.fromkeys(("critical", "urgent", "highest", "blocker", "immediate"), 0.0),
    "high": 1.0,
    **dict.fromkeys(("medium", "normal", "moderate", "default"), 2.0),
    "low": 3.0,
    **dict.fromkeys(("lowest", "trivial", "minor", "backlog"), 4.0),
}
_NUMBER = re.compile(r"p?([0-9]{1,6}(?:\.[0-9]{1,4})?)")
_AGENT = re.compile(r"[a-z][a-z0-9_.-]{0,60}")
_SPELLING = re.compile(r"[^\W_][\w.-]*")
_UPWARDS = re.compile(r"^/|^(?:\.{1,2}(?:/|$))+")
_FOLDER = re.compile(r"(?:[\w.-]+(?:/[\w.-]+)*)?")
_PREFIXED = re.compile(
    r"(?:(us|bug)|task|issue|ticket|story|spec|priority|plan)[ \t]+#?([0-9][\w.-]*)", re.IGNORECASE
)


def storable(text: str) -> str:
    """`text` without what JSON and YAML can escape but no file and no process argument can hold."""
    return _UNSTORABLE.sub("\ufffd", text)


def is_nothing(text: str) -> bool:
    """Whether a field is empty in so many words."""
    return text.strip().casefold() in _NOTHING


def status_in(text: str) -> Status | None:
    """The state that a status field names; None when its word is not known."""
    folded = " ".join(re.split(r"[\s_-]+", text[:_LONGEST_SPELLING].casefold())).strip("`*\"' ")
    return _STATUSES.get(folded) or status_of(folded)


def priority_in(text: str) -> float | None:
    """The priority that a field names, smaller is sooner; None when its word is not known.

    A number is itself, `P0` to `P4` are 0 to 4, and so are critical, high, medium, low and lowest.
    """
    folded = text[:_LONGEST_SPELLING].casefold().strip("`*\"'# ")
    number = _NUMBER.fullmatch(folded)
    return float(number.group(1)) if number else _PRIORITIES.get(folded)


def agent_in(text: str) -> str | None:
    """The agent that a field names; None when that is rather a person, an address or several."""
    name = text.strip("`*\"' ").removeprefix("@").casefold()
    return name if _AGENT.fullmatch(name) else None


def spelling_in(text: str) -> str | None:
    """How one entry of a list of tasks spells the task that it names; None when it names none.

    `001`, `#12`, `BACK-7.2`, `auth/001-login.md`, `Task 005 (server)`, `0001 the runtime`. The directory
    of a file stays before its name, since every directory may have such a file.
    """
    plain = text[: 2 * _LONGEST_SPELLING].strip("`*\"'[]() \t").lstrip("#@").strip()
    if "://" in plain:
        return None
    if not any(c.isspace() for c in plain):
        folder, slash, name = plain.removesuffix(".md").rpartition("/")
        folder = _UPWARDS.sub("", folder)
        if len(plain) > _LONGEST_SPELLING or not _SPELLING.fullmatch(name) or not _FOLDER.fullmatch(folder):
            return None
        return f"{folder}/{name}" if slash and folder else name
    prefixed = _PREFIXED.match(plain)
    if prefixed:
        prefix, number = prefixed.groups()
        return f"{prefix.upper()}-{number.rstrip('.-')}" if prefix else number.rstrip(".-")
    first, rest = plain.split(None, 1)
    first = first.rstrip(":,")
    is_id = any(c.isdigit() for c in first) and (first[0] == "0" or not first.isdigit() or rest[0] in "(-–—:")
    return first if is_id and _SPELLING.fullmatch(first) else None
