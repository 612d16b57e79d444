"""A merge that is made in a worktree of a task, for somebody to bring to its end there."""

import os
import shutil
from pathlib import Path

from ..names import Oid, RefName
from . import worktree
from .command import Git, failure
from .look import look
from .place import Place
from .refs import read_blobs
from .rerere import is_remembered
from .shield import shielded
from .target import in_the_way

# Whatever the user has set for merges of his own: this one is not to end by itself, nor to touch anything else.
_MERGE = (
    "merge", "--no-commit", "--no-ff", "--no-squash", "--no-autostash", "--no-verify-signatures",
    "--no-stat", "--quiet", "--no-edit", "--no-overwrite-ignore", "--strategy=ort",
)  # fmt: skip
_BEGUN = "gp-merging"


def begin_merge(git: Git, common: Path, place: Place, target: RefName) -> Path | None:
    """Begin the merge of a branch in a worktree whose tracked files are as committed, and leave it open.

    The user's own settings, rerere among them, count as in any `git merge`. Where an earlier call was killed
    in the middle, what it has left is moved aside first; the answer is the directory in which that lies now.
    Raises GitFailed where git does not begin it.
    """
    here = git.at(place.path)
    with worktree.alone(here, place) as lone:
        aside = _clear(lone, common, place, target)
        worktree.write_whole(place.admin / _BEGUN, f"{git.find_ref(place.branch)}\n")
        # What stands behind the markers is the name that people know.
        name = lone.run("rev-parse", "--abbrev-ref=strict", target).stdout.strip()
        with shielded():
            out = lone.run(*_MERGE, name, answers=(0, 1, 2, 128))
        (place.admin / _BEGUN).unlink()
    if find_merge(place) is None:
        raise failure(_MERGE, out.status, out.stderr or out.stdout)
    _clean_message(place.admin / "MERGE_MSG")
    return aside


def was_cut_off(git: Git, place: Place) -> bool:
    """Whether a call of `begin_merge` died in this worktree before the merge stood there."""
    begun = place.admin / _BEGUN
    if find_merge(place) is not None or not begun.exists():
        return False
    # One that died a moment later has done what it was to do, and that has been committed since.
    return begun.read_text() == f"{git.find_ref(place.branch)}\n"


def find_merge(place: Place) -> Oid | None:
    """The commit that is being merged into the branch of a worktree; None where no merge stands open."""
    try:
        return Oid((place.admin / "MERGE_HEAD").read_text().split()[0])
    except (OSError, IndexError):
        return None


def undecided(git: Git, place: Place) -> tuple[str, ...]:
    """The paths of an open merge that nobody has decided yet, as far as git has been told."""
    return tuple(_stages(git, place))


def recalled(git: Git, common: Path, place: Place) -> tuple[str, ...]:
    """Those of the undecided paths that git has filled in as somebody resolved them once (rerere)."""
    if not is_remembered(git, common):
        return ()
    remaining = set(git.at(place.path).run("rerere", "remaining").stdout.splitlines())
    return tuple(path for path in undecided(git, place) if path not in remaining)


def texts_of_sides(git: Git, place: Place) -> dict[str, tuple[str, str] | None]:
    """What both sides have at each undecided path; None where one of them has no text there."""
    stages = _stages(git, place)
    asked = [(path, sides["2"], sides["3"]) for path, sides in stages.items() if {"2", "3"} <= sides.keys()]
    blobs = read_blobs(git, [oid for _, ours, theirs in asked for oid in (ours, theirs)])
    pairs = zip(blobs[::2], blobs[1::2], strict=True)
    found: dict[str, tuple[str, str] | None] = dict.fromkeys(stages)
    for (path, _, _), (ours, theirs) in zip(asked, pairs, strict=True):
        if ours is not None and theirs is not None and b"\0" not in ours + theirs:
            found[path] = (ours.decode("utf-8", "surrogateescape"), theirs.decode("utf-8", "surrogateescape"))
    return found


def _stages(git: Git, place: Place) -> dict[str, dict[str, str]]:
    """The blobs of each undecided path by the number of their stage; only regular files have any."""
    found: dict[str, dict[str, str]] = {}
    for entry in git.at(place.path).run("ls-files", "--unmerged", "-z").fields:
        meta, _, path = entry.partition("\t")
        mode, oid, stage = meta.split(" ")
        found.setdefault(path, {}).update({stage: oid} if mode.startswith("100") else {})
    return found


def _clean_message(file: Path) -> None:
    """Take out of a message what git tells there of conflicts: who calls no editor would commit that."""
    text = file.read_text("utf-8", "surrogateescape")
    message = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("#")).rstrip(
        "\n"
    )
    worktree.write_whole(file, f"{message}\n")


def _clear(git: Git, common: Path, place: Place, target: RefName) -> Path | None:
    """Have the worktree as it was before a merge in it was cut off; nothing that is there is thrown away."""
    if not was_cut_off(git, place):
        return None
    # They were ours, and we are alone here: git does nothing in a worktree whose index is locked.
    for lock in ("index.lock", "ORIG_HEAD.lock", "AUTO_MERGE.lock"):
        (place.admin / lock).unlink(missing_ok=True)
    tip, onto = (git.find_ref(ref) for ref in (place.branch, target))
    changed = look(git, place).changed
    new = in_the_way(git, place.path, old=tip, new=onto) if tip and onto else ()
    aside = None
    for path in dict.fromkeys((*changed, *new)):
        if os.path.lexists(place.path / path):
            aside = aside or _aside(common, place)
            (aside / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.move(place.path / path, aside / path)
    git.run("read-tree", "--reset", "-u", "HEAD")
    return aside


def _aside(common: Path, place: Place) -> Path:
    """A new directory for what is moved out of a worktree."""
    folder = common / "parallel" / "cut-off"
    number = sum(1 for _ in folder.glob(f"{place.admin.name}.*")) + 1
    aside = folder / f"{place.admin.name}.{number}"
    aside.mkdir(parents=True)
    return aside
