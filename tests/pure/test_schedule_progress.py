"""Progress: what an agent tells wins, what is seen makes an estimate that never claims that a task is done."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.schedule.progress import MOST_GUESSED, Progress, Report, Sign, Signs, estimate, progress

counts = st.integers(0, 50)
seconds = st.none() | st.floats(0, 1e9)
signs = st.builds(Signs, counts, counts, counts, counts, seconds, seconds)


@pytest.mark.parametrize(
    ("seen", "percent"),
    [
        (Signs(), 0.0),
        # One of two files: the first is begun.
        (Signs(files_touched=1, files_declared=2), 25.0),
        (Signs(files_touched=2, files_declared=2), 75.0),
        (Signs(files_touched=0, files_declared=2), 0.0),
        (Signs(boxes_ticked=1, boxes_total=4), 25.0),
        # Nobody ticks anything, so boxes say nothing; the files alone do.
        (Signs(files_touched=1, files_declared=1, boxes_ticked=0, boxes_total=9), 50.0),
        # Boxes count twice: (2 * 1/4 + 1/2) / 3.
        (Signs(files_touched=1, files_declared=1, boxes_ticked=1, boxes_total=4), 100 / 3),
        (Signs(elapsed=60.0, typical=60.0), 62.5),
        (Signs(elapsed=60.0), 0.0),
        (Signs(elapsed=60.0, typical=0.0), 0.0),
        (Signs(elapsed=1e9, typical=1.0), MOST_GUESSED),
        (Signs(boxes_ticked=4, boxes_total=4), MOST_GUESSED),
    ],
)
def test_values(seen: Signs, percent: float) -> None:
    assert estimate(seen) == pytest.approx(percent)


@given(signs)
def test_an_estimate_never_claims_to_be_done(seen: Signs) -> None:
    assert 0.0 <= estimate(seen) <= MOST_GUESSED < 100.0


@given(signs, st.integers(1, 9), st.floats(0, 1e6))
def test_more_work_seen_is_never_less_progress(seen: Signs, more: int, later: float) -> None:
    files = Signs(
        seen.files_touched + more,
        seen.files_declared,
        seen.boxes_ticked,
        seen.boxes_total,
        seen.elapsed,
        seen.typical,
    )
    assert estimate(files) >= estimate(seen) - 1e-9
    if seen.boxes_ticked:
        boxes = Signs(
            seen.files_touched,
            seen.files_declared,
            seen.boxes_ticked + more,
            seen.boxes_total,
            seen.elapsed,
            seen.typical,
        )
        assert estimate(boxes) >= estimate(seen) - 1e-9
    if seen.elapsed is not None:
        time = Signs(
            seen.files_touched,
            seen.files_declared,
            seen.boxes_ticked,
            seen.boxes_total,
            seen.elapsed + later,
            seen.typical,
        )
        assert estimate(time) >= estimate(seen) - 1e-9


@given(signs)
def test_a_report_wins_over_everything_seen(seen: Signs) -> None:
    assert progress(Report(40.0, "tests", 5.0), seen) == Progress(40.0, False, "tests", (Sign.REPORT,))


def test_an_estimate_names_what_it_rests_on() -> None:
    seen = Signs(files_touched=1, files_declared=1, boxes_ticked=1, boxes_total=2, elapsed=6.0, typical=10.0)
    assert progress(None, seen) == Progress(50.0, True, "", (Sign.BOXES, Sign.FILES, Sign.TIME))
    assert progress(None, Signs(boxes_total=3, elapsed=5.0)) is None
