"""Ignored files of the main worktree that a new worktree needs as well: copied, or linked to.

Only what git ignores in both is brought: anything else would be published by the agent's next commit. Nothing that
is there is touched.
"""

import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import in_words
from ..git.command import Git
from ..git.left_out import leave_out
from ..names import printable
from ..overlap import patterns
from . import copying
from .copying import NotPlain


@dataclass(frozen=True, slots=True)
class Wanted:
    """The patterns of what is to be copied and what is to be linked to, from the top of the main worktree."""

    copy: Sequence[str] = ()
    link: Sequence[str] = ()


@dataclass(slots=True)
class Brought:
    """The paths that were copied and linked to, and what is to be said of others."""

    copied: list[str] = field(default_factory=list)
    linked: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def bring(git: Git, common: Path, main: Path, worktree: Path, wanted: Wanted) -> Brought:
    """Bring what is wanted and missing into a worktree; what cannot be brought is a note."""
    brought = Brought()
    here, there = git.at(main), git.at(worktree)
    links = list(_to_link(here, main, wanted.link, brought))
    if links:
        leave_out(git, common, worktree, links)
    files = [path for path in _to_copy(here, main, wanted.copy, brought) if not _is_below(path, links)]
    _each(links, worktree, there, copying.link, main, brought.linked, brought.notes)
    _each(files, worktree, there, copying.copy, main, brought.copied, brought.notes)
    return brought


def bytes_to_copy(git: Git, main: Path, globs: Sequence[str]) -> int:
    """How many bytes of the main worktree each new worktree is to have copies of."""
    found = set(_to_copy(git.at(main), main, globs, Brought()))
    return sum((main / path).lstat().st_size for path in found if os.path.lexists(main / path))


def remember(record: Path, worktree: Path, paths: Iterable[str]) -> None:
    """Note how files are now that the worktree was given, to be able to tell whether they were changed since.

    A path that ends in `/` is a directory as a whole.
    """
    known = _known(record) | {path: _signature(worktree, path) for path in paths}
    aside = record.with_name(f"{record.name}.{os.getpid()}.new")
    aside.write_text(json.dumps(known), "ascii")
    aside.replace(record)


def unchanged(record: Path, main: Path, worktree: Path, paths: Iterable[str]) -> set[str]:
    """Those of the paths that are still as they were given: what is lost with them is found where they are from."""
    known = _known(record)
    return {path for path in paths if _is_as_given(known, main, worktree, path)}


def brought_there(record: Path, paths: Iterable[str]) -> set[str]:
    """Those of the paths that the worktree was given, or that lie in a directory it was given, changed or not."""
    known = _known(record)
    folders = tuple(path for path in known if path.endswith("/"))
    return {path for path in paths if path in known or path.startswith(folders)}


def _is_as_given(known: dict[str, list[int]], main: Path, worktree: Path, path: str) -> bool:
    try:
        if (worktree / path).is_symlink():
            return (worktree / path).readlink() == main / path
        if path in known:
            return known[path] == _signature(worktree, path)
        # git names a directory as a whole of which the files were given one by one.
        return path.endswith("/") and all(
            _is_as_given(known, main, worktree, inside) for inside in _inside(worktree, path)
        )
    except OSError:
        return False


def _inside(worktree: Path, folder: str) -> list[str]:
    with os.scandir(worktree / folder) as found:
        return [f"{folder}{one.name}{'/' if one.is_dir(follow_symlinks=False) else ''}" for one in found]


def _known(record: Path) -> dict[str, list[int]]:
    try:
        return dict(json.loads(record.read_bytes()))
    except (OSError, ValueError, TypeError):
        return {}


def _signature(worktree: Path, path: str) -> list[int]:
    if path.endswith("/"):
        return []
    seen = (worktree / path).lstat()
    return [seen.st_size, seen.st_mtime_ns]


def _to_copy(here: Git, main: Path, globs: Sequence[str], brought: Brought) -> Iterator[str]:
    """The ignored files of the main worktree that are wanted."""
    for glob in globs:
        found = [path for path in _ignored(here, glob) if not path.endswith("/")]
        yield from found
        if not found:
            brought.notes.append(_why_not("copy", main, glob))


def _to_link(here: Git, main: Path, globs: Sequence[str], brought: Brought) -> Iterator[str]:
    """The ignored files and directories of the main worktree that are wanted; a directory as one."""
    for glob in globs:
        texts = [text.removesuffix("/") for text in patterns.alternatives(glob)]
        # As in git, a text with wildcards stands for itself as well.
        exact = [text for text in texts if os.path.lexists(main / text)]
        listed = [path.removesuffix("/") for path in _ignored(here, glob.removesuffix("/"), "--directory")]
        wanted = [patterns.trusted(text) for text in texts]
        # git names an ignored directory also where only what lies below it could match.
        found = {path for path in listed if any(patterns.matches(one, path) for one in wanted)}
        found |= set(_are_ignored(here, exact))
        yield from sorted(found)
        if not found:
            brought.notes.append(_why_not("link", main, glob))


def _ignored(here: Git, glob: str, *options: str) -> list[str]:
    texts = patterns.alternatives(glob)
    specs = [f":(top,{how}){text}" for text in texts for how in ("glob", "literal")]
    asked = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", *options, "--", *specs)
    return here.run(*asked).fields


def _are_ignored(git: Git, paths: Sequence[str]) -> list[str]:
    """Those of the paths that git ignores; a tracked one it does not."""
    if not paths:
        return []
    asked = "".join(f"{path}\0" for path in paths)
    return git.run("check-ignore", "-z", "--stdin", stdin=asked, answers=(0, 1)).fields


def _why_not(key: str, main: Path, glob: str) -> str:
    is_there = os.path.lexists(main / glob)
    why = "git does not ignore it in the main worktree" if is_there else "the main worktree has no such file"
    return f"parallel.{key}: '{printable(glob)}' is left out: {why}"


def _is_below(path: str, links: Sequence[str]) -> bool:
    return any(path == link or path.startswith(f"{link}/") for link in links)


def _each(
    paths: Sequence[str],
    worktree: Path,
    there: Git,
    act: Callable[[Path, Path, str], bool],
    main: Path,
    done: list[str],
    notes: list[str],
) -> None:
    """Bring each path that git ignores in the worktree too; a note for each that cannot be brought."""
    missing = [path for path in dict.fromkeys(paths) if not os.path.lexists(worktree / path)]
    clear = [path for path in missing if not _is_behind_link(worktree, path)]
    ignored = set(_are_ignored(there, clear))
    for path in missing:
        why = "" if path in ignored else "git does not ignore it there, so it would be committed"
        if path not in clear:
            why = "a directory on the way to it is a link there"
        try:
            if not why and act(main, worktree, path):
                done.append(path)
        except NotPlain as error:
            why = str(error)
        except OSError as error:
            why = in_words(error)
        if why:
            notes.append(f"'{printable(path)}' is left out of '{printable(worktree.name)}': {printable(why)}")


def _is_behind_link(worktree: Path, path: str) -> bool:
    return any((worktree / above).is_symlink() for above in Path(path).parents)
