"""`git parallel owners import` as text: the stanzas on stdout, whatever is lost on the way on stderr."""

from pathlib import Path

from ..commands.owners_import import ImportAnswer, owners_import
from ..config.team import TEAM_FILE
from ..names import printable
from .errors import note


def show_owners_import(file: str, *, agents: tuple[str, ...], write: bool) -> None:
    """Print what would be written, or write it and say so."""
    answer = owners_import(Path.cwd(), file, agents=agents, write=write)
    for problem in answer.problems:
        note(printable(str(problem)))
    if write:
        print(_summary(answer, is_written=True))
        return
    print(answer.text, end="")
    note(_summary(answer, is_written=False))


def _summary(answer: ImportAnswer, *, is_written: bool) -> str:
    if not answer.new:
        return f"{TEAM_FILE} says all of that already"
    more = f"; {answer.known} more it has already" if answer.known else ""
    what = f"{_count(answer.new, 'pattern')} of {_count(answer.agents, 'agent type')}"
    if not is_written:
        return f"{what} would be added to {TEAM_FILE}{more}; --write adds them"
    return (
        f"{what} added to {TEAM_FILE}{more}; commit it, settings are read from commits of '{answer.target}'"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
