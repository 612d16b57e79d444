"""Kill a merge, or a git that it has started, before every step; one next command, and all is well."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campaign.killing import Killer, is_possible, spread
from tests.cli.beside import until
from tests.cli.fault_bench import Bench
from tests.conftest import Cli, Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
AGENT = 'cd "part$GIT_PARALLEL_TASK"; echo mine >> old.txt; echo new > new.txt; mkdir in; echo x > in/x'


@dataclass(frozen=True)
class Shape:
    """What is merged, and where: so many tasks, a target that is checked out `here`, `linked` or `nowhere`."""

    tasks: int = 1
    target: str = "here"
    is_dirty: bool = False
    arguments: tuple[str, ...] = ()


SHAPES = {
    "clean": Shape(),
    "dirty": Shape(is_dirty=True),
    "linked": Shape(target="linked", is_dirty=True),
    "nowhere": Shape(target="nowhere"),
    "batch": Shape(tasks=4, is_dirty=True),
    "squash": Shape(tasks=2, is_dirty=True, arguments=("--strategy", "squash")),
    "rebase": Shape(tasks=2, target="linked", is_dirty=True, arguments=("--strategy", "rebase")),
    "verified": Shape(tasks=2, is_dirty=True, arguments=("--verify", "test -e part0/new.txt")),
}
# Who dies: the git that is at work, the command along with it, or the command alone between two of them.
SERIES = ("git", "both", "command")
# How many points the suite tries; the campaign tries all.
SAMPLES = {("dirty", "both"): 3, ("verified", "command"): 2}
# Where a merge is killed whose mending is to be killed then: with a file half written, and before the branch moves.
CUTS = [("write", "part0/old.txt"), ("rename", "heads/")]
TRIED = [(shape, series) for shape in SHAPES for series in SERIES] if IS_CAMPAIGN else list(SAMPLES)


@dataclass
class Shop:
    """A repository whose tasks have been run, which can be had again and again at the same place."""

    repo: Repo
    shape: Shape
    home: Path

    @property
    def place(self) -> Path:
        return self.repo.path.parent

    @property
    def kept(self) -> Path:
        return self.place.with_name("kept")

    @property
    def target(self) -> str:
        return "main" if self.shape.target == "here" else "trunk"

    @property
    def checkout(self) -> Path:
        return self.place / "trunk" if self.shape.target == "linked" else self.repo.path

    def keep(self) -> None:
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.place, self.kept, symlinks=True)

    def renew(self) -> None:
        shutil.rmtree(self.place)
        subprocess.run(["cp", "-a", str(self.kept), str(self.place)], check=True)
        for at in {self.repo.path, self.checkout}:
            self.repo.git("update-index", "-q", "--refresh", at=at, check=False)

    def users(self) -> dict[str, object]:
        """All that is the user's, which no merge may change: where nothing is merged into, byte by byte."""
        git, common = self.repo.git, self.repo.path / ".git"
        seen: dict[str, object] = {
            "stash": git("stash", "list", "--format=%H %gs"),
            "config": (common / "config").read_bytes(),
            "hooks": {path.name: path.read_bytes() for path in sorted((common / "hooks").iterdir())},
            "branches": [
                line
                for line in git(
                    "for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/", "refs/tags/"
                ).splitlines()
                if line.split()[0] != f"refs/heads/{self.target}"
            ],
        }
        for at in {self.repo.path, self.checkout}:
            seen[f"status of {at.name}"] = git(
                "status", "--porcelain=v2", "--untracked-files=all", "--ignored=matching", at=at
            )
            entries = git("ls-files", "-s", "-v", at=at).splitlines()
            seen[f"index of {at.name}"] = [
                line for line in entries if not _is_merged(line.partition("\t")[2])
            ]
            seen[f"files of {at.name}"] = {
                str(path): path.read_bytes()
                for path in sorted(at.rglob("*"))
                if path.is_file() and ".git" not in path.parts and not _is_merged(str(path.relative_to(at)))
            }
        return seen

    def promised(self) -> set[str]:
        """Every commit that was acknowledged: of the branches, of the target, of the records."""
        return set(
            self.repo.git("for-each-ref", "--format=%(objectname)", "refs/heads/", "refs/parallel/").split()
        )


