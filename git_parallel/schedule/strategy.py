"""In what form a branch comes to the target."""

from enum import StrEnum


class Strategy(StrEnum):
    """In what form a branch comes to the target; whichever it is, the files are those of the merge."""

    MERGE = "merge"  # a merge commit, even where the target could be moved forward
    SQUASH = "squash"  # one commit for all
    REBASE = "rebase"  # its commits made anew; one for all where they make no line
