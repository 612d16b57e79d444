"""Worktrees made atomically, and looked at.

`git worktree add` is racy (other git commands fail while it runs) and a kill in the middle of it can
leave a repository in which no git command works (an empty `commondir`; git-facts, section 0). So the
admin directory is built aside, in `parallel/tmp/`, and renamed in when it is whole. Every step can be
repeated: after a crash the same call completes what is there.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..errors import GitFailed, Unusable
from ..names import Oid, RefName, printable
from ..overlap.cone import Cone
from . import crowd, locks, sparse
from .admin import PREFIX
from .command import Git
from .refs import RefChange, apply

# Moves a checkout and nothing else: no option of the user's makes it stash, squash or write over a file.
FAST_FORWARD = (
    "merge", "--ff-only", "--commit", "--no-squash", "--quiet", "--no-stat", "--no-autostash",
    "--no-verify-signatures", "--no-overwrite-ignore",
)  # fmt: skip
SCRATCH = f"{PREFIX}scratch."


@dataclass(frozen=True, slots=True)
class Place:
    """Where one task's worktree is: its directory, its branch, and git's admin directory for it."""

    path: Path
    branch: RefName
    admin: Path

    @property
    def index(self) -> Path:
        """The index file; it is written last, so where it is the checkout is complete."""
        return self.admin / "index"


def admin_of(common: Path, task: str) -> Path:
    """git's admin directory for a task; the fixed prefix is what `includeIf` matches."""
    return common / "worktrees" / f"{PREFIX}{task}"


def place_at(path: Path, branch: RefName) -> Place:
    """The place of a worktree that is there, by what its own `.git` file says."""
    told = (path / ".git").read_text("utf-8", "surrogateescape").removeprefix("gitdir: ").rstrip("\n")
    return Place(path, branch, Path(told))


def require_free(git: Git, place: Place) -> None:
    """Raise Unusable when the branch or the directory that a new worktree wants is somebody's."""
    if git.find_ref(place.branch):
        raise Unusable(
            f"a branch '{place.branch.short}' exists already and is not git-parallel's",
            hint=f"rename it with 'git branch -m {place.branch.short} NEW', or set parallel.branch",
        )
    if place.path.is_symlink() or (place.path.exists() and _is_taken(place.path)):
        raise Unusable(
            f"'{printable(str(place.path))}' exists already",
            hint="move it away, or set parallel.worktree",
        )
    if place.admin.exists():
        raise Unusable(
            f"git already knows a worktree '{place.admin.name}'",
            hint=f"look at it with 'git worktree list'; its admin directory is {printable(str(place.admin))}",
        )


def ensure(
    git: Git, common: Path, place: Place, *, base: Oid, is_fresh: bool, cone: Cone | None = None
) -> None:
    """Make the branch (at `base`), the worktree and its checkout, or complete what a crash left of them.

    Of a `cone` the checkout is sparse, where the worktree is made anew. The caller has recorded the intent
    first. Where no agent has been yet (`is_fresh`) a half-made checkout is made anew; elsewhere no file
    that is there is written over. Raises GitFailed or Unusable and removes nothing.
    """
    # What git-lfs keeps on a server would be waited for, file by file; `workspace.large` fills in what is here.
    git = git.with_environment(GIT_LFS_SKIP_SMUDGE="1")
    with locks.held(common / "parallel" / "lock"):
        if git.find_ref(place.branch) is None:
            # The intent is recorded and nobody else makes this branch: a lock is a killed launch's.
            (common / f"{place.branch}.lock").unlink(missing_ok=True)
            apply(git, RefChange(place.branch, new=base, old=None), reason="parallel: make the branch")
        is_new = _make_directory(place)
        if not place.admin.exists():
            _make_admin(common, place.admin, place.path, head=f"ref: {place.branch}", cone=cone)
            sparse.list_anew(common)
    if is_fresh and not place.index.exists():
        _populate(git, place)
    elif not is_fresh:
        _mend(git, place, is_new=is_new)
        _catch_up(git, place, base=base)


def discard(git: Git, common: Path, place: Place, *, base: Oid) -> None:
    """Take back what `ensure` made, for a place in which no agent ever ran (say, the disk was full)."""
    with locks.held(common / "parallel" / "lock"):
        if place.admin.exists() and _points_to(place.path / ".git", place.admin):
            aside = common / "parallel" / "tmp" / f"{place.admin.name}.{os.getpid()}.gone"
            place.admin.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
            sparse.list_anew(common)
        if _points_to(place.path / ".git", place.admin):
            shutil.rmtree(place.path, ignore_errors=True)
        if git.find_ref(place.branch) == base:
            apply(git, RefChange(place.branch, new=None, old=base), reason="parallel: take back the branch")


def _is_taken(path: Path) -> bool:
    # An empty `.git` is all that a full disk or a crash left of ours.
    return not path.is_dir() or any(one.name != ".git" or one.lstat().st_size for one in path.iterdir())


