"""Numbers that new files take in a sequence: migrations, specs, decisions. Two of one number merge and are wrong."""

import re
from collections.abc import Iterator

# `0042_add_user.py`, `V3__add_user.sql`, `SPEC-12-login.md`, `012-login/spec.md`: letters, digits, then a name.
_NUMBERED = re.compile(
    r"(?P<letters>[A-Za-z]{0,9}?)[-_ ]?(?P<number>[0-9]{1,17})[-_ ]+(?P<name>[A-Za-z].*)", re.DOTALL
)
# Words in whose directories even one digit is a number of a sequence.
_SEQUENCES = re.compile(
    r"(?i)(?:^|[-_/])(?:migrations?|migrate|versions|specs?|adrs?|decisions|rfcs?|features|epics)(?:$|[-_/])"
)
_LETTERS = {"v", "u", "r", "spec", "adr", "rfc", "us", "task", "story", "pep", "migration"}
# A stamp of date and time; shorter ones may be a year, a size or an issue.
_STAMP = 12


def takes(path: str) -> Iterator[tuple[str, str]]:
    """The numbers that a new file of this path takes, each as (the sequence and number, the name after it).

    Two new files clash where they take one number under different names. Digits at the front of a name
    are a number where the directory or the letters before them say so, and anywhere when they are filled
    up with zeros (`0042_`) or a time stamp. A date, a version and a size are none.
    """
    segments = path.split("/")
    for at, segment in enumerate(segments):
        found = _NUMBERED.fullmatch(segment)
        if found is None:
            continue
        above = "/".join(segments[:at])
        letters, number = found["letters"].casefold(), found["number"]
        is_sequence = _SEQUENCES.search(above) is not None
        if letters and letters not in _LETTERS:
            continue
        if not letters and not is_sequence and not number.startswith("0") and len(number) < _STAMP:
            continue
        is_last = at == len(segments) - 1
        # Below a numbered directory all files are of one thing; only sequences number directories.
        if not is_last and not is_sequence:
            continue
        suffix = segment.rpartition(".")[2] if is_last and "." in segment else ""
        yield f"{above}/{letters}#{int(number)}.{suffix}", found["name"].partition(".")[0]
        return
