"""What the tests of the gate stand on: a repository with a task `me` that owns `own/`, and others that own the rest."""

from dataclasses import dataclass, field
from pathlib import Path

from git_parallel.git.history import commits
from git_parallel.git.mergetree import private
from git_parallel.names import Oid, TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.judge import Claimant, Ownership
from git_parallel.project.judging import judged
from git_parallel.project.violation import Violation
from tests.conftest import Repo

ME, OTHER = TaskId("me"), TaskId("other")
OWNERSHIP = Ownership(
    {
        ME: Claimant(ME, (parse("own/"), parse("mod/exact"))),
        OTHER: Claimant(OTHER, (parse("theirs/"), parse("other.txt"))),
    }
)


@dataclass
class Judge:
    """Judges what a commit brings onto `main` (or whatever is trusted) for the task `me`."""

    repo: Repo
    ownership: Ownership = field(default_factory=lambda: OWNERSHIP)

    def __call__(self, tip: str = "work", *trusted: str) -> tuple[tuple[Violation, ...], tuple[str, ...]]:
        ends = [self.oid(one) for one in trusted or ("main",)]
        with private(self.repo.path / ".git", like=ends[0]) as git:
            listed = [one.oid for one in commits(git, tip=self.oid(tip), without=ends)]
            return judged(git, ME, listed, ends, self.ownership)

    def oid(self, revision: str) -> Oid:
        return Oid(self.repo.git("rev-parse", "--verify", revision))

    def foreign(self, tip: str = "work", *trusted: str) -> list[tuple[str, str]]:
        """The subjects of the commits that are refused, each with the path."""
        return [
            (self.repo.git("log", "-1", "--format=%s", one.commit) if one.commit else "", one.foreign.path)
            for one in self(tip, *trusted)[0]
        ]

    def why(self, tip: str = "work", *trusted: str) -> list[str]:
        return [one.foreign.why for one in self(tip, *trusted)[0]]


def begun(repo: Repo) -> Judge:
    """A repository with something of everybody's, and the branch `work` checked out."""
    repo.commit("begin", **{"own/a.txt": "a\n", "theirs/b.txt": "b\n", "other.txt": "o\n", "free.txt": "f\n"})
    repo.git("switch", "--quiet", "-c", "work")
    return Judge(repo)


def raw_tree(repo: Repo, data: bytes) -> str:
    """Write a tree of these bytes, whatever git thinks of it."""
    path = Path(repo.path.parent / "tree")
    path.write_bytes(data)
    return repo.git("hash-object", "-t", "tree", "-w", "--literally", str(path))
