"""`git parallel doctor`: what is damaged in the repository, and healing it."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import ParallelError, Refused
from ..git.command import Git
from ..git.finding_out import admin_around, common_of
from ..git.room import is_inside
from ..project.health.examining import Mended, examine, heal
from ..project.health.finding import Finding
from ..project.health.scene import Scene
from ..project.open import Premises, find_premises, open_project
from ..project.persons import require_no_worktree_of_an_agent, require_person


@dataclass(frozen=True, slots=True)
class DoctorAnswer:
    """What was healed and how, what is wrong, and what kept some of that from being healed or looked at."""

    mended: tuple[Mended, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong, or is wrong any more."""
        return not self.findings and not self.notes


def doctor(directory: Path, *, is_healing: bool) -> DoctorAnswer:
    """Tell what is wrong, and heal what can be; raises Refused to agents that want that, or are in a sandbox."""
    premises = _premises(directory, is_healing=is_healing)
    if is_inside(premises.common):
        raise Refused(
            "from inside a sandbox not all of the repository can be seen", hint="run it in the main worktree"
        )

    def look() -> Scene:
        return _look(premises, directory)

    report = heal(look) if is_healing else examine(look)
    return DoctorAnswer(report.mended, report.left, report.notes)


def _premises(directory: Path, *, is_healing: bool) -> Premises:
    """The repository around a directory, also where git does not find it because the worktree there is damaged."""
    try:
        found = find_premises(directory)
        if is_healing:
            require_person(directory, "what is healed")
    except ParallelError:
        admin = admin_around(directory)
        common = common_of(admin) if admin else None
        if admin is None or common is None:
            raise
        if is_healing:
            require_no_worktree_of_an_agent(admin, "what is healed")
        return Premises(Git(common.parent if common.name == ".git" else common), common)
    return found


def _look(premises: Premises, directory: Path) -> Scene:
    """Take a look; where the worktree around a directory is damaged, with the settings as the main one has them."""
    problem = None
    for place in (directory, premises.git.directory):
        try:
            return Scene(premises, open_project(place))
        except ParallelError as error:
            problem = problem or error
    return Scene(premises, None, problem=problem)
