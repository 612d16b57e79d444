"""`--sparse`: a worktree holds what its task touches, and is an ordinary worktree in all else."""

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from git_parallel.git.command import Git
from git_parallel.git.scratch import scratch
from git_parallel.git.unsaved import find_unsaved
from git_parallel.names import Oid
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]

FILES = {
    "root.txt": "root\n",
    "src/top.py": "top\n",
    "src/app/one.py": "one\n",
    "src/app/deep/two.py": "two\n",
    "src/bill/pay.py": "pay\n",
    "tests/app/test_one.py": "test\n",
    "tests/bill/test_pay.py": "test\n",
    "docs/guide.md": "guide\n",
}


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """A repository of a few directories, and a task in one of them."""
    repo.commit(**FILES)
    repo.spec("1", "src/app/one.py")
    return repo


def files(worktree: Path) -> set[str]:
    return {
        str(path.relative_to(worktree))
        for path in worktree.rglob("*")
        if path.is_file() and path.name != ".git"
    }


HELD = {"app.py", "root.txt", "src/top.py", "src/app/one.py", "src/app/deep/two.py", "tests/app/test_one.py"}
CLAIM = 'python -m git_parallel claim "$@"'


def record(repo: Repo, task: str = "1") -> dict[str, object]:
    found = json.loads(repo.git("show", f"refs/parallel/tasks/{task}:record.json"))
    assert isinstance(found, dict)
    return found


def test_it_holds_what_the_task_touches_and_is_clean(shop: Repo, cli: Cli, agent: Agent) -> None:
    ran = cli("run", "--sparse", "--", *agent("git status --porcelain > ../status; echo x >> src/app/one.py"))

    assert ran.status == 0, ran.stdout
    worktree = shop.worktree("1")
    assert files(worktree) == HELD
    assert (worktree.parent / "status").read_text() == ""
    assert shop.git("status", "--porcelain", at=worktree) == ""
    assert shop.git("sparse-checkout", "list", at=worktree) == "src/app\ntests/app"
    assert shop.git("diff", "--name-only", "main", "feature/1") == "src/app/one.py"
    assert record(shop)["cone"] == ["src/app", "tests/app"]
    assert "worktreeConfig" not in (shop.path / ".git/config").read_text(), "other tools refuse it"
    assert shop.git("config", "core.sparseCheckout", check=False) == "", "the main worktree is none of it"
    assert cli("merge").status == 0
    assert (shop.path / "src/app/one.py").read_text() == "one\nx\n"
    assert files(shop.path) >= FILES.keys(), "and where the target is checked out nothing went away"
    assert [entry["id"] for entry in cli("prune", "--json").json["removed"]] == ["1"]
    assert shop.is_sound()


def test_a_setting_does_the_same_and_an_unknown_task_gets_everything(
    shop: Repo, cli: Cli, agent: Agent
) -> None:
    shop.config("parallel.sparse", "true")
    shop.spec("2", extra="Nobody knows what this touches.")

    cli("run", "--", *agent("echo x > new.txt; git add new.txt; git commit -qm x"))

    assert files(shop.worktree("1")) == {*HELD, "new.txt"}
    assert files(shop.worktree("2")) >= FILES.keys()
    assert record(shop, "2")["cone"] is None
    assert shop.git("config", "core.sparseCheckout", at=shop.worktree("2"), check=False) == ""
    assert shop.git("config", "core.sparseCheckout", at=shop.worktree("1")) == "true"


