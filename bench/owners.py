"""Whose 50,000 paths are by 5,000 patterns of 50 tasks and agent types; `make bench-owners`.

    1. in one process: the judgement, beside a loop with fnmatch, and the libraries `pathspec` and
       `codeowners` where they are installed
    2. as a command, start and git included: `git parallel owners`, beside `git check-attr` with the same
       patterns as attributes

Half of the patterns are agent types' territories, half are what tasks declare. They are exact paths,
directories and globs in equal parts. What takes minutes is asked of a part of the paths, and the whole
reckoned from it (marked with ~).
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from git_parallel.names import TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.judge import Claimant, Ownership, judge
from git_parallel.ownership.owning import owned
from git_parallel.ownership.rules import territories

GIT_PARALLEL = (sys.executable, "-m", "git_parallel")
_PART = 500
_RUNS = 5


def tree(count: int) -> list[str]:
    """So many paths, fifty in a directory, three directories deep."""
    return [
        f"src/pkg{at // 1000}/mod{at // 50 % 20}/{'test_' * (at % 5 == 0)}file{at % 50}.py"
        for at in range(count)
    ]


def patterns(dice: random.Random, paths: Sequence[str], count: int) -> list[str]:
    """So many patterns of paths in the tree: exact ones, directories, and globs of four shapes."""
    found = []
    for number in range(count):
        path = dice.choice(paths)
        folder, _, name = path.rpartition("/")
        package = folder.rpartition("/")[0]
        globs = (
            f"{folder}/*.py",
            f"{folder}/{name[:5]}*",
            f"{package}/**/{name[:-4]}?.py",
            f"{package}/*/{name}",
        )
        found.append((path, f"{folder}/", globs[number // 3 % len(globs)])[number % 3])
    return found


def seconds(ask: Callable[[], object], runs: int = _RUNS) -> float:
    """The median of how long it takes."""
    times = []
    for _ in range(runs):
        before = time.perf_counter()
        ask()
        times.append(time.perf_counter() - before)
    return statistics.median(times)


def state_of(owns: dict[str, list[str]], declared: dict[str, list[str]]) -> Ownership:
    """Agent types with these territories, and tasks of theirs that declare these paths."""
    lands = territories(owns)
    types = list(lands.values())
    claimants = {
        TaskId(name): Claimant(TaskId(name), tuple(map(parse, texts)), types[number % len(types)])
        for number, (name, texts) in enumerate(declared.items())
    }
    return Ownership(claimants, territories=lands)


def in_process(paths: Sequence[str], owns: dict[str, list[str]], declared: dict[str, list[str]]) -> None:
    """Print the first table."""
    state = state_of(owns, declared)
    task = next(iter(state.claimants))
    texts = [text for found in (*owns.values(), *declared.values()) for text in found]
    part = random.Random(1).sample(paths, min(_PART, len(paths)))
    scale = len(paths) / len(part)
    rows = [
        ("judge: may a task change them", seconds(lambda: judge(task, paths, state_of(owns, declared))), ""),
        ("judge, its index made before", seconds(lambda: judge(task, paths, state)), ""),
        ("owned: whose they are", seconds(lambda: [owned(path, state) for path in paths]), ""),
        ("a loop with fnmatch", seconds(lambda: [_looped(path, texts) for path in part], 1) * scale, "~"),
        *_libraries(part, {**owns, **declared}, scale),
    ]
    _print(f"{len(paths)} paths, {len(texts)} patterns, in one process", rows)


def _looped(path: str, texts: Sequence[str]) -> list[str]:
    return [text for text in texts if fnmatchcase(path, f"{text}*" if text.endswith("/") else text)]


def _libraries(part: Sequence[str], owns: dict[str, list[str]], scale: float) -> list[tuple[str, float, str]]:
    rows = []
    try:
        from pathspec import PathSpec
    except ImportError:
        rows.append(("pathspec (not installed)", 0.0, "-"))
    else:
        specs = [PathSpec.from_lines("gitwildmatch", texts) for texts in owns.values()]
        taken = seconds(lambda: [[one.match_file(path) for one in specs] for path in part], 1)
        rows.append(("pathspec, one for each owner", taken * scale, "~"))
    try:
        from codeowners import CodeOwners
    except ImportError:
        rows.append(("codeowners (not installed)", 0.0, "-"))
    else:
        rules = CodeOwners("".join(f"/{text} @{name}\n" for name, texts in owns.items() for text in texts))
        rows.append(("codeowners", seconds(lambda: [rules.of(path) for path in part], 1) * scale, "~"))
    return rows


def as_command(
    home: Path, paths: Sequence[str], owns: dict[str, list[str]], declared: dict[str, list[str]]
) -> None:
    """Print the second table."""
    repo = _prepared(home, paths, owns, declared)
    asked = "\0".join(paths).encode()

    def command(*words: str, stdin: bytes = b"") -> float:
        return seconds(
            lambda: subprocess.run(words, cwd=repo, input=stdin, stdout=subprocess.DEVNULL, check=True)
        )

    rows = [
        ("git parallel owners", command(*GIT_PARALLEL, "owners"), ""),
        ("git parallel owners .", command(*GIT_PARALLEL, "owners", "."), ""),
        ("git parallel owners --json", command(*GIT_PARALLEL, "owners", "--json"), ""),
        ("git parallel owners PATH", command(*GIT_PARALLEL, "owners", paths[0]), ""),
        (
            "git check-attr -z --stdin owner",
            command("git", "check-attr", "-z", "--stdin", "owner", stdin=asked),
            "",
        ),
        ("git ls-files", command("git", "ls-files", "-z"), ""),
    ]
    _print("the same as a command", rows)


def _prepared(
    home: Path, paths: Sequence[str], owns: dict[str, list[str]], declared: dict[str, list[str]]
) -> Path:
    """A repository with these paths and owners, the owners as attributes too."""
    repo = home / "repo"
    for path in paths:
        (repo / path).parent.mkdir(parents=True, exist_ok=True)
        (repo / path).touch()
    (repo / "specs").mkdir()
    types = list(owns)
    for number, (name, texts) in enumerate(declared.items()):
        lines = [f"# SPEC-{name}: Task", "", f"**Agent**: {types[number % len(types)]}"]
        lines += [f"**File**: `{text}`" for text in texts]
        (repo / f"specs/SPEC-{name}.md").write_text("\n".join(lines) + "\n")
    stanzas = (
        f'[agent "{name}"]\n' + "".join(f"\towns = {text}\n" for text in texts)
        for name, texts in owns.items()
    )
    (repo / ".gitparallel").write_text("".join(stanzas))
    for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-qm", "first")):
        subprocess.run(["git", *words], cwd=repo, check=True)
    attributes = (
        f"{text}{'**' * text.endswith('/')} owner={name}\n"
        for name, texts in {**owns, **declared}.items()
        for text in texts
    )
    (repo / ".git/info/attributes").write_text("".join(attributes))
    return repo


def _print(title: str, rows: Sequence[tuple[str, float, str]]) -> None:
    print(title)
    for name, taken, mark in rows:
        print(f"  {name:36} {mark if mark == '-' else f'{mark}{taken:.3f} s':>12}")
    print(flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--paths", type=int, default=50_000)
    parser.add_argument("--patterns", type=int, default=5_000)
    parser.add_argument("--owners", type=int, default=50)
    asked = parser.parse_args()
    os.environ.update({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull})
    for role in ("AUTHOR", "COMMITTER"):
        os.environ.update({f"GIT_{role}_NAME": "Bench", f"GIT_{role}_EMAIL": "bench@example.com"})
    paths, dice, half = tree(asked.paths), random.Random(5), asked.owners // 2
    each = asked.patterns // (2 * half)
    owns = {f"type{number}": patterns(dice, paths, each) for number in range(half)}
    declared = {f"t{number}": patterns(dice, paths, each) for number in range(half)}
    in_process(paths, owns, declared)
    with tempfile.TemporaryDirectory(prefix="git-parallel-bench-") as home:
        as_command(Path(home), paths, owns, declared)


if __name__ == "__main__":
    main()
