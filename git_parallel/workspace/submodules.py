"""Submodules of an agent's worktree, filled from what the main worktree has of them: no network is asked.

Each has a git directory of its own below the worktree's admin directory, as git itself has it, with the objects
hard-linked from `.git/modules/`. Nothing in the shared configuration is changed.
"""

import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..errors import GitFailed, Unusable
from ..git import agent_config
from ..git.command import Git
from ..git.place import Place
from ..names import Oid, printable

_LINK = "160000"


@dataclass(frozen=True, slots=True)
class _Tree:
    """A checkout, the same one of the main worktree with its git directory, and the settings for agents."""

    path: Path
    common: Path
    main: Path
    settings: Path


@dataclass(frozen=True, slots=True)
class _Submodule:
    """A submodule that the main worktree has: its name, path and commit, and the git directory there."""

    name: str
    path: str
    commit: Oid
    source: Path


def fill(git: Git, common: Path, main: Path, place: Place, *, is_untouched: bool, is_new: bool) -> None:
    """Check out the submodules that are initialised in the main worktree, nested ones too.

    Where nobody has worked on the commit of the worktree (`is_untouched`), all of them are brought to what it
    records; elsewhere only those that are missing. Where no agent ever was (`is_new`), one that a kill has left
    half made is made anew. Raises Unusable for a commit that is not there.
    """
    tree = _Tree(place.path, common, main, common / "parallel" / agent_config.SUBMODULES)
    try:
        _fill(git, tree, is_untouched=is_untouched)
    except GitFailed:
        if not is_new:
            raise
        for path in _recorded(git, tree.path):
            shutil.rmtree(tree.path / path, ignore_errors=True)
            (tree.path / path).mkdir()
        shutil.rmtree(place.admin / "modules", ignore_errors=True)
        _fill(git, tree, is_untouched=True)


def connect(git: Git, common: Path, main: Path, place: Place) -> None:
    """Give the submodules of a worktree git directories again whose own have gone with its admin directory.

    Their files stay as they are. Raises Unusable for a commit that is not in the main worktree.
    """
    _connect(git, _Tree(place.path, common, main, common / "parallel" / agent_config.SUBMODULES), place.admin)


def _connect(git: Git, tree: _Tree, admin: Path) -> None:
    for one in _initialised(git, tree):
        here, own = tree.path / one.path, admin / "modules" / one.name
        if (here / ".git").is_file() and not own.exists():
            git.run(
                "clone", "--quiet", "--bare", "--local", "--", str(one.source), str(own), environment=_LOCALLY
            )
            inner = git.at(own)
            url = git.run(f"--git-dir={one.source}", "config", "remote.origin.url", answers=(0, 1)).stdout
            settings = {
                "core.bare": "false",
                "core.worktree": os.path.relpath(here, own),
                "remote.origin.url": url.removesuffix("\n") or str(one.source),
                "include.path": str(tree.settings),
            }
            for key, value in settings.items():
                inner.run("config", "--file", str(own / "config"), key, value)
            inner.run("--git-dir=.", "update-ref", "--no-deref", "HEAD", one.commit)
            git.at(here).run("read-tree", "HEAD")
        if own.exists():
            _connect(git, replace(tree, path=here, common=one.source, main=tree.main / one.path), own)


def bring_home(git: Git, common: Path, place: Place, *, base: Oid, tip: Oid, task: str) -> tuple[str, ...]:
    """Fetch the commits of submodules that a branch has come to record into the git directories of the main worktree.

    Otherwise they would be nowhere once the worktree is gone. Gives the paths whose commit is nowhere already.
    """
    return tuple(_bring(git.at(place.path), common, place.admin, base, tip, f"refs/parallel/tasks/{task}"))


def _bring(here: Git, home: Path, admin: Path, base: Oid, tip: Oid, ref: str) -> Iterator[str]:
    """Fetch what is recorded in one checkout from below `admin` to below `home`; the paths that are lost."""
    if not (here.directory / ".gitmodules").is_file():
        return
    names = {path: name for name, path in _names(here, here.directory)}
    for path, old, new in _moved(here, base, tip):
        theirs, ours = _within(home, names.get(path, "")), _within(admin, names.get(path, ""))
        if theirs is None:
            continue
        if not _has(here, theirs, new):
            if ours is None or not _has(here, ours, new):
                yield path
                continue
            options = ("--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance", "--force")
            here.run(
                f"--git-dir={theirs}", "fetch", *options, str(ours), f"{new}:{ref}", environment=_LOCALLY
            )
        if ours is not None and not old.is_null:
            below = _bring(here.at(here.directory / path), theirs, ours, old, new, ref)
            yield from (f"{path}/{lost}" for lost in below)


