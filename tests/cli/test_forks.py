"""What the tests take for `git parallel`: a fork, which answers as the command from nothing does."""

import os
import subprocess
import time
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo
from tests.forks import NO_FORKS, Forks


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("plan",),
        ("tasks", "--json"),
        ("--help",),
        ("--version",),
        ("nonsense",),
        ("cancel", "9"),
        (),
    ],
)
def test_a_fork_answers_as_a_command_from_nothing(
    repo: Repo, forks: Forks, arguments: tuple[str, ...]
) -> None:
    repo.spec("1", "one.py")

    answers = [way.run(arguments, repo.path, env=os.environ, timeout=60) for way in (forks, NO_FORKS)]

    assert answers[0] == answers[1]
    assert any(answers[0][1:])


def test_what_python_heeds_before_any_program_is_heeded(repo: Repo, forks: Forks, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("print('here', flush=True)\n")

    _, out, _ = forks.run(
        ("--version",), repo.path, env={**os.environ, "PYTHONPATH": path_with(tmp_path)}, timeout=60
    )

    assert out.startswith(b"here\n")


def path_with(folder: Path) -> str:
    """PYTHONPATH with this in front of what it is."""
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


def test_what_takes_too_long_is_killed(cli: Cli, tmp_path: Path) -> None:
    slow = tmp_path / "programs" / "git"
    slow.parent.mkdir()
    slow.write_text(f"#!/bin/sh\necho $PPID >> {tmp_path}/asked\nexec sleep 9\n")
    slow.chmod(0o755)

    with pytest.raises(subprocess.TimeoutExpired):
        cli("status", env={"PATH": f"{slow.parent}{os.pathsep}{os.environ['PATH']}"}, timeout=2)

    command = Path("/proc", (tmp_path / "asked").read_text().split()[0])
    deadline = time.monotonic() + 30
    while command.exists():
        assert time.monotonic() < deadline, "it goes on"
        time.sleep(0.02)
