"""The one owner of `refs/parallel/`: what lies there, and how it is read and written.

    refs/parallel/tasks/<id>          chain of commits, one per transition of the task; the tree holds
                                      `record.json` (schedule.record) and `spec.md`, the text the agent
                                      was given; first parent the previous record, second the work tip
    refs/parallel/claims              chain of commits; the tree holds `claims.json`:
                                      {"version": 1, "claims": {path: task id},
                                       "until": {path: seconds since the epoch}}
    refs/parallel/trash/<id>/<time>   what `prune` put away (git.trash)

So `git log --first-parent refs/parallel/tasks/20` is the life of task 20, no work tip can be
collected as garbage, and `git push origin 'refs/parallel/*:refs/parallel/*'` shares all of it.
Every write is compare-and-swap with a reason; a ref in the namespace that is none of these is
reported, never ignored. No two of these refs ever have to move together.
"""

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from ..errors import BadName, GitFailed, Stale
from ..names import Oid, RefName, TaskId, natural
from ..ownership import claims as claiming
from ..ownership.claims import Claims
from ..schedule.record import TaskRecord, from_json, to_json
from .command import Git, book_entry, failure, tree_of
from .packing import Batch

TASKS = "refs/parallel/tasks/"
TRASH = "refs/parallel/trash/"
CLAIMS = RefName("refs/parallel/claims")


@dataclass(frozen=True, slots=True)
class RefChange:
    """One ref from its `old` value to its `new` one; None is "does not exist"."""

    ref: RefName
    new: Oid | None
    old: Oid | None


def apply(git: Git, *changes: RefChange, reason: str) -> None:
    """Move refs by compare-and-swap; raises Stale, with nothing moved, when one is not at its old value."""
    script = "start\0" + "".join(map(_line, changes))
    out = git.run(
        "update-ref",
        "-m",
        reason.partition("\n")[0][:200],
        "--stdin",
        "-z",
        answers=(0, 128),
        stdin=script + "prepare\0commit\0",
    )
    if out.status == 0:
        return
    if any(
        sign in out.stderr for sign in ("but expected", "reference already exists", "unable to resolve ref")
    ):
        names = ", ".join(f"'{change.ref.short}'" for change in changes)
        raise Stale(
            f"{names} was moved by somebody else first", hint="nothing was changed; run the command again"
        )
    raise failure(("update-ref",), out.status, out.stderr)


def _line(change: RefChange) -> str:
    if change.old is None:
        return f"create {change.ref}\0{change.new}\0"
    if change.new is None:
        return f"delete {change.ref}\0{change.old}\0"
    return f"update {change.ref}\0{change.new}\0{change.old}\0"


