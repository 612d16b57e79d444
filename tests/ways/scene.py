"""The prepared repository that every way begins in, made once and put back as it was before each.

Task 1 owns `one.py` and `lib/`, task 2 `other.py` and `theirs/`; everything else is nobody's, and the
policy is strict, so that what is foreign is beyond doubt. Both have done honest work. The agent of task 1
ended while its coordinator was dead: the next command settles it, so one `git parallel merge` is
everything that its branch goes through. The target has moved on since they began.

The room is always at the same place (worktrees know each other by absolute paths): what a way did to it is
thrown away with it, and a copy of the pristine room takes its place.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from git_parallel.agents import process
from git_parallel.names import TaskId
from tests.forks import Forks

OWN = ("one.py", "lib/")
MEMORY = Path("/dev/shm")
THEIRS = ("other.py", "theirs/")
UNUSUAL = 'tab\tand ünïcode "quoted".txt'

# What an agent finds in its shell. `foreign` makes a commit without any ref or hook, for ways that need one.
PRELUDE = """\
edit() { for f; do mkdir -p "$(dirname -- "$f")"; echo foreign >> "$f"; done; }
blob() { git hash-object -w --stdin; }
foreign() { (
    GIT_INDEX_FILE=$TMPDIR/index.foreign; export GIT_INDEX_FILE
    rm -f "$GIT_INDEX_FILE"; git read-tree "${2:-HEAD}"
    git update-index --add --cacheinfo "100644,$(echo foreign | blob),${1:-other.py}"
    git commit-tree -p "${2:-HEAD}" -m "${3:-foreign}" "$(git write-tree)"
) }
tip() { git rev-parse HEAD; }
# The same commit in a repository of its own, to fetch or pull it from.
elsewhere() { git clone -q --shared --no-tags "$MAIN" "$TMPDIR/elsewhere" &&
    git -C "$TMPDIR/elsewhere" update-ref refs/heads/evil "$(foreign "$@")"; echo "$TMPDIR/elsewhere"; }
