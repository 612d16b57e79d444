"""Finished work for tests of the merge queue, and what is counted of verifications and of what a merge leaves."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]

# Every file that the task declares says who wrote it.
EACH_FILE = (
    "for f in $(sed -n 's/^[*][*]File[*][*]: `\\(.*\\)`$/\\1/p'); do"
    ' mkdir -p "$(dirname $f)"; echo "by $GIT_PARALLEL_TASK" > $f; done'
)


def finished(
    repo: Repo,
    cli: Cli,
    agent: Agent,
    works: Mapping[str, Sequence[str]],
    after: Mapping[str, str] | None = None,
) -> str:
    """Tasks that have ended well, each with what it wrote into its files; the target as it was then."""
    for name, paths in works.items():
        repo.write(
            f"specs/SPEC-{name}.md",
            "\n".join(
                [f"# SPEC-{name}: Task {name}", "", f"**Depends on**: {(after or {}).get(name, '-')}"]
                + [f"**File**: `{path}`" for path in paths]
            )
            + "\n",
        )
    start = repo.commit("specs")
    ran = cli("run", "-j", "16", *(["--stack"] if after else []), "--", *agent(EACH_FILE))
    assert ran.status == 0, ran
    return start


class Verifying:
    """A verify command that is counted: each run adds a line to a file outside of the repository."""

    def __init__(self, repo: Repo, test: str) -> None:
        self._count = repo.path.parent / "verifications"
        self.command = f"echo $GIT_PARALLEL_TASK >> {self._count}; {test}"

    @property
    def runs(self) -> list[str]:
        """The tasks that were verified together, of each run."""
        return self._count.read_text().splitlines() if self._count.exists() else []


def everything(repo: Repo) -> dict[str, str]:
    """All that a merge that changes nothing has to leave as it is: refs, objects, files, the index, what git keeps."""
    kept = {"refs": repo.git("for-each-ref"), "objects": repo.git("count-objects", "-v")}
    kept["worktrees"] = repo.git("worktree", "list", "--porcelain")
    for file in sorted(repo.path.rglob("*")):
        name = str(file.relative_to(repo.path))
        if file.is_file() and not name.startswith((".git/objects/", ".git/parallel/logs/")):
            kept[name] = file.read_bytes().hex()
    return kept


def leftovers(repo: Repo) -> list[str]:
    """Worktrees of ours that are still there, beside those of tasks, and processes that run in them."""
    listed = repo.git("worktree", "list", "--porcelain").splitlines()
    places = [line.removeprefix("worktree ") for line in listed if line.startswith("worktree ")]
    mine = [place for place in places if Path(place).parent != repo.path.parent]
    runtime = repo.path / ".git" / "parallel" / "verify"
    return mine + [str(left) for left in (runtime.rglob("*") if runtime.exists() else [])]
