"""A repository with tasks that have landed, made once and had again for each test at the same place."""

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
        """Everything as it was when it was kept, and nothing of what was there since."""
        shutil.rmtree(self.place, ignore_errors=True)
        subprocess.run(["cp", "-a", str(self.kept), str(self.place)], check=True)
        scene = Scene(self.repo, self.repo.worktree("1"))
        # A copy has other inodes, which is no change to tell of. With conflicts in the index git says no.
        for at in (self.repo.path, scene.worktree):
            if at.exists():
                self.repo.git("update-index", "-q", "--refresh", at=at, check=False)
        return scene

    def keep(self) -> None:
        """Have it from now on as it is at this moment; it is not at its place then."""
        shutil.rmtree(self.kept, ignore_errors=True)
        self.place.rename(self.kept)

    def make(self, cli: Cli, *tasks: str) -> None:
        """Begin a repository, and land tasks in it; the first has `one.py`."""
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
        for task in tasks:
            repo.spec(task, "one.py" if task == tasks[0] else f"{task}.py")
        assert cli("run", "--", "/bin/sh", "-c", EDITS_ITS_FILE, at=repo.path).status == 0
        assert cli("merge", at=repo.path).status == 0
        self.keep()


def _beside(repo: Repo, branch: str, **files: str) -> None:
    repo.git("switch", "--quiet", "--create", branch, "main")
    repo.commit(branch, **files)
    repo.git("switch", "--quiet", "main")
