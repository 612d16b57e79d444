"""What an agent type may change at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..overlap.patterns import EVERYTHING, Pattern, matches, parse, trusted


@dataclass(frozen=True, slots=True)
class Territory:
    """The patterns that an agent type owns; without any it may change everything."""

    agent: str
    patterns: tuple[Pattern, ...] = ()

    def has(self, path: str) -> bool:
        """Whether the agent type may change `path`."""
        return not self.patterns or any(matches(pattern, path) for pattern in self.patterns)


def territories(owns: Mapping[str, Iterable[str]]) -> Mapping[str, Territory]:
    """The territories of all agent types; raises BadName for a pattern that cannot be meant.

    `**` is one here: whatever no other agent type has a more specific pattern for.
    """
    return {agent: Territory(agent, tuple(map(_pattern, texts))) for agent, texts in owns.items()}


def _pattern(text: str) -> Pattern:
    return trusted(text) if text == EVERYTHING else parse(text)
