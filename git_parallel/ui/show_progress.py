"""`git parallel progress` says nothing when all is well: an agent's output is for other things."""

from collections.abc import Sequence
from pathlib import Path

from ..commands.progress import progress
from ..errors import ANSWER_IS_NO, DONE
from .errors import complain


def show_progress(percent: str, words: Sequence[str]) -> int:
    """Note the progress; the exit status."""
    answer = progress(Path.cwd(), percent, " ".join(words))
    if answer.refused:
        complain(f"task '{answer.task}' is not running: {answer.refused}")
        return ANSWER_IS_NO
    return DONE
