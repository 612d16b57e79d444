"""How good predictions were: precision, recall, and average precision of a ranking."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# At this precision the recall of two ways to predict is compared.
PRECISION = 0.62
# From these likelihoods on a conflict is taken as predicted.
LEVELS = (0.1, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class Score:
    """Of `said` pairs `right` came true, of `true` ones in all."""

    said: int
    right: int
    true: int

    @property
    def precision(self) -> float | None:
        """How many of those said came true; None where nothing was said."""
        return self.right / self.said if self.said else None

    @property
    def recall(self) -> float | None:
        """How many of the true ones were said; None where there are none."""
        return self.right / self.true if self.true else None


def score(answers: Iterable[tuple[bool, bool]]) -> Score:
    """The score of answers, each as (was it said, did it come true)."""
    said = right = true = 0
    for was_said, came_true in answers:
        said += was_said
        right += was_said and came_true
        true += came_true
    return Score(said, right, true)


def average_precision(ranked: Iterable[tuple[float, bool]]) -> float | None:
    """The mean of the precisions at each true one, the highest first; None where none is true.

    What is ranked alike has no order, so it counts as if each order were as likely: for ties the
    expected value (McSherry and Najork, "Computing information retrieval performance measures
    efficiently in the presence of tied scores", ECIR 2008).
    """
    groups: dict[float, list[int]] = {}
    for value, came_true in ranked:
        group = groups.setdefault(value, [0, 0])
        group[0] += 1
        group[1] += came_true
    seen = found = 0
    total = 0.0
    for value in sorted(groups, reverse=True):
        size, true = groups[value]
        for place in range(1, size + 1):
            # The chance that this place holds a true one, and what is expected to be true before it.
            before = (true - 1) * (place - 1) / (size - 1) if size > 1 else 0.0
            total += true / size * (found + before + 1) / (seen + place) if true else 0.0
        seen += size
        found += true
    return total / found if found else None


def recall_at(ranked: Sequence[tuple[float, bool]], precision: float) -> tuple[float, float]:
    """The most recall that a threshold reaches at no less than this precision, and that threshold."""
    true = sum(came_true for _, came_true in ranked)
    best, threshold = 0.0, 1.0
    right = 0
    ordered = sorted(ranked, reverse=True)
    for said, (value, came_true) in enumerate(ordered, 1):
        right += came_true
        is_last = said == len(ordered) or ordered[said][0] != value
        if is_last and value > 0 and true and right / said >= precision and right / true >= best:
            best, threshold = right / true, value
    return best, threshold
