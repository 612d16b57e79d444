"""The ids in file names and in spellings."""

import re
from dataclasses import dataclass

LONGEST_ID = 48
_SPEC_NAME = re.compile(r"(?:spec[-_ ]|priority[-_ ])?(.*)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"([0-9]{1,6})(?:[-_.]([0-9]{1,2}))?(?![0-9a-zA-Z])[-_ ]*(.*)", re.DOTALL)
_STORY = re.compile(r"((?:us|bug|refactor)-[0-9]{1,6})(?![0-9a-z])-*(.*)", re.DOTALL)
_PREFIXED = re.compile(r"(?:spec|priority)[-_ ]?[0-9]|(?:us|bug|refactor)[-_ ]?[0-9]", re.IGNORECASE)
_TEMPLATE = re.compile(r"(?:^|[-_ ])template(?:[-_. ]|$)", re.IGNORECASE)
_FORM = re.compile(r"(?:^|[-_ /])template\.(?:md|txt|rst)$", re.IGNORECASE)
_ARCHIVES = frozenset(
    (".archive", "archive", "archived", "archives", ".backup", "backup", "backups", "exported", "deprecated")
)


@dataclass(frozen=True, slots=True)
class Name:
    """What a file name says: the id that it claims, the rest, and other ids in it."""

    short: str
    slug: str
    aliases: tuple[str, ...] = ()


def is_template(path: str) -> bool:
    """Whether a file is the form that specs are written on, not a spec."""
    return _TEMPLATE.search(path.rsplit("/", 1)[-1]) is not None


def is_form(path: str) -> bool:
    """Whether a path names a form that texts are written on (`SPEC_TEMPLATE.md`)."""
    return "template." in path.casefold() and _FORM.search(path) is not None


def is_archived(path: str) -> bool:
    """Whether a file lies where copies are kept that nobody works from: `archive/`, `.backup/`, `exported/`."""
    return not _ARCHIVES.isdisjoint(path.casefold().split("/")[:-1])


def home(path: str) -> str:
    """The directory that is one spec together with this file in it (`SPEC-025-slug/phase1-x.md`), or empty."""
    *above, name = path.split("/")
    is_own = not above or _PREFIXED.match(name) or not _PREFIXED.match(above[-1])
    return "" if is_own else "/".join(above)


def slugified(text: str) -> str:
    """`text` as an id: lower case, `-` between words, at most 48 characters cut between words."""
    slug = "-".join(re.findall(r"[a-z0-9]+", text.casefold()))
    if len(slug) <= LONGEST_ID:
        return slug
    head = slug[: LONGEST_ID + 1].rpartition("-")[0]
    return (head or slug[:LONGEST_ID]).strip("-")


def file_name(path: str) -> Name:
    """The id in the name of a file, or of the directory that is its home.

    `SPEC-001-auth.md` is `1`, `SPEC-2-6-x.md` `2-6`, `SPEC-auth.md` `auth`, `SPEC-7-x/phase1-y.md` `7`.
    """
    stem = (home(path) or path).rsplit("/", 1)[-1].removesuffix(".md")
    match = _SPEC_NAME.match(stem)
    rest = match.group(1) if match else stem
    number = _NUMBER.match(rest)
    if number is None:
        story = _STORY.match(rest.casefold())
        return Name(story.group(1), slugified(story.group(2))) if story else Name(slugified(rest), "")
    whole, part, slug = number.groups()
    story = _STORY.match(slug.casefold())
    short = f"{_plain(whole)}-{_plain(part)}" if part else _plain(whole)
    return Name(short, slugified(slug), (story.group(1),) if story else ())


def short_id(spelling: str) -> str:
    """The id that a spelling means: `PRIORITY 020` -> `20`, `US-043` -> `us-043`, `2.65` -> `2-65`."""
    folded = re.sub(r"^(?:priority|spec|task)[-_ #]+", "", spelling.casefold().strip())
    words = re.findall(r"[a-z0-9]+", folded)
    if words and all(word.isdigit() for word in words):
        words = [_plain(word) for word in words]
    return "-".join(words)[:LONGEST_ID].strip("-")


def _plain(number: str) -> str:
    return number.lstrip("0") or "0"