@dataclass(frozen=True, slots=True)
class Stored:
    """A record and the commit it was read from, which is the old value of the next write."""

    record: TaskRecord
    oid: Oid


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All of `refs/parallel/` at one moment.

    `claims` are those whose time was not over then, `written` are all that the ref holds.
    """

    tasks: Mapping[TaskId, Stored] = field(default_factory=dict)
    claims: Mapping[str, TaskId] = field(default_factory=dict)
    written: Claims = field(default_factory=Claims)
    claims_oid: Oid | None = None
    trash: Mapping[RefName, Oid] = field(default_factory=dict)
    problems: tuple[str, ...] = ()

    @property
    def records(self) -> Mapping[TaskId, TaskRecord]:
        """The records alone."""
        return {task: stored.record for task, stored in self.tasks.items()}

    def has_in_trash(self, task: TaskId) -> bool:
        """Whether a worktree and a branch of a task were pruned and not brought back."""
        return any(ref.startswith(f"{TRASH}{task}/") for ref in self.trash)

    def require(self, task: TaskId) -> Stored:
        """The record of a task that has one; raises GitFailed where somebody has removed or damaged it."""
        if task not in self.tasks:
            raise GitFailed(f"the record of '{task}' is gone: {TASKS}{task}")
        return self.tasks[task]


def snapshot(git: Git) -> Snapshot:
    """Read the namespace once: one `for-each-ref`, one `cat-file --batch`, however many tasks there are."""
    out = git.run("for-each-ref", "--format=%(objectname) %(refname)", "refs/parallel/")
    refs = {
        RefName(name): Oid(oid) for oid, _, name in (line.partition(" ") for line in out.stdout.splitlines())
    }
    blobs = _contents(git, refs)
    tasks: dict[TaskId, Stored] = {}
    problems = []
    for ref, blob in blobs.items():
        if ref == CLAIMS:
            continue
        try:
            record = _record(blob or b"")
            if record.id != ref.removeprefix(TASKS):
                raise ValueError(f"it is that of task '{record.id}'")
            tasks[record.id] = Stored(record, refs[ref])
        except (ValueError, KeyError, TypeError, BadName) as error:
            problems.append(f"{ref} holds no task record ({error})")
    known = (TASKS, TRASH)
    problems += [
        f"{ref} is no ref of git-parallel" for ref in refs if ref != CLAIMS and not ref.startswith(known)
    ]
    written = _claims(blobs.get(CLAIMS), problems)
    return Snapshot(
        tasks=dict(sorted(tasks.items(), key=lambda item: natural(item[0]))),
        claims=written.held(time.time()),
        written=written,
        claims_oid=refs.get(CLAIMS),
        trash={ref: oid for ref, oid in refs.items() if ref.startswith(TRASH)},
        problems=tuple(problems),
    )


# A command looks at all records again and again, and hardly any has changed.
@lru_cache(maxsize=1 << 12)
def _record(text: bytes) -> TaskRecord:
    return from_json(json.loads(text))


# What a commit holds never changes, so one process reads it once; a run looks at all records again and again.
_READ: dict[Oid, bytes] = {}
_MANY_STATES = 1024


def _contents(git: Git, refs: Mapping[RefName, Oid]) -> dict[RefName, bytes | None]:
    """The JSON text of each record and of the claims; None where a commit holds none."""
    names = {ref: "record.json" for ref in refs if ref.startswith(TASKS)}
    if CLAIMS in refs:
        names[CLAIMS] = "claims.json"
    # Other threads may read at the same time, and forget what nobody needs any more.
    known = {refs[ref]: _READ.get(refs[ref]) for ref in names}
    unread = {refs[ref]: f"{refs[ref]}:{name}" for ref, name in names.items() if known[refs[ref]] is None}
    known |= dict(zip(unread, read_blobs(git, unread.values()), strict=True))
    if len(_READ) > 2 * len(known) + _MANY_STATES:
        # A coordinator may be at work for weeks; what records were before is of no use to it.
        _READ.clear()
    _READ.update((oid, blob) for oid, blob in known.items() if blob is not None)
    return {ref: known[refs[ref]] for ref in names}


def read_blobs(git: Git, names: Iterable[str]) -> list[bytes | None]:
    """The contents of many objects through one `cat-file --batch`; None for one that does not exist."""
    asked = list(names)
    if not asked:
        return []
    # Without --buffer git writes, and we wake up, for every object.
    raw = git.run_bytes(
        "cat-file", "--batch", "--buffer", stdin="".join(f"{name}\n" for name in asked)
    ).stdout
    found: list[bytes | None] = []
    at = 0
    for _ in asked:
        end = raw.index(b"\n", at)
        header = raw[at:end]
        if header.endswith((b" missing", b" ambiguous")):
            found.append(None)
            at = end + 1
            continue
        size = int(header.rsplit(b" ", 1)[1])
        found.append(raw[end + 1 : end + 1 + size])
        at = end + size + 2
    return found


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a branch is; `oddity` says what it is instead of a name for one commit, empty where it is that."""

    oid: Oid
    oddity: str = ""


