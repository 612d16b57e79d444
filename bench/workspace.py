"""How long it takes until an agent can begin to work in a place of its own; `make bench-workspace`.

    1. one     a full worktree, beside clones and copies
    2. sparse  a worktree that holds one directory of a hundred
    3. eight   eight full worktrees: one after the other, and at once
    4. copies  a checkout copied by reflink, and an overlay, where this machine can make such

The ways do not give the same. A clone has branches and a configuration of its own, and what is committed there has to
be fetched; one that is shared breaks when the other repository collects garbage. A copy of a checkout has no branch,
and git reads all of it again before it knows that nothing is changed: that is in its time. "git sparse-checkout set"
switches on an extension which other tools refuse the repository for. Ours is a worktree with a branch; nothing else of
git fails while it is made, and a crash in the middle of it is mended by the next call.

Ours is the call that `git parallel run` makes; "git parallel run" is all of a run of eight agents that do nothing, from
reading the tasks to the proof of each result. Every round does everything once, in turn, in a throw-away repository;
what was made is removed before the next. Figures are medians of seconds, with the range from the least to the greatest.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from importing import imported
from run import spread, table

from git_parallel.git import guard, spotless, trash, worktree
from git_parallel.git.command import Git
from git_parallel.git.place import Place, admin_of
from git_parallel.names import Oid, RefName, TaskId
from git_parallel.overlap.cone import Cone

ROOT = Path(__file__).resolve().parents[1]
SECTIONS = ("one", "sparse", "eight", "copies")
EIGHT = 8
# A hundred directories, of which one is a percent of the tree; ten in each.
WIDE, DEEP = 100, 10
WORKTREE = ("git", "worktree", "add", "-q", "--detach")
_RUNTIME = ("", "tmp", "tasks", "guard", "hooks", "trash")


@dataclass(frozen=True, slots=True)
class Shop:
    """A repository, and a folder beside it in which workspaces are made."""

    folder: Path
    repo: Path

    @property
    def common(self) -> Path:
        return self.repo / ".git"

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def base(self) -> Oid:
        return Oid(self.git("rev-parse", "HEAD"))

    def git(self, *arguments: str) -> str:
        return run("git", *arguments, at=self.repo).removesuffix("\n")

    def place(self, name: str) -> Place:
        admin = admin_of(self.common, name)
        return Place(self.out / name, RefName.of_branch(f"feature/{name}"), admin)

    def ours(self, name: str = "0", *, cone: Cone | None = None, is_pooled: bool = False) -> None:
        worktree.ensure(
            Git(self.repo),
            self.common,
            self.place(name),
            base=self.base,
            is_fresh=True,
            cone=cone,
            is_pooled=is_pooled,
        )

    def clear(self) -> None:
        """Remove every workspace that was made."""
        shutil.rmtree(self.out, ignore_errors=True)
        shutil.rmtree(self.common / "worktrees", ignore_errors=True)
        for name in ("trash", "tasks", "guard", "logs"):
            shutil.rmtree(self.common / "parallel" / name, ignore_errors=True)
        for ref in self.git(
            "for-each-ref", "--format=%(refname)", "refs/heads/feature", "refs/parallel"
        ).split():
            self.git("update-ref", "-d", ref)
        self.out.mkdir()
        for name in _RUNTIME:
            (self.common / "parallel" / name).mkdir(exist_ok=True)


Way = tuple[str, Callable[[Shop], object], Callable[[Shop], object]]


def one(files: int) -> list[Way]:
    return [
        ("git worktree add", nothing, add),
        ("git clone --local", nothing, lambda shop: clone(shop, "--local")),
        ("git clone --shared", nothing, lambda shop: clone(shop, "--shared")),
        ("cp -r --reflink=auto, git status", nothing, copy),
        ("ours", nothing, lambda shop: shop.ours()),
        (
            f"ours, from the pool, {files // 1000} files changed",
            spare,
            lambda shop: shop.ours("2", is_pooled=True),
        ),
    ]


def sparse(_files: int) -> list[Way]:
    return [
        ("git worktree add, full", nothing, add),
        ("ours, full", nothing, lambda shop: shop.ours()),
        ("git worktree add --no-checkout, sparse-checkout set", without_extension, by_git),
        ("ours, sparse", nothing, lambda shop: shop.ours(cone=Cone(("d7",)))),
    ]


def eight(_files: int) -> list[Way]:
    cores = os.cpu_count() or 1
    return [
        ("git worktree add, one after the other", nothing, lambda shop: by_xargs(shop, 1)),
        (f"xargs -P {cores} git worktree add", nothing, lambda shop: by_xargs(shop, cores)),
        ("xargs -P 8 git worktree add", nothing, lambda shop: by_xargs(shop, EIGHT)),
        ("ours, one after the other", nothing, lambda shop: at_once(shop, 1)),
        *((f"ours, {n} at a time", nothing, lambda shop, n=n: at_once(shop, n)) for n in (2, 4, 8)),
        ("git parallel run -j 8", nothing, by_run),
    ]


def nothing(_shop: Shop) -> None:
    return


def add(shop: Shop) -> None:
    run(*WORKTREE, str(shop.out / "0"), at=shop.repo)


def clone(shop: Shop, how: str) -> None:
    run("git", "clone", "-q", how, ".", str(shop.out / "0"), at=shop.repo)


def copy(shop: Shop) -> None:
    # The main worktree with its `.git` is the one checkout that is always there.
    run("cp", "-r", "--reflink=auto", str(shop.repo), str(shop.out / "0"), at=shop.folder)
    run("git", "status", "--porcelain", at=shop.out / "0")


def spare(shop: Shop) -> None:
    """A pruned worktree in the trash, of a commit in which a few files were otherwise."""
    git, first = Git(shop.repo), shop.place("1")
    worktree.ensure(
        git, shop.common, first, base=Oid(shop.git("rev-parse", "HEAD~")), is_fresh=True, is_pooled=True
    )
    guard.install(git, shop.common)
    if not spotless.is_spotless(git, shop.common, first.path, first.admin):
        raise SystemExit("a new worktree is not spotless")
    tip = Oid(shop.git("rev-parse", "HEAD~"))
    trash.put_away(git, shop.common, TaskId("1"), first, tip, is_spotless=True)


def without_extension(shop: Shop) -> None:
    # So that it switches the extension on each time, as it does the first time.
    subprocess.run(["git", "config", "--unset", "extensions.worktreeConfig"], cwd=shop.repo, check=False)


def by_git(shop: Shop) -> None:
    run(*WORKTREE, "--no-checkout", str(shop.out / "0"), at=shop.repo)
    run("git", "sparse-checkout", "set", "d7", at=shop.out / "0")
    run("git", "checkout", "-q", at=shop.out / "0")


def by_xargs(shop: Shop, width: int) -> None:
    lines = "".join(f"{shop.out}/{n}\n" for n in range(EIGHT))
    # Some fail where several run (git-facts, section 0.2), which is no reason to stop here.
    subprocess.run(
        ["xargs", "-P", str(width), "-n", "1", *WORKTREE], cwd=shop.repo, input=lines, text=True, check=False
    )


def at_once(shop: Shop, width: int) -> None:
    with ThreadPoolExecutor(width) as workers:
        list(workers.map(shop.ours, map(str, range(EIGHT))))


def by_run(shop: Shop) -> None:
    command = [sys.executable, "-m", "git_parallel", "run", "-j", str(EIGHT), "--", "true"]
    subprocess.run(command, cwd=shop.repo, stdout=subprocess.DEVNULL, check=False)
    if len(list(shop.out.iterdir())) != EIGHT:
        raise SystemExit("git parallel run did not make eight worktrees")


def run(*command: str, at: Path) -> str:
    return subprocess.run(command, cwd=at, check=True, capture_output=True, text=True).stdout


# -- copies ----------------------------------------------------------------------------------------


def copies(shop: Shop, rounds: int) -> None:
    """What copying a checkout would cost: the copy, and git's reading of all of it, by the file systems here."""
    run(*WORKTREE, str(shop.out / "from"), at=shop.repo)
    rows = []
    for name, make in (("cp -a --reflink=always", reflink), ("mount -t overlay", overlay)):
        seconds: dict[str, list[float]] = {"made": [], "git status": []}
        try:
            for _ in range(rounds):
                seconds["made"].append(timed(lambda make=make: make(shop)))
                seconds["git status"].append(timed(lambda: first_status(shop)))
                undo_copy(shop)
        except (subprocess.CalledProcessError, OSError) as error:
            undo_copy(shop)
            said = (getattr(error, "stderr", "") or str(error)).strip().splitlines()
            print(f"left out: {name}: {said[-1] if said else error}\n")
            continue
        rows += [[f"{name}, {what}", *spread(values, 1)] for what, values in seconds.items()]
    shop.clear()
    if rows:
        table(["copied", "median", "least to greatest"], rows)


