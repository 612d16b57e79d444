"""A place where any agent can really work: what a worktree is given beyond its checkout, and how it goes again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.beside import Beside, until, waits_for
from tests.conftest import EDITS_ITS_FILE, Cli, Repo

Agent = Callable[..., Sequence[str]]


def library(repo: Repo) -> str:
    """Give the repository a submodule with a submodule in it, whose origins are gone afterwards; its commit."""
    inner, outer = Repo(repo.path.parent / "inner"), Repo(repo.path.parent / "outer")
    for one in (inner, outer):
        one.path.mkdir()
        one.git("init", "--quiet")
        one.commit("first", **{"lib.txt": f"{one.path.name}\n"})
    local = ("-c", "protocol.file.allow=always", "submodule", "--quiet")
    outer.git(*local, "add", str(inner.path), "deep/inner")
    outer.commit("inner")
    repo.git(*local, "add", "--name", "the=lib", str(outer.path), "vendor/my lib")
    repo.git(*local, "update", "--init", "--recursive")
    repo.commit("library")
    for one in (inner, outer):
        one.path.rename(one.path.with_suffix(".gone"))
    return repo.git("rev-parse", "HEAD", at=repo.path / "vendor/my lib")


def records(repo: Repo, task: str) -> str:
    return repo.git("log", "--format=%s", f"refs/parallel/tasks/{task}")


def reserved() -> set[str]:
    return {path.name for path in (Path.home() / ".local/state/git-parallel/ports").iterdir()} - {"lock"}


def temporaries() -> list[Path]:
    return list((Path(os.environ["TMPDIR"]) / f"git-parallel-{os.getuid()}").glob("*-*"))


SERVER = """\
import http.server, os, pathlib, time, urllib.request
port, other = int(os.environ["GIT_PARALLEL_PORT"]), {"1": "2", "2": "1"}[os.environ["GIT_PARALLEL_TASK"]]
meet = pathlib.Path(os.environ["MEET"])
import threading
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(os.environ["GIT_PARALLEL_TASK"].encode())
    def log_message(self, *_): pass