def _is_merged(path: str) -> bool:
    return path.startswith("part")


@pytest.fixture
def shop(repo: Repo, cli: Cli, tmp_path: Path, request: pytest.FixtureRequest) -> Shop:
    """A repository of the shape that is asked for."""
    shop = Shop(repo, SHAPES[request.param], tmp_path / "home")
    for name in ("mine", "both", "still"):
        repo.write(f"{name}.txt", f"{name}\n")
    repo.write(".gitignore", "*.env\n")
    for task in range(shop.shape.tasks):
        repo.write(f"part{task}/old.txt", "old\n")
        repo.spec(str(task), f"part{task}/")
    if shop.target == "trunk":
        repo.config("parallel.target", "trunk")
        made = ("branch", "-q", "trunk") if shop.shape.target == "nowhere" else (
            "worktree", "add", "-q", "-b", "trunk", str(shop.checkout)
        )  # fmt: skip
        repo.git(*made)
    (repo.path / ".git/hooks/pre-push").write_text("#!/bin/sh\nexit 0\n")
    (repo.path / "app.py").write_text("stashed\n")
    repo.git("stash", "-q")
    assert cli("run", "--", "/bin/sh", "-c", AGENT).status == 0
    if shop.shape.is_dirty:
        _soil(repo, shop.checkout)
    repo.git("clone", "-q", "--bare", ".", "../origin.git")
    repo.git("remote", "add", "origin", "../origin.git")
    shop.keep()
    shop.renew()
    return shop


def _soil(repo: Repo, at: Path) -> None:
    for name in ("mine", "both", "still", "staged"):
        (at / f"{name}.txt").write_text(f"{name}, staged\n")
    repo.git("add", "both.txt", "staged.txt", at=at)
    repo.git("update-index", "--assume-unchanged", "still.txt", at=at)
    (at / "both.txt").write_text("both, and not staged\n")
    (at / "untracked.txt").write_text("untracked\n")
    (at / "secret.env").write_text("ignored\n")


@pytest.mark.campaign
@pytest.mark.skipif(not is_possible(), reason="needs strace")
@pytest.mark.parametrize(("shop", "series"), TRIED, indirect=["shop"])
def test_kill_a_merge_before_every_step(shop: Shop, cli: Cli, tmp_path: Path, series: str) -> None:
    name = next(name for name, shape in SHAPES.items() if shape == shop.shape)
    killer = Killer(tmp_path / "steps", shop.repo.path, shop.place, ("merge", *shop.shape.arguments))
    steps, ran = killer.steps()
    assert ran.status == 0, ran
    steps = [step for step in steps if bool(step.child) == (series != "command")]
    tried = steps if IS_CAMPAIGN else spread(steps, SAMPLES[name, series])
    killed, wrong = 0, []
    for number, step in enumerate(tried):
        shop.renew()
        before, promised, old = shop.users(), shop.promised(), shop.repo.git("rev-parse", shop.target)
        came, ran = killer.kill(step, together=series == "both")
        killed += came
        following = ("merge", *shop.shape.arguments) if number % 2 else ("status",)
        found = [f"Traceback: {ran.stderr}"] if "Traceback" in ran.stderr else []
        found += _look(shop, cli, following, before, promised, old)
        if found:
            wrong.append(f"{step}, then {following[0]}" + "".join(f"\n    {what[:400]}" for what in found))
    print(
        f"{name}, {series}: {len(steps)} steps, {len(tried)} tried, {killed} killed, {len(wrong)} of them wrong"
    )
    assert not wrong, "\n".join(wrong)
    # Where threads start it, a git need not always be the same in number.
    assert killed > len(tried) // 2, steps


