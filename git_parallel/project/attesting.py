"""Who owns what stands in documents of the target; an object with another content would give anybody anything."""

from collections.abc import Iterable, Iterator

from ..config.team import TEAM_FILE
from ..git import mergetree
from ..git.command import Git
from ..git.objects import commits, read
from ..names import Oid
from ..tasks.task import TaskSet
from .open import Project

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}
# As many paths as fit on a command line in any case.
_MANY = 500


def attest(project: Project, tasks: TaskSet) -> None:
    """Hash every document that tasks were read from, the team's settings, and what leads there from the target.

    Raises Falsified where one of them does not hold what its name says.
    """
    documents = {path for task in tasks.tasks for path in task.documents} | {TEAM_FILE}
    with mergetree.private(project.common, like=project.base) as git:
        root = commits(git, [project.base])[project.base].tree
        asked = {root: "tree", **dict(_on_the_way(git, root, documents))}
        for _ in read(git, asked, wanted=lambda _: False):
            pass


def _on_the_way(git: Git, root: Oid, documents: Iterable[str]) -> Iterator[tuple[Oid, str]]:
    asked = sorted(documents)
    for at in range(0, len(asked), _MANY):
        # -t: with every directory that leads there.
        out = git.run(
            "ls-tree", "-t", "-z", "--full-tree", root, "--", *asked[at : at + _MANY], environment=_LITERAL
        )
        for entry in out.fields:
            _, kind, oid = entry.partition("\t")[0].split(" ")
            if kind != "commit":
                yield Oid(oid), kind