def reflink(shop: Shop) -> None:
    run("cp", "-a", "--reflink=always", str(shop.out / "from"), str(shop.out / "copy"), at=shop.out)


def overlay(shop: Shop) -> None:
    for name in ("copy", "upper", "work"):
        (shop.out / name).mkdir()
    options = f"lowerdir={shop.out}/from,upperdir={shop.out}/upper,workdir={shop.out}/work"
    run("mount", "-t", "overlay", "overlay", "-o", options, str(shop.out / "copy"), at=shop.out)


def first_status(shop: Shop) -> None:
    """What a copy's first `git status` takes, with an index that has the original's times and inodes."""
    copied, admin, index = shop.out / "copy", shop.common / "worktrees" / "from", shop.out / "index"
    shutil.copy2(admin / "index", index)
    environment = {
        **os.environ,
        "GIT_DIR": str(admin),
        "GIT_INDEX_FILE": str(index),
        "GIT_WORK_TREE": str(copied),
    }
    subprocess.run(["git", "update-index", "-q", "--refresh"], env=environment, cwd=copied, check=True)


def undo_copy(shop: Shop) -> None:
    if os.path.ismount(shop.out / "copy"):
        run("umount", str(shop.out / "copy"), at=shop.out)
    for name in ("copy", "upper", "work"):
        shutil.rmtree(shop.out / name, ignore_errors=True)


