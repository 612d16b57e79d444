"""Reading what is the case with tasks that are to be put away: of all at once, then in each worktree."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from ...agents import process
from ...agents.occupants import occupants
from ...errors import ParallelError
from ...git import locks
from ...git.checkouts import Checkout, checkouts
from ...git.dropped import dropped, named, unreachable
from ...git.inspection import Inspection, inspect
from ...git.refs import Branch, Stored, branches
from ...git.worktree import Place, is_joined
from ...names import Oid, RefName, TaskId, printable
from ...overlap import patterns
from ...schedule.record import State, TaskRecord
from ..accounting import without_leftovers
from ..furnishing import as_given
from ..open import Project
from ..places import place_of_record
from .examined import Contents, Examined
from .landed import landed


def examine(project: Project, some: Sequence[Stored]) -> list[Examined]:
    """What is the case with these tasks; those that have neither a worktree nor a branch are left out."""
    places = {one.record.id: place_of_record(project, one.record) for one in some if one.record.branch}
    at = branches(project.git, [place.branch for place in places.values()])
    there = [one for one in some if one.record.id in places and _is_any(places[one.record.id], at)]
    tips = {
        one.record.id: at[places[one.record.id].branch] for one in there if places[one.record.id].branch in at
    }
    has_landed = landed(
        project, [(one.record, tips[one.record.id].oid) for one in there if one.record.id in tips]
    )
    mine = [places[one.record.id] for one in there]
    logged = {place: named(project.common, place) | _head(place) for place in mine}
    lost = unreachable(project.git, {oid for some_of in logged.values() for oid in some_of})
    left = dropped(project.git, project.common, mine, lost)
    users = occupants([place.path for place in mine])
    held = checkouts(project.git, project.common)
    stashed = _stashes(project)
    seen = _inspected(project, mine)

    def examined(one: Stored) -> Examined:
        record, place = one.record, places[one.record.id]
        tip, inspection = tips.get(record.id), seen.get(place)
        return Examined(
            stored=one,
            place=place,
            tip=tip.oid if tip else None,
            is_there=place.path.exists(),
            is_known=place.admin.exists() and (is_joined(place) or not place.path.exists()),
            is_strange=os.path.lexists(place.path / ".git") and not is_joined(place),
            oddity=tip.oddity if tip else "",
            busy=_busy(project, record),
            elsewhere=_elsewhere(held, place),
            unseen=inspection if isinstance(inspection, str) else "",
            is_locked=(place.admin / "locked").exists(),
            is_landed=record.id in has_landed,
            contents=_contents(project, record, place, inspection, lost)
            if isinstance(inspection, Inspection)
            else Contents(),
            dropped=left.get(place, ()),
            stashes=tuple(entry for entry, branch in stashed if branch == record.branch),
            users=users.get(place.path, ()),
        )

    return [examined(one) for one in there]


def _is_any(place: Place, at: Mapping[RefName, Branch]) -> bool:
    return place.branch in at or os.path.lexists(place.path) or place.admin.exists()


def _busy(project: Project, record: TaskRecord) -> str:
    if process.is_alive(project.tasks_runtime, record.id):
        return f"its agent is running; 'git parallel cancel {record.id}' ends it"
    if record.state is State.MERGING and locks.is_held(project.runtime / "merge.lock"):
        return "it is being merged"
    if record.state in (State.READY, State.RUNNING) and locks.is_held(project.runtime / "coordinator.lock"):
        return f"its launch is under way; 'git parallel cancel {record.id}' ends it"
    return ""


def _elsewhere(held: Sequence[Checkout], place: Place) -> str:
    for checkout in held:
        if checkout.branch == place.branch and checkout.path.resolve() != place.path.resolve():
            return f"its branch is {checkout.how} in '{printable(str(checkout.path))}'"
    return ""


def _head(place: Place) -> set[Oid]:
    """The commit at which the HEAD of a worktree is detached."""
    try:
        text = (place.admin / "HEAD").read_text("ascii", "replace").strip()
        return set() if text.startswith("ref:") else {Oid(text)}
    except (OSError, ParallelError):
        return set()


def _stashes(project: Project) -> list[tuple[str, str]]:
    """Each entry of the stash, which all worktrees share, and the branch that it was made on."""
    out = project.git.run(
        "log", "--walk-reflogs", "-z", "--format=%gd %gs", "refs/stash", "--", answers=(0, 128)
    )
    found = []
    for line in out.fields if out.status == 0 else ():
        name, _, subject = line.partition(" ")
        where = subject.removeprefix("WIP on ").removeprefix("On ").partition(":")[0]
        found.append((name, where))
    return found


def _inspected(project: Project, places: Sequence[Place]) -> dict[Place, Inspection | str]:
    """What is in each worktree that git knows, or why that cannot be seen."""
    # Where its `.git` leads elsewhere git would look at something else.
    whole = [
        place for place in places if place.admin.exists() and (is_joined(place) or not place.path.exists())
    ]
    if not whole:
        return {}

    def look(place: Place) -> Inspection | str:
        try:
            return inspect(project.git, project.common, place)
        except (ParallelError, OSError) as error:
            return f"its worktree cannot be looked at: {error.message if isinstance(error, ParallelError) else error}"

    with ThreadPoolExecutor(min(len(whole), os.cpu_count() or 1)) as pool:
        return dict(zip(whole, pool.map(look, whole), strict=True))


def _contents(
    project: Project, record: TaskRecord, place: Place, found: Inspection, lost: set[Oid]
) -> Contents:
    look = found.look
    # Where git ignores no longer what was brought there, it is no work of anybody's all the same.
    brought = as_given(project, record.id, place, look.untracked) if look.untracked else ()
    strange = [path for path in look.untracked if path not in brought]
    return Contents(
        changed=look.changed,
        untracked=without_leftovers(project, record, strange) if strange else (),
        precious=_precious(project, record.id, place, look.ignored) if look.ignored else (),
        hidden=look.hidden,
        operations=look.operations,
        head=look.head,
        detached=_beyond(project, look.head, lost),
        refs=found.refs,
        repositories=found.repositories,
        submodules=found.submodules,
    )


def _precious(project: Project, task: TaskId, place: Place, ignored: Sequence[str]) -> tuple[str, ...]:
    disposable = [patterns.parse(glob) for glob in project.settings.disposable]
    # git names an ignored directory as a whole, with a '/' at its end; ask for something inside it.
    inside = {path: f"{path}x" if path.endswith("/") else path for path in ignored}
    precious = [p for p, probe in inside.items() if not any(patterns.matches(d, probe) for d in disposable)]
    given = as_given(project, task, place, precious)
    return tuple(path for path in precious if path not in given)


def _beyond(project: Project, head: str, lost: set[Oid]) -> int:
    """How many commits only a detached HEAD has."""
    if head.startswith("refs/") or head not in lost:
        return 0
    beside = ("--exclude=refs/parallel/trash/*", "--single-worktree", "--all")
    out = project.git.run("rev-list", "--count", head, "--not", *beside)
    return int(out.stdout)
