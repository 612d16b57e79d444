"""The boxes of running tasks: open in the text that the agent was given, ticked in its worktree since."""

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from ..errors import BadName
from ..git.checkouts import path_of
from ..git.place import admin_of
from ..git.refs import read_blobs
from ..names import RepoPath, TaskId
from ..schedule.record import TaskRecord
from ..tasks.document import SPEC_LIMIT, Document, decode
from ..tasks.forms.ticks import ticked
from .open import Project


def boxes(project: Project, records: Iterable[TaskRecord]) -> dict[TaskId, tuple[int, int]]:
    """How many boxes of each task are ticked and how many there are, where its document can be read."""
    now = {record: text for record in records if record.spec and (text := _in_worktree(project, record))}
    names = [f"{name}" for record in now for name in (record.spec, f"{record.base}:{record.source}")]
    blobs = read_blobs(project.git, names)
    found = {}
    for (record, text), spec, before in zip(now.items(), blobs[0::2], blobs[1::2], strict=True):
        prompt, earlier = _document(record, spec), _document(record, before)
        if prompt is not None:
            found[record.id] = ticked(prompt, earlier, text)
    return found


def _document(record: TaskRecord, data: bytes | None) -> Document | None:
    return decode(record.source, data)[0] if data is not None else None


def _in_worktree(project: Project, record: TaskRecord) -> Document | None:
    worktree = path_of(admin_of(project.common, record.id)) or Path(record.worktree)
    try:
        data = _read_below(worktree, RepoPath(record.source))
    except (OSError, BadName):
        return None
    return _document(record, data)


def _read_below(folder: Path, path: RepoPath) -> bytes:
    """A plain file of at most the size of a spec; an agent may have put links, pipes or worse in its place."""
    *above, name = path.split("/")
    at = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for part in above:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at)
    finally:
        os.close(at)
    with os.fdopen(file, "rb") as opened:
        if not stat.S_ISREG(os.fstat(file).st_mode):
            raise IsADirectoryError(f"'{path}' is no file")
        # One byte more tells that it is too large.
        return opened.read(SPEC_LIMIT + 1)
