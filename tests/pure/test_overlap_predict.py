"""What is learnt from earlier work, what stands beside a file, and how good predictions are."""

import pytest

from git_parallel.names import TaskId
from git_parallel.overlap import predict
from git_parallel.overlap.beside import Beside
from git_parallel.overlap.drift import drift, find_drift
from git_parallel.overlap.footprint import COVERED, NAMED, Entry, Footprint, Origin
from git_parallel.overlap.meet import Overlaps
from git_parallel.overlap.predict import Lessons, Past
from git_parallel.overlap.scoring import average_precision, recall_at, score
from git_parallel.tasks.task import Kind


def past(*changes: str) -> list[Past]:
    return [Past(frozenset(paths.split())) for paths in changes]


def declaring(*paths: str, kind: Kind = Kind.MODIFY) -> Footprint:
    return Footprint(TaskId("t"), tuple(Entry(path, kind, Origin.DECLARED, weight=NAMED) for path in paths))


def predicted(lessons: Lessons, footprint: Footprint) -> dict[str, tuple[float, str]]:
    return {
        entry.path: (round(entry.weight, 2), entry.why)
        for entry in lessons.complete(footprint).entries
        if entry.origin is Origin.PREDICTED
    }


def test_a_file_that_always_changes_with_a_declared_one_is_expected() -> None:
    lessons = Lessons(past(*["app.py log.md"] * 4, *(f"f{number}.py" for number in range(8)), "app.py"))

    found = predicted(lessons, declaring("app.py"))

    assert list(found) == ["log.md"]
    assert found["log.md"][0] > 0.45
    assert found["log.md"][1] == "4 of 5 changes of app.py changed it"
    assert predicted(lessons, declaring("lonely.py")) == {
        "log.md": (0.19, "4 of the last 13 changes changed it"),
        "app.py": (0.24, "5 of the last 13 changes changed it"),
    }


def test_what_happened_once_is_no_lesson_and_a_clean_up_of_everything_none_either() -> None:
    everything = " ".join(f"f{number}.py" for number in range(predict.WIDEST + 1))

    assert predicted(Lessons(past("app.py log.md")), declaring("app.py")) == {}
    assert predicted(Lessons(past(everything, everything)), declaring("f1.py")) == {}
    assert predicted(Lessons([]), declaring("app.py")) == {}


def test_a_declaration_is_worth_what_such_declarations_were_worth() -> None:
    kept = [Past(frozenset({"kept.py"}), ("kept.py", "idle.py"))] * 6
    told = Lessons(kept).complete(declaring("kept.py", "idle.py", "new.py"))
    weights = {entry.path: entry.weight for entry in told.entries if entry.origin is Origin.DECLARED}

    assert weights["idle.py"] < weights["new.py"] < weights["kept.py"]
    assert weights["kept.py"] > 0.8
    assert weights["idle.py"] < 0.25


def test_what_is_expected_below_a_declared_directory_makes_the_directory_likelier() -> None:
    lessons = Lessons([Past(frozenset({"src/hot.py"}))] * 6 + [Past(frozenset({"x"}))] * 2)
    (entry, *_) = lessons.complete(
        Footprint(TaskId("t"), (Entry("src/", Kind.MODIFY, Origin.DECLARED),))
    ).entries

    assert entry.path == "src/"
    assert entry.weight > COVERED


def test_work_of_which_nothing_is_known_or_that_is_over_is_left_as_it_is() -> None:
    lessons = Lessons(past(*["app.py log.md"] * 4))
    done = Footprint(TaskId("t"), (Entry("app.py", Kind.MODIFY, Origin.OBSERVED),), is_settled=True)

    assert lessons.complete(Footprint(TaskId("t"))) == Footprint(TaskId("t"))
    assert lessons.complete(done) == done


