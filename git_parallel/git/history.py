"""Questions to the commit graph and to trees; many of them through one process."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import GitFailed
from ..names import Oid
from .command import Git


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit and its parents."""

    oid: Oid
    parents: tuple[Oid, ...]


def commits(git: Git, *, tip: Oid, without: Iterable[Oid]) -> tuple[Commit, ...]:
    """What can be reached from `tip` but not from any of `without`, oldest first."""
    return listed(git, [tip], without)


def count(git: Git, *, tip: Oid, without: Iterable[Oid]) -> int:
    """How many commits can be reached from `tip` but from none of `without`."""
    return int(git.run("rev-list", "--count", tip, *(f"^{oid}" for oid in without)).stdout)


def ahead(git: Git, tips: Iterable[Oid], *, of: Oid) -> Mapping[Oid, int]:
    """How many commits each tip has that `of` has not, for many tips through one walk."""
    wanted = list(dict.fromkeys(tips))
    if not wanted:
        return {}
    graph = {commit.oid: commit.parents for commit in listed(git, wanted, [of])}
    return {tip: len(reachable(graph, tip)) for tip in wanted}


def merge_bases(git: Git, left: Oid, right: Oid) -> tuple[Oid, ...]:
    """All best common ancestors; empty for unrelated histories."""
    out = git.run("merge-base", "--all", left, right, answers=(0, 1))
    return tuple(map(Oid, out.stdout.split()))


def changed_paths(git: Git, pairs: Iterable[tuple[Oid, Oid]]) -> Mapping[tuple[Oid, Oid], frozenset[str]]:
    """The paths in which the trees of two commits differ, for many pairs through one `diff-tree --stdin`.

    Renames count as a deletion and a creation: the path that went away is touched as well.
    """
    asked = list(dict.fromkeys(pairs))
    if not asked:
        return {}
    tree = trees(git, {oid for pair in asked for oid in pair})
    script = "".join(f"{tree[old]} {tree[new]}\n" for old, new in asked)
    out = git.run("diff-tree", "--stdin", "-r", "-z", "--raw", "--no-renames", stdin=script)
    by_trees = dict(_tree_diffs(out.stdout))
    return {
        (old, new): by_trees.get(f"{tree[old]} {tree[new]}", frozenset())
        if tree[old] != tree[new]
        else frozenset()
        for old, new in asked
    }


def files_at(git: Git, commit: Oid) -> Mapping[str, str]:
    """Every file in the tree of a commit and the name of its blob; no submodules, no symbolic links."""
    # There may be a hundred thousand of them, and what stands before the path is of the same length for all files.
    size, head = len(commit), len("100644 blob ")
    fields = git.run("ls-tree", "-r", "-z", "--full-tree", commit).fields
    return {
        entry[head + size + 1 :]: entry[head : head + size] for entry in fields if entry.startswith("100")
    }


def paths_at(git: Git, commit: Oid) -> list[str]:
    """Every path in the tree of a commit, submodules and symbolic links too; no directories."""
    return git.run("ls-tree", "-r", "-z", "--full-tree", "--name-only", commit).fields


def listed(git: Git, tips: Iterable[Oid], without: Iterable[Oid]) -> tuple[Commit, ...]:
    """What can be reached from any of the tips but not from any of `without`, oldest first."""
    script = "".join(f"{tip}\n" for tip in tips) + "".join(f"^{oid}\n" for oid in without)
    out = git.run("rev-list", "--topo-order", "--reverse", "--parents", "--stdin", stdin=script)
    lines = (map(Oid, line.split()) for line in out.stdout.splitlines())
    return tuple(Commit(oid, tuple(parents)) for oid, *parents in lines)


def reachable(graph: Mapping[Oid, tuple[Oid, ...]], tip: Oid) -> set[Oid]:
    """What of a graph, which gives the parents of each commit, can be reached from a commit of it."""
    seen: set[Oid] = set()
    todo = [tip]
    while todo:
        oid = todo.pop()
        if oid in graph and oid not in seen:
            seen.add(oid)
            todo.extend(graph[oid])
    return seen


def kinds(git: Git, oids: Iterable[Oid]) -> dict[Oid, str]:
    """What each object is: `commit`, `tree`, `blob` or `tag`; those that are missing are left out."""
    asked = list(dict.fromkeys(oids))
    if not asked:
        return {}
    script = "".join(f"{oid}\n" for oid in asked)
    lines = git.run("cat-file", "--batch-check=%(objecttype)", stdin=script).stdout.splitlines()
    return {oid: line for oid, line in zip(asked, lines, strict=True) if " " not in line}


def trees(git: Git, oids: Iterable[Oid]) -> dict[Oid, Oid]:
    """The trees of commits; raises GitFailed where one is missing."""
    asked = list(oids)
    script = "".join(f"{oid}^{{tree}}\n" for oid in asked)
    lines = git.run("cat-file", "--batch-check=%(objectname)", stdin=script).stdout.splitlines()
    if len(lines) != len(asked) or any(line.endswith("missing") for line in lines):
        raise GitFailed("a commit is missing from the object store", hint="'git fsck' tells which")
    return dict(zip(asked, map(Oid, lines), strict=True))


def _tree_diffs(text: str) -> Iterator[tuple[str, frozenset[str]]]:
    # With two trees a line, `diff-tree --stdin` heads each answer with those two trees and a newline.
    header = ""
    paths: list[str] = []
    fields = iter(text.removesuffix("\0").split("\0") if text else ())
    for field in fields:
        while "\n" in field and not field.startswith(":"):
            if header:
                yield header, frozenset(paths)
            header, _, field = field.partition("\n")
            paths = []
        if field.startswith(":"):
            paths.append(next(fields))
    if header:
        yield header, frozenset(paths)