def _fill(git: Git, tree: _Tree, *, is_untouched: bool) -> None:
    found = list(_initialised(git, tree))
    missing = [one for one in found if is_untouched or not (tree.path / one.path / ".git").exists()]
    for one in missing:
        if not _has(git, one.source, one.commit):
            heal = f"git -C {_typed(tree.main / one.path)} fetch"
            raise Unusable(
                f"submodule '{printable(one.path)}' is to be at {one.commit[:10]}, a commit that is not here; "
                f"get it with: {heal}"
            )
    if missing:
        _update(git, tree, missing)
    for one in missing:
        inner = replace(tree, path=tree.path / one.path, common=one.source, main=tree.main / one.path)
        _fill(git, inner, is_untouched=is_untouched)


def _update(git: Git, tree: _Tree, wanted: list[_Submodule]) -> None:
    here = git.at(tree.path)
    # In the environment, since a name may hold a '=', at which `git -c` would cut.
    sources = {f"submodule.{one.name}.url": str(one.source) for one in wanted}
    environment = _configured(
        {**sources, "protocol.file.allow": "always", "clone.defaultRemoteName": "origin"}
    )
    paths = (one.path for one in wanted)
    here.run(
        "submodule", "--quiet", "update", "--checkout", "--no-fetch", "--", *paths, environment=environment
    )
    for one in wanted:
        inner = git.at(tree.path / one.path)
        url = git.run(f"--git-dir={one.source}", "config", "remote.origin.url", answers=(0, 1)).stdout
        if url:
            inner.run("config", "remote.origin.url", url.removesuffix("\n"))
        inner.run("config", "include.path", str(tree.settings))


def _initialised(git: Git, tree: _Tree) -> Iterator[_Submodule]:
    """The submodules of a checkout that the main worktree has too."""
    if not (tree.path / ".gitmodules").is_file():
        return
    recorded = _recorded(git, tree.path)
    asked = git.run(
        f"--git-dir={tree.common}", "config", "-z", "--get-regexp", r"^submodule\..*\.url$", answers=(0, 1)
    )
    known = {
        field.partition("\n")[0].removeprefix("submodule.").removesuffix(".url") for field in asked.fields
    }
    for name, path in _names(git, tree.path):
        # Where the checkout is sparse there may be no place for it.
        if name not in known or path not in recorded or not (tree.path / path).is_dir():
            continue
        source = _within(tree.common, name) or tree.main / path / ".git"
        if not source.is_dir():
            heal = f"git -C {_typed(tree.main)} submodule update -- {_typed(path)}"
            raise Unusable(f"submodule '{printable(path)}' was never fetched; get it with: {heal}")
        yield _Submodule(name, path, recorded[path], source)


def _names(git: Git, tree: Path) -> list[tuple[str, str]]:
    """The names of the submodules that a checkout describes, each with its path."""
    out = git.at(tree).run(
        "config", "-z", "--file", ".gitmodules", "--get-regexp", r"^submodule\..*\.path$", answers=(0, 1)
    )
    pairs = (field.partition("\n")[::2] for field in out.fields)
    return [(key.removeprefix("submodule.").removesuffix(".path"), path) for key, path in pairs]


def _recorded(git: Git, tree: Path) -> dict[str, Oid]:
    """The commits that the index of a checkout records for its submodules, by path."""
    lines = (line for line in git.at(tree).run("ls-files", "--stage", "-z").fields if line.startswith(_LINK))
    return {path: Oid(head.split(" ")[1]) for head, _, path in (line.partition("\t") for line in lines)}


def _moved(git: Git, base: Oid, tip: Oid) -> Iterator[tuple[str, Oid, Oid]]:
    """The submodules that a branch has added or moved, with the commits that were and are recorded."""
    fields = git.run("diff-tree", "-r", "-z", "--raw", "--no-renames", "--no-abbrev", base, tip).fields
    for head, path in zip(fields[::2], fields[1::2], strict=True):
        words = head.split(" ")
        if words[1] == _LINK:
            yield path, Oid(words[2]), Oid(words[3])


def _within(common: Path, name: str) -> Path | None:
    """The git directory of a submodule below another one; None where there is none, or the name leads elsewhere."""
    folder = common / "modules" / name
    is_inside = bool(name) and not name.startswith("/") and ".." not in PurePosixPath(name).parts
    return folder if is_inside and (folder / "HEAD").is_file() else None


def _has(git: Git, directory: Path, commit: Oid) -> bool:
    asked = ("cat-file", "-e", f"{commit}^{{commit}}")
    return git.run(f"--git-dir={directory}", *asked, answers=(0, 1, 128)).status == 0


def _typed(path: Path | str) -> str:
    """A path as it is typed in a shell."""
    return printable(shlex.quote(str(path)))


def _configured(values: Mapping[str, str]) -> dict[str, str]:
    """Variables by which git takes these settings for one command."""
    found = {"GIT_CONFIG_COUNT": str(len(values))}
    for number, (key, value) in enumerate(values.items()):
        found |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return found


_LOCALLY = _configured({"protocol.file.allow": "always"})