def _points_to(dot_git: Path, admin: Path) -> bool:
    try:
        return dot_git.read_text("utf-8", "surrogateescape").rstrip("\n") == f"gitdir: {admin}"
    except OSError:
        return False


def _make_directory(place: Place) -> bool:
    """Make the worktree's directory with its `.git` file; whether it was not there."""
    dot_git = place.path / ".git"
    if _points_to(dot_git, place.admin):
        return False
    if place.path.exists() and _is_taken(place.path):
        raise Unusable(f"'{printable(str(place.path))}' exists already", hint="move it away and run again")
    try:
        place.path.mkdir(parents=True, exist_ok=True)
        _write(dot_git, f"gitdir: {place.admin}\n")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise GitFailed(f"cannot make '{printable(str(place.path))}': {why}") from error
    return True


def _make_admin(common: Path, admin: Path, path: Path, *, head: str, cone: Cone | None = None) -> None:
    aside = common / "parallel" / "tmp" / admin.name
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(mode=0o777)
    _write(aside / "HEAD", f"{head}\n")
    _write(aside / "commondir", "../..\n")
    _write(aside / "gitdir", f"{path / '.git'}\n")
    if cone is not None:
        (aside / "info").mkdir()
        _write(aside / "info" / "sparse-checkout", sparse.patterns_of(cone))
    admin.parent.mkdir(exist_ok=True)
    aside.rename(admin)


def _populate(git: Git, place: Place) -> None:
    # No agent has run here (there is no index yet), so a lock can only be a dead checkout's.
    (place.admin / "index.lock").unlink(missing_ok=True)
    here = git.at(place.path)
    switched = sparse.SWITCHED_ON if sparse.is_sparse(place.admin) else ()
    with crowd.in_company() as workers:
        here.run(*switched, *workers, "read-tree", "--reset", "-u", "HEAD")
    null = "0" * len(tip) if (tip := git.find_ref(place.branch)) else ""
    # What `git worktree add` does at its end; a hook that fails does not undo the checkout there either.
    here.run_bytes(
        "hook",
        "run",
        "--ignore-missing",
        "post-checkout",
        "--",
        null,
        tip or "",
        "1",
        answers=tuple(range(256)),
    )


def _mend(git: Git, place: Place, *, is_new: bool) -> None:
    """Give a worktree that an agent has been in what it lacks; its files stay as they are."""
    here = git.at(place.path)
    if not place.index.exists():
        here.run("read-tree", "HEAD")
        if sparse.is_sparse(place.admin):
            # That marks nothing as left out; what is not there would be a deletion.
            here.run(*sparse.SWITCHED_ON, "sparse-checkout", "reapply")
    if is_new:
        # Somebody removed the directory; what was staged in it is still in the index.
        here.run("checkout-index", "--all", "--quiet")


def _catch_up(git: Git, place: Place, *, base: Oid) -> None:
    """Bring a branch on which nothing was done to the base of its next attempt; anything else stays."""
    tip = git.find_ref(place.branch)
    if tip is None or tip == base or not git.is_ancestor(old=tip, new=base):
        return
    seen = look(git, place)
    if seen.is_clean and seen.head == place.branch:
        git.at(place.path).run(*FAST_FORWARD, base)


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def scratch(git: Git, common: Path, *, at: Oid) -> Iterator[Path]:
    """A worktree on a detached commit, outside the repository, that is gone again at the end."""
    path = Path(tempfile.mkdtemp(prefix="git-parallel-")).resolve()
    # A '.' is in no task id, so this name is never a task's.
    admin = common / "worktrees" / f"{SCRATCH}{os.getpid()}.{path.name.rsplit('-', 1)[1]}"
    try:
        with locks.held(common / "parallel" / "lock"):
            _write(path / ".git", f"gitdir: {admin}\n")
            _make_admin(common, admin, path, head=at)
        with crowd.in_company() as workers:
            git.at(path).run(*workers, "read-tree", "--reset", "-u", "HEAD")
        yield path
    finally:
        _drop_scratch(common, admin)
        shutil.rmtree(path, ignore_errors=True)


def drop_dead_scratches(common: Path) -> None:
    """Remove the scratch worktrees that killed processes left; their names tell whose they were."""
    for admin in (common / "worktrees").glob(f"{SCRATCH}*"):
        pid = int(admin.name.removeprefix(SCRATCH).partition(".")[0])
        if not _is_process(pid):
            # Another command may be removing the same one at this moment.
            with suppress(FileNotFoundError):
                dot_git = Path((admin / "gitdir").read_text().rstrip("\n"))
                if dot_git.parent.name.startswith("git-parallel-"):
                    shutil.rmtree(dot_git.parent, ignore_errors=True)
                _drop_scratch(common, admin)


def _drop_scratch(common: Path, admin: Path) -> None:
    if admin.exists():
        aside = common / "parallel" / "tmp" / f"{admin.name}.gone"
        admin.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)


