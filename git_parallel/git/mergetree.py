"""Merging in memory, in a private git directory that shares only the objects.

A merge driver, an attribute or a replace ref planted in the repository's own configuration would
otherwise decide the content of the merge (git-facts, section 0.10).
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import GitFailed
from ..names import Oid, printable
from .command import Git, Result
from .scratch import HURRIED, Scratch, quoted, scratch
from .shallow import true_ends


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge without conflicts: the tree it gives."""

    tree: Oid


@dataclass(frozen=True, slots=True)
class Conflicted:
    """A merge that needs a person: the paths in conflict, and the tree that has their files with markers."""

    paths: tuple[str, ...]
    tree: Oid | None = field(default=None, compare=False)


@contextmanager
def private(
    common: Path, *, like: Oid, union: Iterable[tuple[str, bool]] = (), incoming: Path | None = None
) -> Iterator[Git]:
    """A git that sees this repository's objects and nothing else of it: no config, refs or attributes.

    Its git directory is made for this one use, so nobody can have put anything there. Objects are written to the
    repository's own store. Of files that a glob of `union` matches last as one to keep, a merge keeps the lines of
    both sides. In a hook objects may be `incoming`, in a store of their own until git takes them in.
    """
    with scratch(common, like=like, union=union) as room:
        yield within(room, common, incoming=incoming)


def within(room: Scratch, common: Path, *, incoming: Path | None = None) -> Git:
    """The git of `private`, with a scratch repository for its git directory."""
    objects, shallow = common / "objects", room.path / "shallow"
    git = room.git.with_environment(
        GIT_OBJECT_DIRECTORY=str(incoming or objects), GIT_SHALLOW_FILE=str(shallow)
    )
    if incoming:
        git = git.with_environment(GIT_ALTERNATE_OBJECT_DIRECTORIES=quoted(objects))
    if (common / "shallow").exists():
        shallow.write_text("".join(f"{oid}\n" for oid in true_ends(git, common)))
    return git


def aside(room: Scratch, common: Path) -> Git:
    """The same git, but what it writes stays in the scratch repository, and what was written there it sees."""
    return within(room, common).with_environment(GIT_OBJECT_DIRECTORY=str(room.path / "objects"))


def merge_tree(git: Git, *, ours: Oid, theirs: Oid) -> Merged | Conflicted:
    """Merge two commits without a checkout; raises GitFailed where they share no history."""
    out = git.run(
        "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs, answers=(0, 1)
    )
    fields = out.fields
    if not fields:
        raise GitFailed("git merge-tree gave no answer")
    return (
        Merged(Oid(fields[0]))
        if out.status == 0
        else Conflicted(tuple(dict.fromkeys(fields[1:])), Oid(fields[0]))
    )


def merge_trees(git: Git, pairs: Sequence[tuple[Oid, Oid]]) -> list[Merged | Conflicted | GitFailed]:
    """The merge of each pair, in their order, through one process; GitFailed for one that git gives up on.

    Meant for a scratch repository, since each of them writes objects. Raises GitFailed where git gives up
    on more than a few.
    """
    return _merged(git, pairs, [MOST_FAILURES])


# A repository in which more merges than this cannot be tried is not to be asked any further.
MOST_FAILURES = 20
# git ended by itself, and has said all that it knew before.
_BY_ITSELF = (0, 1, 128)
# It was ended: an assertion of its own, or the system for want of memory.
_KILLED = tuple(range(-64, 0))


def _merged(
    git: Git, pairs: Sequence[tuple[Oid, Oid]], left: list[int]
) -> list[Merged | Conflicted | GitFailed]:
    found: list[Merged | Conflicted | GitFailed] = []
    while len(found) < len(pairs):
        rest = pairs[len(found) :]
        out = git.run(
            *HURRIED, "merge-tree", "--write-tree", "--stdin", "-z", "--name-only", "--no-messages",
            stdin="".join(f"{ours} {theirs}\n" for ours, theirs in rest), answers=(*_BY_ITSELF, *_KILLED),
        )  # fmt: skip
        if out.status in _BY_ITSELF:
            found += answers(out.stdout)
        elif len(rest) > 1:
            # What it had found out went down with it, and nobody knows of which pair it died.
            half = len(rest) // 2
            return [*found, *_merged(git, rest[:half], left), *_merged(git, rest[half:], left)]
        if len(found) < len(pairs):
            found.append(_failure(out))
            left[0] -= 1
            if left[0] < 0:
                raise _failure(out)
    return found


def _failure(out: Result) -> GitFailed:
    words = out.stderr.strip().splitlines() or [f"exit status {out.status}"]
    return GitFailed(f"git merge-tree failed: {printable(words[-1].removeprefix('fatal: '))}")


def answers(text: str) -> Iterator[Merged | Conflicted]:
    """For each merge its status, its tree and the conflicted paths, with an empty field at its end."""
    # What a process that died left half said is left out.
    fields = iter(text.split("\0")[:-1])
    for status in fields:
        tree = next(fields, None)
        paths = []
        for path in fields:
            if not path:
                break
            paths.append(path)
        else:
            return
        if tree is not None:
            yield Merged(Oid(tree)) if status == "1" else Conflicted(tuple(dict.fromkeys(paths)), Oid(tree))
