"""What a keeper is told, and what it finds out."""

import marshal


class Lost(Exception):
    """Another keeper has the task, or had this attempt; nothing of it may be touched."""


class NotStarted(Exception):
    """The agent cannot be started, and why."""


class Job:
    """What is to be run and where the records go; all paths absolute."""

    argv: list[str]
    env: dict[str, str]
    cwd: str
    prompt: str
    log: str
    lock: str
    keeper: str
    start: str
    exit: str
    attempt: int
    timeout: float | None
    grace: float
    stall: float | None
    log_limit: int | None
    locks: list[str]
    holder: str
    preset: str
    fence: list[tuple[str, str, str]]
    sandbox: str

    def __init__(self, document: bytes) -> None:
        self.__dict__.update(marshal.loads(document))


class Ending:
    """How the agent came to its end."""

    def __init__(self) -> None:
        self.code: int | None = None  # as waitstatus_to_exitcode says: -n is signal n
        self.timed_out = self.stalled = self.stopped = self.killed = False
        self.dropped = 0  # bytes of its output


def lower(reason: BaseException) -> str:
    """What went wrong, in git's style."""
    return str(getattr(reason, "strerror", None) or reason).lower()