@pytest.mark.parametrize(
    ("path", "kind", "beside"),
    [
        ("src/app/cart.py", Kind.MODIFY, {"tests/app/test_cart.py": "the test of src/app/cart.py"}),
        ("lib/money.py", Kind.MODIFY, {"tests/test_money.py": "the test of lib/money.py"}),
        ("web/cart.ts", Kind.MODIFY, {"web/cart.test.ts": "the test of web/cart.ts"}),
        ("pkg/cart.go", Kind.MODIFY, {"pkg/cart_test.go": "the test of pkg/cart.go"}),
        ("web/package.json", Kind.MODIFY, {"package-lock.json": "the lock of web/package.json"}),
        ("web/new.ts", Kind.CREATE, {"web/index.ts": "the index beside web/new.ts"}),
        ("web/new.ts", Kind.MODIFY, {}),
        ("tests/test_money.py", Kind.MODIFY, {}),
        ("README", Kind.MODIFY, {}),
    ],
)
def test_what_stands_beside_a_file(path: str, kind: Kind, beside: dict[str, str]) -> None:
    tree = [
        "tests/app/test_cart.py", "tests/test_money.py", "web/cart.test.ts", "pkg/cart_test.go", "package-lock.json",
        "web/index.ts", "other/cart_test.go", "deep/app/test_cart.py", "tests/other/test_money.py",
    ]  # fmt: skip

    assert {found: why for found, _, why in Beside(tree).expected(path, kind)} == beside
    assert set(predicted(Lessons([], tree), declaring(path, kind=kind))) == set(beside)


def test_drift_is_what_no_declaration_covers() -> None:
    entries = (
        Entry("app.py", Kind.MODIFY, Origin.DECLARED), Entry("src/", Kind.MODIFY, Origin.DECLARED),
        Entry("taken.py", Kind.MODIFY, Origin.CLAIMED), Entry("app.py", Kind.MODIFY, Origin.OBSERVED),
        Entry("src/[x].py", Kind.MODIFY, Origin.OBSERVED), Entry("far.py", Kind.CREATE, Origin.OBSERVED),
        Entry("maybe.py", Kind.MODIFY, Origin.PREDICTED),
    )  # fmt: skip
    mine = Footprint(TaskId("a"), entries)
    others = [
        Footprint(TaskId("b"), (Entry("far.py", Kind.CREATE, Origin.DECLARED),)),
        Footprint(TaskId("c"), (Entry("app.py", Kind.MODIFY, Origin.DECLARED),)),
    ]

    assert drift(mine) == ("far.py", "taken.py")
    found = find_drift(mine, Overlaps([mine, *others]))
    assert found is not None
    assert (found.work, found.others) == ("a", ("b",))
    assert find_drift(others[1], Overlaps([mine, *others])) is None


def test_scores() -> None:
    told = score([(True, True), (True, False), (False, True), (False, False)])

    assert (told.said, told.right, told.true) == (2, 1, 2)
    assert (told.precision, told.recall) == (0.5, 0.5)
    assert (score([]).precision, score([]).recall) == (None, None)


def test_average_precision_of_what_is_ranked_alike_is_the_expected_one() -> None:
    assert average_precision([(3, True), (2, False), (1, True)]) == pytest.approx((1 + 2 / 3) / 2)
    # Of two that are alike the true one is first in half of the orders.
    assert average_precision([(1, True), (1, False)]) == pytest.approx((1 + 1 / 2) / 2)
    assert average_precision([(1, True), (1, True)]) == pytest.approx(1)
    assert average_precision([(1, False)]) is None


def test_recall_at_a_precision_takes_whole_ties_only() -> None:
    ranked = [(0.9, True), (0.5, True), (0.5, False), (0.5, False), (0.1, True)]

    assert recall_at(ranked, 1.0) == (pytest.approx(1 / 3), 0.9)
    assert recall_at(ranked, 0.5) == (pytest.approx(1.0), 0.1)
    assert recall_at([(0.0, True)], 0.5) == (0.0, 1.0)