def _is_process(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@dataclass(frozen=True, slots=True)
class Checkout:
    """A worktree of the repository, the branch that is checked out or being worked on in it, and how."""

    path: Path
    branch: str
    how: str


def checkouts(git: Git, common: Path) -> tuple[Checkout, ...]:
    """Every worktree that holds a branch: checked out, or in the middle of a rebase or a bisect.

    `git worktree list` shows the latter as detached, and yet moving or deleting their branch would
    pull it away under the user. The directory of `git` stands for the main worktree, which
    `worktree list` does not know where the git directory lies elsewhere.
    """
    found = []
    path, is_main = git.directory, True
    for field in git.run("worktree", "list", "--porcelain", "-z").stdout.split("\0"):
        if field.startswith("worktree "):
            path = git.directory if is_main else Path(field.removeprefix("worktree "))
            is_main = False
        elif field.startswith("branch ") and path.is_dir():
            found.append(Checkout(path, field.removeprefix("branch "), "checked out"))
    for admin, place in _admins(git, common):
        for name, how in _HEAD_NAMES.items():
            if (admin / name).is_file() and place.is_dir():
                branch = (admin / name).read_text("utf-8", "surrogateescape").strip()
                found.append(
                    Checkout(place, branch if branch.startswith("refs/") else f"refs/heads/{branch}", how)
                )
    return tuple(found)


# Files in an admin directory that name the branch of an operation that is going on.
_HEAD_NAMES = {
    "rebase-merge/head-name": "being rebased",
    "rebase-apply/head-name": "being rebased",
    "BISECT_START": "being bisected",
}


def _admins(git: Git, common: Path) -> Iterator[tuple[Path, Path]]:
    yield common, git.directory
    for admin in (common / "worktrees").glob("*"):
        if (path := path_of(admin)) is not None:
            yield admin, path


def path_of(admin: Path) -> Path | None:
    """Where git believes the worktree of an admin directory to be; follows `git worktree move`."""
    try:
        dot_git = (admin / "gitdir").read_text("utf-8", "surrogateescape").rstrip("\n")
    except OSError:
        return None
    return Path(dot_git).parent if dot_git else None


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be seen in a worktree at one moment: paths by how git reports them, and more.

    `inside` are the submodules in which something is uncommitted; they are among the changed as well.
    """

    changed: tuple[str, ...] = ()
    untracked: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    head: str = ""
    operations: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    inside: tuple[str, ...] = ()

    @property
    def is_clean(self) -> bool:
        """Whether nothing is there that is not in a commit (ignored files aside)."""
        return not (self.changed or self.untracked or self.operations or self.hidden)


# Files in the admin directory that mean an operation stands half done, and what it is called.
_OPERATIONS = {
    "rebase-merge": "rebase",
    "rebase-apply": "rebase or am",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "BISECT_LOG": "bisect",
    "sequencer": "cherry-pick or revert",
}


def look(git: Git, place: Place, *, ignored: bool = False, hidden: bool = False) -> Look:
    """Read a worktree's state; `ignored` and `hidden` (assume-unchanged, skip-worktree) only where asked."""
    here = git.at(place.path)
    out = here.run(
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain=v2", "--branch", "-z", "--no-renames",
        "--untracked-files=all", f"--ignored={'matching' if ignored else 'no'}", "--ignore-submodules=none",
    )  # fmt: skip
    kinds: dict[str, list[str]] = {"1": [], "u": [], "?": [], "!": []}
    inside = []
    for entry in out.fields:
        if entry[0] in kinds:
            kinds[entry[0]].append(entry.split(" ", {"1": 8, "u": 10}.get(entry[0], 1))[-1])
        # The third word is `S<commit><modified><untracked>` for a submodule.
        if entry[0] == "1" and (word := entry.split(" ", 3)[2])[0] == "S" and word[2:] != "..":
            inside.append(kinds["1"][-1])
    marks = here.run("ls-files", "-v", "-z").fields if hidden else []
    if sparse.is_sparse(place.admin):
        # What it leaves out is marked so too; where there is a file all the same it has been hidden.
        marks = [mark for mark in marks if mark[0] != "S" or os.path.lexists(place.path / mark[2:])]
    return Look(
        changed=(*kinds["1"], *kinds["u"]),
        untracked=tuple(kinds["?"]),
        ignored=tuple(kinds["!"]),
        head=(place.admin / "HEAD").read_text("utf-8", "surrogateescape").strip().removeprefix("ref: "),
        operations=tuple(
            dict.fromkeys(what for name, what in _OPERATIONS.items() if (place.admin / name).exists())
        ),
        hidden=tuple(mark[2:] for mark in marks if mark[0].islower() or mark[0] == "S"),
        inside=tuple(inside),
    )


def clear_locks_of_the_dead(common: Path, place: Place) -> None:
    """Remove the locks that a killed agent's git left in its own worktree; call only when it is dead."""
    for lock in (
        place.admin / "index.lock",
        place.admin / "HEAD.lock",
        common / f"{place.branch}.lock",
    ):
        lock.unlink(missing_ok=True)
