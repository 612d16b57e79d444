"""The table of overlaps: asked in any way it gives one answer, and nothing is compared that need not be."""

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.names import OtherWork, TaskId, Work
from git_parallel.overlap import counting, places
from git_parallel.overlap.exclusion import Exclusion
from git_parallel.overlap.footprint import Entry, Footprint, Origin
from git_parallel.overlap.meet import Overlaps
from git_parallel.overlap.pair import Lines, Proofs
from git_parallel.overlap.policy import Level, Policy
from git_parallel.schedule.calendar import Calendar, first_free
from git_parallel.tasks.task import Kind


def declared(path: str, kind: Kind = Kind.MODIFY, weight: float = 1.0) -> Entry:
    return Entry(path, kind, Origin.DECLARED, weight=weight)


def expected(path: str, weight: float) -> Entry:
    return Entry(path, Kind.MODIFY, Origin.PREDICTED, weight=weight, why="2 of 3 changes of a.py changed it")


def observed(path: str, *ranges: tuple[int, int], kind: Kind = Kind.MODIFY, against: str = "v1") -> Entry:
    return Entry(path, kind, Origin.OBSERVED, ranges=ranges, against=against)


def footprint(name: str, *entries: Entry) -> Footprint:
    return Footprint(TaskId(name) if name.isalnum() else OtherWork(name), entries)


def table(**works: list[Entry]) -> Overlaps:
    return Overlaps(footprint(name, *entries) for name, entries in works.items())


def said(overlaps: Overlaps, left: str, right: str) -> tuple[str, str]:
    """The risk and the sentence."""
    found = overlaps.between(work(left), work(right))
    assert found is not None
    return found.risk, found.why


def work(name: str) -> Work:
    return TaskId(name) if name.isalnum() else OtherWork(name)


def test_declared_lines_count_as_observed_ones_do() -> None:
    left = Entry("a.py", Kind.MODIFY, Origin.DECLARED, ranges=((1, 9),))
    near = Entry("a.py", Kind.MODIFY, Origin.DECLARED, ranges=((10, 12),))
    far = Entry("a.py", Kind.MODIFY, Origin.DECLARED, ranges=((20, 22),))
    found = table(a=[left], b=[near], c=[far], d=[observed("a.py", (5, 5))])

    assert said(found, "a", "b") == ("hunk", "both change lines 9-10 of a.py")
    assert said(found, "a", "c") == ("file", "both modify a.py")
    assert said(found, "a", "d") == ("hunk", "both change line 5 of a.py")
    overlap = found.between(TaskId("a"), TaskId("b"))
    assert overlap is not None
    assert overlap.lines == (Lines("a.py", ((1, 9),), ((10, 12),)),)


def test_lines_of_two_versions_of_a_file_are_not_compared() -> None:
    found = table(a=[observed("a.py", (5, 5))], b=[observed("a.py", (5, 5), against="v2")])

    assert said(found, "a", "b") == ("file", "both modify a.py")


@pytest.mark.parametrize(
    ("left", "right", "risk"),
    [
        (Kind.CREATE, Kind.CREATE, "hunk"), (Kind.MOVE, Kind.MOVE, "hunk"), (Kind.MOVE, Kind.DELETE, "hunk"),
        (Kind.MODIFY, Kind.DELETE, "hunk"), (Kind.DELETE, Kind.DELETE, "file"), (Kind.MODIFY, Kind.MOVE, "file"),
        (Kind.CREATE, Kind.MODIFY, "file"),
    ],
)  # fmt: skip
def test_what_two_cannot_both_do_to_a_file_is_as_bad_as_the_same_lines(
    left: Kind, right: Kind, risk: str
) -> None:
    assert said(table(a=[declared("x", left)], b=[declared("x", right)]), "a", "b")[0] == risk


