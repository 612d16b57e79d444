"""The pool: a spotless checkout in the trash becomes the next task's, and an undo makes it again."""

import mmap
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]
BODY = {f"dir/{n}.txt": f"{n}\n" for n in range(30)}


@pytest.fixture
def landed(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Task 1, run and merged where the pool is on; its worktree."""
    repo.config("parallel.pool", "4")
    repo.commit(**BODY, **{"gone.txt": "gone\n"})
    repo.spec("1", "one.py")
    cli("run", "--merge", "--", *agent())
    assert repo.state("1") == "merged"
    return repo.worktree("1")


def picture(repo: Repo, at: Path) -> tuple[str, ...]:
    files = sorted(path for path in at.rglob("*") if path.name != ".git")
    return (
        repo.git("status", "--porcelain=v2", "--branch", "--ignored", at=at),
        repo.git("ls-files", "-s", "-v", at=at),
        repo.git("reflog", "show", "HEAD", at=at),
        *(
            f"{path.relative_to(at)} {path.stat().st_mode:o} {path.read_text() if path.is_file() else ''}"
            for path in files
        ),
    )


def next_task(repo: Repo, cli: Cli, agent: Agent, script: str = "true") -> Path:
    """The target has moved on; task 2 is run."""
    repo.git("rm", "--quiet", "gone.txt")
    repo.commit(**{"dir/3.txt": "changed\n", "new/file.txt": "new\n"})
    repo.spec("2", "two.py")
    cli("run", "2", "--", *agent(f"git status --porcelain --ignored > ../status; {script}; echo 2 > two.py"))
    assert repo.state("2") == "succeeded"
    return repo.worktree("2")


def inode(path: Path) -> int:
    return path.stat().st_ino


def test_a_checkout_is_handed_on_and_an_undo_makes_it_again(
    repo: Repo, cli: Cli, agent: Agent, landed: Path
) -> None:
    before, file = picture(repo, landed), inode(landed / "dir/5.txt")
    assert cli("prune").status == 0

    worktree = next_task(repo, cli, agent)

    assert inode(worktree / "dir/5.txt") == file, "it is the same file"
    assert (repo.path.parent / "status").read_text() == ""
    assert (worktree / "dir/3.txt").read_text() == "changed\n"
    assert not (worktree / "gone.txt").exists()
    assert repo.git("diff", "--name-status", "main", "feature/2") == "A\ttwo.py"
    assert [entry.name for entry in (repo.path / ".git/worktrees").iterdir()] == ["gp-2"]
    assert not list((repo.path / ".git/worktrees/gp-2").glob("gp-[pi]*"))

    repo.git("gc", "--quiet", "--prune=now")
    ran = cli("prune", "--undo", "1")

    assert (ran.status, ran.stdout) == (0, f"1 is back in {landed}, on feature/1\n")
    assert picture(repo, landed) == before
    assert list((repo.path / ".git/parallel/trash").iterdir()) == []
    assert repo.refs("refs/parallel/trash") == []
    assert repo.is_sound()


def test_undo_does_not_write_over_what_came_after(repo: Repo, cli: Cli, agent: Agent, landed: Path) -> None:
    cli("prune")
    next_task(repo, cli, agent)
    landed.mkdir()
    (landed / "mine.txt").write_text("mine")

    ran = cli("prune", "--undo", "1")

    assert ran.stderr == f"error: '{landed}' exists again\nhint: move it away first\n"
    assert [path.name for path in landed.iterdir()] == ["mine.txt"]


def ignored(_repo: Repo, at: Path) -> None:
    (at / "__pycache__").mkdir()
    (at / "__pycache__/x.pyc").write_text("x")


def empty_directory(_repo: Repo, at: Path) -> None:
    (at / "empty").mkdir()


def second_name(_repo: Repo, at: Path) -> None:
    os.link(at / "app.py", at.parent / "also")


def own_settings(_repo: Repo, at: Path) -> None:
    admin = Path((at / ".git").read_text().split(" ")[1].strip())
    (admin / "config.worktree").write_text("[core]\n")


def own_ref(repo: Repo, at: Path) -> None:
    repo.git("update-ref", "refs/worktree/mine", "HEAD", at=at)


def other_line_ends(repo: Repo, _at: Path) -> None:
    repo.config("core.eol", "crlf")


def attributes_that_convert(repo: Repo, _at: Path) -> None:
    (repo.path / ".git/info/attributes").write_text("*.none text\n")


def blind_to_modes(repo: Repo, _at: Path) -> None:
    repo.config("core.fileMode", "false")


def another_mode(_repo: Repo, at: Path) -> None:
    (at / "app.py").chmod((at / "app.py").stat().st_mode ^ 0o022)


def directory_open_to_all(_repo: Repo, at: Path) -> None:
    (at / "dir").chmod(0o1777)


def runs_as_its_owner(_repo: Repo, at: Path) -> None:
    (at / "app.py").chmod((at / "app.py").stat().st_mode | 0o4000)


def repository_inside(repo: Repo, at: Path) -> None:
    repo.git("init", "--quiet", "dir", at=at)


def bare_names_of_git(_repo: Repo, at: Path) -> None:
    (at / "dir/.git").mkdir()
    (at / "dir/.git/notes").write_text("notes")


def file_that_leads_elsewhere(_repo: Repo, at: Path) -> None:
    (at / "dir/.git").write_text("gitdir: /nowhere\n")


def switched_off(repo: Repo, _at: Path) -> None:
    repo.git("config", "--unset", "parallel.pool")


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "disturb",
    [
        ignored,
        empty_directory,
        second_name,
        own_settings,
        own_ref,
        other_line_ends,
        attributes_that_convert,
        blind_to_modes,
        another_mode,
        directory_open_to_all,
        runs_as_its_owner,
        repository_inside,
        bare_names_of_git,
        file_that_leads_elsewhere,
        switched_off,
    ],
)
def test_what_is_not_spotless_stays_in_the_trash(
    repo: Repo, cli: Cli, agent: Agent, landed: Path, disturb: Callable[[Repo, Path], None]
) -> None:
    (repo.path / ".git/info/exclude").write_text("__pycache__/\n")
    disturb(repo, landed)
    file = inode(landed / "dir/5.txt")
    assert len(cli("prune", "--force", "1", "--json").json["removed"]) == 1

    worktree = next_task(repo, cli, agent)

    assert inode(worktree / "dir/5.txt") != file
    (folder,) = (repo.path / ".git/parallel/trash").iterdir()
    assert inode(folder / "worktree/dir/5.txt") == file


@pytest.mark.sample(2)
@pytest.mark.parametrize(
    "attributes", ["* text=auto", "*.txt -diff ident", "[attr]mine filter=none", "* eol=lf"]
)
def test_where_attributes_convert_no_checkout_is_handed_on(
    repo: Repo, cli: Cli, agent: Agent, attributes: str
) -> None:
    repo.config("parallel.pool", "4")
    repo.commit(**BODY, **{"gone.txt": "gone\n", ".gitattributes": f"{attributes}\n"})
    repo.spec("1", "one.py")
    # Clean, and yet not what a checkout writes.
    cli("run", "--merge", "--", *agent("printf '5\\r\\n' > dir/5.txt; git add dir/5.txt; echo 1 > one.py"))
    file = inode(repo.worktree("1") / "dir/5.txt")
    cli("prune")

    assert inode(next_task(repo, cli, agent) / "dir/5.txt") != file


@pytest.mark.sample(2)
@pytest.mark.parametrize("way", ["open", "mapped"])
@pytest.mark.parametrize("before", [True, False], ids=["before the prune", "in the trash"])
def test_what_somebody_has_open_is_not_handed_on(
    repo: Repo, cli: Cli, agent: Agent, landed: Path, way: str, before: bool
) -> None:
    file = inode(landed / "dir/5.txt")
    if not before:
        cli("prune")
    at = (
        landed / "dir/5.txt"
        if before
        else next((repo.path / ".git/parallel/trash").glob("*/worktree/dir/5.txt"))
    )

    with at.open("r+b") as open_file, mmap.mmap(open_file.fileno(), 0) as mapped:
        if way == "mapped":
            open_file.close()
        cli("prune")
        worktree = next_task(repo, cli, agent)
        mapped[0:1] = b"!"

    assert inode(worktree / "dir/5.txt") != file
    assert (worktree / "dir/5.txt").read_text() == "5\n"


def test_other_attributes_want_a_new_checkout(repo: Repo, cli: Cli, agent: Agent, landed: Path) -> None:
    file = inode(landed / "dir/5.txt")
    cli("prune")
    repo.commit(**{"dir/.gitattributes": "*.txt eol=crlf\n"})

    worktree = next_task(repo, cli, agent)

    assert inode(worktree / "dir/5.txt") != file
    assert (worktree / "dir/5.txt").read_bytes() == b"5\r\n"


@pytest.mark.usefixtures("landed")
def test_what_came_into_the_trash_since_is_kept_out(repo: Repo, cli: Cli, agent: Agent) -> None:
    cli("prune")
    (folder,) = (repo.path / ".git/parallel/trash").iterdir()
    (folder / "worktree/late.txt").write_text("by somebody who was still there")

    worktree = next_task(repo, cli, agent)

    assert (repo.path.parent / "status").read_text() == ""
    assert not (worktree / "late.txt").exists()
    assert (repo.path / ".git/parallel/tmp/gp-2.left/late.txt").exists(), "nothing is lost"
