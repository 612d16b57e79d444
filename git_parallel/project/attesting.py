"""Who owns what stands in documents of the target; an object with another content would give anybody anything."""

from collections.abc import Iterable, Iterator

from ..config.team import TEAM_FILE
from ..git import mergetree
from ..git.command import Git
from ..git.objects import commits, read
from ..names import Oid
from ..tasks.task import TaskSet
from .open import Project


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
    wanted = set(documents)
    for path in tuple(wanted):
        parts = path.split("/")
        wanted.update("/".join(parts[:count]) for count in range(1, len(parts)))
    for entry in git.run("ls-tree", "-r", "-t", "-z", "--full-tree", root).fields:
        meta, _, path = entry.partition("\t")
        _, kind, oid = meta.split(" ")
        if path in wanted and kind != "commit":
            yield Oid(oid), kind