def test_names_that_differ_in_case_only_are_one_file_somewhere() -> None:
    found = table(a=[declared("README.md")], b=[declared("Readme.md")], c=[declared("readme.txt")])

    assert said(found, "a", "b") == ("hunk", "README.md of a and Readme.md of b differ only in case")
    assert len(found) == 1


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("db/migrations/0042_users.py", "db/migrations/0042_orders.py"),
        ("migrations/V3__users.sql", "migrations/V3__orders.sql"),
        ("specs/SPEC-12-login.md", "specs/SPEC-012-logout.md"),
        ("docs/adr/7-sqlite.md", "docs/adr/7-postgres.md"),
        ("specs/004-login/spec.md", "specs/004-logout/spec.md"),
        ("db/20240102030405_users.rb", "db/20240102030405_orders.rb"),
    ],
)
def test_two_new_files_of_one_number_merge_and_are_wrong(left: str, right: str) -> None:
    found = table(a=[declared(left, Kind.CREATE)], b=[declared(right, Kind.CREATE)])

    assert said(found, "a", "b") == ("hunk", f"{left} of a and {right} of b have the same number")
    assert table(a=[declared(left)], b=[declared(right, Kind.CREATE)]).between(work("a"), work("b")) is None


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("db/migrations/0042_users.py", "db/migrations/0043_orders.py"),
        ("db/migrations/0042_users.up.sql", "db/migrations/0042_users.down.sql"),
        ("db/migrations/0042_users.py", "app/migrations/0042_orders.py"),
        ("src/2d.py", "src/2x.py"),
        ("src/v2/a.py", "src/v2/b.py"),
        ("specs/004-login/spec.md", "specs/004-login/plan.md"),
        ("img/icon-16.png", "img/logo-16.png"),
        ("test_01_a.py", "test_01_b.py"),
        ("_posts/2024-06-01-a.md", "_posts/2024-07-01-b.md"),
        ("docs/v1.2.md", "docs/v1.3.md"),
        ("changes/1234.bugfix.rst", "changes/1234.feature.rst"),
        ("img/256-light.png", "img/256-dark.png"),
    ],
)
def test_other_digits_in_names_mean_nothing(left: str, right: str) -> None:
    assert len(table(a=[declared(left, Kind.CREATE)], b=[declared(right, Kind.CREATE)])) == 0


def test_what_is_expected_is_an_overlap_only_where_it_is_likely() -> None:
    found = table(
        a=[declared("a.py"), expected("log.md", 0.9)],
        b=[declared("b.py"), expected("log.md", 0.6)],
        c=[declared("c.py"), expected("log.md", 0.2)],
        d=[declared("log.md", weight=0.75)],
    )

    assert said(found, "a", "b") == ("predicted", "both are expected to change log.md")
    assert said(found, "a", "d") == (
        "predicted",
        "a is expected to change log.md (2 of 3 changes of a.py changed it), which d touches",
    )
    assert found.between(work("a"), work("c")) is None
    assert 0.17 < found.sharing(work("a"), work("c")) < 0.19
    assert len(found) == 3


def test_what_is_expected_never_keeps_two_apart_unless_the_file_is_to_be_serialised() -> None:
    works = [footprint("a", expected("log.md", 0.9)), footprint("b", expected("log.md", 0.9))]

    for exclusion, excludes in (
        (Exclusion(), False),
        (Exclusion(hot=(("log.md", Policy.SERIALISE),)), True),
    ):
        overlaps = Overlaps(works, exclusion=exclusion)
        found = overlaps.between(work("a"), work("b"))
        assert found is not None
        assert found.excludes is excludes


def test_a_hot_file_is_shared_as_its_policy_says() -> None:
    works = [footprint(name, declared("docs/CHANGELOG.md")) for name in "ab"]

    def excludes(*hot: tuple[str, Policy]) -> bool:
        found = Overlaps(works, exclusion=Exclusion(hot=hot)).between(work("a"), work("b"))
        assert found is not None
        return found.excludes

    assert excludes()
    assert not excludes(("CHANGELOG.md", Policy.ALLOW))
    assert not excludes(("docs/**", Policy.UNION))
    assert excludes(("CHANGELOG.md", Policy.ALLOW), ("docs/*.md", Policy.SERIALISE))
    assert excludes(("README.md", Policy.ALLOW))


