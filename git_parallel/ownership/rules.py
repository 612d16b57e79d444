"""What an agent type may change at all, and which paths need more than a wildcard."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ..names import is_dot_git, looks_like_git_file
from ..overlap.patterns import Pattern, matches, parse


@dataclass(frozen=True, slots=True)
class Territory:
    """The patterns that an agent type owns; without any it may change everything."""

    agent: str
    patterns: tuple[Pattern, ...] = ()

    def has(self, path: str) -> bool:
        """Whether the agent type may change `path`."""
        return not self.patterns or any(matches(pattern, path) for pattern in self.patterns)


def territories(owns: Mapping[str, Iterable[str]]) -> Mapping[str, Territory]:
    """The territories of all agent types; raises BadName for a pattern that cannot be meant."""
    return {agent: Territory(agent, tuple(map(parse, patterns))) for agent, patterns in owns.items()}


def is_control_file(path: str) -> bool:
    """Whether git itself reads the file (`.gitattributes`, `.gitmodules`, ...) or its name passes for `.git`.

    Such a file decides over other files, so only an exact declaration gives it, never a wildcard.
    """
    segments = path.split("/")
    return looks_like_git_file(segments[-1]) or any(is_dot_git(segment) for segment in segments)
