"""How many agents the machine admits now: the reading of its load, and what the next worktree will take."""

from collections.abc import Callable
from dataclasses import dataclass

from ..git.size import checkout_bytes
from ..schedule.admission import Admission, admit
from ..schedule.load import Load
from .open import Project

_SLOTS_TAKEN = "all slots are taken"


@dataclass(slots=True)
class Door:
    """Lets agents in, at most `ceiling` at once; `read_load` is None where the load is not to matter."""

    project: Project
    ceiling: int
    read_load: Callable[[], Load] | None = None
    load: Load | None = None
    _admission: Admission | None = None
    _worktree_bytes: int | None = None

    def slots(self, *, running: int, making: int) -> int:
        """How many agents may run now, of whom so many do, and of these some are without their worktree yet."""
        if self.read_load is None:
            return self.ceiling
        if self._admission is None:
            self._worktree_bytes = checkout_bytes(self.project.git, self.project.base)
        self.load = self.read_load()
        self._admission = admit(
            self.load,
            self.project.settings.rules(),
            ceiling=self.ceiling,
            running=running,
            making=making,
            worktree_bytes=self._worktree_bytes,
            before=self._admission,
        )
        return self._admission.slots

    @property
    def is_narrow(self) -> bool:
        """Whether it is the machine that keeps more agents out."""
        return self._admission is not None and bool(self._admission.scarce)

    @property
    def why(self) -> str:
        """Why there are not more slots."""
        return self._admission.scarce if self._admission and self.is_narrow else _SLOTS_TAKEN


def door(project: Project, ceiling: int) -> Door:
    """The door of a run, as the settings have it."""
    if project.settings.admission == "off":
        return Door(project, ceiling)
    # psutil is not for those who let the load be.
    from ..agents.load import Gauge

    return Door(project, ceiling, Gauge(project.common).read)
