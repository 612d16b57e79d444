"""How many agents the machine admits now: the reading of its load, and what the next worktree will take."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from ..errors import BadInput
from ..git.size import Sizes, read_sizes
from ..names import TaskId
from ..overlap.cone import Cones
from ..schedule.admission import Admission, admit, is_narrow, why_not_more
from ..schedule.load import Load
from ..tasks.task import Task
from .cones import cone_of_task
from .open import Project


@dataclass(slots=True)
class Need:
    """What the next worktree will take on disk. `extra` are the bytes that it is given beside its checkout."""

    project: Project
    is_sparse: bool = False
    extra: int = 0
    _sizes: Sizes | None = None
    _cones: Cones | None = None
    _by_task: dict[Task, int] = field(default_factory=dict)
    _is_read: bool = False

    def bytes_for(self, tasks: Sequence[Task]) -> int | None:
        """What the largest worktree of some tasks takes; without tasks a full one. None where nobody knows."""
        if not self._is_read:
            self._sizes, self._is_read = read_sizes(self.project.git, self.project.base), True
        if self._sizes is None:
            return None
        if not self.is_sparse or not tasks:
            return self._sizes.of(None) + self.extra
        return max(self._of(task, self._sizes) for task in tasks) + self.extra

    def _of(self, task: Task, sizes: Sizes) -> int:
        if task not in self._by_task:
            if self._cones is None:
                self._cones = Cones([path for path in sizes.taken if not path.endswith("/")])
            self._by_task[task] = sizes.of(cone_of_task(task, self._cones, {}))
        return self._by_task[task]


@dataclass(slots=True)
class Door:
    """Lets agents in, at most `ceiling` at once; `read_load` is None where the load is not to matter."""

    need: Need
    ceiling: int
    read_load: Callable[[], Load] | None = None
    load: Load | None = None
    _admission: Admission | None = None

    def slots(self, *, running: int, making: int, waiting: Iterable[Task] = ()) -> int:
        """How many agents may run now, of whom so many do, and of these some are without their worktree yet.

        Of those `waiting` the first are as good as next.
        """
        if self.read_load is None:
            return self.ceiling
        self.load = self.read_load()
        self._admission = admit(
            self.load,
            self.need.project.settings.rules(),
            ceiling=self.ceiling,
            running=running,
            making=making,
            worktree_bytes=self.need.bytes_for(list(islice(waiting, self.ceiling))),
            before=self._admission,
        )
        return self._admission.slots

    @property
    def is_narrow(self) -> bool:
        """Whether it is the machine that keeps more agents out."""
        return is_narrow(self._admission)

    @property
    def why(self) -> str:
        """Why there are not more slots."""
        return why_not_more(self._admission)


def door(project: Project, ceiling: int, *, is_sparse: bool = False, extra: int = 0) -> Door:
    """The door of a run, as the settings have it; each worktree is given `extra` bytes beside its checkout."""
    need = Need(project, is_sparse, extra)
    if project.settings.admission == "off":
        return Door(need, ceiling)
    # psutil is not for those who let the load be.
    from ..agents.load import Gauge

    return Door(need, ceiling, Gauge(project.common, *_where_worktrees_lie(project)).read)


def _where_worktrees_lie(project: Project) -> tuple[Path, ...]:
    """The directory, as far as it exists, that worktrees are made in: it may be on another disk."""
    try:
        path = project.place_of(TaskId("x")).path.parent
    except BadInput:
        # Whoever makes one will be told.
        return ()
    return (next(one for one in (path, *path.parents) if one.exists()),)
