"""The tasks of Taskmaster: `.taskmaster/tasks/tasks.json`, by tag or, as it once was, in one list."""

from collections.abc import Iterator
from typing import Any

from ...names import printable
from ..document import Document
from ..draft import Draft, Parsed
from ..naming import slugified
from ..prose.dependencies import After
from ..task import Status
from .fields import agent_in, is_nothing, priority_in, status_in
from .json_text import Complaints, Prose, string
from .json_walk import Item, Walk

_MAIN_TAG = "master"
_TEXTS = ("description", "details", "testStrategy", "acceptanceCriteria")
_TELLING = ("dependencies", "subtasks", "status", "testStrategy")
_MOST_BROKEN = 100


def parse(document: Document) -> Parsed | None:
    """The tasks in a document; None for JSON of another shape, such as the tasks of an editor."""
    walk = Walk(document.text, "tasks")
    found = list(walk.items())
    is_own = ".taskmaster" in document.path.split("/") and (found or walk.problem)
    if not is_own and not any(_is_task(one.value) for one in found):
        return None
    tasks = _Tasks(document.path)
    for one in found:
        if not tasks.read(one):
            break
    if walk.problem:
        tasks.say(walk.problem_line, f"{walk.problem}; the rest is not read")
    return Parsed(tuple(tasks.drafts), tuple(tasks.complaints.problems))


def _is_task(value: object) -> bool:
    is_item = isinstance(value, dict) and "id" in value and "title" in value
    return is_item and any(key in value for key in _TELLING)  # type: ignore[operator]


class _Tasks:
    def __init__(self, path: str) -> None:
        self.path = path
        self.drafts: list[Draft] = []
        self.complaints = Complaints(path)
        self.say = self.complaints.add
        self._prose = Prose(self.complaints)
        self._broken = 0

    def read(self, one: Item) -> bool:
        """Take in the next item; False when the rest is not worth reading."""
        for odd in one.odd:
            self.say(one.line, odd)
        task = one.value
        wrong = _wrong(task)
        if not wrong:
            self.drafts.append(self._draft(task, one))
            return True
        self._broken += 1
        is_too_much = self._broken > _MOST_BROKEN
        rest = f"more than {_MOST_BROKEN} items that are no task, the rest is not read"
        self.say(one.line, rest if is_too_much else f"{wrong}; item skipped")
        return not is_too_much

    def _draft(self, task: dict[str, Any], one: Item) -> Draft:
        number, tag = str(task["id"]).strip(), one.group
        title = string(task["title"])
        subtasks = self._subtasks(task, one.line)
        text = "\n\n".join(
            part for each in (task, *subtasks) for part in _texts(each, is_sub=each is not task)
        )
        facts = self._prose.facts(one.line, title, text)
        return Draft(
            path=self.path,
            line=one.line,
            # A mere number is the id of a spec.
            short=slugified(f"{tag or _MAIN_TAG}-{number}"),
            title=title,
            text=f"# {title}\n\n{text}" if text else f"# {title}",
            slug=slugified(title),
            scope=f"{self.path}#{tag}",
            aliases=(number, *(f"{number}.{n}" for each in subtasks if (n := _number(each.get("id"))))),
            declared=facts.declared,
            after=tuple(dict.fromkeys((*self._after(task, one.line), *self._sub_after(subtasks, one.line)))),
            priority=self._priority(task, one.line),
            agent=agent_in(string(task.get("assignee"))),
            status=self._status(task, one.line),
        )

    def _subtasks(self, task: dict[str, Any], line: int) -> list[dict[str, Any]]:
        given = self._list(task, "subtasks", line)
        found = [each for each in given if isinstance(each, dict)]
        if len(found) < len(given):
            self.say(line, "'subtasks' holds something that is no subtask")
        return found

    def _after(self, task: dict[str, Any], line: int) -> Iterator[After]:
        is_odd = False
        for given in self._list(task, "dependencies", line):
            number = _number(given)
            is_odd = is_odd or not number
            if number:
                yield After(number)
        if is_odd:
            self.say(line, "'dependencies' holds something that is no id")

    def _sub_after(self, subtasks: list[dict[str, Any]], line: int) -> Iterator[After]:
        """What subtasks wait for outside their task: a number alone is one of their own first."""
        own = {_number(each.get("id")) for each in subtasks}
        for each in subtasks:
            for after in self._after(each, line):
                if "." in after.spelling:
                    yield after
                elif after.spelling not in own:
                    yield After(after.spelling, is_sure=False)

    def _priority(self, task: dict[str, Any], line: int) -> float | None:
        given = _number(task.get("priority"))
        priority = priority_in(given)
        if priority is None and not is_nothing(given):
            self.say(line, f"'{printable(given[:40])}' is no known priority")
        return priority

    def _status(self, task: dict[str, Any], line: int) -> Status | None:
        word = string(task.get("status"))
        if not word and task.get("status") is None:
            return None
        status = status_in(word)
        if status is None:
            self.say(line, f"'{printable(word[:40])}' is no known status; the task counts as blocked")
        return status or Status.BLOCKED

    def _list(self, task: dict[str, Any], key: str, line: int) -> list[Any]:
        given = task.get(key)
        if given is not None and not isinstance(given, list):
            self.say(line, f"'{key}' is no list")
        return given if isinstance(given, list) else []


def _wrong(value: object) -> str:
    """Why a value is no task; empty when it is one."""
    if not isinstance(value, dict):
        return "no JSON object"
    if not _number(value.get("id")):
        return "a task without a number or a text as 'id'"
    return "" if isinstance(value.get("title"), str) else "a task without a text as 'title'"


def _number(value: object) -> str:
    """An id, written as a number or as a text; empty for anything else."""
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_whole else string(value).strip()


def _texts(task: dict[str, Any], *, is_sub: bool) -> Iterator[str]:
    """What a task says, or a subtask below its own title."""
    if is_sub and string(task.get("title")):
        done = "x" if status_in(string(task.get("status"))) is Status.COMPLETE else " "
        yield f"- [{done}] {' '.join(string(task['title']).split())}"
    yield from (string(task.get(key)) for key in _TEXTS if string(task.get(key)))