def test_claim_brings_what_the_task_turns_out_to_need(shop: Repo, cli: Cli, agent: Agent) -> None:
    script = f"""
    claim() {{ {CLAIM}; }}
    [ ! -e src/bill/pay.py ] || exit 3
    claim src/bill/pay.py > ../said || exit 4
    cat src/bill/pay.py > ../seen || exit 5
    claim docs >> ../said || exit 6
    claim new/place.txt >> ../said || exit 6
    claim root.txt >> ../said || exit 6
    [ -e docs/guide.md ] || exit 7
    mkdir -p new; echo n > new/place.txt; echo x >> src/bill/pay.py; echo x >> src/app/one.py
    git add -A && git commit -qm "all of it" || exit 8
    """

    ran = cli("run", "--sparse", "--", *agent(script))

    above = shop.path.parent
    assert ran.status == 0, ran.stdout
    assert (above / "said").read_text().splitlines() == [
        "claimed src/bill/pay.py for task '1'",
        "checked out src/bill/",
        "claimed docs for task '1'",
        "checked out docs/",
        "claimed new/place.txt for task '1'",
        "checked out new/",
        "claimed root.txt for task '1'",
    ]
    assert (above / "seen").read_text() == "pay\n"
    assert shop.git("diff", "--name-only", "main", "feature/1").splitlines() == [
        "new/place.txt",
        "src/app/one.py",
        "src/bill/pay.py",
    ]
    assert "tests/bill/test_pay.py" not in files(shop.worktree("1"))
    assert "worktreeConfig" not in (shop.path / ".git/config").read_text()


def test_what_somebody_else_holds_is_not_checked_out(shop: Repo, cli: Cli, agent: Agent) -> None:
    shop.spec("2", "src/bill/pay.py")

    cli(
        "run",
        "1",
        "--sparse",
        "--",
        *agent("python -m git_parallel claim src/bill/pay.py; echo x >> src/app/one.py"),
    )

    assert files(shop.worktree("1")) == HELD
    assert "cannot be claimed" in cli("log", "1").stdout


MAKES_IGNORED_FILES = """
mkdir -p src/bill/results tests/bill/results && echo 6 hours > src/bill/results/model && echo x > tests/bill/results/m
echo results > ../ignore && git config core.excludesFile "$PWD/../ignore"
"""


@pytest.mark.parametrize(
    "how",
    [
        "python -m git_parallel claim docs/guide.md",
        "mkdir docs && echo n > docs/new && git add --sparse docs && git commit -qm x",
    ],
)
def test_nothing_is_removed_where_a_worktree_is_widened(shop: Repo, cli: Cli, agent: Agent, how: str) -> None:
    """git itself clears away the directories that it leaves out, with the ignored files in them."""
    script = (
        f"{MAKES_IGNORED_FILES}{how} || exit 3; git status --porcelain > ../status; echo x >> src/app/one.py"
    )

    ran = cli("run", "--sparse", "--", *agent(script))

    assert ran.status == 0, ran.stdout + cli("log", "1").stdout
    worktree = shop.worktree("1")
    assert (worktree.parent / "status").read_text() == ""
    assert files(worktree) - {"docs/new"} == {
        *HELD,
        "docs/guide.md",
        "src/bill/results/model",
        "tests/bill/results/m",
    }
    assert shop.git("sparse-checkout", "list", at=worktree).split() == ["docs", "src/app", "tests/app"]


def test_a_lost_index_takes_no_ignored_files_with_it(shop: Repo, cli: Cli, agent: Agent) -> None:
    cli("run", "--sparse", "--", *agent(f"{MAKES_IGNORED_FILES}exit 1"))
    (shop.path / ".git/worktrees/gp-1/index").unlink()

    ran = cli("retry", "1", "--", *agent("git status --porcelain > ../status; echo x >> src/app/one.py"))

    assert ran.status == 0, ran.stdout
    assert (shop.path.parent / "status").read_text() == ""
    assert (shop.worktree("1") / "src/bill/results/model").read_text() == "6 hours\n"


@pytest.mark.parametrize("way", ["echo mine > docs", "mkdir ../else && ln -s ../else docs"])
def test_what_is_in_the_way_of_a_claim_stays(shop: Repo, cli: Cli, agent: Agent, way: str) -> None:
    script = f"{way}; {CLAIM.replace('$@', 'docs/guide.md')} 2> ../said && exit 3; git status --porcelain > ../status"

    cli("run", "--sparse", "--", *agent(f"{script}; exit 1"))

    worktree = shop.worktree("1")
    assert "docs" in (worktree.parent / "said").read_text()
    assert (worktree.parent / "status").read_text() == "?? docs\n"
    assert (worktree / "docs").is_symlink() or (worktree / "docs").read_text() == "mine\n"
    assert shop.git("sparse-checkout", "list", at=worktree).split() == ["src/app", "tests/app"]


