"""What a plan is asked for on the command line, over what is set."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a plan is asked for, besides the tasks; what is left empty is as the settings say.

    `level` is what keeps two tasks apart, `other_work` which branches take part that are no tasks,
    `patches` are files of the user's whose changes take part as well.
    """

    assume_independent: bool = False
    level: str = ""
    other_work: str = ""
    patches: tuple[str, ...] = ()
