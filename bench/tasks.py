"""What understanding task documents costs, beside what git alone takes to hand them over and what grep finds.

Run it with `make bench`. Every figure is the median of several runs, each in a process of its own. What
git-parallel remembers of documents (`.git/parallel/cache/`) is deleted before each cold run, not before a
warm one; for all else there is only one column. The disk is warm in both.

The rows do not give the same answer. `cat-file` is the floor, since no reader can be done before git has
handed over the bytes; `git grep` and the loop find lines that look like labels, but know no tasks, no
dependencies and no other shape of declaration. A process for each document is what a script grows into.
"""

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

RUNS = 5
SPECS = 10_000
MANY, STEP = 1_000, 20
COFFEE = Path(__file__).resolve().parents[2] / "shared" / "corpus" / "coffee"
GIT_PARALLEL = str(Path(sys.executable).parent / "git-parallel")
LABEL = r"(\*\*|# )File"
SPEC = """\
# SPEC-{n}: Thing {n}

**Status**: Planned
**Depends on**: SPEC-{before}
**Estimated Effort**: 2 hours

## Overview

Some words about thing {n} and why.

## Files to Modify

- `src/mod{module}/file{n}.py` - change it
- `tests/test_file{n}.py` (NEW)

## Testing

Run `pytest tests/test_file{n}.py`.
"""
# A loop of regular expressions over one `git show` for each document, as one would write it in a minute.
LOOP = r"""
import re, subprocess, sys
label = re.compile(r"\*\*Files?[^*]*\*\*:?\s*(.*)")
quoted = re.compile(r"`([^`\s]+\.\w+)`")
for path in sys.argv[1:]:
    text = subprocess.run(["git", "show", f"HEAD:{path}"], capture_output=True, check=True).stdout
    for line in text.decode("utf-8", "replace").splitlines():
        label.match(line), quoted.findall(line)
"""


def median(
    run: Callable[[], object], runs: int = RUNS, before_each: Callable[[], object] = lambda: None
) -> float:
    """Milliseconds that something takes."""
    times = []
    for _ in range(runs):
        before_each()
        before = time.perf_counter()
        run()
        times.append((time.perf_counter() - before) * 1000)
    return statistics.median(times)


def quiet(command: Sequence[str], at: Path, *, answers: Sequence[int] = (0,)) -> None:
    """Run a command to its end, its output thrown away."""
    with open(os.devnull, "w") as nowhere:
        status = subprocess.run(command, cwd=at, stdout=nowhere, stderr=nowhere, check=False).returncode
    if status not in answers:
        sys.exit(f"{' '.join(command[:4])} failed with status {status}")


def committed(at: Path) -> Path:
    """A directory made a repository, with all that is in it committed."""
    for command in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "config", "user.name", "Bench"],
        ["git", "config", "user.email", "bench@example.com"],
        ["git", "add", "-A", "-f"],
        ["git", "commit", "-qm", "first"],
        ["git", "repack", "-adq"],
    ):
        subprocess.run(command, cwd=at, check=True)
    return at


def small_specs(home: Path) -> Path:
    """A repository of very many small specs."""
    folder = home / "small" / "specs"
    folder.mkdir(parents=True)
    for n in range(SPECS):
        text = SPEC.format(n=n, before=max(n - 1, 0), module=n % 100)
        (folder / f"SPEC-{n}-thing-{n}.md").write_text(text)
    return committed(folder.parent)


def documents(repo: Path) -> list[str]:
    """The Markdown files of the commit."""
    out = subprocess.run(["git", "ls-files", "-z", "*.md"], cwd=repo, capture_output=True, check=True).stdout
    return out.decode().removesuffix("\0").split("\0")


def floor(repo: Path) -> None:
    """What every reader needs: the list of files, and the bytes of the documents."""
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "HEAD"], cwd=repo, capture_output=True, check=True
    ).stdout
    oids = b"".join(line.split()[2] + b"\n" for line in listed.splitlines() if line.endswith(b".md"))
    command = ["git", "cat-file", "--batch", "--buffer"]
    subprocess.run(command, cwd=repo, input=oids, capture_output=True, check=True)


def rows(repo: Path) -> list[tuple[str, float] | tuple[str, float, float]]:
    """What reading the documents of a repository costs, in several ways."""
    paths = documents(repo)
    some = paths[:: STEP if len(paths) > MANY else 1]
    quiet([GIT_PARALLEL, "tasks"], repo)  # what Python compiles, it compiles here
    sample = median(lambda: quiet([sys.executable, "-c", LOOP, *some], repo), runs=1)
    return [
        ("git ls-tree + cat-file --batch (floor)", median(lambda: floor(repo))),
        (
            "git grep '**File', '# File' (lines only)",
            median(lambda: quiet(["git", "grep", "-nE", LABEL, "HEAD", "--", "*.md"], repo, answers=(0, 1))),
        ),
        (f"git show + regexes, loop of {len(paths)}", sample * len(paths) / len(some)),
        ("git parallel tasks", *cold_and_warm([GIT_PARALLEL, "tasks"], repo)),
        ("git parallel tasks --json", *cold_and_warm([GIT_PARALLEL, "tasks", "--json"], repo)),
    ]


def cold_and_warm(command: Sequence[str], repo: Path) -> tuple[float, float]:
    """What a command takes that has nothing to remember, and one that has read all documents before."""

    def forget() -> None:
        shutil.rmtree(repo / ".git" / "parallel" / "cache", ignore_errors=True)

    cold = median(lambda: quiet(command, repo), before_each=forget)
    return cold, median(lambda: quiet(command, repo))


def show(title: str, repo: Path) -> None:
    """Print the table of one repository."""
    print(f"\n{title:<42}{'cold':>9}   {'warm':>9}")
    for name, *milliseconds in rows(repo):
        print(f"  {name:<40}" + "".join(f"{one:9.0f} ms" for one in milliseconds))


def main() -> None:
    """Print the tables."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody who uses git-parallel compiles it every time
    os.environ.update({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull})
    print(
        f"medians of {RUNS} runs; the loop ran once, over one in {STEP} of many documents, and is scaled up"
    )
    with tempfile.TemporaryDirectory(prefix="git-parallel-bench-") as name:
        home = Path(name)
        show(f"{SPECS:,} small specs", small_specs(home))
        if COFFEE.is_dir():
            shutil.copytree(COFFEE, home / "coffee")
            show("corpus/coffee: its specs and its roadmap", committed(home / "coffee"))
        else:
            print(f"\nno corpus at {COFFEE}, so nothing is measured on it")


if __name__ == "__main__":
    main()
