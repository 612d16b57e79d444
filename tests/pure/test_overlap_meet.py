"""Which tasks overlap, where, how badly, and in which words."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.errors import BadName
from git_parallel.names import OtherWork, TaskId
from git_parallel.overlap import patterns
from git_parallel.overlap.exclusion import Exclusion
from git_parallel.overlap.footprint import COVERED, NAMED, Entry, Footprint, Origin, of_task
from git_parallel.overlap.meet import Overlaps
from git_parallel.overlap.pair import Overlap, Proofs
from git_parallel.overlap.patch import WHOLE, Change
from git_parallel.overlap.policy import Level, Policy
from git_parallel.overlap.risk import Risk, touching
from git_parallel.tasks.task import Declared, Kind, Task


def task(name: str, *paths: str, kind: Kind = Kind.MODIFY) -> Task:
    declared = tuple(Declared(path, kind, "ROADMAP.md", n) for n, path in enumerate(paths, 1))
    return Task(TaskId(name), name, "ROADMAP.md", 1, declared)


def find_overlaps(footprints: list[Footprint]) -> tuple[Overlap, ...]:
    return tuple(Overlaps(footprints))


def overlaps(*tasks: Task | Footprint) -> list[tuple[str, ...]]:
    """Every overlap as (left, right, risk, why, *paths)."""
    footprints = [t if isinstance(t, Footprint) else of_task(t) for t in tasks]
    return [(o.left, o.right, o.risk, o.why, *o.paths) for o in find_overlaps(footprints)]


def observed(name: str, *changes: Change) -> Footprint:
    return of_task(task(name), observed=changes)


def test_a_footprint_is_what_is_declared_then_claimed_then_observed() -> None:
    story = Task(
        *(TaskId("auth"), "Log in", "SPEC.md", 1),
        declared=(
            Declared("app.py", Kind.MODIFY, "SPEC.md", 7),
            Declared("README.md", Kind.MENTION, "SPEC.md", 8),
            Declared("src/", Kind.MODIFY, "SPEC.md", 9),
        ),
    )

    footprint = of_task(story, claimed=["lib/"], observed=[Change("db.py", Kind.CREATE, ((0, 0),))])

    assert footprint == Footprint(
        TaskId("auth"),
        (
            Entry("app.py", Kind.MODIFY, Origin.DECLARED, "SPEC.md", 7, weight=NAMED),
            Entry("src/", Kind.MODIFY, Origin.DECLARED, "SPEC.md", 9, weight=COVERED),
            Entry("lib/", Kind.MODIFY, Origin.CLAIMED),
            Entry("db.py", Kind.CREATE, Origin.OBSERVED, ranges=((0, 0),)),
        ),
    )


def test_a_declared_glob_that_covers_everything_makes_no_footprint() -> None:
    with pytest.raises(BadName):
        of_task(task("auth", "**/*"))


def test_two_tasks_in_one_file_overlap_and_a_third_elsewhere_does_not() -> None:
    tasks = [task("auth", "app.py"), task("docs", "README.md"), task("billing", "app.py")]

    assert find_overlaps([of_task(t) for t in tasks]) == (
        Overlap(TaskId("auth"), TaskId("billing"), ("app.py",), Risk.FILE, "both modify app.py"),
    )


def test_several_files_are_one_overlap() -> None:
    assert overlaps(task("auth", "c.py", "a.py", "b.py"), task("billing", "b.py", "a.py", "c.py")) == [
        ("auth", "billing", Risk.FILE, "both modify a.py and 2 more", "a.py", "b.py", "c.py")
    ]


def test_kinds_are_named() -> None:
    create, move = Kind.CREATE, Kind.MOVE

    assert overlaps(task("auth", "x.py", kind=create), task("billing", "x.py", kind=create)) == [
        ("auth", "billing", Risk.HUNK, "both create x.py", "x.py")
    ]
    assert overlaps(task("auth", "x.py", kind=move), task("billing", "x.py")) == [
        ("auth", "billing", Risk.FILE, "auth moves and billing modifies x.py", "x.py")
    ]


def test_a_directory_or_glob_covers_a_file() -> None:
    assert overlaps(task("auth", "src/**"), task("billing", "src/db.py"), task("search", "src/*.c")) == [
        ("auth", "billing", Risk.PATTERN, "'src/**' of auth covers src/db.py of billing", "src/db.py"),
        ("auth", "search", Risk.PATTERN, "'src/**' of auth meets 'src/*.c' of search", "src/** ~ src/*.c"),
    ]
    assert overlaps(task("billing", "src/db.py"), task("auth", "src/")) == [
        ("billing", "auth", Risk.PATTERN, "'src/' of auth covers src/db.py of billing", "src/db.py")
    ]
    assert overlaps(task("auth", "src/"), task("billing", "src/")) == [
        ("auth", "billing", Risk.PATTERN, "both cover 'src/'", "src/")
    ]


def test_the_file_outweighs_the_directory_around_it() -> None:
    assert overlaps(task("auth", "src/", "src/z.py"), task("billing", "src/a.py", "src/z.py")) == [
        ("auth", "billing", Risk.FILE, "both modify src/z.py and 1 more", "src/a.py", "src/z.py")
    ]


def test_the_reason_does_not_depend_on_the_order_of_the_entries() -> None:
    for covers in (("src/", "src/**", "s*/a.py"), ("s*/a.py", "src/**", "src/")):
        assert overlaps(task("auth", *covers), task("billing", "src/a.py")) == [
            ("auth", "billing", Risk.PATTERN, "'s*/a.py' of auth covers src/a.py of billing", "src/a.py")
        ]


def test_braces_are_the_files_they_spell_and_a_route_is_a_file() -> None:
    assert overlaps(task("auth", "{a,b}.py"), task("billing", "{b,c}.py")) == [
        ("auth", "billing", Risk.FILE, "both modify b.py", "b.py")
    ]
    page = "app/[id]/page.tsx"
    assert overlaps(task("auth", page), observed("billing", Change(page, Kind.MODIFY))) == [
        ("auth", "billing", Risk.FILE, f"both modify {page}", page)
    ]
    assert overlaps(observed("auth", Change(page, Kind.MODIFY)), task("billing", "app/i/page.tsx")) == []


def test_who_only_mentions_or_says_nothing_overlaps_nobody() -> None:
    mention = task("docs", "app.py", kind=Kind.MENTION)

    assert of_task(mention).is_unknown
    assert overlaps(mention, task("auth", "app.py"), mention) == []


def change(*ranges: tuple[int, int], kind: Kind = Kind.MODIFY) -> Change:
    return Change("app.py", kind, ranges)


@pytest.mark.parametrize(
    ("left", "right", "risk", "why"),
    [
        (change((10, 14)), change((1, 2), (12, 20)), Risk.HUNK, "both change lines 12-14 of app.py"),
        (change((10, 14)), change((15, 20)), Risk.HUNK, "both change lines 14-15 of app.py"),
        (change((10, 10)), change((10, 10)), Risk.HUNK, "both change line 10 of app.py"),
        (change((0, 0)), change((0, 0)), Risk.HUNK, "both change the top of app.py"),
        (change((10, 14)), change((16, 20)), Risk.FILE, "both modify app.py"),
        (change((10, 14)), change(), Risk.FILE, "both modify app.py"),
        (change(*WHOLE), change(*WHOLE), Risk.HUNK, "both modify app.py"),
        (change(*WHOLE), change((10, 14)), Risk.HUNK, "both change lines 10-14 of app.py"),
        (change((0, 0), kind=Kind.CREATE),) * 2 + (Risk.HUNK, "both create app.py"),
        (change(kind=Kind.MOVE), change((1, 9), kind=Kind.DELETE), Risk.HUNK,
         "auth moves and billing deletes app.py"),
        (change(kind=Kind.MOVE), change((1, 9)), Risk.FILE, "auth moves and billing modifies app.py"),
    ],
)  # fmt: skip
def test_observed_lines_tell_a_hunk_from_a_file(left: Change, right: Change, risk: Risk, why: str) -> None:
    assert overlaps(observed("auth", left), observed("billing", right)) == [
        ("auth", "billing", risk, why, "app.py")
    ]


def test_what_is_observed_outranks_what_was_declared() -> None:
    auth = of_task(task("auth", "app.py"), claimed=["app.py"], observed=[change((1, 2))])
    billing = of_task(task("billing", "app.py"), observed=[change((2, 3))])

    assert overlaps(auth, billing) == [
        ("auth", "billing", Risk.HUNK, "both change line 2 of app.py", "app.py")
    ]
    assert overlaps(auth, task("billing", "app.py")) == [
        ("auth", "billing", Risk.FILE, "both modify app.py", "app.py")
    ]


def test_a_sentence_is_safe_to_print() -> None:
    bad = Change("a\x1b[31m\udcff", Kind.MODIFY)

    assert overlaps(observed("auth", bad), observed("billing", bad)) == [
        ("auth", "billing", Risk.FILE, "both modify a\\x1b[31m\\udcff", bad.path)
    ]


def test_the_order_of_risks() -> None:
    assert sorted(Risk, key=lambda risk: -risk.severity) == list(Risk)
    assert [risk.value for risk in Risk] == ["conflict", "hunk", "file", "pattern", "predicted"]


def test_overlaps_come_in_the_order_of_the_tasks() -> None:
    found = overlaps(*(task(name, "app.py") for name in ("d", "a", "c", "b")))

    assert [row[:2] for row in found] == [
        ("d", "a"), ("d", "c"), ("d", "b"), ("a", "c"), ("a", "b"), ("c", "b")
    ]  # fmt: skip


ranges = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 3)).map(lambda r: (r[0], r[0] + r[1])), max_size=3
)


@given(ranges, ranges)
def test_ranges_touch_when_two_of_their_lines_are_neighbours(
    left: list[tuple[int, int]], right: list[tuple[int, int]]
) -> None:
    near = any(a <= d + 1 and c <= b + 1 for a, b in left for c, d in right)

    assert (touching(tuple(left), tuple(right)) is not None) == near


TEXTS = [
    *("a.py", "b.py", "src/a.py", "src/b.py", "src/x/a.py", "src/[a]x", "src/ax", "src", "lib/a.py"),
    *("src/", "src/**", "src/*.py", "**/a.py", "**/*.py", "s*/a.py", "src/x/", "src/*/", "{src,lib}/a.py"),
    *("src/a*", "src/**/a.py", "src/x/*", "[ab].py", "?.py", "{a,b}.py", "src/{x/,b}*", "*/x/**", "src/[a]x"),
    *("src/ab*.py", "src/a*b.py", "src/*b.py", "**/x/a*", "{src/,}x*"),
]
entries = st.builds(
    lambda path, origin: Entry(path, Kind.MODIFY, origin),
    st.sampled_from(TEXTS),
    st.sampled_from([origin for origin in Origin if origin is not Origin.PREDICTED]),
)
worlds = st.lists(st.lists(entries, max_size=4), max_size=6)


@settings(max_examples=400, deadline=None)
@given(worlds)
def test_the_overlaps_are_those_that_asking_every_pair_finds(world: list[list[Entry]]) -> None:
    footprints = [Footprint(TaskId(f"t{n}"), tuple(entries)) for n, entries in enumerate(world)]
    expected = [
        (left.work, right.work)
        for n, left in enumerate(footprints)
        for right in footprints[n + 1 :]
        if any(patterns.meets(a.pattern, b.pattern) for a in left.entries for b in right.entries)
    ]
    found = find_overlaps(footprints)

    assert [(overlap.left, overlap.right) for overlap in found] == expected
    for overlap in found:
        assert_paths(overlap, footprints)


def assert_paths(overlap: Overlap, footprints: list[Footprint]) -> None:
    """Every path of an overlap is in both footprints, and every file named by one and covered by both is told."""
    left, right = (next(f for f in footprints if f.work == task) for task in (overlap.left, overlap.right))
    told = [path for path in overlap.paths if " ~ " not in path]
    for path in told:
        assert all(path in f_text(f) or any(patterns.matches(e.pattern, path) for e in f.entries)
                   for f in (left, right))  # fmt: skip
    for a, b in ((left, right), (right, left)):
        for entry in a.entries:
            if entry.pattern.is_exact and any(patterns.matches(e.pattern, entry.path) for e in b.entries):
                assert entry.path in told


def f_text(footprint: Footprint) -> set[str]:
    return {entry.path for entry in footprint.entries}


def test_many_tasks_with_many_globs_end() -> None:
    tasks = [
        task(f"t{n}", f"src/m{n}/a.py", f"src/m{n}/**/test_*.py", f"**/only{n}.py", f"lib/m{n % 100}/")
        for n in range(400)
    ]
    found = find_overlaps([of_task(t) for t in tasks])

    # Four tasks share each of the hundred directories; a glob from the root may be in any directory.
    assert len(found) == 400 * 399 // 2


@given(
    prints=st.lists(
        st.lists(
            st.tuples(
                st.sampled_from(
                    ["a.py", "A.py", "src/", "src/a.py", "src/*.py", "db/0001_a.sql", "db/0001_b.sql"]
                ),
                st.sampled_from([Origin.DECLARED, Origin.OBSERVED, Origin.PREDICTED]),
                st.sampled_from([0.2, 0.5, 1.0]),
            ),
            max_size=3,
        ),
        min_size=2,
        max_size=5,
    ),
    hot=st.sampled_from([(), (("a.py", Policy.SERIALISE),), (("a.py", Policy.ALLOW),)]),
    level=st.sampled_from(Level),
    proofs=st.sampled_from([Proofs(), Proofs({(0, 1): ("a.py",)}), Proofs(clean={(0, 1)})]),
)
def test_who_may_not_run_beside_a_work_is_who_its_overlaps_exclude(
    prints: list[list[tuple[str, Origin, float]]],
    hot: tuple[tuple[str, Policy], ...],
    level: Level,
    proofs: Proofs,
) -> None:
    works = [TaskId(f"t{n}") if n != 3 else OtherWork("heads/x") for n in range(len(prints))]
    overlaps = Overlaps(
        (
            Footprint(work, tuple(Entry(p, Kind.MODIFY, origin, weight=w) for p, origin, w in entries))
            for work, entries in zip(works, prints, strict=True)
        ),
        exclusion=Exclusion(level, hot),
        proofs=proofs,
    )

    for work in works:
        others = {other for other in works if (o := overlaps.between(work, other)) and o.excludes}
        assert overlaps.apart_from(work) == others
