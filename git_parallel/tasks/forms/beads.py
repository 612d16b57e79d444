"""The issues of beads: `.beads/issues.jsonl`, a JSON object on each line."""

from collections.abc import Iterator, Sequence
from typing import Any

from ...names import printable
from ..document import Document
from ..draft import Draft, Parsed
from ..naming import slugified
from ..prose.dependencies import After
from ..task import Problem, Status
from .fields import agent_in, status_in
from .json_text import MOST_ITEMS, Complaints, Prose, Reader, Unreadable, skip_space, string

_MOST_BROKEN = 100
_TEXTS = ("description", "design", "acceptance_criteria", "notes")
_EPHEMERAL = "-wisp-"  # beads never exports these, so that nothing can be said of one that is not there
_HIGHEST_PRIORITY = 1000


def parse(document: Document) -> Parsed | None:
    """The issues in a document; None when no line is one, unless the file lies where beads keeps its own."""
    issues = _Issues(document.path)
    for number, line in enumerate(document.lines, 1):
        if not issues.read(line, number):
            break
    is_own = document.path.startswith(".beads/") or "/.beads/" in document.path
    return Parsed(issues.drafts(), tuple(issues.problems)) if issues.found or is_own else None


class _Issues:
    def __init__(self, path: str) -> None:
        self.path = path
        self.found: dict[str, tuple[dict[str, Any], int]] = {}
        self._complaints = Complaints(path)
        self._say = self._complaints.add
        self._prose = Prose(self._complaints)
        self._json = Reader()
        self._broken = 0

    @property
    def problems(self) -> Sequence[Problem]:
        """What was wrong so far."""
        return self._complaints.problems

    def drafts(self) -> tuple[Draft, ...]:
        """All issues, in the order of their first lines."""
        return tuple(self._draft(issue, name, number) for name, (issue, number) in self.found.items())

    def read(self, line: str, number: int) -> bool:
        """Take in the next line; False when the rest is not worth reading."""
        if not line.strip():
            return True
        try:
            issue, end = self._json.at(line, skip_space(line, 0))
            if skip_space(line, end) != len(line):
                raise Unreadable("no JSON: more behind the object", end)
        except Unreadable as error:
            return self._refuse(number, error.message)
        for odd in self._json.odd:
            self._say(number, odd)
        wrong = _wrong(issue)
        if wrong:
            return self._refuse(number, wrong)
        self._keep(issue, number)
        return len(self.found) < MOST_ITEMS

    def _keep(self, issue: dict[str, Any], number: int) -> None:
        """Take in an issue; of two with one id, as a merge leaves them, the one that was changed last."""
        name = string(issue["id"])
        old, line = self.found.get(name, (None, 0))
        if old == issue:
            return
        if old is not None:
            is_newer = string(issue.get("updated_at")) >= string(old.get("updated_at"))
            counts = "this line counts" if is_newer else f"line {line} counts"
            self._say(number, f"'{printable(name[:60])}' stands here again; {counts}")
            if not is_newer:
                return
        self.found[name] = (issue, number)

    def _draft(self, issue: dict[str, Any], name: str, number: int) -> Draft:
        text = "\n\n".join(string(issue.get(key)) for key in _TEXTS if string(issue.get(key)))
        facts = self._prose.facts(number, string(issue["title"]), text)
        return Draft(
            path=self.path,
            line=number,
            short=slugified(name),
            title=string(issue["title"]),
            text=f"# {string(issue['title'])}\n\n{text}",
            slug=slugified(string(issue["title"])),
            scope=self.path,
            aliases=(name,),
            declared=facts.declared,
            after=tuple(dict.fromkeys(self._after(issue, name, number))),
            priority=self._priority(issue, number),
            agent=agent_in(string(issue.get("assignee"))),
            status=self._status(issue, number),
        )

    def _after(self, issue: dict[str, Any], name: str, number: int) -> Iterator[After]:
        """The issues that block this one; parents and what it was discovered from do not."""
        given = issue.get("dependencies")
        if given is None:
            return
        is_odd = not isinstance(given, list)
        for one in given if isinstance(given, list) else ():
            if not isinstance(one, dict):
                is_odd = True
            elif one.get("type") == "blocks" and one.get("issue_id", name) == name:
                other = string(one.get("depends_on_id"))
                is_odd = is_odd or not other
                if other:
                    yield After(other, is_sure=_EPHEMERAL not in other)
        if is_odd:
            self._say(number, "'dependencies' is or holds something that names no issue")

    def _priority(self, issue: dict[str, Any], number: int) -> float | None:
        given = issue.get("priority")
        if isinstance(given, int) and not isinstance(given, bool) and 0 <= given <= _HIGHEST_PRIORITY:
            return float(given)
        if given is not None:
            self._say(number, "'priority' is no number from 0 to 4")
        return None

    def _status(self, issue: dict[str, Any], number: int) -> Status:
        word = string(issue.get("status"))
        status = status_in(word)
        if status is None:
            self._say(number, f"'{printable(word[:40])}' is no known status; the task counts as blocked")
        return status or Status.BLOCKED

    def _refuse(self, number: int, message: str) -> bool:
        self._broken += 1
        if self._broken > _MOST_BROKEN:
            self._say(number, f"more than {_MOST_BROKEN} lines that are no issue, the rest is not read")
            return False
        self._say(number, f"{message}; line skipped")
        return True


def _wrong(issue: object) -> str:
    """Why a value is no issue; empty when it is one."""
    if not isinstance(issue, dict):
        return "no JSON object"
    for key in ("id", "title", "status"):
        if not isinstance(issue.get(key), str):
            return f"an issue without a text as '{key}'"
    return "" if issue["id"].strip() else "an issue with an empty 'id'"
