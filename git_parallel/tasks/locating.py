"""From the names that people write to paths of the tree at the base."""

import posixpath
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from ..names import path_problem, printable
from .files import Files
from .homing import homes, is_pattern, is_whole
from .prose.pathlike import pattern_problem
from .task import Declared, Kind, Problem, Task, ranges_of_both

_MANY_TIMES = 3  # by how much a path must be named more often than its rivals to be the one that is meant
_OFTEN = 3  # and how often at least
_MOST_SHOWN = 4
_MOST_ASKED = 500  # paths that are looked for under other names, so that a large set costs little
_MAKING = (Kind.CREATE, Kind.MOVE)
# Every directory may have one; without a directory the one at the top is meant.
_AT_ROOT = frozenset(("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "NOTICE", ".gitignore"))


def located(tasks: Sequence[Task], files: Files) -> tuple[list[Task], list[Problem]]:
    """The tasks with every name that they declare looked up in `files`, and what was not found out.

    A name is what it says when it is in the tree. Else it may be the end of a path: of one file, or of
    the one that the words around it speak of, or one that documents name in full. One that may mean
    several is kept as a pattern that covers them all, so that nothing is called independent of them.
    """
    counts = Counter(declared.path for task in tasks for declared in task.declared)
    home = homes(counts, files)
    for path, inside in home.items():
        counts[inside] += counts.pop(path)
    made = {d.path for task in tasks for d in task.declared if d.kind in _MAKING and not d.is_guess}
    known = _Known(files, counts, made)
    problems: list[Problem] = []
    found = []
    for task in tasks:
        locator = _Locator(known, task, home)
        found.append(replace(task, declared=_united(locator.all(), files)))
        problems += locator.problems
    return found, problems


def _united(all_declared: Iterable[Declared], files: Files) -> tuple[Declared, ...]:
    """Each path once: what is touched before what is mentioned, with the kind that somebody said."""
    found: dict[str, Declared] = {}
    for one in all_declared:
        declared = _settle(one, files)
        old = found.get(declared.path)
        if old is None or (old.kind is Kind.MENTION and declared.kind is not Kind.MENTION):
            found[declared.path] = declared
        elif declared.kind is not Kind.MENTION:
            kind = declared.kind if old.is_guess and not declared.is_guess else old.kind
            is_guess = old.is_guess and declared.is_guess
            ranges = ranges_of_both(old.ranges, declared.ranges)
            found[declared.path] = replace(old, kind=kind, is_guess=is_guess, ranges=ranges)
    return tuple(found.values())


def _settle(declared: Declared, files: Files) -> Declared:
    """A directory with its `/`; what is not there yet is created, unless somebody said otherwise."""
    path = declared.path
    if declared.is_doubtful:
        is_path = path in files or files.is_directory(path.partition("/")[0])
        kind = declared.kind if is_path else Kind.MENTION
        declared = replace(declared, is_doubtful=False, kind=kind, is_guess=declared.is_guess and is_path)
    if path in files:
        is_there = declared.kind is Kind.CREATE  # "new" was said of something in it, or it was made since
        return replace(declared, kind=Kind.MODIFY) if is_there else declared
    if files.is_directory(path):
        return declared if path.endswith("/") else replace(declared, path=f"{path}/")
    # Lines that are spoken of are there already.
    is_new = declared.is_guess and not declared.ranges
    if is_new and declared.kind is Kind.MODIFY and not is_pattern(path):
        return replace(declared, kind=Kind.CREATE)
    return declared


class _Known:
    """What is known of paths, beyond one task: the tree, and how often documents name what in full."""

    def __init__(self, files: Files, counts: Counter[str], made: Collection[str]) -> None:
        self.files, self.counts = files, counts
        self.named = Files(path for path in counts if is_whole(path))
        self.made = made
        self.asked = 0
        self._tops: dict[str, bool] = {}

    def is_top(self, name: str) -> bool:
        """Whether a directory is at the top of the tree, or one that only documents know and only there."""
        if name not in self._tops:
            self._tops[name] = self.files.is_directory(name) or (
                not self.files.directories_ending(name) and len(self.named.directories_ending(name)) == 1
            )
        return self._tops[name]


class _Locator:
    """Looks up the names of one task."""

    def __init__(self, known: _Known, task: Task, home: Mapping[str, str]) -> None:
        self.known, self.files, self.home, self.task = known, known.files, home, task
        self.problems: list[Problem] = []
        self._near: Counter[str] = Counter()
        self._prefixes: dict[str, str] = {}  # what the start of a path was put behind

    @cached_property
    def _whole(self) -> Files:
        """The paths that this task itself names in full."""
        paths = (self.home.get(declared.path, declared.path) for declared in self.task.declared)
        return Files(path for path in paths if is_whole(path))

    def all(self) -> list[Declared]:
        """Every declaration of the task; what can be settled by itself first, then what needs the others."""
        placed: dict[int, Declared | None] = {}
        waiting = []
        for index, written in enumerate(self.task.declared):
            declared = _at(written, self.home[written.path]) if written.path in self.home else written
            sure = self._alone(declared)
            if sure is None:
                waiting.append((index, declared))
            else:
                placed[index] = sure
                if sure.kind is not Kind.MENTION:
                    self._near[sure.path.rpartition("/")[0]] += 1
        for index, declared in waiting:
            placed[index] = self._among(declared)
        for index, found in tuple(placed.items()):
            if found is not None and found.path not in self.files:
                placed[index] = self._looked_at(found)
        if waiting:
            return [d for _, d in sorted(placed.items()) if d is not None]
        return [d for d in placed.values() if d is not None]

    def _alone(self, declared: Declared) -> Declared | None:
        """The declaration when its name alone settles it."""
        path = declared.path
        if path in self.files or is_pattern(path):
            return declared
        if path.startswith(("/", "~", "..")):
            return None
        if "/" in path[:-1] and self._begins(path):
            return declared
        if self.files.is_directory(path):
            return declared
        if path in _AT_ROOT:
            return declared
        candidates = self._candidates(declared)
        if len(candidates) != 1:
            return None
        if "/" in path[:-1] and candidates[0].endswith("/" + path):
            self._prefixes[path.partition("/")[0]] = candidates[0][: -len(path)]
        return _at(declared, candidates[0])

    def _begins(self, path: str) -> bool:
        """Whether the first directory of a path is one at the top of the tree, or of what documents name."""
        top = path.partition("/")[0]
        return self.known.is_top(top) and (self.files.is_directory(top) or not self.files.ending(path))

    def _candidates(self, declared: Declared) -> list[str]:
        """The paths that a name may be the end of: in this task's words, in the tree, in all documents."""
        path = declared.path
        if path.endswith("/"):
            if declared.kind is Kind.CREATE and not declared.is_guess:
                return []
            known = (self.files, self.known.named)
            return next(
                ([f"{f}/" for f in found] for k in known if (found := k.directories_ending(path))), []
            )
        beside = posixpath.join(posixpath.dirname(declared.source), path)
        if "/" in beside and beside in self.files:
            return [beside]
        mine = [whole for whole in self._whole.ending(path) if whole != path]
        if len(mine) == 1:
            return mine
        if declared.kind is Kind.CREATE and not declared.is_guess:
            return self._new(path)
        return self.files.ending(path) or mine or self._new(path) or self._named(path)

    def _named(self, path: str) -> list[str]:
        return [whole for whole in self.known.named.ending(path) if whole != path]

    def _new(self, path: str) -> list[str]:
        """Where a file that is not there yet belongs: where this task's other files of the same start lie."""
        first, slash, _ = path.partition("/")
        return [self._prefixes[first] + path] if slash and first in self._prefixes else []

    def _among(self, declared: Declared) -> Declared | None:
        """The declaration with the help of the others; None, and a problem, for what cannot be one."""
        path = declared.path
        if path.startswith(("/", "~", "..")):
            return self._from_elsewhere(declared)
        if path.startswith("_") and "/" not in path:
            return replace(declared, kind=Kind.MENTION)  # `__init__.py` without a directory says nothing
        candidates = self._candidates(declared)
        if not candidates:
            return declared
        best = self._best(candidates)
        if best is not None:
            return _at(declared, best)
        if declared.kind is Kind.MENTION:
            return declared
        self._say(declared, f"'{path}' may be any of {_shown(candidates)}; write the whole path")
        name = path.rpartition("/")[2] if "/" in path else path
        return _at(declared, f"**/{name}") if name else declared

    def _best(self, candidates: Sequence[str]) -> str | None:
        """The candidate in whose directory the task has most to do, or that is named by far most."""
        if len(candidates) == 1:
            return candidates[0]
        by_count = (self.known.counts.__getitem__, _MANY_TIMES, _OFTEN)
        beside = (self._neighbours, 1, 1)
        # What is in the tree is there whether documents name it or not; what only they know, they know best.
        in_tree = candidates[0] in self.files
        for measure, times, least in (beside, by_count) if in_tree else ((*by_count[:2], 1), beside):
            first, second, *_ = sorted(((measure(path), path) for path in candidates), reverse=True)
            if first[0] >= least and first[0] >= times * second[0] and first[0] > second[0]:
                return first[1]
        return None

    def _neighbours(self, path: str) -> int:
        return self._near[path.rpartition("/")[0]]

    def _from_elsewhere(self, declared: Declared) -> Declared | None:
        """A path of another machine cut to this repository, or one relative to its document."""
        path = declared.path
        if path.startswith(".."):
            joined = posixpath.normpath(posixpath.join(posixpath.dirname(declared.source), path))
            if (joined in self.files or self.files.is_directory(joined)) and not path_problem(joined):
                return _at(declared, joined)
        if declared.kind is not Kind.MENTION:
            self._say(declared, f"not a usable path: '{path}' ({path_problem(path)})")
        return None

    def _looked_at(self, declared: Declared) -> Declared | None:
        """A declaration that the tree does not have; None for a path that cannot be, whoever read it."""
        problem = pattern_problem(declared.path)
        if problem:
            if declared.kind is not Kind.MENTION:
                self._say(declared, f"not a usable path: '{declared.path}' ({problem})")
            return None
        if not is_pattern(declared.path) and not self.files.is_directory(declared.path):
            self._near_miss(declared)
        return declared

    def _near_miss(self, declared: Declared) -> None:
        """Ask whether a file that is to be changed, is not there and is made by nobody was meant otherwise."""
        path = declared.path
        if (
            declared.kind is Kind.MENTION
            or declared.is_doubtful
            or path in self.known.made
            or path.endswith("/")
        ):
            return
        if declared.kind is Kind.CREATE or self.known.asked > _MOST_ASKED:
            return
        self.known.asked += 1
        if self.known.asked > _MOST_ASKED:
            self._say(
                declared, f"more than {_MOST_ASKED} paths are not in the tree; the rest is not looked into"
            )
            return
        close = self.files.like(path)
        if close:
            self._say(declared, f"'{path}' is not in the tree; did you mean {_shown(close)}?")

    def _say(self, declared: Declared, message: str) -> None:
        self.problems.append(Problem(declared.source, declared.line, printable(message)))


def _at(declared: Declared, path: str) -> Declared:
    return declared if path == declared.path else replace(declared, path=path, written=declared.path)


def _shown(paths: Sequence[str]) -> str:
    shown = " or ".join(f"'{path}'" for path in paths[:_MOST_SHOWN])
    return f"{shown} and {len(paths) - _MOST_SHOWN} more" if len(paths) > _MOST_SHOWN else shown
