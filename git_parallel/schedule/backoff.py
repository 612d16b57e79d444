"""How long to wait before a failed task is tried again."""


def delay(failures: int, *, first: float, longest: float, chance: float) -> float:
    """Seconds to wait after so many failures in a row, at least 1: doubled each time, at most `longest`.

    Half of it is left to `chance` (0 to 1), so that tasks that failed together, say at a limit of the
    provider's, are not tried again together: "equal jitter" (Brooker, "Exponential Backoff And Jitter",
    AWS Architecture Blog, 2015).
    """
    # Doubled so often, anything is longer than anybody wants to wait; and a float has an end.
    whole = min(longest, first * 2.0 ** min(failures - 1, 64))
    return whole / 2 + whole / 2 * chance
