"""A conflict as people need it told: what is in conflict, and whose work stands on the target there."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import BadName
from ..git import mergetree
from ..git.command import Git
from ..git.conflict import BOTH_ADDED, CONTENTS, Conflict, conflicts
from ..names import Oid, TaskId
from ..overlap.exclusion import unions
from ..schedule.record import TRAILER, TaskRecord
from .open import Project

_FORMAT = f"%H%x00%P%x00%an%x00%s%x00%(trailers:key={TRAILER},valueonly,separator=%x2C)"
_FIELDS = 5
_REMOVED = "modify/delete"
_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}
# Of a whole tree in conflict nobody reads further; and a command line has an end.
_MOST_ASKED = 500
# And whoever was away for longer than this is told of the latest.
_MOST_COMMITS = 2000


@dataclass(frozen=True, slots=True)
class Brought:
    """A commit on the target's own line that changed a path, and the task it came from, if it came from one."""

    commit: Oid
    author: str
    subject: str
    task: TaskId | None = None
    title: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A path in conflict, and what brought the target's side of it, the latest first."""

    conflict: Conflict
    brought: tuple[Brought, ...] = ()


@dataclass(frozen=True, slots=True)
class Clashing:
    """Everything that keeps one commit from being merged into another; `onto` is that of the target."""

    onto: Oid
    tip: Oid
    disputes: tuple[Dispute, ...]

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths in conflict."""
        return tuple(dispute.conflict.path for dispute in self.disputes)


def find_clashing(
    project: Project, records: Mapping[TaskId, TaskRecord], *, onto: Oid, tip: Oid
) -> Clashing | None:
    """What is in conflict between a branch and the target; None where they merge. Raises GitFailed."""
    with mergetree.private(project.common, like=onto, union=unions(project.settings.hot)) as private:
        found = conflicts(private, ours=onto, theirs=tip)
    return Clashing(onto, tip, explained(project.git, records, found, onto=onto, tip=tip)) if found else None


def in_words(dispute: Dispute) -> str:
    """What has happened to the path on each side, and by whom on the target's, in a few words."""
    conflict, sides = dispute.conflict, dispute.conflict.sides
    if conflict.kind == BOTH_ADDED:
        what = "both made it"
    elif "ours" in sides and "theirs" in sides:
        what = "both changed it" + ("" if conflict.kind == CONTENTS else f" ({conflict.kind})")
    elif conflict.kind == _REMOVED:
        what = "the target has removed it" if "theirs" in sides else "the task has removed it"
    else:
        what = conflict.kind
    return f"{what}; {_by_whom(dispute)}" if dispute.brought else what


def _by_whom(dispute: Dispute) -> str:
    latest = dispute.brought[0]
    who = f"task {latest.task} ({latest.title})" if latest.task and latest.title else f"task {latest.task}"
    who = who if latest.task else f"{latest.commit[:9]} by {latest.author} ({latest.subject})"
    more = f" and {len(dispute.brought) - 1} more" if len(dispute.brought) > 1 else ""
    return f"on the target that is {who}{more}"


def explained(
    git: Git, records: Mapping[TaskId, TaskRecord], found: Iterable[Conflict], *, onto: Oid, tip: Oid
) -> tuple[Dispute, ...]:
    """Each conflict with what the target has got there since the branch parted from it."""
    asked = tuple(found)
    by_candidate = {record.candidate: record for record in records.values() if record.candidate}
    by_path: dict[str, list[Brought]] = {}
    for commit, paths in _commits(git, [conflict.path for conflict in asked[:_MOST_ASKED]], onto, tip):
        for path in paths:
            by_path.setdefault(path, []).append(_of_task(commit, by_candidate, records))
    return tuple(Dispute(conflict, tuple(by_path.get(conflict.path, ()))) for conflict in asked)


def _of_task(
    commit: Brought, by_candidate: Mapping[Oid, TaskRecord], records: Mapping[TaskId, TaskRecord]
) -> Brought:
    record = by_candidate.get(commit.commit) or (records.get(commit.task) if commit.task else None)
    if record is None:
        return commit
    return Brought(commit.commit, commit.author, commit.subject, record.id, record.title, record.source)


def _commits(git: Git, paths: list[str], onto: Oid, tip: Oid) -> Iterator[tuple[Brought, list[str]]]:
    """The commits of the target's own line that the branch has not, and which of these paths each changes."""
    # Asked for the paths as well it would leave out a merge right after what both have.
    out = git.run(
        "log", "--first-parent", "-z", f"--max-count={_MOST_COMMITS}", "--no-show-signature", "--no-decorate",
        "--no-color", f"--format={_FORMAT}", "--end-of-options", f"{tip}..{onto}", "--",
    )  # fmt: skip
    fields = out.fields
    told: dict[str, Brought] = {}
    script = ""
    for at in range(0, len(fields), _FIELDS):
        commit, parents, author, subject, named = fields[at : at + _FIELDS]
        told[commit] = Brought(Oid(commit), author, subject, _task(named))
        script += f"{commit} {parents.partition(' ')[0]}".rstrip() + "\n"
    changes = git.run(
        "diff-tree", "--stdin", "--root", "-r", "-z", "--name-only", "--no-renames", "--", *paths,
        stdin=script, environment=_LITERAL,
    )  # fmt: skip
    commit, changed = "", list[str]()
    for one in changes.fields:
        if one in told:
            if commit:
                yield told[commit], changed
            commit, changed = one, []
        else:
            changed.append(one)
    if commit:
        yield told[commit], changed


def _task(named: str) -> TaskId | None:
    """The task that a commit says it is from; anybody may write anything there."""
    try:
        return TaskId(named.partition(",")[0].strip())
    except BadName:
        return None