def branches(git: Git, wanted: Iterable[RefName]) -> dict[RefName, Branch]:
    """Where each of many branches is, as far as it exists, through one `for-each-ref`."""
    names = dict.fromkeys(wanted)
    if not names:
        return {}
    form = "%(refname)%00%(symref)%00%(objecttype)%00%(objectname)"
    found = {}
    for line in git.run("for-each-ref", f"--format={form}", *names).stdout.splitlines():
        name, symref, kind, oid = line.split("\0")
        if name not in names:
            continue
        odd = f"only another name for '{symref.removeprefix('refs/heads/')}'" if symref else ""
        if not odd and kind != "commit":
            odd = f"the name of a {kind} and not of a commit"
        found[RefName(name)] = Branch(Oid(oid), odd)
    return found


@dataclass(frozen=True, slots=True)
class Writing:
    """A record to be appended to its task's chain, at the commit `old` of which it is, and why."""

    record: TaskRecord
    old: Oid | None
    reason: str


def write_record(git: Git, record: TaskRecord, *, old: Oid | None, reason: str) -> Stored:
    """Append a record to its task's chain; raises Stale when somebody wrote one first."""
    (stored,) = write_records(git, [Writing(record, old, reason)], reason=reason)
    return stored


def write_records(git: Git, writings: Sequence[Writing], *, reason: str) -> list[Stored]:
    """Append records to the chains of their tasks, all of them or, where somebody was first with one, none: Stale."""
    if not writings:
        return []
    batch = Batch(git.algorithm)
    found = [_written(batch, one) for one in writings]
    batch.write(git)
    changes = [
        RefChange(RefName(TASKS + one.record.id), new=stored.oid, old=one.old)
        for one, (stored, _) in zip(writings, found, strict=True)
    ]
    apply(git, *changes, reason=f"parallel: {reason}")
    _READ.update((stored.oid, text) for stored, text in found)
    return [stored for stored, _ in found]


def _written(batch: Batch, writing: Writing) -> tuple[Stored, bytes]:
    record, text = writing.record, _json(to_json(writing.record))
    files = {"record.json": batch.add("blob", text)}
    if record.spec:
        files["spec.md"] = record.spec
    parents = [parent for parent in (writing.old, record.tip) if parent]
    tree = batch.add("tree", tree_of(files))
    oid = batch.add("commit", book_entry(tree, parents, f"{writing.reason}\n"))
    return Stored(record, oid), text


def write_claims(git: Git, claims: Claims, *, old: Oid | None, reason: str) -> Oid:
    """Replace the claims; raises Stale when they are no longer those of the commit `old`."""
    text = _json(claiming.to_json(claims))
    tree = git.mktree({"claims.json": git.hash_object(text)})
    oid = git.keep_book(tree, [old] if old else [], f"{reason}\n")
    apply(git, RefChange(CLAIMS, new=oid, old=old), reason=f"parallel: {reason}")
    _READ[oid] = text
    return oid


def claims_at(git: Git, commits: Iterable[Oid]) -> list[Mapping[str, TaskId]]:
    """Who held what at each of these commits of the chain; nobody anything where one holds no claims."""
    blobs = read_blobs(git, (f"{oid}:claims.json" for oid in commits))
    return [_claims(blob, []).holders for blob in blobs]


def keep_commit(git: Git, *, keep: Iterable[Oid], message: str) -> Oid:
    """A commit whose parents are the commits to keep from the garbage collector."""
    return git.keep_book(git.mktree({}), dict.fromkeys(keep), message)


def _json(data: Mapping[str, Any]) -> bytes:
    return (json.dumps(data, indent=1, sort_keys=True) + "\n").encode("utf-8", "surrogatepass")


def _claims(blob: bytes | None, problems: list[str]) -> Claims:
    if blob is None:
        return Claims()
    try:
        return claiming.from_json(json.loads(blob))
    except (ValueError, KeyError, TypeError, BadName) as error:
        problems.append(f"{CLAIMS} holds no claims ({error})")
        return Claims()
