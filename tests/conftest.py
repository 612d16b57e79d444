"""What every test stands on: an isolated environment, a real repository, the real command."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.forks import Forks, forking

# An agent in the tests is a small shell script; this one does what most are there for.
EDITS_ITS_FILE = """\
f=$(sed -n 's/^[*][*]File[*][*]: `\\(.*\\)`$/\\1/p' | head -n 1)
mkdir -p "$(dirname "$f")" && echo "by $GIT_PARALLEL_TASK" >> "$f"
"""


_MEMORY, _PLENTY = Path("/dev/shm"), 4 << 30


def pytest_configure() -> None:
    """Make it fast: the repositories lie in memory where there is plenty of it, for half of the time is git's fsync."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        # A shell has whatever it starts in the background ignore Ctrl-C, and all that we start would as well.
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # Else each of the thousands of processes that are started would compile the program anew.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        room = os.statvfs(_MEMORY)
    except OSError:
        return
    if os.access(_MEMORY, os.W_OK | os.X_OK) and room.f_bavail * room.f_frsize >= _PLENTY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of a test with `sample(n)` keep every n-th case, unless this is the campaign or one case is asked for by name."""
    if "GIT_PARALLEL_CAMPAIGN" in os.environ or any("[" in text for text in config.args):
        return
    seen: Counter[str] = Counter()
    kept, left_out = [], []
    for item in items:
        marker = item.get_closest_marker("sample")
        name = item.nodeid.partition("[")[0]
        (left_out if marker and seen[name] % marker.args[0] else kept).append(item)
        seen[name] += 1
    config.hook.pytest_deselected(items=left_out)
    items[:] = kept


@pytest.fixture(autouse=True)
def isolated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No configuration of the user, no identity but this one, no variable of a git that runs the tests."""
    home = tmp_path / "home"
    home.mkdir()
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.delenv("COLUMNS", raising=False)
    config = home / ".gitconfig"
    config.write_text(
        "[user]\n\tname = Tester\n\temail = tester@example.com\n[init]\n\tdefaultBranch = main\n"
    )
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(config))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    monkeypatch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
    # What workspaces have there goes with the test. Short, for a socket may have to be in it.
    with tempfile.TemporaryDirectory(prefix="gp") as temporary:
        monkeypatch.setenv("TMPDIR", temporary)
        yield


@dataclass
class Ran:
    """What a command printed and how it ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.stdout)


@dataclass
class Repo:
    """A repository with a first commit, in a folder of its own so that worktrees have a place beside it."""

    path: Path
    specs: dict[str, str] = field(default_factory=dict)

    def git(
        self, *arguments: str, at: Path | None = None, check: bool = True, stdin: str | None = None
    ) -> str:
        """Run git as a user would; its output without the last newline."""
        done = subprocess.run(
            ["git", *arguments], cwd=at or self.path, input=stdin, capture_output=True, text=True, check=False
        )
        assert not check or done.returncode == 0, f"git {arguments}: {done.stderr}"
        return done.stdout.removesuffix("\n")

    def write(self, path: str, text: str) -> Path:
        """Write a file."""
        target = self.path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(dedent(text))
        return target

    def commit(self, message: str = "more", **files: str) -> str:
        """Write files, commit everything, give the commit."""
        for path, text in files.items():
            self.write(path, text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def spec(self, name: str, *paths: str, after: str = "", extra: str = "") -> None:
        """Commit a spec that declares paths."""
        lines = [f"# SPEC-{name}: Task {name}", "", *([f"**Depends on**: {after}"] if after else []), extra]
        lines += [f"**File**: `{path}`" for path in paths]
        self.write(f"specs/SPEC-{name}.md", "\n".join(lines) + "\n")
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", f"spec {name}")

    def config(self, key: str, value: str) -> None:
        """Set a setting in the repository."""
        self.git("config", "--add", key, value)

    def worktree(self, task: str) -> Path:
        """Where a task's worktree is by default."""
        return self.path.parent / f"{self.path.name}-wt{task}"

    def refs(self, prefix: str = "refs/") -> list[str]:
        """The names of all refs below a prefix."""
        return self.git("for-each-ref", "--format=%(refname)", prefix).splitlines()

    def state(self, task: str) -> str:
        """The recorded state of a task."""
        return str(json.loads(self.git("show", f"refs/parallel/tasks/{task}:record.json"))["state"])

    def is_sound(self) -> bool:
        """Whether git finds nothing wrong with the repository."""
        self.git("fsck", "--full", "--strict")
        self.git("worktree", "list")
        self.git("branch", "--all")
        return True


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository on `main` with one file and the load rules off, so that a busy CI does not matter."""
    path = tmp_path / "work" / "shop"
    path.mkdir(parents=True)
    made = Repo(path)
    made.git("init", "--quiet")
    # Not by `git config`: a thousand tests begin here.
    with (path / ".git" / "config").open("a") as config:
        config.write("[parallel]\n\tadmission = off\n")
    made.write("app.py", "print('app')\n")
    made.git("add", "--all")
    made.git("commit", "--quiet", "-m", "first")
    return made


Cli = Callable[..., Ran]


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Where the commands of tests come from: one for each process that runs tests."""
    with forking() as forks:
        yield forks


@pytest.fixture
def cli(repo: Repo, forks: Forks) -> Cli:
    """`git parallel ...` as a process of its own, in the repository unless told otherwise."""

    def call(
        *arguments: str, at: Path | None = None, env: Mapping[str, str] | None = None, timeout: float = 120
    ) -> Ran:
        status, stdout, stderr = forks.run(
            arguments, at or repo.path, env={**os.environ, **(env or {})}, timeout=timeout
        )
        out, err = stdout.decode("utf-8", "replace"), stderr.decode("utf-8", "replace")
        assert "Traceback" not in err, err
        return Ran(status, out, err)

    return call


@pytest.fixture
def agent() -> Callable[[str], Sequence[str]]:
    """An agent made of a shell script: the arguments that start it."""

    def make(script: str = EDITS_ITS_FILE) -> Sequence[str]:
        return ("/bin/sh", "-c", script)

    return make
