"""What can become of a submitted task beside its own exceptions."""

from ..errors import Refused


class Closed(Refused, RuntimeError):
    """A task was submitted to a queue that was shut down."""


class DependencyFailed(Refused):
    """A task was not run, since one that it depends on has failed or was cancelled; `__cause__` is how."""


class Deadlock(Refused, RuntimeError):
    """A task was waited for by one that it cannot run beside, so it would have waited for ever."""
