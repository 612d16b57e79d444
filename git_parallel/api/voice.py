"""How a run that a program began is heard: in the journal, for `attach`, and in Python's log."""

import logging
from collections.abc import Callable

from ..project.conducting import RunAnswer
from ..project.journal import Journal
from ..project.landing.outcomes import Landed
from ..project.open import Project
from ..project.prospects import Prospects
from ..project.saying import Told

_log = logging.getLogger("git_parallel")


class Voice:
    """Prints nothing; what is said goes to the logger `git_parallel`."""

    def __init__(self) -> None:
        self._journal: Journal | None = None

    def entering(self, project: Project) -> None:
        """The run is the coordinator now."""
        self._journal = Journal(project)

    def entered(self, project: Project, foresee: Callable[[], Prospects]) -> None:
        """The run is at work now."""

    def tell(self, told: Told) -> None:
        """Something has happened."""
        _log.log(_level(told), told.what)
        if self._journal:
            self._journal.say(told.what, is_note=told.is_note)

    def leaving(self, answer: RunAnswer) -> None:
        """The run has come to its end."""
        if self._journal:
            self._journal.say("", status=0 if answer.is_success else 1)
            self._journal.close()


def _level(told: Told) -> int:
    is_bad = told.landing is not None and not isinstance(told.landing, Landed)
    return logging.WARNING if told.is_note or is_bad else logging.INFO
