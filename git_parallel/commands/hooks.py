"""`git parallel hooks`: whether the hooks in agent worktrees are in order, putting them in order, taking them out."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import Refused
from ..git import guard, users_hooks
from ..names import TaskId
from ..project import coordinator
from ..project.guarding import arm, tampered
from ..project.open import Project, make_runtime, open_project
from ..project.persons import require_person


@dataclass(frozen=True, slots=True)
class HooksAnswer:
    """Whether the hooks are installed, what is wrong with them, and what they are.

    `theirs` are the hooks of the user's that run in agent worktrees as well, `worktrees` the tasks that have one.
    """

    is_installed: bool
    problems: tuple[str, ...]
    ours: tuple[str, ...]
    theirs: tuple[str, ...]
    worktrees: tuple[TaskId, ...]
    may_push: bool

    @property
    def is_in_order(self) -> bool:
        """Whether nothing is wrong: also where there is nothing yet that they would have to guard."""
        return not self.problems


def status(directory: Path) -> HooksAnswer:
    """Look at them; nothing is changed."""
    project = open_project(directory)
    return _answer(project, tampered(project) if _is_wanted(project) else ())


def repair(directory: Path) -> tuple[HooksAnswer, tuple[str, ...]]:
    """Install them or put them in order; what stood wrong, a sentence each. Raises Refused for an agent."""
    require_person(directory, "which hooks run")
    project = open_project(directory)
    make_runtime(project)
    found = tampered(project) if guard.is_installed(project.git, project.common) else ()
    arm(project)
    return _answer(project, tampered(project)), found


def uninstall(directory: Path) -> bool:
    """Take them out, leaving no byte of ours in `.git/config`; whether there were any.

    Raises Refused for an agent, and while there are agent worktrees or a coordinator.
    """
    require_person(directory, "which hooks run")
    project = open_project(directory)
    there = guard.tasks(project.common)
    if there:
        raise Refused(
            f"there are worktrees of agents, which would be without a guard: {', '.join(there)}",
            hint="put away what is merged with 'git parallel prune'",
        )
    if coordinator.is_in_office(project):
        raise Refused(
            "a coordinator is at work, which makes worktrees", hint="end it with 'git parallel stop'"
        )
    return guard.uninstall(project.git, project.common)


def _is_wanted(project: Project) -> bool:
    return bool(guard.tasks(project.common)) or guard.is_installed(project.git, project.common)


def _answer(project: Project, problems: tuple[str, ...]) -> HooksAnswer:
    folder = users_hooks.folder(project.git, project.common)
    return HooksAnswer(
        is_installed=guard.is_installed(project.git, project.common),
        problems=problems,
        ours=tuple(guard.GUARDED),
        theirs=tuple(sorted(users_hooks.names(folder, project.common))),
        worktrees=guard.tasks(project.common),
        may_push=project.settings.push,
    )