def test_at_the_level_of_hunks_only_lines_exclude() -> None:
    works = [
        footprint("a", observed("a.py", (1, 5))),
        footprint("b", observed("a.py", (5, 6))),
        footprint("c", observed("a.py", (50, 60))),
        footprint("d", declared("a.py")),
    ]
    overlaps = Overlaps(works, exclusion=Exclusion(Level.HUNK))

    assert [(o.left, o.right) for o in overlaps if o.excludes] == [("a", "b")]
    assert len(overlaps) == 6


def test_other_work_is_shown_and_excludes_nobody() -> None:
    overlaps = Overlaps([footprint("a", declared("a.py")), footprint("heads/x", observed("a.py", (1, 1)))])

    found = overlaps.between(work("a"), work("heads/x"))
    assert found is not None
    assert (found.risk, found.excludes) == ("file", False)


def test_what_git_says_of_a_merge_outranks_what_lines_say() -> None:
    works = [
        footprint("a", observed("a.py", (1, 5))),
        footprint("b", observed("a.py", (5, 6))),
        footprint("c", observed("dir/new.py", kind=Kind.CREATE)),
    ]
    proofs = Proofs({(0, 2): ("dir/new.py",), (1, 2): ("x",)}, frozenset({(0, 1)}), {(1, 2): "b is too old"})
    overlaps = Overlaps(works, proofs=proofs)

    assert said(overlaps, "a", "b") == ("file", "both modify a.py")
    assert said(overlaps, "a", "c") == ("conflict", "git cannot merge them: conflict in dir/new.py")
    assert said(overlaps, "c", "b") == ("conflict", "b is too old")
    assert len(overlaps) == 3


def test_work_that_is_over_touches_no_more_than_it_did() -> None:
    done = Footprint(
        TaskId("a"), (declared("a.py"), declared("src/"), observed("b.py", (1, 1))), is_settled=True
    )
    overlaps = Overlaps([done, footprint("b", declared("a.py")), footprint("c", declared("b.py"))])

    assert [(o.left, o.right) for o in overlaps] == [("a", "c")]


def test_the_likelier_of_two_overlaps_is_the_one_in_the_quieter_file() -> None:
    from git_parallel.overlap.likelihood import Traffic

    overlaps = Overlaps(
        [
            footprint("a", declared("quiet.py")), footprint("b", declared("quiet.py")),
            footprint("c", declared("busy.py")), footprint("d", declared("busy.py")),
            footprint("e", declared("new.py", Kind.CREATE)), footprint("f", declared("new.py")),
        ],
        traffic=Traffic({"busy.py": 80}),
    )  # fmt: skip
    likely = {o.paths[0]: o.likelihood for o in overlaps}

    assert 0 < likely["busy.py"] < likely["quiet.py"] < likely["new.py"] < 1


# -- every way to ask gives one answer -----------------------------------------------------------

PATHS = [
    "a.py", "A.py", "src/a.py", "src/b.py", "src/x/a.py", "src/", "src/*.py", "**/a.py", "db/migrations/001_a.py",
    "db/migrations/001_b.py", "db/migrations/*", "CHANGELOG.md", "changelog.md", "{a,src/b}.py",
]  # fmt: skip
entries = st.builds(
    lambda path, kind, origin, ranges, weight: Entry(path, kind, origin, ranges=ranges, weight=weight),
    st.sampled_from(PATHS),
    st.sampled_from([Kind.MODIFY, Kind.MODIFY, Kind.CREATE, Kind.DELETE, Kind.MOVE]),
    st.sampled_from(list(Origin)),
    st.sampled_from([(), (), ((1, 5),), ((5, 9),), ((20, 30),)]),
    st.sampled_from([0.1, 0.4, 0.7, 1.0]),
)
exclusions = st.builds(
    Exclusion,
    st.sampled_from(Level),
    st.lists(
        st.tuples(st.sampled_from(["CHANGELOG.md", "src/*.py", "a.py"]), st.sampled_from(Policy)), max_size=2
    ).map(tuple),
)


