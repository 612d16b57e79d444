"""What somebody has resolved once (rerere), used again in a merge that is made in memory.

git does that in a directory that holds the files in conflict and nothing else, with copies of what it remembers: no
attribute, driver, hook or setting of the user's takes part, and what it remembers stays as it is.
"""

import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path

from ..names import Oid, path_problem
from .command import Git
from .refs import read_blobs

_CACHE = "rr-cache"
_REGULAR = "100"


def is_remembered(git: Git, common: Path) -> bool:
    """Whether the user has git remember resolutions, and there is one."""
    # As git decides it: where nothing is set, by whether there is such a directory.
    if next((common / _CACHE).glob("*/postimage*"), None) is None:
        return False
    out = git.run("config", "--type=bool", "--get", "rerere.enabled", answers=(0, 1))
    return out.stdout.strip() != "false"


def remembered_tree(private: Git, common: Path, *, ours: Oid, theirs: Oid) -> Oid | None:
    """The tree of a merge in which every conflict has been resolved so before; None where one has not.

    `private` is a git of `mergetree.private` or `mergetree.within`: it writes its objects to the repository's own
    store, and keeps the rest to itself. Raises GitFailed where the two commits share no history.
    """
    out = private.run("merge-tree", "--write-tree", "-z", "--no-messages", ours, theirs, answers=(0, 1))
    tree, *entries = out.fields
    if out.status == 0:
        return Oid(tree)
    stages = [entry for entry in entries if entry]
    paths = tuple(dict.fromkeys(entry.partition("\t")[2] for entry in stages))
    if any(path_problem(path) or not _is_file(path, stages) for path in paths):
        return None
    with tempfile.TemporaryDirectory(prefix="git-parallel-") as folder:
        top = Path(folder)
        git = _within(private, common, top)
        if not _write(private, Oid(tree), paths, top / "files"):
            return None
        git.run("read-tree", tree)
        null = "0" * len(tree)
        script = "".join(f"0 {null}\t{path}\0" for path in paths) + "".join(f"{entry}\0" for entry in stages)
        git.run("update-index", "-z", "--index-info", stdin=script)
        git.run("-c", "rerere.enabled=true", "-c", "rerere.autoUpdate=true", "rerere")
        if git.run("ls-files", "--unmerged").stdout:
            return None
        return Oid(git.run("write-tree").stdout.strip())


def _is_file(path: str, stages: Iterable[str]) -> bool:
    """Whether both sides have a regular file there: nothing else is ever remembered."""
    modes = [entry.split(" ", 1)[0] for entry in stages if entry.partition("\t")[2] == path]
    numbers = {entry.partition("\t")[0][-1] for entry in stages if entry.partition("\t")[2] == path}
    return {"2", "3"} <= numbers and all(mode.startswith(_REGULAR) for mode in modes)


def _within(private: Git, common: Path, top: Path) -> Git:
    """A git with a directory of its own, in which the files in conflict are the whole worktree."""
    own, files = top / "git", top / "files"
    for folder in (own / "refs", own / "objects", files):
        folder.mkdir(parents=True)
    source = Path(private.environment["GIT_DIR"])
    for name in ("HEAD", "config"):
        shutil.copyfile(source / name, own / name)
    # A preimage without its postimage waits for one; here there will be none.
    for image in (common / _CACHE).glob("*/postimage*"):
        shutil.copytree(image.parent, own / _CACHE / image.parent.name, dirs_exist_ok=True)
    return private.at(files).with_environment(GIT_DIR=str(own), GIT_WORK_TREE=str(files))


def _write(git: Git, tree: Oid, paths: Iterable[str], files: Path) -> bool:
    """Write the files in conflict, with their markers, below a directory; whether the tree has them all."""
    asked = tuple(paths)
    out = git.run("ls-tree", "-z", "--full-tree", tree, "--", *asked)
    named = {path: meta.split(" ")[2] for meta, _, path in (entry.partition("\t") for entry in out.fields)}
    if named.keys() != set(asked):
        return False
    for path, blob in zip(named, read_blobs(git, named.values()), strict=True):
        (files / path).parent.mkdir(parents=True, exist_ok=True)
        (files / path).write_bytes(blob or b"")
    return True
