"""What a task says of itself beside its files: how far it is, who does it, what it waits for."""

import re
from dataclasses import dataclass, field

from ..task import Declared, Status
from .dependencies import After, dependencies, leading_dependency
from .estimate import seconds
from .labels import Meaning, Role
from .status import status_of

_AGENT = re.compile(r"[`*\s]{0,4}([a-z][a-z0-9_.-]{1,60})(?: agent)?`?(?:[ ,(;*].*)?")
_STORY = re.compile(r"\b(US-\d{1,6})\b", re.IGNORECASE)
_NUMBER = re.compile(r"\d{1,6}(?:\.\d{1,4})?")
_DIGIT = re.compile(r"\d").search


@dataclass(slots=True)
class Sayings:
    """What was said so far; of each single fact the first word stands."""

    after: list[After] = field(default_factory=list)
    before: list[After] = field(default_factory=list)
    stories: list[str] = field(default_factory=list)
    patches: list[Declared] = field(default_factory=list)
    status: Status | None = None
    agent: str | None = None
    priority: float | None = None
    estimate: float | None = None

    def take(self, value: str, found: Meaning, *, in_header: bool) -> None:
        """Take in the value of a label; below the header all but estimates are those of a step or a part."""
        if found.role is Role.ESTIMATE:
            self.estimate = seconds(value) if self.estimate is None else self.estimate
        elif not in_header:
            return
        elif found.role is Role.STATUS and self.status is None:
            self.status = status_of(value)
        elif found.role is Role.AGENT and self.agent is None:
            agent = _AGENT.fullmatch(value)
            self.agent = agent.group(1) if agent else None
        elif found.role is Role.PRIORITY and self.priority is None:
            self.priority = _number(value)
        elif found.role is Role.STORY:
            self.stories += [story.upper() for story in _STORY.findall(value)]

    def wait(self, name: str, value: str, found: Meaning) -> tuple[tuple[After, ...], bool]:
        """Take in a label such as `Requires US-035 Complete`, or else its value.

        The tasks that it names, and whether it was the label itself.
        """
        inside = dependencies(name) if _DIGIT(name) else ()
        named = inside or dependencies(value, is_strict=found.is_strict)
        self._noted(found).extend(named)
        return named, bool(inside)

    def wait_in_list(self, text: str, found: Meaning, *, is_section: bool) -> None:
        """Take in an item of a list of dependencies; in a section only what it begins with."""
        named = leading_dependency(text) if is_section else dependencies(text, is_strict=found.is_strict)
        self._noted(found).extend(named)

    def _noted(self, found: Meaning) -> list[After]:
        return self.after if found.role is Role.AFTER else self.before


def _number(value: str) -> float | None:
    word = value.strip("*`# ").split(" ", 1)[0]
    return float(word) if _NUMBER.fullmatch(word) else None
