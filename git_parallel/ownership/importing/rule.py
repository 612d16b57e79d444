"""What the readers of ownership documents give."""

from dataclasses import dataclass

from ...tasks.task import Problem


@dataclass(frozen=True, slots=True)
class Rule:
    """One line that says whose some paths are: nobody's without `owners`.

    `written` is the path as the document has it, `globs` are our patterns for it. Of the rules of one `group`
    that fit a path the last counts; the owners that several groups give it own it together.
    """

    line: int
    written: str
    owners: tuple[str, ...]
    globs: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The rules of a document in their order, and the lines that say something else or nothing that is understood.

    `is_ordered` documents decide between two rules by their order; else the most specific path counts.
    """

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...] = ()
    is_ordered: bool = True
