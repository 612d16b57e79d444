"""`git help parallel` opens the man page."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

MAN = Path(__file__).parents[2] / "man"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """The pages and the command, installed under a prefix of their own."""
    if not shutil.which("man"):
        pytest.skip("no man")
    prefix = tmp_path / "prefix"
    shutil.copytree(MAN, prefix / "share/man/man1")
    # git takes a word for a command of its own only if it finds such a program; it is never started here.
    command = prefix / "bin/git-parallel"
    command.parent.mkdir()
    command.write_text("#!/bin/sh\nexit 99\n")
    command.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "MAN"))}
    return kept | {
        "HOME": str(tmp_path),
        "GIT_CONFIG_NOSYSTEM": "1",
        "PATH": f"{command.parent}:{os.environ['PATH']}",
        "MANPATH": str(prefix / "share/man"),
        "MANWIDTH": "80",
        "MANPAGER": "cat",
        "PAGER": "cat",
        "LC_ALL": "C.UTF-8",
    }


@pytest.mark.parametrize(
    ("command", "name", "synopsis"),
    [
        (["help", "parallel"], "git-parallel - ", "git parallel VERB"),
        # git itself answers --help of every command with the manual.
        (["parallel", "--help"], "git-parallel - ", "git parallel VERB"),
        (["help", "git-parallel-merge"], "git-parallel-merge - ", "git parallel merge [--verify CMD]"),
    ],
)
def test_git_help_opens_the_page(
    environment: dict[str, str], tmp_path: Path, command: list[str], name: str, synopsis: str
) -> None:
    done = subprocess.run(
        ["git", *command], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    # On a terminal that is none, man may leave the overstrikes in that make bold type.
    lines = [line.strip() for line in done.stdout.splitlines()]
    assert lines[lines.index("NAME") + 1].startswith(name)
    assert lines[lines.index("SYNOPSIS") + 1].startswith(synopsis)