@pytest.mark.campaign
@pytest.mark.skipif(not is_possible(), reason="needs strace")
@pytest.mark.parametrize("shop", ["dirty", "linked"] if IS_CAMPAIGN else ["dirty"], indirect=True)
@pytest.mark.sample(2)
@pytest.mark.parametrize(("call", "path"), CUTS)
def test_kill_what_mends_a_merge_before_every_step(
    shop: Shop, cli: Cli, tmp_path: Path, call: str, path: str
) -> None:
    before, promised, old = shop.users(), shop.promised(), shop.repo.git("rev-parse", shop.target)
    killer = Killer(tmp_path / "steps", shop.repo.path, shop.place, ("merge",))
    steps, _ = killer.steps()
    (cut,) = (one for one in steps if one.call == call and path in one.line and "--ff-only" in one.said)
    shop.renew()
    assert killer.kill(cut, together=True)[0]
    shop.keep()
    mender = Killer(tmp_path / "mending", shop.repo.path, shop.place, ("status",))
    steps, ran = mender.steps()
    assert ran.status == 0, ran
    tried = steps if IS_CAMPAIGN else spread(steps, 2)
    killed, wrong = 0, []
    for number, step in enumerate(tried):
        shop.renew()
        came, _ = mender.kill(step, together=True)
        killed += came
        if found := list(_look(shop, cli, ("merge",) if number % 2 else ("status",), before, promised, old)):
            wrong.append(f"{step}" + "".join(f"\n    {what[:400]}" for what in found))
    print(
        f"mending {call} {path}: {len(steps)} steps, {len(tried)} tried, {killed} killed, {len(wrong)} wrong"
    )
    assert not wrong, "\n".join(wrong)
    assert killed > len(tried) // 2, steps


def _look(
    shop: Shop, cli: Cli, following: Sequence[str], before: dict[str, object], promised: set[str], old: str
) -> Iterator[str]:
    """What is wrong after one next command, in words."""
    try:
        until(lambda: not Bench(shop.repo, shop.home).alive(), patience=10)
    except AssertionError:
        yield f"still alive: {Bench(shop.repo, shop.home).alive()}"
    ran = cli(*following)
    if ran.status:
        yield f"it ended with {ran.status}: {ran.stdout}{ran.stderr}"
    yield from _left_behind(shop)
    yield from (
        f"{what} is {now!r}, was {before[what]!r}"
        for what, now in shop.users().items()
        if now != before[what]
    )
    yield from _git_works(shop)
    yield from _target_grew(shop, promised, old)
    tasks = cli("status", "--json").json["tasks"]
    yield from _states_are_true(shop, tasks, old)
    if following[0] == "status":
        ran = cli("merge", *shop.shape.arguments)
        if ran.status:
            yield f"a merge after it ended with {ran.status}: {ran.stdout}{ran.stderr}"
    elif unmerged := [task["id"] for task in tasks if task["state"] != "merged"]:
        yield f"not merged: {unmerged}"


def _left_behind(shop: Shop) -> Iterator[str]:
    common = shop.repo.path / ".git"
    # Those of ours are flocks, which nobody holds once the process is gone.
    locks = [path for path in common.rglob("*.lock") if common / "parallel" not in path.parents]
    if locks:
        yield f"locks: {sorted(str(path.relative_to(common)) for path in locks)}"


def _git_works(shop: Shop) -> Iterator[str]:
    for command in ("fsck --full", "worktree list", "branch -a", "fetch -q origin", "gc -q"):
        done = subprocess.run(
            ["git", *command.split()], cwd=shop.repo.path, capture_output=True, text=True, check=False
        )
        if done.returncode or "error" in done.stderr or "missing" in done.stdout:
            yield f"git {command}: {done.stdout}{done.stderr}"


def _target_grew(shop: Shop, promised: set[str], old: str) -> Iterator[str]:
    git = shop.repo.git
    lost = promised - set(git("rev-list", "--all").split())
    if lost:
        yield f"unreachable: {lost}"
    if old not in git("rev-list", "--first-parent", shop.target).split():
        yield f"{old} is not on the first-parent line of {shop.target}"


def _states_are_true(shop: Shop, tasks: Sequence[dict[str, object]], old: str) -> Iterator[str]:
    """By what is in the target's commits, since not every strategy brings the branch itself there."""
    for task in tasks:
        path = f"part{task['id']}/old.txt"
        since = ("log", "--first-parent", "-m", "--format=%H", f"{old}..{shop.target}", "--", path)
        landed = len(set(shop.repo.git(*since).splitlines()))
        if task["state"] != ("merged" if landed else "succeeded") or landed > 1:
            yield f"task {task['id']} is {task['state']}, and landed {landed} times"
