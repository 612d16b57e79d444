"""Conflicts as text: where they are, the lines of both sides, and whose work stands on the target."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from ..names import printable
from ..overlap.markers import Hunk
from ..project.conflicts import Clashing, Dispute, in_words
from ..schedule.record import TaskRecord

# As much as shows what it is about; `--json` has all of it.
_MOST_FILES = 10
_MOST_HUNKS = 3
_MOST_LINES = 6


def lines_of_clashing(clashing: Clashing, target: str, branch: str) -> Iterator[str]:
    """What is in conflict between a branch and the target, line by line."""
    for dispute in clashing.disputes[:_MOST_FILES]:
        hunks = dispute.conflict.hunks
        where = f":{hunks[0].first}-{hunks[0].last}" if hunks else ""
        yield f"  {dispute.conflict.path}{where}  {in_words(dispute)}"
        for number, hunk in enumerate(hunks[:_MOST_HUNKS]):
            if number:
                yield f"    lines {hunk.first}-{hunk.last}"
            yield from _marked(hunk, target, branch)
        if len(hunks) > _MOST_HUNKS:
            yield f"    and {len(hunks) - _MOST_HUNKS} more places"
    if len(clashing.disputes) > _MOST_FILES:
        yield f"  and {len(clashing.disputes) - _MOST_FILES} more files"


def _marked(hunk: Hunk, target: str, branch: str) -> Iterator[str]:
    yield f"      <<<<<<< {target}"
    yield from _cut(hunk.ours)
    yield "      ======="
    yield from _cut(hunk.theirs)
    yield f"      >>>>>>> {branch}"


def _cut(lines: Sequence[str]) -> Iterator[str]:
    yield from (f"      {line}" for line in lines[:_MOST_LINES])
    if len(lines) > _MOST_LINES:
        yield f"      ... {len(lines) - _MOST_LINES} more lines"


def specs_of(record: TaskRecord, disputes: Sequence[Dispute], target: str) -> Iterator[str]:
    """Where it stands what each side is for."""
    yield f"  {record.branch}: task {record.id}, {_named(record.title, record.source)}"
    seen = {
        one.task: f"  {target}: task {one.task}, {_named(one.title, one.source)}"
        for dispute in disputes
        for one in dispute.brought
        if one.task
    }
    yield from seen.values()


def _named(title: str, source: str) -> str:
    return f"{title} ({source})" if title and source else title or source or "by word of mouth"


def shown(line: str) -> None:
    """Print a line as it is safe to be shown."""
    print(printable(line), flush=True)


def quoted(path: Path) -> str:
    """A path as a shell takes it."""
    from shlex import quote

    return quote(str(path))
