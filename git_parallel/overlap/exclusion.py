"""Which overlaps keep two tasks from running at the same time: the chosen level, and hot files by policy."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from . import patterns
from .policy import Level, Policy
from .risk import Risk


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What excludes. `hot` are globs with their policies; of several that match, the last one counts."""

    level: Level = Level.FILE
    hot: tuple[tuple[str, Policy], ...] = ()

    def policy_of(self, path: str) -> Policy | None:
        """The policy for one file; None where it is an ordinary one."""
        return _policy(self.hot, path) if self.hot else None

    def excludes(self, risk: Risk, policy: Policy | None = None) -> bool:
        """Whether meeting at a place with this risk and policy keeps two tasks apart."""
        if policy is not None:
            return policy is Policy.SERIALISE
        return risk.severity >= _LEAST[self.level]


_LEAST = {Level.FILE: Risk.PATTERN.severity, Level.HUNK: Risk.HUNK.severity}


def unions(hot: Sequence[tuple[str, Policy]]) -> tuple[tuple[str, bool], ...]:
    """The globs of hot files as git's attributes write them, each with whether a merge keeps both sides.

    The last that matches counts there as well. There are no braces, and a directory is not what lies
    below it. Nothing at all where nothing is to be kept.
    """
    if not any(policy is Policy.UNION for _, policy in hot):
        return ()
    return tuple(
        (f"{text}**" if text.endswith("/") else text, policy is Policy.UNION)
        for glob, policy in hot
        for text in patterns.alternatives(glob)
    )


@lru_cache(maxsize=1 << 14)
def _policy(hot: tuple[tuple[str, Policy], ...], path: str) -> Policy | None:
    for glob, policy in reversed(hot):
        # A bare name is that file in every directory, as in .gitattributes and .gitignore.
        wanted = glob if "/" in glob else f"**/{glob}"
        if patterns.matches(patterns.trusted(wanted), path):
            return policy
    return None