@st.composite
def tables(draw: st.DrawFn) -> Overlaps:
    prints = [
        Footprint(TaskId(f"t{number}"), tuple(some), draw(st.booleans()))
        for number, some in enumerate(draw(st.lists(st.lists(entries, max_size=4), max_size=6)))
    ]
    pairs = list(combinations(range(len(prints)), 2))
    proven = draw(st.lists(st.sampled_from(pairs), max_size=3)) if pairs else []
    proofs = Proofs(dict.fromkeys(proven[:1], ("src/a.py",)), frozenset(proven[1:]))
    return Overlaps(prints, proofs=proofs, exclusion=draw(exclusions))


@settings(max_examples=400, deadline=None)
@given(tables())
def test_iterating_counting_and_asking_agree(overlaps: Overlaps) -> None:
    pairs = [(left, right) for left, right in combinations(overlaps.works, 2)]
    asked = [overlap for pair in pairs if (overlap := overlaps.between(*pair))]

    assert list(overlaps) == asked
    assert len(overlaps) == len(asked)
    for work in overlaps.works:
        assert sorted(overlaps.of(work), key=str) == sorted(
            (o for o in asked if work in (o.left, o.right)), key=str
        )
    assert all(overlaps.sharing(o.left, o.right) >= 0 for o in asked)


@settings(max_examples=200, deadline=None)
@given(tables())
def test_counting_by_bits_is_counting(overlaps: Overlaps) -> None:
    limits = counting.MOST_PRODUCTS, counting.CROWD
    try:
        counting.MOST_PRODUCTS, counting.CROWD = -1, 2
        assert len(overlaps) == len(list(overlaps))
    finally:
        counting.MOST_PRODUCTS, counting.CROWD = limits


@settings(max_examples=600, deadline=None)
@given(tables(), st.randoms())
def test_the_calendar_keeps_apart_exactly_those_whose_overlap_excludes(overlaps: Overlaps, random) -> None:  # type: ignore[no-untyped-def]
    calendar = Calendar(overlaps)
    order = list(overlaps.works)
    random.shuffle(order)
    times: dict[Work, int] = {}
    for work in order:
        apart = {time for other, time in times.items() if (o := overlaps.between(work, other)) and o.excludes}
        taken = calendar.taken(work)
        assert {time for time in range(len(order)) if taken >> time & 1} == apart
        # No time twice: freeing one would free the other.
        times[work] = order.index(work)
        calendar.take(work, times[work])
        if random.random() < 0.3:
            gone = random.choice(list(times))
            calendar.free(gone, times.pop(gone))


@given(st.integers(0, 1 << 12), st.integers(0, 14))
def test_the_first_free_time_is_free_and_none_before_it_is(taken: int, start: int) -> None:
    time = first_free(taken, start=start)

    assert time >= start
    assert not taken >> time & 1
    assert all(taken >> earlier & 1 for earlier in range(start, time))


def test_where_the_most_are_expected_nobody_is_as_soon_as_asking_takes_too_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    works = [
        footprint(f"t{number}", expected("log.md", 0.9), *([expected("few.md", 0.9)] if number < 2 else []))
        for number in range(6)
    ]

    assert len(Overlaps(works)) == 15
    monkeypatch.setattr(places, "MOST_EXPECTED", 20)
    found = Overlaps(works)
    assert dict(found.places.crowded) == {"log.md": 6}
    assert [(o.left, o.right, o.paths) for o in found] == [("t0", "t1", ("few.md",))]
    serial = Exclusion(hot=(("log.md", Policy.SERIALISE),))
    assert len(Overlaps(works, exclusion=serial)) == 15
