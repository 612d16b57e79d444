"""What the commits say by which work lands: what it was, of which task, made by which agent, verified how."""

import re
from collections.abc import Sequence

from ...git.commit_text import Text
from ...names import Oid, printable
from ...schedule.record import TaskRecord

_OURS = re.compile(rb"^Parallel-[A-Za-z]+:.*\n?", re.MULTILINE | re.IGNORECASE)
_TRAILER = re.compile(rb"^[A-Za-z][A-Za-z0-9-]*: .*$")
_TIP = re.compile(rb"^Parallel-Tip: ([0-9a-f]{40,64})$", re.MULTILINE)


def merging(record: TaskRecord, target: str, verified: str) -> bytes:
    """The message of a merge commit."""
    head = f"Merge branch '{printable(record.branch)}' into {target}\n\n{printable(record.title)}\n\n"
    return _encoded(head) + _lines(_trailers(record, verified))


def squashing(record: TaskRecord, texts: Sequence[Text], tip: Oid, verified: str) -> bytes:
    """The message of the one commit for all of a branch: the title of the task, and what its commits were."""
    subjects = [text.message.split(b"\n", 1)[0] for text in texts]
    head = _encoded(f"{printable(record.title or record.branch)}\n\n")
    body = b"".join(b"* " + subject + b"\n" for subject in subjects) + b"\n" if len(subjects) > 1 else b""
    return head + body + _lines([*_trailers(record, verified), ("Tip", tip)])


def replaying(text: Text, record: TaskRecord, tip: Oid | None, verified: str) -> bytes:
    """The message of a commit that was made anew on the target; with the `tip` of its branch if it is the last."""
    message = without_ours(text.message).rstrip(b"\n")
    told = [*_trailers(record, verified), ("Tip", tip)] if tip else [("Task", str(record.id))]
    last = message.rpartition(b"\n\n")[2].split(b"\n")
    has_trailers = b"\n\n" in message and all(_TRAILER.match(line) for line in last)
    return message + (b"\n" if has_trailers else b"\n\n") + _lines(told)


def without_ours(message: bytes) -> bytes:
    """A message without what only we may say: an agent could say it as well."""
    return _OURS.sub(b"", message)


def tip_told(message: bytes) -> Oid | None:
    """The tip of the branch that landed in another form by a commit with this message; None where none is told."""
    found = _TIP.findall(message)
    return Oid(found[-1].decode("ascii")) if found else None


def _trailers(record: TaskRecord, verified: str) -> list[tuple[str, str]]:
    # A delegated task has no document, and not every task an agent type.
    told = [("Task", str(record.id)), ("Spec", record.source), ("Agent", record.agent or "")]
    told += [("Accepted", path) for path in record.accepted]
    return [*told, ("Verified", verified)]


def _lines(told: Sequence[tuple[str, str]]) -> bytes:
    # In one line each: a record says what somebody has written there.
    return _encoded("".join(f"Parallel-{name}: {printable(value)}\n" for name, value in told if value))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
