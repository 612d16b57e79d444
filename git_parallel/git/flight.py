"""The branches that are in flight: their tips, where they left the target, and what they changed since.

Every question is asked of all of them through one process.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..errors import BadName
from ..names import Oid, RefName
from .command import Git
from .history import merge_bases

# Above this git compares names only for files whose content is the same.
_RENAMES = "-l1000"
# So many pathspecs go on a command line; with more of them the whole diff is as cheap.
_MOST_PATHS = 1000


@dataclass(frozen=True, slots=True)
class Tip:
    """A branch, its commit, and the worktree that has it checked out."""

    ref: RefName
    oid: Oid
    worktree: Path | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """One entry of a raw diff. `status` is git's letter; a rename has its old path in `source`."""

    path: str
    status: str
    old_mode: str
    new_mode: str
    old: Oid
    new: Oid
    source: str = ""

    @property
    def is_link(self) -> bool:
        """Whether it is a submodule before or after."""
        return "160000" in (self.old_mode, self.new_mode)

    @property
    def is_plain(self) -> bool:
        """Whether the content of an ordinary file changed, and nothing else about it."""
        return self.status == "M" and self.old_mode == self.new_mode and self.old_mode.startswith("100")


def tips(git: Git, *prefixes: str) -> tuple[tuple[Tip, ...], tuple[str, ...]]:
    """The branches below these prefixes, and what git says of refs that it cannot read."""
    out = git.run(
        "for-each-ref",
        "--format=%(objectname)%00%(refname)%00%(symref)%00%(worktreepath)%00",
        *prefixes,
    )
    fields = out.stdout.split("\0")
    found = []
    told = [line.removeprefix("warning: ").removeprefix("error: ") for line in out.stderr.splitlines()]
    for oid, ref, symref, worktree in zip(
        fields[0::4], fields[1::4], fields[2::4], fields[3::4], strict=False
    ):
        try:
            if not symref:
                found.append(Tip(RefName(ref), Oid(oid.strip()), Path(worktree) if worktree else None))
        except BadName as error:
            told.append(error.message)
    return tuple(found), tuple(told)


def present(git: Git, oids: Iterable[Oid]) -> frozenset[Oid]:
    """Those that are commits and can be read."""
    asked = list(dict.fromkeys(oids))
    if not asked:
        return frozenset()
    script = "".join(f"{oid}\n" for oid in asked)
    out = git.run("cat-file", "--batch-check=%(objectname) %(objecttype)", stdin=script)
    lines = (line.split() for line in out.stdout.splitlines())
    return frozenset(Oid(line[0]) for line in lines if len(line) == 2 and line[1] == "commit")


def absent(git: Git, places: Iterable[tuple[Oid, str]]) -> list[bool]:
    """For each commit and path whether the path is not in the tree of the commit."""
    asked = list(places)
    if not asked:
        return []
    # A newline would end the question, and be in the answer: such a path counts as absent.
    script = "".join(f"{commit}:{path}\n" if "\n" not in path else "\n" for commit, path in asked)
    lines = git.run("cat-file", "--batch-check=%(objectname)", stdin=script).stdout.split("\n")
    return [line.endswith(" missing") for line in lines[:-1]]


def youngest(git: Git, oids: Collection[Oid], most: int) -> frozenset[Oid]:
    """At most so many of these commits, the latest ones."""
    if len(oids) <= most:
        return frozenset(oids)
    script = "".join(f"{oid}\n" for oid in oids)
    out = git.run("rev-list", "--no-walk=unsorted", "--timestamp", "--stdin", stdin=script)
    dated = sorted((-int(line.split()[0]), Oid(line.split()[1])) for line in out.stdout.splitlines())
    return frozenset(oid for _, oid in dated[:most])


@dataclass(frozen=True, slots=True)
class Forks:
    """Where tips leave the target: the merge bases of each, and which of them share commits beyond it."""

    bases: Mapping[Oid, tuple[Oid, ...]] = field(default_factory=dict)
    kin: frozenset[frozenset[Oid]] = frozenset()


def forks(git: Git, tips: Iterable[Oid], *, target: Oid) -> Forks:
    """The merge bases of each tip with the target, empty where they share no history, and who shares commits.

    One walk of what the target has not. Where the commits of a tip leave the target at one commit only,
    that is the merge base; for the few others git is asked.
    """
    wanted = list(dict.fromkeys(tips))
    if not wanted:
        return Forks()
    script = "".join(f"{tip}\n" for tip in wanted) + f"^{target}\n"
    out = git.run("rev-list", "--topo-order", "--reverse", "--parents", "--boundary", "--stdin", stdin=script)
    left: dict[str, frozenset[str]] = {}
    graph: dict[str, list[str]] = {}
    for line in out.stdout.splitlines():
        oid, *parents = line.split()
        if oid.startswith("-"):
            continue
        graph[oid] = parents
        # A parent that was not listed before is on the target: with --reverse parents come first.
        left[oid] = frozenset().union(*(left.get(parent, frozenset((parent,))) for parent in parents))
    found: dict[Oid, tuple[Oid, ...]] = {}
    for tip in wanted:
        edges = left.get(tip, frozenset((tip,)))
        found[tip] = tuple(map(Oid, edges)) if len(edges) < 2 else merge_bases(git, tip, target)
    return Forks(found, _kin(graph, wanted))


