"""`git parallel plan --replay`: past changes as they would have been predicted, as text or JSON."""

from pathlib import Path

from ..commands.replay import ReplayAnswer, replayed
from ..errors import DONE
from ..overlap.scoring import LEVELS, PRECISION, Score, average_precision, recall_at
from . import render


def show_replay(revisions: str, *, as_json: bool) -> int:
    """Print how good the predictions for a range of history are; the exit status."""
    answer = replayed(Path.cwd(), revisions)
    if as_json:
        from .document import put
        from .document_plan import of_replay

        put(of_replay(answer))
    else:
        _show(answer)
    return DONE


def _show(answer: ReplayAnswer) -> None:
    same = answer.same_file
    print(
        f"{answer.changes} changes, as if begun together {answer.windows} times; "
        f"{answer.left_out} are empty or cannot be carried over"
    )
    print(f"{len(answer.pairs)} pairs: {same.said} share a file, {same.true} conflict\n")
    render.table(
        ["CONFLICTS", "PRECISION", "RECALL", "AVERAGE PRECISION"],
        [
            ["all who share a file", *_of(same), _figure(answer.ranked_by_shared)],
            ["ranked by likelihood", "", "", _figure(answer.ranked_by_likelihood)],
            *([f"likelihood of {least:.0%} and more", *_of(answer.likely(least)), ""] for least in LEVELS),
        ],
    )
    print()
    rows = []
    for name, pairs in (
        ("half of the files declared", answer.sharing_declared),
        ("and the rest expected", answer.sharing_expected),
    ):
        recall, _ = recall_at(pairs, PRECISION)
        rows.append([name, str(PRECISION), _figure(recall), _figure(average_precision(pairs))])
    render.table(["SHARING A FILE", "PRECISION", "RECALL", "AVERAGE PRECISION"], rows)


def _of(score: Score) -> tuple[str, str]:
    return _figure(score.precision), _figure(score.recall)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"
