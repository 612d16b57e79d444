"""The demo is the journey, and it is what the README promises."""

import subprocess
import sys
from pathlib import Path

import pytest

from git_parallel.commands.demo import STEPS
from tests.conftest import Cli

ROOT = Path(__file__).parents[2]


def test_the_demo_goes_through(cli: Cli, tmp_path: Path) -> None:
    ran = cli("demo", str(tmp_path / "demo" / "shop"))

    assert ran.status == 0, ran
    assert [line[2:] for line in ran.stdout.splitlines() if line.startswith("$ ")][1:] == list(STEPS)
    assert "7 of 7 succeeded" in ran.stdout
    assert "8 merged as" in ran.stdout
    shop = tmp_path / "demo" / "shop"
    subprocess.run([sys.executable, "-m", "unittest", "-q"], cwd=shop, check=True, capture_output=True)
    assert "NotImplementedError" not in "".join(path.read_text() for path in (shop / "shop").glob("*.py"))
    assert [path.name for path in shop.parent.iterdir()] == ["shop"]


def test_the_demo_wants_an_empty_directory(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("x")
    ran = cli("demo", str(tmp_path / "full"))
    assert ran.status == 128
    assert "is not empty" in ran.stderr


@pytest.mark.skipif(not (ROOT / "hooks").is_dir(), reason="needs the checkout")
def test_the_wheel_carries_hooks_man_pages_and_completions(tmp_path: Path) -> None:
    import zipfile

    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", tmp_path, ROOT],
        check=True, capture_output=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        mode = archive.getinfo("git_parallel/hooks/pre-commit").external_attr >> 16
    data = f"{wheel.name.removesuffix('-py3-none-any.whl')}.data/data/share"
    assert {"git_parallel/hooks/pre-commit", "git_parallel/hooks/pass-on", "git_parallel/py.typed"} <= names
    assert f"{data}/man/man1/git-parallel.1" in names
    assert f"{data}/bash-completion/completions/git-parallel" in names
    assert mode & 0o111, "the hook is executable"
