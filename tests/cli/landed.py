"""A repository with a task that has landed, made once and had again for each test at the same place."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.cli.states.scene import Scene
from tests.conftest import EDITS_ITS_FILE, Cli, Repo


@dataclass
class Landed:
    """What was made lies in `kept`; worktrees name their places, so it can be had at `place` alone."""

    folder: Path

    @property
    def place(self) -> Path:
        return self.folder / "place"

    @property
    def kept(self) -> Path:
        return self.folder / "kept"

    @property
    def repo(self) -> Repo:
        return Repo(self.place / "shop")

    def renew(self) -> Scene:
        """Everything as it was when the task had landed, and nothing of what was there since."""
        shutil.rmtree(self.place, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.kept), str(self.place)], check=True)
        scene = Scene(self.repo, self.repo.worktree("1"))
        # A copy has other inodes, which is no change to tell of.
        for at in (self.repo.path, scene.worktree):
            self.repo.git("update-index", "-q", "--refresh", at=at)
        return scene

    def make(self, cli: Cli) -> None:
        """Begin a repository and land task 1 in it."""
        repo = self.repo
        repo.path.mkdir(parents=True)
        repo.git("init", "--quiet")
        repo.config("parallel.admission", "off")
        repo.commit("first", **{"app.py": "print('app')\n"})
        for name in ("rival", "unheard"):
            _beside(repo, name, **{"one.py": f"{name}\n"})
        _beside(repo, "several", **{"first.txt": "first\n"})
        repo.git("switch", "--quiet", "several")
        repo.commit("middle", **{"one.py": "several\n"})
        repo.commit("last", **{"last.txt": "last\n"})
        repo.git("switch", "--quiet", "main")
        repo.spec("1", "one.py")
        assert cli("run", "--", "/bin/sh", "-c", EDITS_ITS_FILE, at=repo.path).status == 0
        assert cli("merge", at=repo.path).status == 0
        self.place.rename(self.kept)


def _beside(repo: Repo, branch: str, **files: str) -> None:
    repo.git("switch", "--quiet", "--create", branch, "main")
    repo.commit(branch, **files)
    repo.git("switch", "--quiet", "main")
