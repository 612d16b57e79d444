"""Kill a prune, its undo or its end, or a git they started, before every step; one next command, and all is there.

A task is either where it was, to the byte, or wholly in the trash, from where it comes back so. Only `--expire` may
have ended it, and then nothing of it is left that looks as if it could come back.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.campaign.killing import Killer, is_possible, spread
from tests.cli.beside import until
from tests.cli.fault_bench import Bench
from tests.cli.landed import Landed
from tests.cli.picture import Picture, differences, picture
from tests.cli.states.operations import rebasing_with_an_autostash
from tests.conftest import Cli, Repo

IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
TASKS = ("1", "2")


@dataclass(frozen=True)
class Shape:
    """What is killed, whether task 1 is in the middle of something then, and what has been pruned before."""

    arguments: tuple[str, ...]
    is_disturbed: bool = False
    before: tuple[tuple[str, ...], ...] = ()


SHAPES = {
    "clean": Shape(("prune", "1", "2")),
    "forced": Shape(("prune", "--force", "1"), is_disturbed=True),
    "undo": Shape(("prune", "--undo", "1"), is_disturbed=True, before=(("prune", "--force", "1"),)),
    "pair": Shape(
        ("prune", "--undo"), is_disturbed=True, before=(("prune", "--force", "1", "2"),)
    ),
    "expire": Shape(
        ("prune", "--expire", "now"), is_disturbed=True, before=(("prune", "--force", "1"), ("prune", "2"))
    ),
}  # fmt: skip
# Who dies: the git that is at work, the command along with it, or the command alone between two of them.
SERIES = ("git", "both", "command")
# How many points the suite tries; the campaign tries all.
SAMPLES = {("forced", "both"): 2, ("undo", "command"): 2}
TRIED = [(shape, series) for shape in SHAPES for series in SERIES] if IS_CAMPAIGN else list(SAMPLES)
# By turns.
NEXT = (("prune",), ("prune", "--undo", "1"), ("status",))
# Which ends say that all is well: an undo has nothing to do where the task is in place.
_ENDS = {("prune",): (0,), ("prune", "--undo", "1"): (0, 2), ("status",): (0,)}


@dataclass
class Shop:
    """Two tasks that have landed, which can be had again and again at the same place; and what they looked like."""

    landed: Landed
    shape: Shape
    home: Path
    before: dict[str, Picture]

    @property
    def repo(self) -> Repo:
        return self.landed.repo

    def look(self, task: str) -> Picture:
        """But for the index byte by byte, which has the inodes of a repository that was copied since."""
        seen = picture(self.repo, task)
        admin = seen["admin"]
        assert isinstance(admin, dict)
        return {**seen, "admin": {name: text for name, text in admin.items() if name != "index"}}

    def in_place(self, task: str) -> bool:
        return self.repo.worktree(task).exists()

    def in_trash(self, task: str) -> bool:
        return bool(self.repo.refs(f"refs/parallel/trash/{task}"))


@pytest.fixture
def shop(cli: Cli, tmp_path: Path, request: pytest.FixtureRequest) -> Shop:
    """Tasks in the shape that is asked for."""
    shop = Shop(Landed(tmp_path / "shop"), SHAPES[request.param], tmp_path / "home", {})
    shop.landed.make(cli, *TASKS)
    scene = shop.landed.renew()
    if shop.shape.is_disturbed:
        rebasing_with_an_autostash(scene)
        scene.ignore(".env")
        scene.write(".env", "SECRET=1\n")
    shop.before = {task: shop.look(task) for task in TASKS}
    for arguments in shop.shape.before:
        ran = cli(*arguments, at=shop.repo.path)
        assert ran.status == 0, ran
    shop.landed.keep()
    shop.landed.renew()
    return shop


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """Where commands are called; it is not there yet."""
    return Landed(tmp_path / "shop").repo


@pytest.mark.campaign
@pytest.mark.skipif(not is_possible(), reason="needs strace")
@pytest.mark.parametrize(("shop", "series"), TRIED, indirect=["shop"])
def test_kill_a_prune_before_every_step(shop: Shop, cli: Cli, tmp_path: Path, series: str) -> None:
    name = next(name for name, shape in SHAPES.items() if shape == shop.shape)
    killer = Killer(tmp_path / "steps", shop.repo.path, shop.landed.place, shop.shape.arguments)
    steps, ran = killer.steps()
    assert ran.status == 0, ran
    steps = [step for step in steps if bool(step.child) == (series != "command")]
    tried = steps if IS_CAMPAIGN else spread(steps, SAMPLES[name, series])
    killed, wrong = 0, []
    for number, step in enumerate(tried):
        shop.landed.renew()
        came, ran = killer.kill(step, together=series == "both")
        killed += came
        following = NEXT[number % len(NEXT)]
        found = [f"Traceback: {ran.stderr}"] if "Traceback" in ran.stderr else []
        found += _look(shop, cli, following)
        if found:
            wrong.append(f"{step}, then {following}" + "".join(f"\n    {what[:600]}" for what in found))
    print(
        f"{name}, {series}: {len(steps)} steps, {len(tried)} tried, {killed} killed, {len(wrong)} of them wrong"
    )
    assert not wrong, "\n".join(wrong)
    assert killed > len(tried) // 2, steps


# Where the first kill comes whose mending is to be killed then: a call of the command itself, and a word of its line.
CUTS = {
    "forced": [("rename", "/admin"), ("rename", "/worktree")],
    "undo": [("rename", "/worktree"), ("rename", "/admin")],
    "expire": [("unlinkat", "")],
}


@pytest.mark.campaign
@pytest.mark.skipif(not is_possible(), reason="needs strace")
@pytest.mark.parametrize(
    ("shop", "cut"),
    [(name, cut) for name, cuts in CUTS.items() for cut in cuts]
    if IS_CAMPAIGN
    else [("forced", CUTS["forced"][1])],
    indirect=["shop"],
)
@pytest.mark.parametrize("mending", NEXT if IS_CAMPAIGN else NEXT[:1], ids=" ".join)
def test_kill_what_mends_a_prune_before_every_step(
    shop: Shop, cli: Cli, tmp_path: Path, cut: tuple[str, str], mending: tuple[str, ...]
) -> None:
    killer = Killer(tmp_path / "steps", shop.repo.path, shop.landed.place, shop.shape.arguments)
    steps, _ = killer.steps()
    here = [one for one in steps if not one.child and one.call.startswith(cut[0]) and cut[1] in one.line]
    shop.landed.renew()
    assert killer.kill(here[len(here) // 2], together=True)[0]
    shop.landed.keep()
    shop.landed.renew()
    mender = Killer(tmp_path / "mending", shop.repo.path, shop.landed.place, mending)
    steps, _ = mender.steps()
    tried = steps if IS_CAMPAIGN else spread(steps, 2)
    killed, wrong = 0, []
    for number, step in enumerate(tried):
        shop.landed.renew()
        came, _ = mender.kill(step, together=True)
        killed += came
        following = NEXT[number % len(NEXT)]
        if found := list(_look(shop, cli, following)):
            wrong.append(f"{step}, then {following}" + "".join(f"\n    {what[:600]}" for what in found))
    print(
        f"mending {shop.shape.arguments} cut at {here[len(here) // 2].line[:60]} by {mending}: "
        f"{len(steps)} steps, {len(tried)} tried, {killed} killed, {len(wrong)} wrong"
    )
    assert not wrong, "\n".join(wrong)
    assert killed > len(tried) // 2, steps


def _look(shop: Shop, cli: Cli, following: tuple[str, ...]) -> Iterator[str]:
    """What is wrong after one next command, in words."""
    try:
        until(lambda: not Bench(shop.repo, shop.home).alive(), patience=10)
    except AssertionError:
        yield f"still alive: {Bench(shop.repo, shop.home).alive()}"
    ran = cli(*following)
    if ran.status not in _ENDS[following]:
        yield f"it ended with {ran.status}: {ran.stdout}{ran.stderr}"
    yield from _left_behind(shop)
    yield from _git_works(shop)
    for task in TASKS:
        if not shop.in_place(task) and shop.in_trash(task):
            ran = cli("prune", "--undo", task)
            if ran.status:
                yield f"--undo {task} ended with {ran.status}: {ran.stdout}{ran.stderr}"
    yield from _all_there(shop)
    ran = cli("prune", "--force", "1")
    # Where it has ended for good there is nothing to prune.
    if ran.status and shop.in_place("1"):
        yield f"a prune after it ended with {ran.status}: {ran.stdout}{ran.stderr}"
    if cli("status").status:
        yield "no status any more"


def _all_there(shop: Shop) -> Iterator[str]:
    gone = [task for task in TASKS if not shop.in_place(task)]
    for task in gone:
        if "--expire" not in shop.shape.arguments:
            yield f"{task} is nowhere"
        left = [*shop.repo.refs(f"refs/heads/feature/{task}"), *_entries(shop, task)]
        if left:
            yield f"{task} has ended, but for {left}"
    for task in set(TASKS) - set(gone):
        try:
            now = shop.look(task)
        except AssertionError as error:
            yield f"{task} is broken: {error}"
            continue
        # A task that has ended took its branch along.
        ignored = ("refs", "worktrees", "objects") if gone else ()
        yield from (
            f"{task}: {what}"
            for what in differences(shop.before[task], now)
            if not what.startswith(ignored or "\0")
        )


def _entries(shop: Shop, task: str) -> list[str]:
    trash = shop.repo.path / ".git" / "parallel" / "trash"
    return (
        [path.name for path in trash.iterdir() if path.name.startswith(f"{task}.")] if trash.exists() else []
    )


def _left_behind(shop: Shop) -> Iterator[str]:
    common = shop.repo.path / ".git"
    # Those of ours are flocks, which nobody holds once the process is gone.
    locks = [path for path in common.rglob("*.lock") if common / "parallel" not in path.parents]
    if locks:
        yield f"locks: {sorted(str(path.relative_to(common)) for path in locks)}"
    refs = {
        ref.removeprefix("refs/parallel/trash/").replace("/", ".")
        for ref in shop.repo.refs("refs/parallel/trash")
    }
    folders = {entry for task in TASKS for entry in _entries(shop, task)}
    if refs != folders:
        yield f"half entries in the trash: {sorted(refs ^ folders)}"
    listed = shop.repo.git("worktree", "list", "--porcelain")
    if "prunable" in listed:
        yield f"a worktree without its files: {listed}"


def _git_works(shop: Shop) -> Iterator[str]:
    # Of what is in place git itself collects all that a rebase has put by; it is not to be blamed on anybody here.
    collect = "gc -q" if shop.shape.is_disturbed and shop.in_place("1") else "gc -q --prune=now"
    for command in ("fsck --full --strict", "worktree list", "branch -a", collect):
        done = subprocess.run(
            ["git", *command.split()], cwd=shop.repo.path, capture_output=True, text=True, check=False
        )
        if done.returncode or "error" in done.stderr or "missing" in done.stdout:
            yield f"git {command}: {done.stdout}{done.stderr}"
