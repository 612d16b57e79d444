"""`git parallel trust`: the user looks at the commands of the committed `.gitparallel` and has them count."""

from dataclasses import dataclass
from pathlib import Path

from ..config import trust as trusted
from ..config.team import TEAM_FILE, commands
from ..errors import BadInput
from ..project.open import Project, make_runtime, open_project
from ..project.persons import require_person


@dataclass(frozen=True, slots=True)
class TrustAnswer:
    """The commands of the target's `.gitparallel`, whether they count now, and whether they did before."""

    target: str
    commands: tuple[tuple[str, str], ...]
    is_trusted: bool
    was_trusted: bool


def trust(directory: Path) -> TrustAnswer:
    """Trust the content of `.gitparallel` as it was read here, once; raises Refused for an agent."""
    project = _opened_by_a_person(directory)
    before = look(project)
    if not project.team.content:
        raise BadInput(
            f"'{project.target.short}' has no {TEAM_FILE}",
            hint="commit it first; only what is committed counts",
        )
    make_runtime(project)
    trusted.trust(project.runtime, project.team)
    return TrustAnswer(before.target, before.commands, True, before.is_trusted)


def revoke(directory: Path) -> TrustAnswer:
    """Trust nothing any more; raises Refused for an agent."""
    project = _opened_by_a_person(directory)
    was_trusted = trusted.revoke(project.runtime)
    return TrustAnswer(project.target.short, commands(project.team.pairs), False, was_trusted)


def show(directory: Path) -> TrustAnswer:
    """What there is to be trusted, and whether it is."""
    return look(open_project(directory))


def look(project: Project) -> TrustAnswer:
    """The commands of a project's team, and whether they count."""
    is_trusted = trusted.is_trusted(project.runtime, project.team)
    return TrustAnswer(project.target.short, commands(project.team.pairs), is_trusted, is_trusted)


def _opened_by_a_person(directory: Path) -> Project:
    require_person(directory, "what is to be trusted")
    return open_project(directory)
