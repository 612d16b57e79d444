"""What people write to say how far a task is, to one of four states.

The worst mistake here is to take something unfinished for complete: it would never run, and what depends
on it would be released. So a word for done counts only where it is the statement itself, and nothing
around it takes it back.
"""

import re

from ..task import Status

_DONE = r"(?:completed?|done|fixed|implemented|delivered|shipped|merged|resolved|closed|finished)"
_WORDS = (
    (Status.PLANNED, rf"not (?:yet )?(?:started|{_DONE})\b|to ?do\b|📝|planned|planning|backlog"),
    (
        Status.PLANNED,
        r"draft|approved|proposed|pending|\bready\b|\bopen\b|\bnew\b|\bre-?opened\b|\breverted\b",
    ),
    (Status.IN_PROGRESS, r"in[ -]progress|🔄|🚧|ongoing|started|under way|\bwip\b|mostly complete"),
    (
        Status.BLOCKED,
        r"⏸|blocked|deferred|on hold|paused|❌|failed|rejected|cancell?ed|deprecated|superseded|\b(?:a?waiting)\b",
    ),
    (Status.COMPLETE, rf"\b{_DONE}\b"),
)
_PATTERN = re.compile("|".join(f"({pattern})" for _, pattern in _WORDS))
# A state as it is written, whether it is reached or not.
STATE = re.compile(rf"(?:{'|'.join(pattern for _, pattern in _WORDS)})(?!\w)", re.IGNORECASE)
# Before the word: it is a wish, or denied.
_NOT_YET = re.compile(
    r"\b(?:to be|must|should|shall|will|would|can|needs?|target|goal|once|until|when|if|yet|mark|make|get|"
    r"not|never|no|cannot)\b|n['’]?t\b"
)
# Words that may stand before it and leave it a statement on the whole task.
_WHOLE = frozenset(
    re.findall(
        r"[\w%]+", "all everything fully now mvp 100 100% is are has have been work task story feature it"
    )
)
# What may follow: the end, punctuation, or where, when and by whom.
_GOES_ON = re.compile(
    r"(?!-\w)[ \t]*(?:$|[^\w \t?]|\d|(?:in|on|by|via|as|at|since|and|through|from|see|during|per)\b)"
)
_GOES_ON_IN_HEADING = re.compile(r"[ \t]*(?:$|[^\w \t?]|\d)")
_TAKEN_BACK = re.compile(
    r"\b(?:not|pending|except|but|missing|remain\w*|to ?do|in progress|wip|a?waiting|until|when|once|"
    r"re-?open\w*|revert\w*|planned|partial\w*|needs?|blocked|target|pr open|incomplete|"
    r"unfinished|still open|\d+ open|choose)\b"
    r"|→|\[ \]|=[ \t]*false|:[ \t]*no\b|\?|\b(?!100)\d{1,2} ?%|\b(\d{1,3})[ ]?(?:/|of)[ ]?(?!\1\b)\d{1,3}\b"
)
_QUOTES = ("'", '"', "“", "‘", "`")
_PART = re.compile(r"\b(?:phase|part|step) [0-9]{1,3}(?: of|/)|\b(?!100)[0-9]{1,2} ?%")
_MARKS = re.compile("[📝🔄🚧✅⏸❌]")
_FORM = re.compile(r"[<(|][^<>()|]{0,40}\|")  # `<Complete|Planned>`: a form that nobody filled in


def status_of(text: str) -> Status | None:
    """The state that a status text states; None when it speaks of something else.

    The first word that says a state counts (`⏸️ Deferred until US-006 complete`), except that only what
    is complete as a whole is complete.
    """
    return _status(text, _GOES_ON)


def status_of_heading(before: str, after: str) -> Status | None:
    """The state in a heading: before the id (`✅ COMPLETE: US-1`), or from the first mark on behind it.

    The words of a title say nothing: "Complete the migration" is a task to be done.
    """
    mark = _MARKS.search(after)
    if mark and after[: mark.start()].rstrip()[-1:] in _QUOTES:
        mark = None
    texts = [after[mark.start() :]] if mark else []
    said = (_status(text, _GOES_ON_IN_HEADING) for text in (*texts, before))
    found = next((status for status in said if status is not None), None)
    return Status.IN_PROGRESS if found is Status.COMPLETE and _PART.search(after.casefold()) else found


def _status(text: str, goes_on: re.Pattern[str]) -> Status | None:
    folded = re.sub(r"~~[^~]{0,200}~~|[*_`~]", "", text.casefold())
    if _FORM.search(folded):
        return None
    found = _PATTERN.search(folded)
    if found is None:
        if "✅" not in folded or any(c.isalpha() for c in folded):
            return None
        return Status.IN_PROGRESS if _TAKEN_BACK.search(folded) else Status.COMPLETE
    status = _WORDS[(found.lastindex or 1) - 1][0]
    if status is not Status.COMPLETE:
        return status
    before, behind = folded[: found.start()], folded[found.end() :]
    if _NOT_YET.search(before):
        return Status.PLANNED
    if not goes_on.match(behind):
        return Status.PLANNED if goes_on is _GOES_ON else None
    is_part = not _WHOLE.issuperset(re.findall(r"[\w%]+", before))
    return Status.IN_PROGRESS if is_part or _TAKEN_BACK.search(behind) else Status.COMPLETE
