"""What the words of a heading or a label (`**Files to Create**:`) mean for the lines that follow."""

import re
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from ..task import Kind


class Role(Enum):
    """What a label or a heading introduces."""

    FILES = auto()
    PLACE = auto()  # **Location**, **Module**, **Directory**
    MENTION = auto()
    COVERAGE = auto()  # what was measured about the file named just before
    AFTER = auto()
    BEFORE = auto()
    PATCH = auto()
    STATUS = auto()
    AGENT = auto()
    PRIORITY = auto()
    ESTIMATE = auto()
    STORY = auto()


@dataclass(frozen=True, slots=True)
class Meaning:
    """The role of a label, what happens to the files under it, and whether its value must be what it says.

    The value of a strict label is a task or a path; behind others it may as well be prose.
    """

    role: Role
    kind: Kind | None = None
    is_strict: bool = False


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


VERBS = {
    **dict.fromkeys(_words("create creates created creating add added new"), Kind.CREATE),
    **dict.fromkeys(_words("modify modifies modified modifying update updates updated edit"), Kind.MODIFY),
    **dict.fromkeys(_words("edited change changed refactor refactored extend enhance expand"), Kind.MODIFY),
    **dict.fromkeys(_words("fix touch touches touched merge rewrite"), Kind.MODIFY),
    **dict.fromkeys(_words("delete deletes deleted remove removes removed deprecate drop"), Kind.DELETE),
    **dict.fromkeys(_words("move moved rename renamed"), Kind.MOVE),
}
_FILE_WORDS = _words("file files")
_FILLERS = _words(
    "to be and or the all list scope affected involved impacted changes path paths test tests source "
    "config main target existing implementation core documentation will in this"
)
_PLACES = _words("location module script path directory directories modules scripts")
_PLACE_FILLERS = _words("new test target file implementation create to source")
# What a section is about when its name consists of these words and of nothing that is work.
_MENTION_WORDS = _words(
    "reference references related further reading example examples scenario scenarios rollback violation violations "
    "evidence problem problems background issue issues alternative alternatives future non-goals read reads leverage "
    "sources keep appendix current reproduce"
)
_MENTION = re.compile(
    r"\b(?:references?|related|see also|further reading|examples?|scenarios?|rollback|violations?|evidence|"
    r"code locations?|root cause|problems?|current (?:state|situation|behaviou?r|workflow)|background|issues?|"
    r"alternatives?|future|out of scope|non-goals?|must not|do not|context to read|read first|reads?|leverage|"
    r"steps to reproduce|manual test(?:ing)?|(?:test|testing|verification) commands?|table of contents|sources?|"
    r"keep|how it works|(?:acceptance|success) criteria|definition of done)\b"
)
# Beside those words these leave a name what it is; any other makes it the name of a thing to be built.
_ABOUT = _words(
    "and or the of to in for a an on with what is was are we i e g s code file files document documents documentation "
    "docs links link list notes note section sections analysis statement description considered usage commands command "
    "location locations materials specs spec specifications specification other key previous similar existing internal "
    "external resources work works state situation behavior behaviour workflow plan procedure steps step strategy "
    "outputs output conversation conversations use case cases user story stories summary cause root see also first "
    "context enhancements enhancement improvements considerations extensions ideas scope out goals non must not do "
    "test testing tests manual verification table contents how it works acceptance success criteria definition done "
    "input inputs interaction interactions session implementation implementations issue b c d f h"
)
_STAGES = _words("phase step task part milestone component week day stage sprint")  # of the work itself
_MOST_WORDS = 5  # a longer heading is a title that happens to hold the word
_RESULTS = re.compile(r"(?:(?:key|code|file|expected|phase|final) )?(?:deliverables?|artifacts?)(?: files?)?")
_BEFORE = re.compile(r"(?:un)?blocks|enables|unlocks|required by|needed by|prerequisite (?:of|for)")
_UNRELATED = re.compile(
    r"(?:enhances|optional|benefits|informs|related|nice to have|builds on)"
    r"(?: (?:tasks|stories|work|specs|dependencies))?"
)
_PATCH = re.compile(r"(?:patch|diff)(?: file)?s?")
_COVERAGE = re.compile(r"(?:missing|current|existing|test)? ?coverage(?: gaps?)?")
_AFTER = re.compile(
    r"(?:(?:task|hard|strict) )?(?:depends[ _-]on|dependenc(?:y|ies)|blocked by|blocked on|requires|"
    r"prerequisites?|prerequisite tasks|(?:start |starts |runs |comes )?after)"
)
_STRICT_AFTER = re.compile(r"depends|blocked")
_EXACT = {
    "status": Role.STATUS,
    "current status": Role.STATUS,
    "agent": Role.AGENT,
    "agent type": Role.AGENT,
    "assigned to": Role.AGENT,
    "assignee": Role.AGENT,
    "priority": Role.PRIORITY,
    "user story": Role.STORY,
}


@lru_cache(maxsize=4096)
def meaning(name: str) -> Meaning | None:
    """What a label or heading of this name introduces; None when it says nothing to us."""
    folded = re.sub(r"\([^()]{0,120}\)", " ", name[:120].casefold())
    words = re.findall(r"[a-z_]+", folded)
    folded = re.sub(r"[^a-z_-]+", " ", folded).strip(" -_")
    if folded in _EXACT:
        return Meaning(_EXACT[folded])
    if words[:1] == ["estimated"] and words[1:] and words[1] in ("effort", "duration", "time", "hours"):
        return Meaning(Role.ESTIMATE)
    if _AFTER.fullmatch(folded) or (words[:1] == ["requires"] and words[-1] in ("complete", "completed")):
        return Meaning(Role.AFTER, is_strict=_STRICT_AFTER.search(folded) is not None)
    if _BEFORE.fullmatch(folded):
        return Meaning(Role.BEFORE)
    if _is_files(words):
        return Meaning(Role.FILES, _kind(words), is_strict=True)
    if _RESULTS.fullmatch(folded):
        return Meaning(Role.FILES)
    if _PATCH.fullmatch(folded):
        return Meaning(Role.PATCH)
    if _COVERAGE.fullmatch(folded):
        return Meaning(Role.COVERAGE)
    if _UNRELATED.fullmatch(folded):
        return Meaning(Role.MENTION, Kind.MENTION)
    if len(words) <= _MOST_WORDS and _is_mention(folded, words):
        return Meaning(Role.MENTION, Kind.MENTION)
    if words and words[-1] in _PLACES and all(word in _PLACE_FILLERS for word in words[:-1]):
        return Meaning(Role.PLACE, _kind(words))
    return None


def _is_mention(folded: str, words: list[str]) -> bool:
    """Whether a name says that what follows is only spoken of; "Background Worker" is something to be built."""
    if not words or words[0] in _STAGES or not _MENTION.search(folded):
        return False
    return all(word in _MENTION_WORDS or word in _ABOUT for word in words)


def _is_files(words: list[str]) -> bool:
    if words[:2] == ["files", "to"] and len(words) > 2 and words[2] in VERBS:
        return True
    rest = [word for word in words if word not in _FILE_WORDS]
    return len(rest) < len(words) and all(word in VERBS or word in _FILLERS for word in rest)


def _kind(words: list[str]) -> Kind | None:
    """The one thing that happens to all files under the label, None when it says several or nothing."""
    kinds = {VERBS[word] for word in words if word in VERBS}
    return kinds.pop() if len(kinds) == 1 else None