def test_a_file_that_was_made_by_hand_is_not_written_over_by_a_claim(
    shop: Repo, cli: Cli, agent: Agent
) -> None:
    shop.commit(**{"docs/more.md": "more\n"})
    script = f"mkdir docs; echo mine > docs/guide.md; {CLAIM.replace('$@', 'docs')}; git status --porcelain > ../status"

    cli("run", "--sparse", "--", *agent(f"{script}; exit 1"))

    worktree = shop.worktree("1")
    assert (worktree / "docs/guide.md").read_text() == "mine\n"
    assert (worktree / "docs/more.md").read_text() == "more\n"
    assert (worktree.parent / "status").read_text() == " M docs/guide.md\n"


@pytest.mark.sample(3)
@pytest.mark.parametrize("how", ["-qm x", "-qam x", "-qm x -i src/bill/pay.py", "-qm x -o src/bill/pay.py"])
def test_a_claim_by_the_hook_widens_it_too(shop: Repo, cli: Cli, agent: Agent, how: str) -> None:
    script = f"""
    mkdir -p src/bill new && echo mine > src/bill/pay.py && echo x > new/f && echo x >> src/app/one.py
    git add --sparse src/bill/pay.py new src/app/one.py && git commit {how} || exit 9
    git status --porcelain > ../after
    git commit -qm rest; exit 0
    """
    ran = cli("run", "--sparse", "--", *agent(script))

    assert ran.status == 0, ran.stdout + cli("log", "1").stdout
    worktree = shop.worktree("1")
    assert (worktree / "src/bill/pay.py").read_text() == "mine\n"
    assert (worktree / "new/f").read_text() == "x\n"
    assert shop.git("show", "feature/1:src/bill/pay.py") == "mine"
    assert shop.git("sparse-checkout", "list", at=worktree).split() == [
        "new",
        "src/app",
        "src/bill",
        "tests/app",
    ]
    assert shop.git("status", "--porcelain", at=worktree) == ""
    assert set(shop.git("diff", "--name-status", "main", "feature/1").splitlines()) == {
        "A\tnew/f",
        "M\tsrc/app/one.py",
        "M\tsrc/bill/pay.py",
    }


def test_what_an_agent_made_outside_by_hand_is_committed_for_it(shop: Repo, cli: Cli, agent: Agent) -> None:
    """A file that the target has and the worktree has not, a new one beside it, and one in a new directory."""
    script = """
    mkdir -p src/bill new/dir && echo mine > src/bill/pay.py && echo n > src/bill/new.py && echo n > new/dir/f
    git add -A 2> ../said; echo "add: $?" >> ../said
    """
    ran = cli("run", "--sparse", "--", *agent(script))

    assert ran.status == 0, ran.stdout
    said = (shop.path.parent / "said").read_text()
    assert "--sparse" in said, "git says what to do"
    assert "add: 1" in said
    assert set(shop.git("diff", "--name-status", "main", "feature/1").splitlines()) == {
        "A\tnew/dir/f",
        "A\tsrc/bill/new.py",
        "M\tsrc/bill/pay.py",
    }
    assert shop.git("status", "--porcelain", at=shop.worktree("1")) == ""
    assert cli("merge").status == 0
    assert (shop.path / "src/bill/pay.py").read_text() == "mine\n"
    assert [entry["id"] for entry in cli("prune", "--json").json["removed"]] == ["1"]


def test_commit_all_records_no_deletion(shop: Repo, cli: Cli, agent: Agent) -> None:
    cli(
        "run",
        "--sparse",
        "--",
        *agent("echo x >> src/app/one.py; git commit -qam x; git stash -q; git reset -q --hard"),
    )

    assert shop.git("diff", "--name-status", "main", "feature/1") == "M\tsrc/app/one.py"


