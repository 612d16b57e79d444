"""The committed completions are those of the command tree, and they complete in the real shells."""

import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from git_parallel.ui.completions import scripts, write
from git_parallel.ui.verbs import Option, Value, Verb, visible

COMMITTED = Path(__file__).parents[2] / "completions"
SCRIPTS = ("bash/git-parallel", "zsh/_git-parallel", "fish/git-parallel.fish")
# Only a hung shell waits this long; a loaded machine may take many seconds for a first TAB.
DEADLINE = 60
GIT_FOR_BASH = [
    Path(folder) / name
    for folder, name in (
        ("/usr/share/bash-completion/completions", "git"),
        ("/usr/share/git-core/contrib/completion", "git-completion.bash"),
        ("/usr/share/git/completion", "git-completion.bash"),
    )
]
# Makes the terminal on its standard input its own and becomes the shell; a preexec_fn would fork threads.
ENTER = "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); os.execvp(sys.argv[1], sys.argv[1:])"
PAINT = Verb(
    "paint", "Paint it", options=(Option(("--colour",), "Which", "COLOUR", Value.CHOICE, ("red", "blue")),)
)


@dataclass
class Terminal:
    """A shell on a terminal of its own."""

    master: int
    seen: str = ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self.master, keys.encode())

    def wait_for(self, *texts: str) -> str:
        """Read until all of these have been shown since the last wait."""
        end = time.monotonic() + DEADLINE
        while not all(text in self.seen for text in texts):
            ready, _, _ = select.select([self.master], [], [], max(0.0, end - time.monotonic()))
            assert ready, f"{texts} not seen in {self.seen!r}"
            try:
                piece = os.read(self.master, 65536)
            except OSError:  # Linux says so when the shell has gone
                piece = b""
            assert piece, f"the shell ended: {self.seen!r}"
            self.seen += piece.decode("utf-8", "replace")
        seen, self.seen = self.seen, ""
        return seen

    def line_after(self, keys: str) -> list[str]:
        """The words on the command line after these keys, as the shell itself reads them."""
        # Ctrl-A: the line becomes the arguments of a command that shows them one by one.
        self.type(f"{keys}\x01printf '<%s>' \x05 'E''ND'\r")
        shown = self.wait_for("<END>", "READY> ").split("<END>")[0]
        start = shown.rindex("<git")
        return shown[start + 1 :].rstrip("\n>").split("><")


Open = Callable[..., Terminal]


@pytest.fixture
def where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with two tasks and a trash, and a git-parallel on PATH that tells when it is started."""
    home, repository, binaries = tmp_path / "house", tmp_path / "repository", tmp_path / "bin"
    # fish makes completions of all man pages, in the background, where it does not find this folder.
    (home / ".local/share/fish/generated_completions").mkdir(parents=True)
    for folder in (repository, binaries):
        folder.mkdir()
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_", "fish_", "ZDOTDIR"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("PATH", f"{binaries}:{os.environ['PATH']}")
    fake = binaries / "git-parallel"
    fake.write_text(f"#!/bin/sh\ntouch '{tmp_path}/started'\n")
    fake.chmod(0o755)

    def git(*arguments: str) -> str:
        done = subprocess.run(["git", *arguments], cwd=repository, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    git("init", "--quiet")
    git("config", "agent.architect.command", "true")
    blob = git("hash-object", "-w", "--stdin-paths", "--no-filters") or git("hash-object", "-w", ".git/HEAD")
    for ref in ("tasks/us-043", "tasks/7", "trash/21/1700000000000000000"):
        git("update-ref", f"refs/parallel/{ref}", blob)
    tree = git("hash-object", "-t", "tree", "-w", "/dev/null")
    person = ("-c", "user.name=a", "-c", "user.email=a@b")
    record = git(*person, "commit-tree", "-m", "us-043 conflicted: conflict in app.py", tree)
    git("update-ref", "refs/parallel/tasks/us-043", record)
    (repository / "notes.txt").touch()
    return repository


@pytest.fixture
def opened(where: Path) -> Iterator[Open]:
    """Start a shell at the repository; it is gone at the end, with all that it started."""
    running: list[tuple[subprocess.Popen[bytes], int]] = []

    def start(*argv: str, **environment: str) -> Terminal:
        master, slave = pty.openpty()
        # Wide enough for lists to stand on one screen.
        subprocess.run(["stty", "rows", "60", "cols", "200"], stdin=slave, check=True)
        shell = subprocess.Popen(
            [sys.executable, "-c", ENTER, *argv],
            cwd=where,
            env={**os.environ, **environment},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        running.append((shell, master))
        terminal = Terminal(master)
        terminal.wait_for("READY> ")
        return terminal

    yield start
    for shell, master in running:
        os.killpg(shell.pid, signal.SIGKILL)
        shell.wait()
        os.close(master)


def open_bash(start: Open, folder: Path, home: Path, *, with_git: bool = True) -> Terminal:
    if not shutil.which("bash"):
        pytest.skip("no bash")
    gits = [path for path in GIT_FOR_BASH if path.exists()]
    if with_git and not gits:
        pytest.skip("git's bash completion is not installed")
    rc = home / "bashrc"
    sourced = [*(gits[:1] if with_git else []), folder / "bash/git-parallel"]
    rc.write_text("".join(f". '{path}'\n" for path in sourced) + "PS1='READY> '\n")
    return start("bash", "--noprofile", "--rcfile", str(rc), "-i")


def open_zsh(start: Open, folder: Path, home: Path) -> Terminal:
    if not shutil.which("zsh"):
        pytest.skip("no zsh")
    found = subprocess.run(
        ["zsh", "-fc", "print -l ${^fpath}/_git(N)"], capture_output=True, text=True, check=True
    )
    if not found.stdout.strip():
        pytest.skip("zsh has no completion for git")
    (home / ".zshrc").write_text(
        f"fpath=('{folder}/zsh' $fpath)\nautoload -Uz compinit\ncompinit -u -D\nPROMPT='READY> '\n"
    )
    return start("zsh", "-d", "-i", ZDOTDIR=str(home))


def open_fish(start: Open, folder: Path, _home: Path) -> Terminal:
    if not shutil.which("fish"):
        pytest.skip("no fish")
    found = subprocess.run(
        [
            "fish",
            "--no-config",
            "-c",
            "path filter $fish_complete_path/git.fish $__fish_data_dir/completions/git.fish",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    if not found.stdout.strip():
        pytest.skip("fish has no completion for git")
    # Sourced at the start, as from conf.d.
    setup = f"source '{folder}/fish/git-parallel.fish'; function fish_prompt; echo 'READY> '; end"
    return start("fish", "-i", "-C", setup)


SHELLS = {"bash": open_bash, "zsh": open_zsh, "fish": open_fish}


@pytest.fixture(params=SHELLS)
def shell(request: pytest.FixtureRequest, opened: Open) -> Terminal:
    """Each of the shells, with git's own completion and the committed one."""
    return SHELLS[request.param](opened, COMMITTED, Path(os.environ["HOME"]))