# -- measuring -------------------------------------------------------------------------------------


def timed(act: Callable[[], object]) -> float:
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def measure(shop: Shop, ways: Sequence[Way], rounds: int, title: str) -> None:
    found: dict[str, list[float]] = {name: [] for name, _, _ in ways}
    for _ in range(rounds):
        for name, prepare, act in ways:
            shop.clear()
            prepare(shop)
            found[name].append(timed(lambda act=act: act(shop)))
    shop.clear()
    first = next(iter(found.values()))
    rows = [
        [
            name,
            *spread(values, 1),
            f"{statistics.median(v / f for v, f in zip(values, first, strict=True)):.2f}",
        ]
        for name, values in found.items()
    ]
    print(f"{title}, {rounds} rounds; seconds\n")
    table([title.split(". ")[1], "median", "least to greatest", "of the first"], rows)


@contextmanager
def shop_of(files: int, where: str | None) -> Iterator[Shop]:
    """A repository of so many files, and eight tasks; at the end nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="git-parallel-bench-", dir=where)).resolve()
    for name in [name for name in os.environ if name.startswith(("GIT_", "XDG_"))]:
        del os.environ[name]
    os.environ |= {"HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1", "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
    try:
        shop = Shop(folder, folder / "repo")
        imported(shop.repo, commits(files))
        for key, value in {
            "user.name": "Bench", "user.email": "bench@example.com", "gc.auto": "0",
            "parallel.admission": "off", "parallel.worktree": "../out/{id}",
        }.items():  # fmt: skip
            shop.git("config", key, value)
        (shop.common / "parallel").mkdir()
        shop.clear()
        yield shop
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def commits(files: int) -> Iterator[bytes]:
    """Two commits: all the files and specs, and a change of every thousandth file."""
    head = b"commit refs/heads/main\ncommitter Bench <bench@example.com> 1700000000 +0000\ndata 1\nx\n"
    yield head
    for n in range(EIGHT):
        text = f"# Task {n}\n\n**File**: `d{n}/new.txt`\n"
        yield f"M 100644 inline specs/SPEC-{n}.md\ndata {len(text)}\n{text}\n".encode()
    for n in range(files):
        text = f"line {n}\n" * (1 + n * 7919 % 900)
        yield f"M 100644 inline {path_of(n)}\ndata {len(text)}\n{text}\n".encode()
    yield head
    for n in range(0, files, 1000):
        yield f"M 100644 inline {path_of(n)}\ndata 8\nchanged\n\n".encode()


def path_of(n: int) -> str:
    return f"d{n % WIDE}/e{n // WIDE % DEEP}/f{n}.txt"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a little of everything, to see that it works")
    parser.add_argument("--files", type=int, metavar="N", help="files of the repository (50000)")
    parser.add_argument("--rounds", type=int, metavar="N", help="how often each way is taken (5)")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="this section alone")
    parser.add_argument(
        "--in", dest="where", metavar="DIR", help="where to work (the directory for temporary files)"
    )
    given = parser.parse_args()
    files, rounds = (
        given.files or (1000 if given.quick else 50_000),
        given.rounds or (1 if given.quick else 5),
    )
    # Ended politely it tidies up, as it does after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(__doc__.partition("\n\n")[2])
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
    load = os.getloadavg()[0]
    print(
        f"{git}, Python {sys.version.split()[0]}, {os.cpu_count()} cores, load {load:.1f} before the start\n"
    )
    with shop_of(files, given.where) as shop:
        for number, name in enumerate(SECTIONS, 1):
            if name not in (given.only or SECTIONS):
                continue
            if name == "copies":
                copies(shop, rounds)
            else:
                ways = {"one": one, "sparse": sparse, "eight": eight}[name](files)
                measure(shop, ways, rounds, f"{number}. {name}: {files:,} files")


if __name__ == "__main__":
    main()
