"""Numbers that new files take in a sequence: migrations, specs, decisions. Two of one number merge and are wrong."""

import re
from collections.abc import Iterator

# `0042_add_user.py`, `V3__add_user.sql`, `SPEC-12-login.md`, `012-login/spec.md`: letters, digits, then a name.
_NUMBERED = re.compile(
    r"(?P<letters>[A-Za-z]{0,8}?)(?P<gap>[-_ ]?)0*(?P<number>[0-9]{1,17})(?=[-_. ])[-_. ]*(?P<name>.*)"
)
# Words in whose directories even one digit is a number of a sequence.
_SEQUENCES = re.compile(
    r"(?i)(?:^|[-_/])(?:migrations?|migrate|versions|specs?|adrs?|decisions|rfcs?|features|epics)(?:$|[-_/])"
)
_LETTERS = {"v", "u", "r", "spec", "adr", "rfc", "us", "task", "story", "pep", "migration"}


def takes(path: str) -> Iterator[tuple[str, str]]:
    """The numbers that a new file of this path takes, each as (the sequence and number, the name after it).

    Two new files clash where they take one number under different names. A run of at least three digits
    at the front of a name counts anywhere (`0042_`), a shorter one, or letters before it, where the
    directory or the letters say that it is a sequence.
    """
    segments = path.split("/")
    for at, segment in enumerate(segments):
        found = _NUMBERED.match(segment)
        if found is None:
            continue
        above = "/".join(segments[:at])
        letters = found["letters"].casefold()
        is_sequence = _SEQUENCES.search(above) is not None
        digits = found.end("number") - found.end("gap")
        if letters and letters not in _LETTERS:
            continue
        if not letters and not is_sequence and digits < 3:
            continue
        is_last = at == len(segments) - 1
        # Below a numbered directory all files are of one thing; only sequences number directories.
        if not is_last and not is_sequence:
            continue
        suffix = segment.rpartition(".")[2] if is_last and "." in segment else ""
        yield f"{above}/{letters}#{found['number']}.{suffix}", found["name"].partition(".")[0]
        return
