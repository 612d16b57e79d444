"""What the front matter of a file says of its task; the body only says what that leaves open."""

from collections.abc import Iterator
from dataclasses import dataclass

from ..prose.dependencies import After
from ..prose.estimate import seconds
from ..prose.reading import Facts
from ..task import Declared, Kind, Status
from .fields import agent_in, is_nothing, priority_in, spelling_in, status_in
from .matter_keys import Fields


@dataclass(frozen=True, slots=True)
class Said:
    """The facts of a task, as `Draft` has them."""

    after: tuple[After, ...]
    before: tuple[After, ...]
    conflicts: tuple[str, ...]
    wave: int | None
    is_alone: bool
    priority: float | None
    agent: str | None
    status: Status | None
    estimate: float | None
    patches: tuple[Declared, ...]


def said(fields: Fields, facts: Facts) -> Said:
    """The facts in front matter, and those of the body where it has none."""
    if fields.is_empty:  # most files have no front matter, and there are thousands of them
        return Said(
            after=facts.after,
            before=facts.before,
            conflicts=(),
            wave=None,
            is_alone=False,
            priority=facts.priority,
            agent=facts.agent,
            status=facts.status,
            estimate=facts.estimate,
            patches=facts.patches,
        )
    return Said(
        after=_after(fields, facts),
        before=tuple(dict.fromkeys((*(After(text) for text in _spellings(fields, "before")), *facts.before))),
        conflicts=tuple(_spellings(fields, "conflicts")),
        wave=fields.whole_number("wave"),
        is_alone=fields.is_no("parallel"),
        priority=_priority(fields, facts),
        agent=next((a for text in fields.texts("agent") if (a := agent_in(text))), facts.agent),
        status=status(fields, facts.status),
        estimate=next((s for t in fields.texts("estimate") if (s := seconds(t)) is not None), facts.estimate),
        patches=tuple(dict.fromkeys((*_patches(fields), *facts.patches))),
    )


def status(fields: Fields, otherwise: Status | None) -> Status | None:
    """The state that a status field names; `otherwise` without one. What is not sure is blocked."""
    line = fields.line("status")
    said = {text: status_in(text) for text in fields.singles("status")}
    for text, known in said.items():
        if known is None:
            fields.complain(line, f"'{text}' is no known status; the task counts as blocked")
    states = set(said.values())
    if len(states) > 1:
        fields.complain(line, "several states in one front matter; the task counts as blocked")
    is_odd = any(value.items or value.pairs for _, value in fields.keys("status"))
    if is_odd or len(states) > 1:
        return Status.BLOCKED
    return states.pop() or Status.BLOCKED if states else otherwise


def _after(fields: Fields, facts: Facts) -> tuple[After, ...]:
    """What the front matter says that the task waits for; what its body says, when it says nothing."""
    sure = tuple(After(text) for text in _spellings(fields, "after"))
    # `dependencies` may as well be libraries, as long as their names hold no number.
    loose = tuple(
        After(text, is_sure=any(c.isdigit() for c in text)) for text in _spellings(fields, "dependencies")
    )
    # What is required may be a result, a requirement or a tool; only a task that is there counts.
    unsure = (spelling_in(text) for text in fields.texts("requires"))
    required = tuple(After(text, is_sure=False) for text in unsure if text and any(c.isdigit() for c in text))
    has_key = fields.has("after") or fields.has("dependencies")
    return tuple(dict.fromkeys((*sure, *loose, *required, *(() if has_key else facts.after))))


def _spellings(fields: Fields, name: str) -> Iterator[str]:
    for value, text in fields.entries(name):
        spelling = spelling_in(text)
        if spelling:
            yield spelling
        elif not is_nothing(text):
            fields.complain(value.line, f"no task can be read from '{text}'")


def _priority(fields: Fields, facts: Facts) -> float | None:
    text = fields.text("priority")
    if not text:
        return facts.priority
    priority = priority_in(text)
    if priority is None:
        fields.complain(fields.line("priority"), f"'{text}' is no known priority")
    return priority


def _patches(fields: Fields) -> Iterator[Declared]:
    for value, text in fields.entries("patch"):
        path = text.strip("`").removeprefix("./")
        yield Declared(path, Kind.MENTION, fields.path, value.line)
