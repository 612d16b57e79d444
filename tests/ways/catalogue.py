"""The ways, as they are written down: shell scripts under headings, one file per kind."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ


@dataclass(frozen=True, slots=True)
class Way:
    """A script for the shell, what it is called, and the words before its heading's name: `aim` says where
    its harm shows before the merge (`refs`, `left` in a worktree, or only in a `merge` of the branch).
    """

    kind: str
    name: str
    aim: str
    script: str

    @property
    def id(self) -> str:
        return re.sub(r"[^a-z0-9]+", "-", f"{self.kind} {self.name}".lower()).strip("-")


def read(folder: str) -> list[Way]:
    """All ways of a folder; what is between the heading and its script as `#` is for people."""
    return [way for file in sorted((HERE / folder).glob("*.sh")) for way in _ways(file)]


def _ways(file: Path) -> list[Way]:
    parts = re.split(r"^## (?:\[(\w+)\] )?(.+)\n", file.read_text("utf-8"), flags=re.MULTILINE)[1:]
    return [
        Way(file.stem, name, aim or "refs", script)
        for aim, name, script in zip(parts[::3], parts[1::3], parts[2::3], strict=True)
    ]
