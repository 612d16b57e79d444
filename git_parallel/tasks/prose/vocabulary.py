"""The words by which a sentence about files is understood."""

import re

from .labels import VERBS


def words(text: str) -> frozenset[str]:
    """The words of `text`."""
    return frozenset(text.split())


# What these do to a path is to read or run it.
READING = words(
    "run runs verify verifies check read review validate analyze analyse inspect examine study confirm "
    "investigate audit use uses leverage follow reuse see refer execute launch deploy consult explore "
    "identify search look compare measure benchmark test re-run rerun copy reference understand locate "
    "find load"
)
# Before a colon these say the same: `Review: ...`.
READING_NOUNS = words("review validation verification")
# Verbs of work, besides those of `labels.VERBS`, that do not say whether a file is new.
WRITING = words(
    "implement write build generate define scaffold configure install register wire integrate replace "
    "extract optimize optimise migrate convert improve adjust set setup initialize introduce insert append "
    "put document annotate export expose hook connect adapt simplify consolidate split reorganize clean "
    "apply enable disable bump port mark declare populate establish design develop make handle support "
    "upgrade downgrade pin style refine correct restore standardize centralize inject mock cover "
    "restructure rework tighten wrap emit log bundle draft sync finalize"
)
# With which a remark in parentheses speaks of the path before it.
REMARKS = words(
    "new existing modified modify created create deleted delete removed remove updated update moved renamed "
    "rename unchanged read-only extended extend edited edit refactored refactor"
)
# With which a remark in parentheses tells what was done.
DONE = words("created modified updated edited added deleted removed moved renamed changed new")
# These lead to where something is done,
INTO = words("in into to at inside within under onto across throughout")
# these to what is only read,
READ_BEFORE = words(
    "per see using uses use from matching matches match following follow like via by with for than as against "
    "calls call imports import on upon mirroring mirrors reading reads read leveraging runs run about "
    "reference references copying loads loading verifies e.g i.e"
)
# and so does "to" behind these.
NOT_INTO = words(
    "pointing points similar according compared equivalent corresponding related refer refers referring "
    "reference references link links symlink due identical relative next up defaults default compatible "
    "prior subscribe listening respond access adheres conform conforms"
)
# With these "from" leads to what is changed,
TAKING = words("remove delete drop extract move strip migrate split pull lift cut")
# with these "to" leads to a second place.
MOVING = words("move rename copy extract migrate convert split port transfer")
# Behind a path that is written these begin an explanation.
OPENING = words(
    "with for that which using via by when if so because since while where as whose after before until "
    "unless without listing based"
)
# These say nothing.
FILLERS = words(
    "the a an new existing all initial main its our file files module test tests script directory both root "
    "each every"
)
# Behind a path these only say what it is.
NOUNS = words("file files directory directories folder folders module modules script scripts structure")
# Behind these comes an argument.
COMMANDS = words(
    "pytest npm npx pnpm yarn bun node python python3 cargo go make bash sh deno uv poetry ruff mypy vitest "
    "jest git cat ls docker"
)
# Behind these comes a route, not a path.
ROUTES = words("get post put patch delete head route endpoint")
# Behind a path these go on without a noun; any other word is one, of which the path says which.
NO_NOUNS = (
    OPENING
    | INTO
    | READ_BEFORE
    | words(
        "first again too also only now here then is are has have must should will exists contains but yet next out"
    )
)
JOINTS = words("and or & + plus , / → ->")
TESTS = words("test tests")
_TEST_WORDS = TESTS | words("spec e2e")


# "Do not modify x", "must never edit x": in front of a verb these forbid; "does not" only tells.
FORBIDDING = words("don't dont mustn't shouldn't without avoid avoiding")
FORBIDDING_BEFORE_NOT = words("do must should shall may please to")


def is_change(word: str) -> bool:
    """Whether a word is a verb that says that something is changed, as it is or as `touching`, `modifying`."""
    stem = word.removesuffix("ing")
    forms = (word,) if stem == word else (stem, f"{stem}e", stem[:-1])
    return any(map(is_writing, forms)) and not word.endswith("s")


def is_verb(word: str) -> bool:
    """Whether a word says what is done to something."""
    return is_writing(word) or word in READING


def is_writing(word: str) -> bool:
    """Whether a word says that something is changed."""
    return word in VERBS or word in WRITING


def is_test_file(path: str) -> bool:
    """Whether a path is one of tests by its words."""
    return not _TEST_WORDS.isdisjoint(re.findall(r"[a-z0-9]+", path.casefold()))
