"""Patch files that tasks name: what they would change is what the task will touch, with lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from errno import EINVAL
from pathlib import Path
from typing import TypeAlias

from ..errors import BadInput, BadName
from ..git.command import Git
from ..git.refs import read_blobs
from ..names import OtherWork, printable
from ..overlap import patch_file, patterns
from ..overlap.footprint import Entry, Footprint, Origin
from ..overlap.patch import TOP, WHOLE, Ranges
from ..tasks.files import Files
from ..tasks.prose.pathlike import pattern_problem
from ..tasks.task import Declared, Kind, Problem, Task, TaskSet

LARGEST = 8 << 20
MOST_LINES = 250_000  # read in 1.6 s, whatever they hold
_MOST_SHOWN = 4

_Content: TypeAlias = tuple[tuple[Declared, ...], tuple[Problem, ...]]


def expanded(git: Git, files: Mapping[str, str], declared: TaskSet) -> TaskSet:
    """The tasks with what their patch files change, read from the tree through one `cat-file --batch`.

    A patch file that is not in the tree, is too large or is no patch is a problem.
    """
    if not any(task.patches for task in declared.tasks):
        return declared
    tree = Files(files)
    problems: list[Problem] = []
    found: dict[str, list[str]] = {}
    for task in declared.tasks:
        paths, lost = _found(task, tree)
        found[task.id] = paths
        problems += lost
    wanted = list(dict.fromkeys(path for paths in found.values() for path in paths))
    blobs = read_blobs(git, (files[path] for path in wanted))
    contents = {path: content(path, data or b"") for path, data in zip(wanted, blobs, strict=True)}
    tasks = tuple(_with(task, [contents[path][0] for path in found[task.id]]) for task in declared.tasks)
    wrong = [problem for _, told in contents.values() for problem in told]
    return TaskSet(tasks, (*declared.problems, *problems, *wrong))


def footprints(paths: Sequence[str]) -> tuple[Footprint, ...]:
    """What the patch files at these places of the file system would change, as other work.

    Raises BadInput for one that cannot be read, or of which something is wrong.
    """
    found = []
    for path in paths:
        try:
            data = _read(Path(path))
        except OSError as error:
            raise BadInput(
                f"--patch: '{printable(path)}' cannot be read: {(error.strerror or '').lower()}"
            ) from error
        declared, problems = content(path, data)
        if problems:
            raise BadInput(str(problems[0]))
        entries = tuple(
            Entry(d.path, d.kind, Origin.DECLARED, path, d.line, d.ranges, weight=1.0) for d in declared
        )
        found.append(Footprint(OtherWork(f"patch:{path}"), entries))
    return tuple(found)


def _read(path: Path) -> bytes:
    """No more than says that it is too much; raises OSError for what is no file."""
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(EINVAL, "not a regular file")
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def content(path: str, data: bytes) -> _Content:
    """What a patch file changes, and what is wrong with it."""
    if len(data) > LARGEST:
        return (), (Problem(path, 1, f"patch larger than {LARGEST >> 20} MiB, not read"),)
    if data.count(b"\n") > MOST_LINES:
        return (), (Problem(path, 1, f"patch of more than {MOST_LINES} lines, not read"),)
    try:
        # As patch(1) does, the bytes of names and lines are taken as they are.
        changed = patch_file.located(data.decode("utf-8-sig", "surrogateescape"))
    except patch_file.Unreadable as error:
        return (), (Problem(path, error.line, f"not a patch that can be read: {error.message}"),)
    usable, problems = [], []
    for one in changed:
        reason = _why_unusable(one.change.path)
        if reason:
            message = f"not a usable path: '{printable(one.change.path)}' ({reason})"
            problems.append(Problem(path, one.line, message))
            continue
        ranges = _lines(one.change.ranges)
        usable.append(Declared(one.change.path, one.change.kind, path, one.line, ranges=ranges))
    return tuple(usable), tuple(problems)


def _why_unusable(path: str) -> str:
    try:
        patterns.parse(path)
    except BadName as error:
        return pattern_problem(path) or error.message
    return ""


def _found(task: Task, tree: Files) -> tuple[list[str], list[Problem]]:
    """The patch files of a task: as named, beside the document, or the one whose path ends so."""
    found, problems = [], []
    for patch in task.patches:
        folder, name = patch.source.rpartition("/")[0], patch.path
        sure = [path for path in (name, f"{folder}/{name}") if path in tree]
        ends = sure[:1] or tree.ending(name)
        if len(ends) == 1:
            found.append(ends[0])
        elif ends:
            shown = ", ".join(map(printable, ends[:_MOST_SHOWN]))
            problems.append(_problem(patch, f"patch '{printable(name)}' may be any of {shown}"))
        else:
            problems.append(_problem(patch, f"patch '{printable(name)}' is not in the tree"))
    return found, problems


def _problem(patch: Declared, message: str) -> Problem:
    return Problem(patch.source, patch.line, message)


def _with(task: Task, patches: Sequence[Iterable[Declared]]) -> Task:
    """The task with the changes of its patches; a path that it declares itself without lines is whole."""
    known = {one.path: one for one in task.declared}
    for one in (one for patch in patches for one in patch):
        old = known.get(one.path)
        if old is None or old.kind is Kind.MENTION:
            known[one.path] = one
        elif old.ranges and one.ranges:
            known[one.path] = replace(old, ranges=tuple(sorted({*old.ranges, *one.ranges})))
        elif old.ranges:
            known[one.path] = replace(old, ranges=())
    return replace(task, declared=tuple(known.values()))


def _lines(ranges: Ranges) -> Ranges:
    """The ranges as lines that are there, from 1; none for a file that is changed as a whole."""
    return () if ranges in (WHOLE, TOP) else tuple(_from_one(ranges))


def _from_one(ranges: Ranges) -> Iterator[tuple[int, int]]:
    for first, last in ranges:
        yield max(first, 1), max(last, 1)
