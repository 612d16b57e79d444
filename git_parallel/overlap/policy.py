"""The words for what keeps two tasks apart; light, since settings are read on every start."""

from enum import StrEnum


class Level(StrEnum):
    """From what risk on an overlap excludes."""

    FILE = "file"  # whoever may touch the same file
    HUNK = "hunk"  # only who changes the same lines, or takes a file away from under the other


class Policy(StrEnum):
    """What a shared hot file means."""

    SERIALISE = "serialise"  # one task at a time, even where it is only predicted
    ALLOW = "allow"  # it keeps nobody apart
    UNION = "union"  # nor does it; the merge keeps the lines of both sides
    REGENERATE = "regenerate"  # nor does it; a command makes it anew from the merged files
