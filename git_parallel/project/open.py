"""One repository, found from where the user stands, with its settings and its target."""

import re
from dataclasses import dataclass, field, replace
from os import environ
from pathlib import Path

from ..config import reading, trust
from ..config.settings import Settings
from ..config.team import TeamFile
from ..errors import BadInput, BadName, Unusable
from ..git.command import Git
from ..git.place import Place, admin_of
from ..git.store import Store
from ..names import Oid, RefName, TaskId, printable


@dataclass(frozen=True, slots=True)
class Premises:
    """Where the coordinator of a repository sits, which must be found even where the target is gone.

    `git` runs in the main worktree, `common` is the shared git directory.
    """

    git: Git
    common: Path

    @property
    def runtime(self) -> Path:
        """`.git/parallel`, where everything lies that is not a ref."""
        return self.common / "parallel"


@dataclass(frozen=True, slots=True)
class Project(Premises):
    """A repository as all verbs see it; `base` is the commit of the target at the moment of opening.

    `team` is the `.gitparallel` that the settings are from, as it was read.
    """

    main: Path
    settings: Settings
    target: RefName
    base: Oid
    team: TeamFile = field(default_factory=TeamFile)

    @property
    def tasks_runtime(self) -> Path:
        """Locks, start and exit records of agents."""
        return self.runtime / "tasks"

    def log_of(self, task: str, attempt: int) -> Path:
        """The output of one attempt."""
        return self.runtime / "logs" / task / f"{attempt}.log"

    def place_of(self, task: TaskId) -> Place:
        """Where the worktree of a task is or will be; raises BadInput for a template that cannot be."""
        values = {"id": str(task), "repo": self.main.name.removesuffix(".git")}
        try:
            branch = RefName.of_branch(_fill(self.settings.branch, values))
        except BadName as error:
            raise BadInput(f"parallel.branch: {error.message}") from error
        path = (self.main / Path(_fill(self.settings.worktree, values)).expanduser()).resolve()
        return Place(path=path, branch=branch, admin=admin_of(self.common, task))


def find_premises(directory: Path) -> Premises:
    """Find the repository around `directory`, whatever state its branches are in; raises NotARepository."""
    git, common, _ = _discover(directory)
    return Premises(git, common)


def open_project(directory: Path, *, hurried: bool = False, usual: RefName | None = None) -> Project:
    """Find the repository around `directory`; `hurried` where even old versions of git would do.

    Where no setting names the target it is the `usual` one, if that exists, else the branch of the main worktree.
    Raises NotARepository, or Unusable with the way on: bare, unborn or detached HEAD, too old a git.
    """
    if not hurried:
        Git(directory).require_version()
    git, common, main = _discover(directory)
    own = reading.read(git)
    # The target may be set by the team as well, so the settings are built twice where it is.
    settings = reading.build(own, [])
    head = usual if usual and git.find_ref(usual) else _head(git, common)
    target = _target(settings.target) if settings.target else head
    base = git.find_ref(target) if target else None
    team = reading.read_team(git, base) if base else TeamFile()
    if team.pairs:
        settings = reading.build(own, team.pairs, is_trusted=trust.is_trusted(common / "parallel", team))
        target = _target(settings.target) if settings.target else head
        base = git.find_ref(target) if target else None
    if target is None:
        raise Unusable(
            "no branch is checked out in the main worktree (detached HEAD), so there is no target",
            hint="'git switch main', or say which: 'git config parallel.target main'",
        )
    if base is None:
        if settings.target:
            raise BadInput(
                f"parallel.target: there is no branch '{target.short}'",
                hint="'git branch' lists the branches",
            )
        raise Unusable(f"branch '{target.short}' has no commits yet", hint="make a first commit")
    return Project(replace(git, store=Store.like(common, base)), common, main, settings, target, base, team)


def make_runtime(project: Project) -> None:
    """Make the runtime directory, readable by nobody else; logs and prompts may hold secrets."""
    for name in ("", "tmp", "tasks", "logs", "guard", "hooks", "trash"):
        (project.runtime / name).mkdir(mode=0o700, exist_ok=True)


def _discover(directory: Path) -> tuple[Git, Path, Path]:
    git = Git(directory)
    # Truth values between the paths, so that a path with a newline cannot be mistaken for two.
    asked = (
        "--git-common-dir",
        "--is-bare-repository",
        "--git-dir",
        "--is-inside-git-dir",
        "--show-toplevel",
    )
    passed = {k: v for k, v in environ.items() if k in ("GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR")}
    out = git.run("rev-parse", "--path-format=absolute", *asked, answers=(0, 128), environment=passed)
    match = re.fullmatch(
        r"(.*)\n(true|false)\n(.*)\n(?:true|false)\n(?:(.*)\n)?(?:--show-toplevel\n)?", out.stdout, re.S
    )
    if match is None:
        git.require_version()
        git.run("rev-parse", "--git-dir", environment=passed)
        raise Unusable(f"cannot make out the repository at '{printable(str(directory))}'")
    common, own, top = Path(match[1]).resolve(), Path(match[3]).resolve(), match[4]
    if match[2] == "true" and not top:
        raise Unusable(
            "this is a bare repository, and git-parallel starts from a worktree",
            hint="make one with 'git worktree add ../main main' and run it there",
        )
    if own == common and top:
        return git.at(Path(top).resolve()), common, Path(top).resolve()
    main = common.parent if common.name == ".git" else common
    return git.at(main), common, main


def _head(git: Git, common: Path) -> RefName | None:
    out = git.run(f"--git-dir={common}", "symbolic-ref", "--quiet", "HEAD", answers=(0, 1))
    return RefName(out.stdout.strip()) if out.status == 0 else None


def _target(text: str) -> RefName:
    try:
        return RefName(text) if text.startswith("refs/") else RefName.of_branch(text)
    except BadName as error:
        raise BadInput(f"parallel.target: {error.message}") from error


def _fill(template: str, values: dict[str, str]) -> str:
    return re.sub(r"\{(id|repo)\}", lambda match: values[match[1]], template)
