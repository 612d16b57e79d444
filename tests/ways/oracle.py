"""What is foreign, told apart without any code of ours: by the bare entries of trees.

An entry that is not task 1's has to be as it was at the base or on the target, in every commit and in whole:
a tree that mixes the two is foreign, too. `read` asks git with everything left out that could mislead it.
"""

import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from .scene import OWN, THEIRS, Scene

Entries = Mapping[str, str]  # path -> "mode object"
# What git or we read by its name, wherever it lies.
CONTROL = (".git", ".gitattributes", ".gitmodules", ".gitignore", ".gitparallel")
ROOT = "a history of its own"


def read(scene: Scene, *arguments: str) -> str:
    """What git says of the repository as it really is; empty where it fails."""
    done = subprocess.run(
        ["git", "-c", "core.commitGraph=false", f"--git-dir={scene.common}", *arguments],
        env={
            "PATH": os.environ["PATH"],
            "HOME": "/nonexistent",
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_NO_REPLACE_OBJECTS": "1",
            "GIT_GRAFT_FILE": "/dev/null",
            "GIT_SHALLOW_FILE": "/dev/null",
        },
        capture_output=True,
        check=False,
    )
    return done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else ""


def entries(scene: Scene, commit: str) -> Entries:
    """Every entry of a commit's tree that is no directory; one that is there twice has both told."""
    found: dict[str, str] = {}
    for line in filter(None, read(scene, "ls-tree", "-r", "-z", "--full-tree", commit).split("\0")):
        what, path = line.split("\t", 1)
        mode, _, oid = what.split(" ")
        found[path] = f"{found[path]}, {mode} {oid}" if path in found else f"{mode} {oid}"
    return found


@dataclass(frozen=True, slots=True)
class Oracle:
    """What everything was before a way began."""

    scene: Scene
    onto: str
    base: Entries
    target: Entries
    theirs: Entries

    @classmethod
    def of(cls, scene: Scene, target: str = "") -> "Oracle":
        """With the target where it was prepared, or where the user has moved it since."""
        onto = target or scene.target
        return cls(scene, onto, *(entries(scene, commit) for commit in (scene.base, onto, scene.tips["2"])))

    def on_the_branch(self) -> list[str]:
        """What is foreign in the commits of the task's own branch."""
        scene = self.scene
        commits = read(scene, "rev-list", "--parents", "refs/heads/feature/1", "--not", self.onto, scene.base)
        found = []
        for line in commits.splitlines():
            commit, *parents = line.split()
            onto = self.target if self.onto in read(scene, "rev-list", commit).split() else self.base
            found += self._foreign(entries(scene, commit), onto) if parents else [ROOT]
        return found

    def on_refs(self) -> list[str]:
        """The other refs that are not what they were."""
        told = read(self.scene, "for-each-ref", "--format=%(refname) %(objectname) %(symref)")
        now = dict(line.split(" ", 1) for line in told.splitlines())
        before = {name: f"{oid} " for name, oid in self.scene.refs.items()}
        names = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
        allowed = ("refs/remotes/", "refs/bisect/", "refs/worktree/")
        return [
            name
            for name in names
            if not name.startswith(allowed)
            and (name != "refs/heads/feature/1" or not now.get(name, "").endswith(" "))
        ]

    def on_the_target(self) -> list[str]:
        """What is foreign on the target: in its tree, in what each merge brought, and in all that came with it."""
        scene = self.scene
        found = self._foreign(entries(scene, "refs/heads/main"), self.target, with_theirs=True)
        if self.onto not in read(scene, "rev-list", "refs/heads/main").split():
            found.append("the target does not have its own commits any more")
        came = read(scene, "log", "--first-parent", "--format=%H %s", f"{self.onto}..refs/heads/main")
        for line in came.splitlines():
            commit, subject = line.split(" ", 1)
            owned = THEIRS if "feature/2" in subject else OWN
            before, after = entries(scene, f"{commit}^1"), entries(scene, commit)
            found += [path for path in _differing(before, after) if not _is_below(path, owned)]
        found += self._within(read(scene, "rev-list", "--no-merges", f"{self.onto}..refs/heads/main"))
        return found

    def _within(self, commits: str) -> Iterator[str]:
        """What single commits change that neither task may, whatever became of it later."""
        for commit in commits.split():
            before, after = entries(self.scene, f"{commit}^"), entries(self.scene, commit)
            yield from (p for p in _differing(before, after) if not _is_below(p, (*OWN, *THEIRS)))

    def _foreign(self, now: Entries, onto: Entries, *, with_theirs: bool = False) -> list[str]:
        found = []
        for path in _differing(onto, now):
            if with_theirs and _is_below(path, THEIRS) and now.get(path) == self.theirs.get(path):
                continue
            if not _is_below(path, OWN):
                found.append(path)
        return found + [
            path for path, what in now.items() if _is_below(path, OWN) and self._leads_out(path, what)
        ]

    def _leads_out(self, path: str, what: str) -> bool:
        """Whether something at an own path is more than a file: it stands for what is somebody else's."""
        segments = path.lower().split("/")
        if any(s in CONTROL or s.startswith("git~") for s in segments) or "\u200c" in path:
            return True
        mode, oid = what.split(" ", 1)
        if mode != "120000":
            return mode == "160000" or ", " in what
        aim = PurePosixPath(path).parent / read(self.scene, "cat-file", "blob", oid)
        return not _is_below(os.path.normpath(aim), OWN)


def _differing(before: Entries, after: Entries) -> list[str]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def _is_below(path: str, owned: tuple[str, ...]) -> bool:
    return any(path.startswith(own) if own.endswith("/") else path == own for own in owned)
