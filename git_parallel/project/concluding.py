"""The merge that a resolver has left open, brought to its end for it where all of it is decided."""

from ..errors import GitFailed, Unusable
from ..git import merging
from ..git.command import Git
from ..git.history import changed_paths
from ..git.place import Place
from ..names import Oid, printable
from ..overlap.markers import left
from ..schedule.record import TaskRecord
from ..tasks.task import TaskSet
from .claiming import claim
from .open import Project
from .plain import read_plain

_FROM_STDIN = ("--pathspec-from-file=-", "--pathspec-file-nul")
_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}


def conclude(project: Project, tasks: TaskSet, record: TaskRecord, place: Place) -> str:
    """Commit the merge that stands open in a worktree; why that cannot be, or an empty string.

    A path that git still takes for undecided is decided when both sides have text there and no marker is left in it.
    """
    here, onto = project.git.at(place.path), merging.find_merge(place)
    sides = merging.texts_of_sides(project.git, place)
    for path, texts in sides.items():
        line = _line_left(place, path, texts)
        if line is not None:
            where = f"{path}:{line}" if line else path
            return f"left the merge unfinished: '{printable(where)}' is still in conflict"
    try:
        if sides:
            here.run("add", "--sparse", *_FROM_STDIN, stdin="\0".join(sides), environment=_LITERAL)
        own = _own(here, onto) if onto else []
        verdict = claim(project, tasks, record.id, own)
        if verdict.foreign:
            first = verdict.foreign[0]
            return f"changed '{printable(first.path)}' in the merge, {first.why}"
        here.run("commit", "--quiet", "--no-gpg-sign", "--no-edit", "--cleanup=strip")
    except GitFailed as error:
        return f"the merge it left could not be committed: {error.message}"
    return ""


def _line_left(place: Place, path: str, texts: tuple[str, str] | None) -> int | None:
    """The first line of an undecided path that is still a marker, 0 for all of it; None where it is decided."""
    if texts is None:
        return 0
    try:
        with read_plain(place.path / path) as file:
            text = file.read().decode("utf-8", "surrogateescape")
    except (OSError, Unusable):
        # Whether it is to go away somebody has to say: git rm.
        return 0
    return next(iter(left(text, texts)), None)


def _own(here: Git, onto: Oid) -> list[str]:
    """What is staged otherwise than in both sides of the merge."""
    head, tree = Oid(here.run("rev-parse", "HEAD").stdout.strip()), Oid(here.run("write-tree").stdout.strip())
    diffs = changed_paths(here, [(side, tree) for side in (head, onto)])
    return sorted(frozenset.intersection(*diffs.values()))
