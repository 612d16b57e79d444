"""All that would be lost with a worktree, or shows that somebody is not done with it."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..names import Oid
from .command import Git
from .look import Look, head_of, look, operations
from .place import Place

# The per-worktree refs, of which `for-each-ref` tells elsewhere nothing.
_OWN_REFS = "refs"
_BARE = frozenset({"HEAD", "objects", "refs"})


@dataclass(frozen=True, slots=True)
class Inspection:
    """What is to be seen in a worktree: by `look`, the refs that are its own alone, repositories that lie in its
    ignored directories, and what is only in its submodules, each with the path of the submodule.
    """

    look: Look
    refs: tuple[str, ...] = ()
    repositories: tuple[str, ...] = ()
    submodules: tuple[tuple[str, str], ...] = ()


def inspect(git: Git, common: Path, place: Place) -> Inspection:
    """Look at everything in a worktree, and change nothing; where its directory is gone git still knows a part."""
    if not place.path.is_dir():
        admin = place.admin
        staged = tuple(staged_paths(git, place))
        seen = Look(changed=staged, head=head_of(admin), operations=operations(admin))
        return Inspection(seen, refs=tuple(own_refs(admin)))
    seen = look(git, place, ignored=True, hidden=True)
    return Inspection(
        look=seen,
        refs=tuple(own_refs(place.admin)),
        repositories=tuple(_repositories(place.path, seen.ignored)),
        submodules=tuple(_submodules(git, common, place)),
    )


def staged_paths(git: Git, place: Place) -> list[str]:
    """In what the index of a worktree differs from the commit of its HEAD."""
    at = (f"--git-dir={place.admin}", f"--work-tree={place.admin}")
    return git.run(*at, "diff-index", "--cached", "--name-only", "-z", "--no-renames", "HEAD", "--").fields


def own_refs(admin: Path) -> Iterator[str]:
    """The refs that a worktree has for itself: those of a bisect, and `refs/worktree/`."""
    for above, _, files in os.walk(admin / _OWN_REFS):
        for name in sorted(files):
            yield str(Path(above, name).relative_to(admin))


def _repositories(path: Path, ignored: Iterable[str]) -> Iterator[str]:
    """The repositories in ignored directories, which git takes for files like any others there."""
    for folder in ignored:
        if folder.endswith("/") and not (path / folder).is_symlink():
            for above, folders, files in os.walk(path / folder):
                names = {*folders, *files}
                if ".git" in names or names >= _BARE:
                    yield str(Path(above).relative_to(path))
                    # What lies deeper belongs to that one.
                    folders.clear()


def _submodules(git: Git, common: Path, place: Place) -> Iterator[tuple[str, str]]:
    """What is in the submodules of a worktree and nowhere else; a change of files `look` tells of itself."""
    for directory in _git_directories(place.admin / "modules"):
        name = str(directory.relative_to(place.admin / "modules"))
        own = git.run(f"--git-dir={directory}", "config", "core.worktree", answers=(0, 1)).stdout.rstrip("\n")
        path = (directory / own).resolve() if own else None
        shown = os.path.relpath(path, place.path) if path else name
        if path is None or not (path / ".git").exists():
            if _lost(git, directory, _home(common, directory, place)):
                yield shown, "has commits that are nowhere else"
            continue
        seen = look(git, Place(path, place.branch, directory), ignored=True, hidden=True)
        if seen.operations:
            yield shown, f"a {seen.operations[0]} is unfinished in it"
        for what, some in (("untracked", seen.untracked), ("ignored", seen.ignored), ("hidden", seen.hidden)):
            if some:
                yield shown, f"has {what} files"
        if _lost(git, directory, _home(common, directory, place)):
            yield shown, "has commits that are nowhere else"


def _git_directories(modules: Path) -> Iterator[Path]:
    """The git directories of submodules, and of those inside them."""
    for above, folders, files in os.walk(modules):
        if {*folders, *files} >= _BARE:
            yield Path(above)
            folders[:] = [name for name in folders if name == "modules"]


def _home(common: Path, directory: Path, place: Place) -> Path:
    """Where the main worktree has the git directory of the same submodule."""
    return common / directory.relative_to(place.admin)


def _lost(git: Git, directory: Path, home: Path) -> bool:
    """Whether a submodule has commits, in a branch, a stash or under its HEAD, that the main worktree has not."""
    at = f"--git-dir={directory}"
    out = git.run(at, "for-each-ref", "--format=%(objectname)")
    head = git.run(at, "rev-parse", "--verify", "--quiet", "HEAD", answers=(0, 1))
    oids = dict.fromkeys(map(Oid, (*out.stdout.split(), *head.stdout.split())))
    if not oids:
        return False
    if not (home / "objects").is_dir():
        asked = (at, "rev-list", "--max-count=1", "--stdin", "--not", "--remotes")
        return bool(git.run(*asked, stdin="".join(f"{oid}\n" for oid in oids)).stdout)
    asked_there = git.run(
        f"--git-dir={home}",
        "cat-file",
        "--batch-check=%(objecttype)",
        stdin="".join(f"{oid}\n" for oid in oids),
    )
    return " missing" in asked_there.stdout