# Past every hook, for ways whose point is what comes after.
sneak() { git -c core.hooksPath=/dev/null "$@"; }
"""


@dataclass(frozen=True, slots=True)
class Done:
    """How a shell script or a command ended, and all that it printed."""

    status: int
    said: str


@dataclass
class Scene:
    """The room with the repository, the worktrees of both tasks, a remote and a home."""

    place: Path
    forks: Forks
    base: str = ""
    target: str = ""
    tips: dict[str, str] = field(default_factory=dict)
    refs: dict[str, str] = field(default_factory=dict)

    @property
    def room(self) -> Path:
        return self.place / "room"

    @property
    def main(self) -> Path:
        return self.room / "shop"

    @property
    def common(self) -> Path:
        return self.main / ".git"

    def worktree(self, task: str) -> Path:
        return self.room / f"shop-wt{task}"

    @property
    def env(self) -> dict[str, str]:
        """The environment of agents and of the user: only what is in the room."""
        home = self.room / "home"
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "XDG_"))}
        return {
            **kept,
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(home),
            "TMPDIR": str(self.room / "tmp"),
            "GIT_CONFIG_NOSYSTEM": "1",
            "MAIN": str(self.main),
            "COMMON": str(self.common),
            "WT": str(self.worktree("1")),
            "WT2": str(self.worktree("2")),
            "ORIGIN": str(self.room / "origin.git"),
            "BASE": self.base,
            "OWN": "refs/heads/feature/1",
            "PYTHON": sys.executable,
            "UNUSUAL": UNUSUAL,
        }

    def sh(self, script: str, *, at: Path | None = None, **env: str) -> Done:
        """Run a script as an agent would."""
        done = subprocess.run(
            ["/bin/sh", "-c", PRELUDE + script],
            cwd=at or self.worktree("1"),
            env={**self.env, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        return Done(done.returncode, done.stdout.decode("utf-8", "replace"))

    def need(self, script: str, *, at: Path | None = None) -> str:
        """Run a script that has to succeed; its output."""
        done = self.sh(f"set -e\n{script}", at=at or self.main)
        assert done.status == 0, f"{script}: {done.said}"
        return done.said.removesuffix("\n")

    def parallel(self, *arguments: str) -> Done:
        """Give a git-parallel command as the user would."""
        status, out, err = self.forks.run(arguments, self.main, env=self.env, timeout=120)
        said = (out + err).decode("utf-8", "replace")
        assert "Traceback" not in said, said
        return Done(status, said)

    def record(self, task: str) -> Any:
        """What is recorded of a task."""
        return json.loads(self.need(f"git show refs/parallel/tasks/{task}:record.json"))

    def keep(self) -> None:
        """Remember the room as it is now; this is what `restore` puts back."""
        shutil.copytree(self.room, self.place / "pristine", symlinks=True)

    def restore(self, *, guarded: bool = True) -> None:
        """Put the room back; without the stanza of the configuration where the guard is not wanted."""
        _remove(self.room)
        subprocess.run(["cp", "-a", str(self.place / "pristine"), str(self.room)], check=True)
        if not guarded:
            config = self.common / "config"
            stanza = "includeIf.gitdir:./worktrees/gp-*"
            subprocess.run(["git", "config", "-f", config, "--remove-section", stanza], check=True)


def _remove(room: Path) -> None:
    # A way may have taken the write permission from itself.
    subprocess.run(["chmod", "-R", "u+rwX", str(room)], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(room)


@contextmanager
def prepared(forks: Forks) -> Iterator[Scene]:
    """A scene for as long as it is needed, in memory where there is such a place: it is put back often."""
    where = MEMORY if os.access(MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="gp-ways", dir=where, ignore_cleanup_errors=True) as place:
        yield prepare(Path(place).resolve(), forks)


def prepare(place: Path, forks: Forks) -> Scene:
    """Make the room, have both agents do their honest work, and keep it."""
    scene = Scene(place, forks)
    for name in ("shop", "home", "tmp"):
        (scene.room / name).mkdir(parents=True)
    _first_commits(scene)
    scene.base = scene.need("git rev-parse HEAD")
    _run_agents(scene)
    _move_the_target(scene)
    scene.target = scene.need("git rev-parse main")
    scene.tips = {task: scene.need(f"git rev-parse feature/{task}") for task in ("1", "2")}
    scene.refs = dict(
        line.split(" ")
        for line in scene.need("git for-each-ref --format='%(refname) %(objectname)'").split("\n")
    )
    scene.keep()
    return scene


def _first_commits(scene: Scene) -> None:
    (scene.room / "home" / ".gitconfig").write_text(
        # A copy of a room has other inodes and times of change; git is not to take that for changes.
        "[user]\n\tname = Tester\n\temail = tester@example.com\n[init]\n\tdefaultBranch = main\n"
        '[protocol "file"]\n\tallow = always\n'
        "[advice]\n\tdetachedHead = false\n[core]\n\ttrustctime = false\n\tcheckStat = minimal\n"
    )
    scene.need("""
        git init -q --template= ../part; cd ../part; echo part > part.txt; git add .; git commit -qm part
        echo more >> part.txt; git commit -qam more
        cd "$MAIN"; git init -q --template= .; mkdir .git/info .git/hooks
        git config parallel.admission off
        for n in 1 2 3 4 5 6 7 8; do echo "line $n"; done > app.py
        mkdir lib docs theirs specs
        cp app.py one.py; cp app.py other.py; cp app.py lib/a.py; cp app.py docs/guide.md; cp app.py theirs/x.py
        echo '#!/bin/sh' > lib/run.sh; cp lib/run.sh tool.sh; chmod +x lib/run.sh tool.sh
        ln -s app.py link; echo u > "$UNUSUAL"; printf 'c\\303\\251\\n' > "$(printf 'caf\\303\\251.txt')"
        printf '*.log\\n' > .gitignore; printf '*.bin -text\\n' > .gitattributes
        printf '# SPEC-1: One\\n\\n**File**: `one.py`\\n**File**: `lib/`\\n' > specs/SPEC-1.md
        printf '# SPEC-2: Two\\n\\n**File**: `other.py`\\n**File**: `theirs/`\\n' > specs/SPEC-2.md
        git submodule --quiet add ../part part; git -C part checkout -q HEAD~1
        git add -A; git commit -qm first
        echo 'line 9' >> app.py; git commit -qam second
        git tag v1; git tag -a -m annotated v2
        git clone -q --bare . ../origin.git; git remote add origin ../origin.git; git fetch -q
        """)


def _run_agents(scene: Scene) -> None:
    """Have task 2 done, and the agent of task 1 end with its coordinator dead: nothing of it is settled yet."""
    scene.need("git config parallel.ownership strict")
    done = scene.parallel(
        "run", "2", "--", "/bin/sh", "-c", "echo work >> other.py; git commit -qam 'work of 2'"
    )
    assert done.status == 0, done.said
    go, ready = scene.room / "tmp" / "go", scene.room / "tmp" / "ready"
    script = f"""
        echo work >> one.py; echo new > lib/b.py; git add -A; git commit -qm 'work of 1'
        echo more >> lib/a.py; git commit -qam 'more of 1'
        touch {ready}; n=0; while [ ! -e {go} ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done
        """
    coordinator = subprocess.Popen(
        [sys.executable, "-m", "git_parallel", "run", "1", "--", "/bin/sh", "-c", script],
        cwd=scene.main,
        env=scene.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    _wait(ready.exists)
    _wait(lambda: scene.record("1")["state"] == "running")
    os.kill(coordinator.pid, signal.SIGKILL)
    coordinator.communicate()
    go.touch()
    runtime = scene.common / "parallel" / "tasks"
    _wait(lambda: (runtime / "1.1.exit").exists() and not process.is_alive(runtime, TaskId("1")))
    for file in (go, ready):
        file.unlink()


def _move_the_target(scene: Scene) -> None:
    """What the user did in the meantime."""
    scene.need("echo 'by the user' >> app.py; echo news > news.txt; git add -A; git commit -qm 'by the user'")


def _wait(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)
