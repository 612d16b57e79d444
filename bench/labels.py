"""How well declared files are understood: precision and recall against hand labels, document by document.

Run it with `make bench-labels`. The product itself reads a throw-away repository that holds the corpus. A
labelled document is read beside all others but those that claim its own number: several files of one
number may be one task, of which each path is credited to one document only.

What is compared are exact paths that a task is said to touch. Directories and globs, the labels' own and
those that are declared, are neither right nor wrong. Beside our figures stand those of the simplest reader
there is, which takes every path in back ticks that ends in `.py`.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from git_parallel.tasks.naming import file_name

SHARED = Path(__file__).resolve().parents[2] / "shared" / "corpus"
GIT_PARALLEL = str(Path(sys.executable).parent / "git-parallel")
FLOOR = 0.92
TOUCHED = ("modifies", "creates", "deletes", "renames")
BASELINE = re.compile(r"`([^`\s]+\.py)`")


@dataclass(frozen=True, slots=True)
class Score:
    """How many paths were right, how many were said, how many were to be said."""

    right: int = 0
    said: int = 0
    wanted: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(self.right + other.right, self.said + other.said, self.wanted + other.wanted)

    @property
    def precision(self) -> float:
        """How much of what was said is right; 1 when nothing was said."""
        return self.right / self.said if self.said else 1.0

    @property
    def recall(self) -> float:
        """How much of what was to be said was said; 1 when there was nothing to say."""
        return self.right / self.wanted if self.wanted else 1.0

    def __str__(self) -> str:
        counts = f"{self.right}/{self.said}", f"{self.right}/{self.wanted}"
        return f"{self.precision:.3f} {counts[0]:>8}  {self.recall:.3f} {counts[1]:>8}"


def score(said: Iterable[str], label: dict[str, Any]) -> tuple[Score, list[str], list[str]]:
    """The score of the paths that were said, the extra ones and the missing ones."""
    wanted = {path for key in TOUCHED for path in label[key]}
    free = {path.rstrip("/") for path in label["globs"]}
    exact = {path for path in said if not path.endswith("/") and path.rstrip("/") not in free}
    found = Score(len(exact & wanted), len(exact), len(wanted))
    return found, sorted(exact - wanted), sorted(wanted - exact)


def prepared(home: Path, folder: Path, tree: Sequence[str]) -> Path:
    """A repository with the corpus, and an empty file for every other path of the tree."""
    repo = home / "repo"
    shutil.copytree(folder, repo)
    for path in tree:
        target = repo / path
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.touch()
    for command in (
        ["git", "init", "-q", "-b", "main"],
        ["git", "config", "user.name", "Bench"],
        ["git", "config", "user.email", "bench@example.com"],
        ["git", "add", "--force", "."],
        ["git", "commit", "-qm", "corpus"],
    ):
        subprocess.run(command, cwd=repo, capture_output=True, check=True)
    return repo


def touched(repo: Path, document: str, specs: Iterable[str]) -> list[str]:
    """What the product says that the task of a document touches because this document says so."""
    number = file_name(document).short
    others = [path for path in specs if path != document and file_name(path).short != number]
    asked = [word for path in (document, *others) for word in ("--source", f"spec={literal(path)}")]
    command = [GIT_PARALLEL, "tasks", "--json", *asked, "--source", "roadmap"]
    ran = subprocess.run(command, cwd=repo, capture_output=True, text=True, check=False)
    if ran.returncode:
        sys.exit(f"git parallel tasks: exit status {ran.returncode}\n{ran.stderr}")
    declared = (one for task in json.loads(ran.stdout)["tasks"] for one in task["declared"])
    return [one["path"] for one in declared if one["source"] == document]


def literal(path: str) -> str:
    """A glob that is this path and nothing else."""
    return re.sub(r"[*?\[\]{}\\]", "?", path)


def baseline(repo: Path, document: str) -> list[str]:
    """What a reader says that takes every back-ticked path of a Python file."""
    return BASELINE.findall((repo / document).read_text(encoding="utf-8", errors="replace"))


def report(repo: Path, labels: dict[str, Any], *, verbose: bool) -> tuple[Score, Score]:
    """Print a line for each labelled document; the totals, ours and those of the simplest reader."""
    specs = sorted(str(path.relative_to(repo)) for path in repo.rglob("SPEC-*.md"))
    ours = theirs = Score()
    print(f"{'':<28}{'precision':>14}{'recall':>16}    {'back-ticked .py':>22}")
    for document, label in labels.items():
        mine, extra, missing = score(touched(repo, document, specs), label)
        simple, _, _ = score(baseline(repo, document), label)
        ours, theirs = ours + mine, theirs + simple
        print(f"{Path(document).stem[:27]:<28}{mine}    {simple.precision:.3f}  {simple.recall:.3f}")
        if verbose:
            print("".join(f"    extra    {path}\n" for path in extra), end="")
            print("".join(f"    missing  {path}\n" for path in missing), end="")
    print(f"{'all':<28}{ours}    {theirs.precision:.3f}  {theirs.recall:.3f}")
    return ours, theirs


def main() -> int:
    """Print the table; 1 when a total is below the floor."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--labels", type=Path, help="hand labels (default: labels.json of the corpus)")
    parser.add_argument("--corpus", type=Path, default=SHARED, help="folder that holds coffee/")
    parser.add_argument("--tree", type=Path, help="paths of the repository at the base, one a line")
    parser.add_argument("--verbose", action="store_true", help="list extra and missing paths")
    given = parser.parse_args()
    folder, labelled = given.corpus / "coffee", given.labels or given.corpus / "labels.json"
    if not folder.is_dir() or not labelled.is_file():
        parser.error(f"there is no corpus at '{given.corpus}'; say where with --corpus and --labels")
    labels = json.loads(labelled.read_text(encoding="utf-8"))
    lost = [document for document in labels if not (folder / document).is_file()]
    if lost:
        parser.error(f"'{lost[0]}' is labelled and not in the corpus")
    tree = (
        [path for path in given.tree.read_text(encoding="utf-8").splitlines() if path] if given.tree else []
    )
    os.environ.update({"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull})
    with tempfile.TemporaryDirectory(prefix="git-parallel-bench-") as home:
        ours, _ = report(prepared(Path(home), folder, tree), labels, verbose=given.verbose)
    return 0 if min(ours.precision, ours.recall) >= FLOOR else 1


if __name__ == "__main__":
    sys.exit(main())
