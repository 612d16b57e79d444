"""Which of two patterns that fit a path says more about it."""

from typing import TypeAlias

from ..overlap import segment
from ..overlap.patterns import Shape, is_literal, literal_ends

# Greater is more specific.
Specificity: TypeAlias = tuple[bool, int, int, int]


def specificity(shape: Shape) -> Specificity:
    """How specific one alternative of a pattern is, to be compared with others that fit the same path.

    An exact path before all others, then the longer literal directory, then more literal characters,
    then fewer wildcards.
    """
    if is_literal(shape):
        return True, 0, 0, 0
    letters = wildcards = 0
    for part in shape:
        if isinstance(part, str):
            letters += len(part)
            continue
        known = sum(map(_is_letter, part)) if part else 0
        letters += known
        wildcards += len(part) - known if part else 1
    return False, len(literal_ends(shape)[0]), letters, -wildcards


def _is_letter(chars: segment.Chars | None) -> bool:
    return chars is not None and len(chars) == 1 and chars[0][0] == chars[0][1]