def test_the_committed_scripts_are_those_of_the_tree(tmp_path: Path) -> None:
    made = tmp_path / "made"
    write(made)

    assert {str(path.relative_to(made)) for path in made.rglob("*") if path.is_file()} == set(SCRIPTS)
    for name in SCRIPTS:
        assert (made / name).read_text() == (COMMITTED / name).read_text(), "run 'make man' and commit"


def test_hidden_verbs_are_not_offered() -> None:
    assert "hook" not in {verb.name for verb in visible()}


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    ("keys", "line"),
    [
        ("git parallel pl\t", ["git", "parallel", "plan"]),
        ("git-parallel pl\t", ["git-parallel", "plan"]),
        ("git parallel log u\t", ["git", "parallel", "log", "us-043"]),
        ("git parallel tasks --source roa\t", ["git", "parallel", "tasks", "--source", "roadmap"]),
        (
            "git parallel tasks --source kiro --source bea\t",
            ["git", "parallel", "tasks", "--source", "kiro", "--source", "beads"],
        ),
        ("git parallel merge 7 us\t", ["git", "parallel", "merge", "7", "us-043"]),
        ("git parallel merge --resolve \t", ["git", "parallel", "merge", "--resolve", "us-043"]),
        ("git parallel merge --resolver clau\t", ["git", "parallel", "merge", "--resolver", "claude"]),
        ("git parallel merge --strategy sq\t", ["git", "parallel", "merge", "--strategy", "squash"]),
        ("git parallel prune --undo 2\t", ["git", "parallel", "prune", "--undo", "21"]),
        ("git parallel run --agent arch\t", ["git", "parallel", "run", "--agent", "architect"]),
        ("git parallel run --agent clau\t", ["git", "parallel", "run", "--agent", "claude"]),
        ("git parallel merge --verify note\t", ["git", "parallel", "merge", "--verify", "notes.txt"]),
        ("git parallel claim note\t", ["git", "parallel", "claim", "notes.txt"]),
        ("git parallel run us-043 -- mkfif\t", ["git", "parallel", "run", "us-043", "--", "mkfifo"]),
        ("git parallel run -- cat note\t", ["git", "parallel", "run", "--", "cat", "notes.txt"]),
    ],
)
def test_one_answer_is_completed(shell: Terminal, tmp_path: Path, keys: str, line: list[str]) -> None:
    assert shell.line_after(keys) == line
    assert not (tmp_path / "started").exists(), "TAB started git-parallel"


def test_options_are_completed(shell: Terminal) -> None:
    # zsh puts a '=' behind it, which goes when a space is typed.
    assert shell.line_after("git parallel run --max\t")[-1].rstrip("=") == "--max-parallel"


def test_all_verbs_are_offered(shell: Terminal) -> None:
    shell.type("git parallel \t\t")
    shell.wait_for(*(verb.name for verb in visible()))


@pytest.mark.parametrize("name", SHELLS)
def test_choices_are_completed(opened: Open, tmp_path: Path, name: str) -> None:
    for path, text in scripts((*visible(), PAINT)).items():
        (tmp_path / "made" / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "made" / path).write_text(text)
    shell = SHELLS[name](opened, tmp_path / "made", Path(os.environ["HOME"]))

    assert shell.line_after("git parallel paint --colour r\t") == [
        "git",
        "parallel",
        "paint",
        "--colour",
        "red",
    ]


def test_bash_without_the_completion_of_git(opened: Open) -> None:
    shell = open_bash(opened, COMMITTED, Path(os.environ["HOME"]), with_git=False)

    assert shell.line_after("git-parallel run --agent=arc\t") == ["git-parallel", "run", "--agent=architect"]
    assert shell.line_after("git-parallel log u\t") == ["git-parallel", "log", "us-043"]


def test_names_that_are_shell_code_are_not_offered(opened: Open, where: Path) -> None:
    # A ref may be called like this, and refs can be fetched from anybody.
    head = subprocess.check_output(
        ["git", "rev-parse", "refs/parallel/tasks/7"], cwd=where, text=True
    ).strip()
    subprocess.run(["git", "update-ref", "refs/parallel/tasks/z$(id)", head], cwd=where, check=True)
    shell = open_bash(opened, COMMITTED, Path(os.environ["HOME"]))

    assert shell.line_after("git parallel log z\t") == ["git", "parallel", "log", "z"]