@pytest.mark.parametrize("how", ["merge --no-edit main", "rebase main"])
def test_the_target_comes_in_as_ever(shop: Repo, cli: Cli, agent: Agent, how: str) -> None:
    cli("run", "--sparse", "--", *agent("echo x >> src/app/one.py; git commit -qam x"))
    worktree = shop.worktree("1")
    shop.commit(**{"src/bill/pay.py": "paid\n", "src/app/three.py": "three\n", "other/new.txt": "new\n"})

    shop.git(*how.split(), at=worktree)

    assert files(worktree) == {*HELD, "src/app/three.py"}
    assert shop.git("status", "--porcelain", at=worktree) == ""
    assert shop.git("diff", "--name-status", "main", "feature/1") == "M\tsrc/app/one.py"
    assert cli("merge").status == 0


def test_a_conflict_outside_comes_to_the_agent(shop: Repo, cli: Cli, agent: Agent) -> None:
    cli("run", "--sparse", "--", *agent("mkdir -p docs; echo mine > docs/guide.md"))
    worktree = shop.worktree("1")
    shop.commit(**{"docs/guide.md": "theirs\n"})
    shop.git("sparse-checkout", "reapply", at=worktree)

    shop.git("merge", "main", at=worktree, check=False)

    assert "<<<<<<<" in (worktree / "docs/guide.md").read_text()
    (worktree / "docs/guide.md").write_text("both\n")
    shop.git("add", "--sparse", "docs/guide.md", at=worktree)
    shop.git("commit", "--no-edit", at=worktree)
    assert cli("merge").status == 0
    assert (shop.path / "docs/guide.md").read_text() == "both\n"


def test_status_sees_what_is_unsaved_and_no_deletions(shop: Repo, cli: Cli, agent: Agent) -> None:
    script = """
    mkdir -p src/bill && echo mine > src/bill/pay.py
    git update-index --cacheinfo 100644,$(git hash-object -w --stdin < root.txt),docs/guide.md
    (cd "$MAIN" && python -m git_parallel status --json) > ../status
    exit 1
    """
    cli("run", "--sparse", "--", *agent(script), env={"MAIN": str(shop.path)})

    status = json.loads((shop.path.parent / "status").read_text())
    assert status["tasks"][0]["drift"] == ["docs/guide.md", "src/bill/pay.py"]


def hide(repo: Repo, worktree: Path) -> None:
    """What only git's marks hide: a file that the worktree leaves out lies there, changed."""
    repo.config("sparse.expectFilesOutsideOfPatterns", "true")
    (worktree / "docs").mkdir()
    (worktree / "docs/guide.md").write_text("mine")


def test_prune_keeps_what_the_marks_would_hide(shop: Repo, cli: Cli, agent: Agent) -> None:
    cli("run", "--sparse", "--merge", "--", *agent())
    hide(shop, shop.worktree("1"))

    (kept,) = cli("prune", "--json").json["kept"]

    assert kept["reasons"] == ["its worktree has files that git was told not to look at: 'docs/guide.md'"]


def test_undo_brings_a_sparse_one_back_as_it_was(shop: Repo, cli: Cli, agent: Agent) -> None:
    cli("run", "--sparse", "--merge", "--", *agent())
    worktree = shop.worktree("1")

    def picture() -> tuple[str, ...]:
        return (
            shop.git("status", "--porcelain=v2", "--branch", "--ignored", at=worktree),
            shop.git("ls-files", "-s", "-v", at=worktree),
            shop.git("reflog", "show", "HEAD", at=worktree),
            shop.git("sparse-checkout", "list", at=worktree),
            *sorted(files(worktree)),
        )

    before = picture()
    assert cli("prune").status == 0
    assert (shop.path / ".git/parallel/sparse.gitconfig").read_text() == ""

    assert cli("prune", "--undo", "1").status == 0
    assert picture() == before


