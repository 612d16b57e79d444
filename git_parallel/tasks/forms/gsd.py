"""What is peculiar to the plans of GSD (`.planning/phases/01-slug/01-02-PLAN.md`).

Front matter names phase and plan, which are the id together. The body is no Markdown on its outside:
`<task>` elements hold `<files>` to change, files to `<read_first>` and the prose of an `<action>`; the
rest is background, checks and expectations.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ..naming import slugified
from ..prose.markdown import Line
from .matter_keys import Fields, parts
from .matter_paths import labelled

_PHASE = re.compile(
    r"(?:phase[-_ ]?)?([0-9]{1,4}(?:\.[0-9]{1,4})?)(?:[-_ ]+(.*))?", re.IGNORECASE | re.DOTALL
)
_TAG = re.compile(r"\s{0,80}<(/?)([a-z_]{1,40})(?:\s[^<>]{0,400})?>")
_LONGEST_TITLE = 80


@dataclass(frozen=True, slots=True)
class Body:
    """The prose of a body, its lines that declare files, what is to be read (line and path), and a title."""

    lines: tuple[Line, ...]
    files: tuple[Line, ...] = ()
    read: tuple[tuple[int, str], ...] = ()
    title: str = ""


def plan_id(fields: Fields) -> tuple[str, tuple[str, ...]] | None:
    """The id of a plan, `01-02` for plan 02 of the phase `01-schema`, and its other spellings."""
    phase, plan = fields.text("phase"), fields.text("plan")
    if not phase or not plan or len(plan) > _LONGEST_TITLE:
        return None
    number = _number(phase)
    whole = plan if plan.startswith(f"{number}-") else f"{number}-{plan}"
    own = whole.removeprefix(f"{number}-")
    return slugified(whole), (whole, own, f"{whole}-PLAN", f"{phase}-{own}")


def phase_number(fields: Fields) -> str:
    """The number of the phase that a plan is one of; empty for another document."""
    return _number(fields.text("phase")) if plan_id(fields) else ""


def phase_slug(fields: Fields) -> str:
    """The phase in one word, by which plans of one number in several milestones are told apart.

    One word and none that a report is called by, because files of one number whose words are alike are
    taken for one task; a plan and its summary are that by their directory.
    """
    match = _PHASE.fullmatch(fields.text("phase"))
    words = slugified((match.group(2) or "") if match else fields.text("phase")).split("-")
    return "".join(words) if len(words) > 1 else f"phase{words[0]}"


def is_summary(path: str, fields: Fields) -> bool:
    """Whether a document is the summary that GSD writes when a plan is carried out."""
    return path.endswith("-SUMMARY.md") and plan_id(fields) is not None


def has_tags(body: Iterable[Line]) -> bool:
    """Whether a body consists of `<task>` elements."""
    return any(line.text.lstrip().startswith(("<task ", "<task>")) for line in body)


def read_tags(body: Iterable[Line]) -> Body:
    """The body of a plan: its actions are its prose, background and checks are left out."""
    reader = _Tags()
    for line in body:
        reader.read(line)
    return Body(tuple(reader.lines), tuple(reader.files), tuple(reader.reads), reader.title)


class _Tags:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.files: list[Line] = []
        self.reads: list[tuple[int, str]] = []
        self.title = ""
        self._inside = ""

    def read(self, line: Line) -> None:
        """Take in the next line."""
        text = line.text
        tag = _TAG.match(text)
        if tag and self._inside == "action" and not (tag[1] and tag[2] == "action"):
            tag = None  # an action may show how such a file looks
        if tag is None:
            self._content(line)
            return
        self._inside = "" if tag[1] else tag[2]
        rest = text[tag.end() :]
        content, end, _ = rest.partition(f"</{tag[2]}>")
        if content.strip():
            self._content(Line(line.number, 0, 0, False, line.fence, content.strip()))
        if end:
            self._inside = ""

    def _content(self, line: Line) -> None:
        text = line.text.split("</", 1)[0] if self._inside in ("files", "read_first") else line.text
        if self._inside == "files":
            self.files += labelled(line.number, text)
        elif self._inside == "read_first":
            self.reads += ((line.number, part) for part in parts(text))
        elif self._inside == "action":
            self.lines.append(line)
        elif self._inside == "objective" and not self.title:
            self.title = _sentence(text)


def _sentence(text: str) -> str:
    """The first sentence, cut between words."""
    first = re.split(r"(?<=[\w`)])\.\s|[:—]\s", text.strip(), maxsplit=1)[0].strip().rstrip(".:")
    if len(first) <= _LONGEST_TITLE:
        return first
    return first[: _LONGEST_TITLE - 3].rpartition(" ")[0] + "..."


def _number(phase: str) -> str:
    match = _PHASE.fullmatch(phase)
    return match.group(1) if match else phase
