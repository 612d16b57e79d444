"""What can go wrong, as one tree of exceptions; the ``ui`` floor shows them in git's style.

An exception is a surprise. A *no* that a command was asked for (overlap, denied, conflicted) is a value.
"""

# The exit statuses of every verb; documented in every man page.
DONE = 0
ANSWER_IS_NO = 1
USAGE = 2
STALE = 3
GIT_FAILED = 128


class ParallelError(Exception):
    """A failure with a one-line message (git's style: lower case, no full stop) and a hint on the way on."""

    status = GIT_FAILED

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class BadInput(ParallelError):
    """What the user typed or configured cannot be meant."""

    status = USAGE


class BadName(BadInput):
    """A name that is no task id, no path inside the repository, no branch name."""


class UnknownTask(BadInput):
    """No declared task answers to that spelling."""


class AmbiguousTask(BadInput):
    """Several unrelated declarations claim that spelling."""


class Refused(ParallelError):
    """What was asked for cannot be done as things stand; nothing was changed."""

    status = ANSWER_IS_NO


class Stale(ParallelError):
    """Somebody else moved it first; nothing was changed and the command is safe to repeat."""

    status = STALE


class Busy(Stale):
    """Another process holds what this command needs."""


class GitFailed(ParallelError):
    """A git command ended with a status that is no answer."""


class NotARepository(ParallelError):
    """The command was given outside any repository."""


class Unusable(ParallelError):
    """The repository cannot be worked on as it is (bare, unborn, detached, too old a git)."""


class IllegalTransition(ParallelError):
    """A task state was to follow one that it cannot follow; a defect of ours, not of the user."""


def in_words(error: OSError) -> str:
    """What the system would not do, in git's style."""
    what = (error.strerror or str(error)).lower()
    return f"{what}: '{error.filename}'" if error.filename else what