def test_the_next_attempt_goes_on_in_it_and_a_fresh_one_may_be_full(
    shop: Repo, cli: Cli, agent: Agent
) -> None:
    cli("run", "--sparse", "--", *agent("exit 1"))
    shop.commit(**{"src/bill/more.py": "more\n", "src/app/more.py": "more\n"})

    cli("retry", "1", "--", *agent("exit 1"))
    worktree = shop.worktree("1")
    assert files(worktree) == {*HELD, "src/app/more.py"}, "it was brought to the target"
    assert shop.git("status", "--porcelain", at=worktree) == ""

    cli("retry", "1", "--fresh", "--", *agent("exit 1"))
    assert files(worktree) >= FILES.keys()
    assert shop.git("config", "core.sparseCheckout", at=worktree, check=False) == ""


@pytest.mark.parametrize("lost", ["index", "admin", "directory", "listing"])
def test_what_was_lost_of_it_is_made_again(shop: Repo, cli: Cli, agent: Agent, lost: str) -> None:
    cli("run", "--sparse", "--", *agent("echo x > src/app/left.py; exit 1"))
    worktree = shop.worktree("1")
    admin = shop.path / ".git/worktrees/gp-1"
    if lost == "index":
        (admin / "index").unlink()
    elif lost == "admin":
        shutil.rmtree(admin)
    elif lost == "directory":
        shutil.rmtree(worktree)
    else:
        (shop.path / ".git/parallel/sparse.gitconfig").unlink()

    ran = cli("retry", "1", "--", *agent("git status --porcelain > ../status; echo x >> src/app/one.py"))

    assert ran.status == 0, ran.stdout
    left = "" if lost == "directory" else "?? src/app/left.py\n"
    assert (shop.path.parent / "status").read_text() == left
    changed = shop.git("diff", "--name-status", "main", "feature/1").splitlines()
    assert changed == ([] if lost == "directory" else ["A\tsrc/app/left.py"]) + ["M\tsrc/app/one.py"]
    assert files(worktree) == ({*HELD} if lost == "directory" else {*HELD, "src/app/left.py"})


def test_names_that_patterns_would_read_otherwise(shop: Repo, cli: Cli, agent: Agent) -> None:
    odd = 'od?d [x]* "q" \\n'
    (shop.path / odd).mkdir()
    (shop.path / odd / "f.txt").write_text("odd\n")
    (shop.path / "odd").mkdir()
    (shop.path / "odd" / "f.txt").write_text("not asked for\n")
    shop.commit()
    cli(
        "run",
        "--sparse",
        "--",
        *agent(
            f"ls > ../before; mkdir -p '{odd}'; echo x > '{odd}/new'; git add --sparse -A; git commit -qm x"
        ),
    )

    worktree = shop.worktree("1")
    assert (worktree / odd / "f.txt").read_text() == "odd\n", "the hook has widened it"
    assert not (worktree / "odd").exists()
    assert odd not in (shop.path.parent / "before").read_text()
    assert Git(worktree).run("status", "--porcelain").stdout == ""


def test_what_is_staged_outside_counts_as_it_is_staged(shop: Repo, cli: Cli, agent: Agent) -> None:
    cli("run", "--sparse", "--", *agent("echo x >> src/app/one.py"))
    worktree = shop.worktree("1")
    blob = shop.git("hash-object", "-w", "--stdin", stdin="staged\n")
    shop.git("update-index", "--cacheinfo", f"100644,{blob},docs/guide.md", at=worktree)
    shop.git("update-index", "--skip-worktree", "docs/guide.md", at=worktree)
    tip = Oid(shop.git("rev-parse", "feature/1"))

    with scratch(shop.path / ".git", like=tip) as room:
        unsaved = find_unsaved(Git(shop.path), worktree, tip, room)
        assert unsaved is not None
        seen = room.git.run("show", f"{unsaved.commit}:docs/guide.md").stdout
        gone = room.git.run("diff-tree", "-r", "--diff-filter=D", "--name-only", tip, unsaved.commit).stdout

    assert (seen, gone, unsaved.apart) == ("staged\n", "", ())