def _kin(graph: dict[str, list[str]], tips: Sequence[Oid]) -> frozenset[frozenset[Oid]]:
    """The sets of tips that share a commit; `graph` has parents before their children."""
    # Whose commit it is, as bits: it is handed down from the tips to all that they reach.
    of: dict[str, int] = {}
    for number, tip in enumerate(tips):
        of[tip] = of.get(tip, 0) | 1 << number
    shared = set()
    for oid in reversed(graph):
        mine = of.get(oid, 0)
        if mine & (mine - 1):
            shared.add(mine)
        for parent in graph[oid]:
            of[parent] = of.get(parent, 0) | mine
    return frozenset(
        frozenset(tip for number, tip in enumerate(tips) if bits >> number & 1) for bits in shared
    )


def touches(
    git: Git, pairs: Iterable[tuple[Oid, Oid]], *, renames: bool = True
) -> Mapping[tuple[Oid, Oid], tuple[Touch, ...]]:
    """What changed from the first commit of each pair to the second.

    With `renames` off no content is looked at, which a partial clone would have to fetch.
    """
    asked = list(dict.fromkeys(pairs))
    if not asked:
        return {}
    found: dict[tuple[Oid, Oid], tuple[Touch, ...]] = dict.fromkeys(asked, ())
    how = ("-M", _RENAMES) if renames else ("--no-renames",)
    for batch in _by_new(asked):
        out = git.run(
            "diff-tree", "--stdin", "-r", "-z", "--raw", "--no-abbrev", *how,
            stdin="".join(f"{new} {old}\n" for old, new in batch),
        )  # fmt: skip
        olds = {new: old for old, new in batch}
        for new, entries in _raw(out.fields):
            found[olds[new], new] = tuple(entries)
    return found


def patches(
    git: Git, pairs: Iterable[tuple[Oid, Oid]], paths: Collection[str]
) -> Iterator[tuple[tuple[Oid, Oid], str]]:
    """The unified diffs of pairs of commits in some of their paths, in the form that overlap.patch reads.

    The hunks are those that a merge compares: merge-ort takes the histogram algorithm and no heuristic.
    """
    asked = list(dict.fromkeys(pairs))
    if not asked or not paths:
        return
    wanted = [f":(top,literal){path}" for path in paths] if len(paths) <= _MOST_PATHS else []
    for batch in _by_new(asked):
        out = git.run(
            "diff-tree", "--stdin", "-r", "-p", "-U0", "-M", _RENAMES, "--histogram", "--no-indent-heuristic",
            "--inter-hunk-context=0", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/",
            "--dst-prefix=b/", "--submodule=short", "--full-index", "--", *wanted,
            stdin="".join(f"{new} {old}\n" for old, new in batch),
        )  # fmt: skip
        olds = {new: old for old, new in batch}
        parts = _HEADER.split(out.stdout)
        for new, text in zip(parts[1::2], parts[2::2], strict=True):
            yield (olds[Oid(new)], Oid(new)), text


# No line of a diff begins with a digit or a letter of an object's name and is nothing else.
_HEADER = re.compile(r"^([0-9a-f]{40}|[0-9a-f]{64})\n", re.MULTILINE)


def _by_new(pairs: Sequence[tuple[Oid, Oid]]) -> list[list[tuple[Oid, Oid]]]:
    """The pairs in batches in which no second commit comes twice: by it the answers are told apart."""
    batches: list[list[tuple[Oid, Oid]]] = []
    seen: dict[Oid, int] = {}
    for pair in pairs:
        number = seen.get(pair[1], 0)
        seen[pair[1]] = number + 1
        if number == len(batches):
            batches.append([])
        batches[number].append(pair)
    return batches


def _raw(fields: Iterable[str]) -> Iterator[tuple[Oid, list[Touch]]]:
    header: Oid | None = None
    found: list[Touch] = []
    rest = iter(fields)
    for entry in rest:
        if not entry.startswith(":"):
            if header is not None:
                yield header, found
            header, found = Oid(entry.strip()), []
            continue
        old_mode, new_mode, old, new, status = entry[1:].split(" ")
        path = next(rest)
        source = ""
        if status[0] in "RC":
            source, path = path, next(rest)
        found.append(Touch(path, status[0], old_mode, new_mode, Oid(old), Oid(new), source))
    if header is not None:
        yield header, found
