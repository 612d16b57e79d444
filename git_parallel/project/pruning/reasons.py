"""Why something must stay, or had better: decided by what is known of it alone."""

from collections.abc import Iterator, Sequence

from ...names import printable
from ...schedule.record import State
from .examined import Contents, Examined


def obstacles(one: Examined) -> tuple[str, ...]:
    """Why a task cannot be put away, whoever wants it."""
    found = []
    if one.busy:
        found.append(one.busy)
    if one.elsewhere:
        found.append(one.elsewhere)
    if one.inner:
        found.append(one.inner)
    if one.oddity:
        found.append(f"its branch '{one.record.branch}' is {one.oddity}")
    if one.is_strange:
        found.append(
            f"'{printable(str(one.place.path))}' is not its worktree: the '.git' there leads elsewhere"
        )
    return tuple(found)


def reasons(one: Examined, *, target: str) -> tuple[str, ...]:
    """What is not finished, or would be lost; empty where nothing speaks against putting it away."""
    return tuple(_reasons(one, target))


def _reasons(one: Examined, target: str) -> Iterator[str]:
    record, shown = one.record, printable(str(one.place.path))
    if not one.is_landed:
        if record.state is State.MERGED:
            yield f"its branch '{record.branch}' has commits that '{target}' has not"
        else:
            yield f"it is {record.state}, not merged"
    if one.tip is None and (one.is_there or one.is_known):
        yield f"its branch '{record.branch}' is gone, but its worktree is not"
    if one.is_locked:
        yield "its worktree is locked"
    if one.is_there and not one.is_known:
        yield f"'{shown}' is no worktree any more (git has no record of it)"
    if one.unseen:
        yield one.unseen
    yield from _inside(one.contents, one)
    if one.dropped:
        yield f"{_commits(len(one.dropped))} reset away there: {one.dropped[0]:.9}"
    if one.stashes:
        yield f"a stash was made there: {one.stashes[0]}"
    for pid, what in one.users[:1]:
        yield f"process {pid} {what} its worktree"


def _inside(found: Contents, one: Examined) -> Iterator[str]:
    if found.operations:
        yield f"a {found.operations[0]} is unfinished in its worktree"
    listed = (
        ("uncommitted changes", found.changed),
        ("untracked files", found.untracked),
        ("files that git was told not to look at", found.hidden),
        ("ignored files", found.precious),
        ("repositories of their own in ignored directories", found.repositories),
        ("refs of its own", found.refs),
    )
    for what, paths in listed:
        if paths:
            yield f"its worktree has {what}: {some(paths)}"
    for path, what in found.submodules[:1]:
        yield f"its submodule '{printable(path)}' {what}"
    if found.head and found.head != one.place.branch:
        beyond = f", with {_commits(found.detached, bare=True)} that no branch has" if found.detached else ""
        yield f"its worktree is on '{printable(_short(found.head))}'{beyond}, not on its branch"


def _short(head: str) -> str:
    return head.removeprefix("refs/heads/") if head.startswith("refs/") else head[:9]


def _commits(count: int, *, bare: bool = False) -> str:
    words = "1 commit" if count == 1 else f"{count} commits"
    return words if bare else f"{words} {'was' if count == 1 else 'were'}"


def some(paths: Sequence[str]) -> str:
    """One of the paths, and how many more there are."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return f"'{printable(paths[0])}'{more}"
