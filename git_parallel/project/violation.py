"""What speaks against a branch."""

from dataclasses import dataclass

from ..names import Oid
from ..ownership.judge import Foreign


@dataclass(frozen=True, slots=True)
class Violation:
    """A commit that touches a foreign path; `commit` is None where only the merged result does."""

    commit: Oid | None
    foreign: Foreign
