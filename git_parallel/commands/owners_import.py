"""`git parallel owners import`: patterns of agent types from CODEOWNERS and from tables of owners."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..project import importing
from ..project.inside import inside
from ..project.open import open_project
from ..tasks.task import Problem


@dataclass(frozen=True, slots=True)
class ImportAnswer:
    """The stanzas that the `.gitparallel` lacks, how many patterns they are, and what the document says besides.

    `known` are the patterns that it has already. Where it was asked for, the stanzas were written.
    """

    target: str
    text: str
    new: int
    known: int
    agents: int
    problems: tuple[Problem, ...]


def owners_import(directory: Path, file: str, *, agents: Sequence[str], write: bool) -> ImportAnswer:
    """Read a document of owners, and with `write` add what is new to the `.gitparallel` of this worktree."""
    project = open_project(directory)
    top = inside(directory).top
    found = importing.find(project.git, top, directory / file, file, agents)
    if write and found.new:
        importing.write(project.git, top, found)
    new = sum(map(len, found.new.values()))
    return ImportAnswer(
        target=project.target.short,
        text=found.text,
        new=new,
        known=sum(map(len, found.owns.values())) - new,
        agents=len(found.new),
        problems=found.problems,
    )
