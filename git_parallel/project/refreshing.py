"""Bringing the target to where its upstream is, before anything begins at it."""

from pathlib import Path

from ..errors import BadInput, GitFailed, Stale
from ..git import locks, target
from ..git.history import count
from ..git.target import Refused
from ..git.upstream import Upstream, fetch, find_upstream
from ..names import Oid, printable
from . import coordinator, cut_off
from .open import Project, make_runtime, open_project


def refreshed(project: Project, directory: Path, *, is_asked: bool | None) -> tuple[Project, tuple[str, ...]]:
    """The project once its target is where its upstream is, and what is to be said of that.

    `is_asked` is whether the user wants it now; None stands for the setting. Where the upstream cannot be
    fetched, has diverged, or the user's changes are in the way, it stays as it is. Raises BadInput where the
    user asked and there is no upstream.
    """
    is_wanted = project.settings.fetch if is_asked is None else is_asked
    if not is_wanted or coordinator.is_in_office(project):
        return project, ()
    name = project.target.short
    upstream = find_upstream(project.git, project.target)
    if upstream is None:
        why = f"'{name}' follows no branch of a remote, so there is nothing to fetch"
        if is_asked:
            raise BadInput(why, hint=f"git branch --set-upstream-to=origin/{name} {name}")
        return project, (why,)
    make_runtime(project)
    try:
        fetch(project.git, project.common, upstream)
    except GitFailed as error:
        return project, (f"{error.message}; going on with '{name}' as it is here",)
    said = _move(project, upstream)
    # The target may declare other tasks now, and its team other settings.
    return open_project(directory), said


def _move(project: Project, upstream: Upstream) -> tuple[str, ...]:
    """Move the target to its upstream; what is to be said of it."""
    name, theirs = (
        project.target.short,
        upstream.tracking.removeprefix("refs/remotes/").removeprefix("refs/heads/"),
    )
    with locks.held(project.runtime / "merge.lock"):
        cut_off.mend_alone(project)
        old, new = project.git.find_ref(project.target), project.git.find_ref(upstream.tracking)
        if old is None or new is None or project.git.is_ancestor(old=new, new=old):
            return ()
        if not project.git.is_ancestor(old=old, new=new):
            return (f"'{name}' and '{theirs}' have diverged; going on with '{name}' as it is here",)
        refused = _forward(project, old=old, new=new, reason=f"parallel: fetch {theirs}")
    if refused is None:
        number = count(project.git, tip=new, without=[old])
        return (f"'{name}' is brought forward to '{theirs}', by {number} commit{'s' if number > 1 else ''}",)
    paths = f": {printable(refused.paths[0])}" if refused.paths else ""
    return (f"'{name}' is behind '{theirs}' and stays so: {refused.why}{paths}",)


def _forward(project: Project, *, old: Oid, new: Oid, reason: str) -> Refused | None:
    """Fast-forward the target by the door that merges use; why not, where something is in the way."""
    checkout = target.find_checkout(project.git, project.common, project.target)
    if isinstance(checkout, Refused):
        return checkout
    paths = target.in_the_way(project.git, checkout, old=old, new=new) if checkout else ()
    if checkout and paths:
        return Refused(checkout, paths, "your changes there would be overwritten")
    try:
        return target.move(project.git, project.common, project.target, old=old, new=new, reason=reason)
    except Stale as error:
        return Refused(project.main, (), error.message)
