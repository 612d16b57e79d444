"""What people write to say how far a task is, to one of four states."""

import re
from functools import lru_cache

from ..task import Status

_WORDS = (
    (
        Status.PLANNED,
        r"not (?:yet )?(?:started|complete[d]?|done|implemented)|to ?do\b|📝|planned|planning|backlog",
    ),
    (Status.PLANNED, r"draft|approved|proposed|pending|\bready\b|\bopen\b|\bnew\b"),
    (Status.IN_PROGRESS, r"in[ -]progress|🔄|🚧|ongoing|started|under way|\bwip\b|mostly complete"),
    (
        Status.BLOCKED,
        r"⏸|blocked|deferred|on hold|paused|❌|failed|rejected|cancell?ed|deprecated|superseded",
    ),
    (
        Status.COMPLETE,
        r"\b(?:completed?|done|fixed|implemented|delivered|shipped|merged|resolved|closed|finished)\b",
    ),
)
_PATTERN = re.compile("|".join(f"({pattern})" for _, pattern in _WORDS))
_PART = re.compile(r"partial|mostly|nearly|almost|phase \d+(?:\.\d+)? (?:complete|done)|\b(?!100)\d{1,2} ?%")
_MARKS = re.compile("[📝🔄🚧✅⏸❌]")


@lru_cache(maxsize=1024)
def status_of(text: str) -> Status | None:
    """The state that a status text begins with; None when it speaks of something else.

    The first word that says a state counts (`⏸️ Deferred until US-006 complete`), except that something
    partly complete is not complete.
    """
    folded = text.casefold()
    found = _PATTERN.search(folded)
    if found:
        status = _WORDS[(found.lastindex or 1) - 1][0]
    elif "✅" in folded and not any(c.isalpha() for c in folded):
        status = Status.COMPLETE
    else:
        return None
    return Status.IN_PROGRESS if status is Status.COMPLETE and _PART.search(folded) else status


def status_of_heading(before: str, after: str) -> Status | None:
    """The state in a heading: before the id (`✅ COMPLETE: US-1`), or from the first mark on behind it.

    The words of a title say nothing: "Complete the migration" is a task to be done.
    """
    mark = _MARKS.search(after)
    texts = [after[mark.start() :]] if mark else []
    return next((status for text in (*texts, before) if (status := status_of(text)) is not None), None)
