"""The version of an agent's program: asked once, beside the run, and remembered."""

import json
import os
import time
from pathlib import Path

import pytest

from git_parallel.agents import presets, versions
from tests.cli.beside import until
from tests.cli.programs import Programs
from tests.conftest import Cli, Repo

CLAUDE = presets.find("claude")


@pytest.mark.parametrize(
    ("version", "said"),
    [
        ("2.1.330", ""),
        ("2.1.5", ""),
        ("2.2.0", ""),
        ("10.0", ""),
        ("2.0.999", "claude is version 2.0.999, its preset was tried with 2.1.330: should it refuse"),
        ("1.9.9", "claude is version 1.9.9, its preset was tried with 2.1.330: should it refuse"),
        ("", "'claude --version' tells no version; its preset was tried with 2.1.330"),
    ],
)
def test_a_version_is_remarked_on_where_it_matters(version: str, said: str) -> None:
    assert CLAUDE
    remark = versions.remark(CLAUDE, version)
    assert remark.startswith(said) if said else remark == ""


def test_every_preset_was_seen_with_a_version() -> None:
    for name in presets.names():
        preset = presets.find(name)
        assert preset
        assert versions.remark(preset, preset.seen) == ""


def test_it_is_asked_once_for_a_program_and_again_when_that_changes(
    repo: Repo, cli: Cli, programs: Programs
) -> None:
    for number in ("1", "2", "3"):
        repo.spec(number, f"{number}.py")
    program = programs.install("claude", version="claude 1.0.2")
    told = "note: claude is version 1.0.2, its preset was tried with 2.1.330: should it refuse an option, upgrade it"

    first = cli("run", "1", "2", "--agent", "claude", env=programs.env)
    second = cli("run", "3", "--agent", "claude", env=programs.env)

    assert first.stderr.count(told) == second.stderr.count(told) == 1
    assert programs.calls("--version") == 1
    known = json.loads((repo.path / ".git/parallel/cache/versions.json").read_text())
    assert known == {str(program): [program.stat().st_mtime_ns, program.stat().st_size, "1.0.2"]}

    os.utime(program, ns=(1, 1))
    cli("run", "1", "--agent", "claude", env=programs.env)
    assert programs.calls("--version") == 2


def test_a_version_that_is_right_is_no_word_worth(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    programs.install("gemini")

    assert cli("run", "--agent", "gemini", env=programs.env).stderr == ""


def test_an_agent_does_not_wait_for_its_version(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    asked = programs.place / "asked"
    program = programs.install("claude")
    slow = f"import time; Path({str(asked)!r}).write_text(str(os.getpid())); time.sleep(60)"
    program.write_text(program.read_text().replace("    print('claude 2.1.330')", f"    {slow}"))
    assert slow in program.read_text()

    began = time.monotonic()
    ran = cli("run", "--agent", "claude", env=programs.env)

    assert (ran.status, ran.stderr) == (0, "")
    assert time.monotonic() - began < 30
    if asked.exists():
        until(lambda: not Path(f"/proc/{asked.read_text()}").exists())
    assert not (repo.path / ".git/parallel/cache/versions.json").exists(), "it may tell another time"


def test_a_cache_that_is_damaged_is_as_good_as_none(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    cache = repo.path / ".git" / "parallel" / "cache"
    cache.mkdir(parents=True)
    (cache / "versions.json").write_text('{"torn')
    programs.install("claude", version="no number")

    ran = cli("run", "--agent", "claude", env=programs.env)

    assert "note: 'claude --version' tells no version; its preset was tried with 2.1.330" in ran.stderr
