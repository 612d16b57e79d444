"""Tasks as the user's programs name them: numbers of priorities, or any spelling that a document answers to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from ..errors import BadInput
from ..names import TaskId

Priority: TypeAlias = int | str


@dataclass(frozen=True, slots=True)
class Named:
    """The tasks that a program named, each with the name that it goes by there."""

    names: Mapping[str, Priority]

    @classmethod
    def of(cls, given: Sequence[Priority], tasks: Iterable[TaskId]) -> "Named":
        """From the names and the tasks they mean; of two names for one task the first counts."""
        names: dict[str, Priority] = {}
        for task, name in zip(tasks, given, strict=True):
            names.setdefault(str(task), name)
        return cls(names)

    def __getitem__(self, task: str) -> Priority:
        """The name of a task; one that was not named goes by its number, or its id."""
        return self.names.get(task, int(task) if task.isdecimal() else task)


def spellings(priority_ids: Sequence[Priority]) -> list[str]:
    """What the documents know these as; raises BadInput for what is no name of a task, or none at all."""
    if isinstance(priority_ids, str | bytes) or not isinstance(priority_ids, Sequence):
        raise BadInput("priority_ids is a list", hint="priority_ids=[65, 66]")
    for given in priority_ids:
        if isinstance(given, bool) or not isinstance(given, int | str):
            raise BadInput(
                f"not a priority: {given!r}", hint="give its number, as 20 for 'PRIORITY 20', or its id"
            )
    if not priority_ids:
        raise BadInput("no priorities were given", hint="priority_ids=[65, 66]")
    return [str(given) for given in priority_ids]