server = http.server.HTTPServer(("127.0.0.1", port), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
(meet / os.environ["GIT_PARALLEL_TASK"]).write_text(str(port))
end = time.monotonic() + 60
while not (meet / other).exists() or not (meet / other).read_text():
    assert time.monotonic() < end
    time.sleep(0.02)
theirs = urllib.request.urlopen("http://127.0.0.1:" + (meet / other).read_text()).read().decode()
assert theirs == other
(meet / (os.environ["GIT_PARALLEL_TASK"] + ".done")).touch()
while not (meet / (other + ".done")).exists():
    assert time.monotonic() < end
    time.sleep(0.02)
lines = [pathlib.Path(".env").read_text(), pathlib.Path("node_modules/pkg.js").read_text(),
         pathlib.Path("vendor/my lib/deep/inner/lib.txt").read_text(), pathlib.Path("port.local").read_text(),
         os.environ["TMPDIR"] + "\\n"]
pathlib.Path(os.environ["GIT_PARALLEL_TASK"] + ".txt").write_text("".join(lines))
"""


def test_two_tasks_at_once_with_all_they_need_each_of_its_own(repo: Repo, cli: Cli, tmp_path: Path) -> None:
    library(repo)
    repo.commit("ignore", **{".gitignore": ".env\nnode_modules/\n*.local\n", "serve.py": SERVER})
    repo.write(".env", "SECRET=1\n")
    repo.write("node_modules/pkg.js", "pkg\n")
    for key, value in (
        ("copy", ".env"),
        ("link", "node_modules/"),
        (
            "setup",
            'echo "set up $GIT_PARALLEL_TASK"; echo $GIT_PARALLEL_PORT > port.local; touch "$TMPDIR/mine"',
        ),
    ):
        repo.config(f"parallel.{key}", value)
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    (tmp_path / "meet").mkdir()

    ran = cli("run", "--merge", "--", sys.executable, "serve.py", env={"MEET": str(tmp_path / "meet")})

    assert ran.status == 0, ran
    ports, temporary = {}, {}
    for task in ("1", "2"):
        secret, package, inner, ports[task], temporary[task] = (
            (repo.path / f"{task}.txt").read_text().splitlines()
        )
        assert (secret, package, inner) == ("SECRET=1", "pkg", "inner")
        assert ports[task] == (tmp_path / "meet" / task).read_text()
        assert (Path(temporary[task]) / "mine").is_file()
        assert cli("log", task, "--setup").stdout == f"set up {task}\n"
        assert repo.git("show", "--format=", "--name-only", f"feature/{task}").splitlines() == [f"{task}.txt"]
    assert len(set(ports.values())) == len(set(temporary.values())) == 2
    assert reserved() == set(ports.values())
    assert repo.git("status", "--porcelain") == ""

    pruned = cli("prune")

    assert pruned.stdout.startswith("1 pruned\n2 pruned\n"), pruned
    assert reserved() == set()
    assert temporaries() == []
    assert (repo.path / "node_modules/pkg.js").read_text() == "pkg\n"
    assert cli("prune", "--undo", "1").status == 0
    back = repo.worktree("1")
    assert (back / "vendor/my lib/deep/inner/lib.txt").read_text() == "inner\n"
    assert (back / ".env").read_text() == "SECRET=1\n"
    assert repo.git("status", "--porcelain", "--ignore-submodules=none", at=back) == ""
    assert repo.is_sound()


def test_what_was_brought_is_not_committed_where_the_agent_has_git_ignore_it_no_longer(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.commit("ignore", **{".gitignore": ".env\nother.env\ncache/\n"})
    repo.write(".env", "SECRET=1\n")
    repo.write("other.env", "SECRET=2\n")
    repo.config("parallel.copy", "*.env")
    repo.config("parallel.setup", "mkdir cache && echo big > cache/big")
    repo.spec("1", "one.txt", ".gitignore")

    ran = cli(
        "run",
        "--",
        *agent("echo 1 > one.txt; echo '*.pyc' > .gitignore; echo more >> .env; git add other.env"),
    )

    assert (ran.status, repo.state("1")) == (0, "succeeded"), ran
    assert "'.env' and 2 more is no longer ignored by git" in ran.stdout
    files = repo.git("ls-tree", "-r", "--name-only", "feature/1").splitlines()
    assert sorted(files) == sorted([*repo.git("ls-files").splitlines(), "one.txt"])
    assert (repo.worktree("1") / ".env").read_text() == "SECRET=1\nmore\n"


def test_work_where_another_worktree_has_a_link_is_committed(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("ignore", **{".gitignore": "data/\n"})
    repo.write("data/x", "1\n")
    repo.config("parallel.link", "data")
    repo.spec("1", "one.txt")
    assert cli("run", "--", *agent()).status == 0
    assert (repo.worktree("1") / "data").is_symlink()
    assert cli("merge").status == cli("prune").status == 0
    repo.git("config", "--unset", "parallel.link")
    repo.write("data/x", "1\n")
    repo.write(".gitignore", "")
    repo.git("add", "--all")
    repo.git("commit", "--quiet", "-m", "data is tracked from now on")
    repo.spec("2", "data/new.csv", "two.txt")

    work = 'echo new > data/new.csv; echo 2 > two.txt; git status --short -uall > "$TMPDIR/seen"; cat "$TMPDIR/seen"'
    assert cli("run", "2", "--", *agent(work)).status == 0

    assert repo.git("show", "feature/2:data/new.csv") == "new"
    assert "?? data/new.csv" in cli("log", "2").stdout
    assert cli("prune", "--undo", "1").status == 0
    assert (repo.worktree("1") / "data").is_symlink()
    assert "data" not in repo.git("status", "--porcelain", at=repo.worktree("1"))


def test_work_in_the_place_of_a_link_is_seen(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("ignore", **{".gitignore": "data/\n"})
    repo.write("data/x", "1\n")
    repo.config("parallel.link", "data")
    repo.spec("1", "data", "one.txt")

    assert cli("run", "--", *agent("rm data; echo mine > data; echo 1 > one.txt")).status == 0

    assert repo.git("show", "feature/1:data") == "mine"


def test_a_worktree_with_ignored_files_of_the_agent_is_kept(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("ignore", **{".gitignore": ".env\n*.local\n"})
    repo.write(".env", "x\n")
    repo.config("parallel.copy", ".env")
    for task in ("1", "2", "3"):
        repo.spec(task, f"{task}.txt")
    change = "case $GIT_PARALLEL_TASK in 2) echo y >> .env;; 3) touch mine.local;; esac\n"
    assert cli("run", "--merge", "--", *agent(change + EDITS_ITS_FILE)).status == 0

    assert cli("prune").stdout.splitlines() == [
        "1 pruned; 'git parallel prune --undo 1' brings it back",
        "2 kept: its worktree has ignored files: '.env'",
        "3 kept: its worktree has ignored files: 'mine.local'",
    ]


def test_a_place_for_temporary_files_that_is_somebody_elses_is_the_end_of_the_attempt(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    theirs = Path(os.environ["TMPDIR"]) / f"git-parallel-{os.getuid()}"
    theirs.touch()
    repo.spec("1", "one.txt")

    ran = cli("run", "--", *agent())

    assert f"1 failed: '{theirs}' is not a directory of this user\n" in ran.stdout, ran
    assert not repo.worktree("1").exists()
    theirs.unlink()
    assert cli("retry", "1", "--", *agent()).status == 0


# -- setup -------------------------------------------------------------------------------------------------


def test_a_setup_that_fails_is_the_failure_of_its_task_and_can_be_read(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.commit("ignore", **{".gitignore": "built\n"})
    repo.spec("1", "one.txt")
    repo.config("parallel.setup", "echo working; touch built; echo broken >&2; exit 3")

    ran = cli("run", "--", *agent())

    why = "setup exited with 3; see 'git parallel log 1 --setup'"
    assert (ran.status, repo.state("1")) == (1, "failed")
    assert f"1 failed: {why}\n" in ran.stdout
    assert cli("log", "1", "--setup").stdout == "working\nbroken\n"
    assert (repo.worktree("1") / "built").exists()
    # Another command is another setup; it is run where the first one was.
    repo.git("config", "parallel.setup", "echo right")
    assert cli("retry", "1").status == 0
    assert cli("log", "1", "--setup").stdout == "right\n"


def test_it_is_run_once_for_a_worktree_and_anew_for_a_new_one(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    repo.spec("1", "one.txt")
    repo.config("parallel.setup", f"echo $GIT_PARALLEL_PORT >> {tmp_path}/ran")
    failing = agent("exit 1")
    assert cli("run", "1", "--", *failing).status == 1
    assert cli("retry", "1", "--", *failing).status == 1
    assert len((tmp_path / "ran").read_text().splitlines()) == 1

    assert cli("retry", "1", "--fresh", "--", *agent()).status == 0

    assert len((tmp_path / "ran").read_text().splitlines()) == 2


def test_what_it_would_have_the_agent_commit_is_refused(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.txt")
    repo.config("parallel.setup", "echo more >> app.py; mkdir -p new; touch new/file")

    ran = cli("run", "--", *agent())

    why = (
        "setup left 'app.py' and 1 more changed or untracked, which would be committed as the agent's work; "
        "have git ignore it, then 'git parallel retry 1 --fresh'"
    )
    assert f"1 failed: {why}" in ran.stdout
    # What lies there now is no less foreign when it is tried again.
    assert f"1 failed: {why}" in cli("retry", "1", "--", *agent()).stdout
    repo.git("config", "parallel.setup", "git commit --quiet --allow-empty -m mine")
    ran = cli("retry", "1", "--fresh", "--", *agent())
    assert "1 failed: setup made a commit, which would be merged as the agent's work" in ran.stdout


def test_it_does_not_run_for_ever(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.txt")
    repo.config("parallel.setup", "sleep 600")
    repo.config("parallel.setupTimeout", "1s")
    repo.config("parallel.grace", "1s")

    assert "1 failed: setup timed out after " in cli("run", "--", *agent()).stdout


class Begun:
    """A run in the background whose setup has begun and waits for a file."""

    def __init__(self, repo: Repo, tmp_path: Path) -> None:
        self.repo, self.mark, self.go = repo, tmp_path / "began", tmp_path / "go"
        repo.spec("1", "one.txt")
        repo.config(
            "parallel.setup",
            f"echo $$ >> {self.mark}; while [ ! -e {self.go} ]; do sleep 0.05; done; echo over >> {self.mark}",
        )
        self.run = subprocess.Popen(
            [sys.executable, "-m", "git_parallel", "run", "--", "/bin/sh", "-c", EDITS_ITS_FILE],
            cwd=repo.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.wait(lambda: self.mark.exists() and self.mark.read_text())

    @staticmethod
    def wait(is_so: Callable[[], object]) -> None:
        end = time.monotonic() + 60
        while not is_so():
            assert time.monotonic() < end
            time.sleep(0.02)

    @property
    def lines(self) -> list[str]:
        return self.mark.read_text().splitlines()

    def is_dead(self) -> bool:
        return not Path(f"/proc/{self.lines[0]}").exists()


def test_after_a_kill_of_the_coordinator_the_next_command_waits_for_it(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    begun = Begun(repo, tmp_path)
    begun.run.kill()
    begun.run.communicate()
    assert not begun.is_dead()
    with subprocess.Popen(["/bin/sh", "-c", f"sleep 1; touch {begun.go}"]):
        ran = cli("run", "--", *agent())

    assert (ran.status, repo.state("1")) == (0, "succeeded"), ran
    assert begun.lines[1:] == ["over"]


@pytest.mark.sample(3)
@pytest.mark.parametrize("how", ["stop", "interrupt", "cancel"])
def test_it_is_ended_when_nobody_wants_it_any_more(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path, how: str
) -> None:
    begun = Begun(repo, tmp_path)

    if how == "stop":
        assert cli("stop", "--now").status == 0
    elif how == "interrupt":
        begun.run.send_signal(signal.SIGINT)
    else:
        assert cli("cancel", "1").status == 0
    said, _ = begun.run.communicate(timeout=60)

    assert begun.is_dead()
    assert begun.lines[1:] == []
    assert not repo.worktree("1").exists(), said
    assert repo.state("1") == ("cancelled" if how == "cancel" else "planned")
    assert reserved() == set()
    begun.go.touch()
    assert cli("retry" if how == "cancel" else "run", "1", "--", *agent()).status == 0


def test_a_link_in_the_place_of_the_temporary_directory_is_taken_away(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()
    repo.spec("1", "one.txt")
    links = f'd=$TMPDIR; rm -rf "$d"; ln -s {elsewhere} "$d"'
    assert cli("run", "--", *agent(f"{links}; exit 3")).status == 1

    ran = cli("retry", "1", "--", *agent(f'test ! -L "$TMPDIR" && echo 1 > one.txt; {links}'))

    assert (ran.status, repo.state("1")) == (0, "succeeded"), ran
    assert cli("merge").status == cli("prune").status == 0
    assert not any(map(os.path.lexists, temporaries()))
    assert (elsewhere / "kept").exists()


@pytest.mark.sample(2)
@pytest.mark.parametrize("how", ["interrupt", "cancel"])
@pytest.mark.parametrize("is_committed", [False, True])
def test_what_was_done_by_hand_after_a_setup_that_failed_outlives_a_retry_that_is_called_off(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path, how: str, is_committed: bool
) -> None:
    mark = tmp_path / "mark"
    repo.spec("1", "one.txt")
    repo.config("parallel.setup", f"test -e {mark} || exit 3; echo began > {mark}; exec sleep 600")
    assert "setup exited with 3" in cli("run", "--", *agent()).stdout
    (repo.worktree("1") / "one.txt").write_text("by hand\n")
    if is_committed:
        repo.git("add", "one.txt", at=repo.worktree("1"))
        repo.git("commit", "--quiet", "-m", "by hand", at=repo.worktree("1"))
    mark.touch()

    again = beside("retry", "1")
    until(mark.read_text)
    if how == "interrupt":
        again.process.send_signal(signal.SIGINT)
    else:
        assert cli("cancel", "1").status == 0
    said = again.end()

    assert (repo.worktree("1") / "one.txt").read_text() == "by hand\n", said
    assert repo.state("1") == ("cancelled" if how == "cancel" else "planned")
    assert "stays ready" not in str(said)
    repo.git("config", "--unset", "parallel.setup")
    assert cli("retry" if how == "cancel" else "run", "1", "--", *agent("true")).status == 0
    assert repo.git("show", "feature/1:one.txt") == "by hand"


def test_what_was_done_by_hand_outlives_a_later_launch_that_fails(
    repo: Repo, cli: Cli, agent: Agent, beside: Beside, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    repo.spec("1", "one.txt")
    repo.config("parallel.setup", f"test -e {mark} || exit 3; echo began > {mark}; exec sleep 600")
    assert "setup exited with 3" in cli("run", "--", *agent()).stdout
    (repo.worktree("1") / "one.txt").write_text("by hand\n")
    mark.touch()
    again = beside("retry", "1")
    until(mark.read_text)
    again.process.kill()
    cli("stop", "--now")
    mine = Path(os.environ["TMPDIR"]) / f"git-parallel-{os.getuid()}"
    shutil.rmtree(mine)
    mine.write_text("in the way")

    ran = cli("run", "--", *agent())

    assert "is not a directory of this user" in ran.stdout
    assert (repo.worktree("1") / "one.txt").read_text() == "by hand\n"


def test_one_that_nobody_coordinates_is_ended_by_stop(repo: Repo, cli: Cli, tmp_path: Path) -> None:
    begun = Begun(repo, tmp_path)
    begun.run.kill()
    begun.run.communicate()

    assert cli("stop", "--now").status == 0

    assert begun.is_dead()
    assert begun.lines[1:] == []


def test_without_a_setup_there_is_no_log_of_one(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.txt")
    assert cli("run", "--", *agent()).status == 0

    ran = cli("log", "1", "--setup")

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr == (
        "error: task '1' has no log of a setup\nhint: it is parallel.setup that is run in a new worktree\n"
    )
    assert cli("log", "1", "--setup", "--attempt", "1").status == 2


# -- submodules ---------------------------------------------------------------------------------------------


def test_a_submodule_is_filled_without_its_origin_and_cannot_be_pushed_from(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    commit = library(repo)
    origin = repo.git("config", "remote.origin.url", at=repo.path / "vendor/my lib")
    shared = (repo.path / ".git/config").read_text()
    repo.spec("1", "one.txt")
    script = 'cd "vendor/my lib" && git push origin HEAD:refs/heads/mine; cd ../..\n' + EDITS_ITS_FILE

    assert cli("run", "--merge", "--", *agent(script)).status == 0

    mine = repo.worktree("1") / "vendor/my lib"
    assert repo.git("rev-parse", "HEAD", at=mine) == commit
    assert repo.git("config", "remote.origin.url", at=mine) == origin
    assert "agents do not push" in cli("log", "1").stdout
    assert repo.git("rev-parse", "--git-common-dir", at=mine).endswith("/worktrees/gp-1/modules/the=lib")
    assert cli("prune").stdout == "1 pruned; 'git parallel prune --undo 1' brings it back\n"
    assert (repo.path / ".git/config").read_text() == shared


def test_a_submodule_that_a_claim_brings_into_a_sparse_worktree_is_filled(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    commit = library(repo)
    repo.commit(**{"src/one.txt": "one\n"})
    repo.spec("1", "src/one.txt")
    script = """
    [ ! -e vendor ] || exit 3
    python -m git_parallel claim "vendor/my lib" || exit 4
    cat "vendor/my lib/lib.txt" "vendor/my lib/deep/inner/lib.txt" > ../seen
    git status --porcelain > ../status; echo x >> src/one.txt
    """

    ran = cli("run", "--sparse", "--", *agent(script))

    assert ran.status == 0, ran.stdout + cli("log", "1").stdout
    assert (repo.path.parent / "seen").read_text() == "outer\ninner\n"
    assert (repo.path.parent / "status").read_text() == ""
    assert repo.git("rev-parse", "HEAD", at=repo.worktree("1") / "vendor/my lib") == commit


def test_half_a_submodule_that_a_kill_has_left_is_made_whole(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    library(repo)
    begun = Begun(repo, tmp_path)
    begun.run.kill()
    begun.run.communicate()
    mine = repo.path / ".git/worktrees/gp-1/modules/the=lib"
    shutil.rmtree(mine / "objects")
    (mine / "HEAD").write_text("ref: refs/heads/none\n")
    begun.go.touch()

    ran = cli("run", "--", *agent())

    assert (ran.status, repo.state("1")) == (0, "succeeded"), ran
    assert (repo.worktree("1") / "vendor/my lib/deep/inner/lib.txt").read_text() == "inner\n"
    assert begun.lines[1:] == ["over"]


def test_a_commit_that_is_not_here_is_told_with_what_heals_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    library(repo)
    repo.spec("1", "one.txt")
    repo.git("update-index", "--cacheinfo", f"160000,{'1234567890' * 4},vendor/my lib")
    repo.git("commit", "--quiet", "-m", "ahead")

    ran = cli("run", "--", *agent())

    assert ran.status == 1
    assert (
        "1 failed: submodule 'vendor/my lib' is to be at 1234567890, a commit that is not here" in ran.stdout
    )
    assert f"; get it with: git -C '{repo.path}/vendor/my lib' fetch\n" in ran.stdout
    assert not repo.worktree("1").exists()
    assert reserved() == set()
    repo.config("parallel.submodules", "off")
    assert cli("retry", "1", "--", *agent()).status == 0
    assert list((repo.worktree("1") / "vendor/my lib").iterdir()) == []


@pytest.mark.sample(2)
@pytest.mark.parametrize("recurse", ["true", "false"])
def test_commits_of_an_agent_in_a_submodule_are_not_lost_with_its_worktree(
    repo: Repo, cli: Cli, agent: Agent, recurse: str
) -> None:
    library(repo)
    repo.config("submodule.recurse", recurse)
    repo.spec("1", "vendor/my lib")
    script = (
        'cd "vendor/my lib/deep/inner" && echo newer >> lib.txt && git commit --quiet -am "within"\n'
        'cd ../.. && echo new >> lib.txt && git commit --quiet -am "in the library"'
    )

    ran = cli("run", "--merge", "--verify", "grep new 'vendor/my lib/lib.txt'", "--", *agent(script))

    assert (ran.status, repo.state("1")) == (0, "merged"), ran
    assert cli("prune").stdout == "1 pruned; 'git parallel prune --undo 1' brings it back\n"
    shutil.rmtree(repo.path / ".git/parallel/trash")
    repo.git("submodule", "--quiet", "update", "--recursive", "--no-fetch")
    assert (repo.path / "vendor/my lib/lib.txt").read_text() == "outer\nnew\n"
    assert (repo.path / "vendor/my lib/deep/inner/lib.txt").read_text() == "inner\nnewer\n"


def test_a_commit_of_a_submodule_that_is_nowhere_is_no_success(repo: Repo, cli: Cli, agent: Agent) -> None:
    library(repo)
    repo.spec("1", "vendor/my lib")
    script = (
        f"git update-index --cacheinfo '160000,{'1234567890' * 4},vendor/my lib' && git commit -qm ahead\n"
        'rm -rf "vendor/my lib" && mkdir "vendor/my lib"'
    )

    ran = cli("run", "--", *agent(script))

    assert (ran.status, repo.state("1")) == (1, "failed")
    assert "records a commit of submodule 'vendor/my lib' that is nowhere\n" in ran.stdout


def test_changes_in_a_submodule_that_nobody_commits_are_not_passed_over(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    library(repo)
    repo.spec("1", "one.txt")

    ran = cli("run", "--merge", "--", *agent('echo new >> "vendor/my lib/lib.txt"\n' + EDITS_ITS_FILE))

    assert (ran.status, repo.state("1")) == (1, "failed"), ran
    assert "1 failed after" in ran.stdout
    assert "left changes inside submodule 'vendor/my lib' uncommitted\n" in ran.stdout
    assert (repo.worktree("1") / "vendor/my lib/lib.txt").read_text() == "outer\nnew\n"


# -- git-lfs -------------------------------------------------------------------------------------------------

POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize 4\n"


def test_without_git_lfs_its_pointers_are_plain_files(
    repo: Repo, cli: Cli, agent: Agent, tmp_path: Path
) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for folder in os.environ["PATH"].split(os.pathsep):
        for tool in Path(folder).glob("*") if Path(folder).is_dir() else ():
            if tool.name != "git-lfs" and not (tools / tool.name).exists():
                (tools / tool.name).symlink_to(tool)
    pointer = POINTER.format("0" * 64)
    repo.commit("lfs", **{"a.bin": pointer})
    repo.commit("attributes", **{".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"})
    repo.spec("1", "one.txt")
    repo.config("filter.lfs.process", "git-lfs filter-process")
    repo.config("filter.lfs.required", "true")

    ran = cli("run", "--", *agent("touch a.bin\n" + EDITS_ITS_FILE), env={"PATH": str(tools)})

    assert ran.status == 0, ran
    assert (repo.worktree("1") / "a.bin").read_text() == pointer
    assert repo.git("show", "--format=", "--name-only", "feature/1") == "one.txt"


@pytest.mark.skipif(shutil.which("git-lfs") is None, reason="git-lfs is not installed")
def test_with_git_lfs_the_content_that_is_here_is_filled_in(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.git("lfs", "install", "--local")
    # A server that is never to be asked: nobody listens there.
    repo.config("lfs.url", "http://127.0.0.1:9/")
    repo.commit(
        "lfs",
        **{".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "a.bin": "here", "b.bin": "gone"},
    )
    repo.spec("1", "one.txt")
    oid = repo.git("cat-file", "blob", "HEAD:b.bin").split("sha256:")[1].split()[0]
    (repo.path / f".git/lfs/objects/{oid[:2]}/{oid[2:4]}/{oid}").unlink()

    ran = cli("run", "--merge", "--", *agent())

    assert ran.status == 0, ran
    assert (repo.worktree("1") / "a.bin").read_text() == "here"
    assert (repo.worktree("1") / "b.bin").read_text() == POINTER.format(oid)
    note = "1 file is a pointer of git-lfs in new worktrees, for the content is not here; 'git lfs fetch' gets it"
    assert f"note: {note}\n" in ran.stderr
    assert repo.git("status", "--porcelain", at=repo.worktree("1")) == ""


def test_while_a_worktree_is_set_up_that_is_said(repo: Repo, cli: Cli, agent: Agent, beside: Beside) -> None:
    go = repo.path.parent / "go"
    repo.config("parallel.setup", f"echo installing; {waits_for(go)}; exit 3")
    repo.spec("1", "one.py")
    run = beside("run", "--", *agent())
    until(lambda: "installing" in cli("log", "1", "--setup").stdout)

    (row,) = cli("status", "--json").json["tasks"]
    too_early = cli("log", "1")
    go.touch()

    assert (row["state"], row["reason"]) == (
        "ready",
        "being set up; 'git parallel log 1 --setup -f' follows it",
    )
    assert too_early.stderr.splitlines() == [
        "error: task '1' has no log of attempt 1",
        "hint: its agent was not started; 'git parallel log 1 --setup' shows the setup of its worktree",
    ]
    assert run.process.wait(30) == 1
