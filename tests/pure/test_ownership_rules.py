"""The most specific pattern wins between agent types; and the compiled judge says what a naive one says."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.names import TaskId
from git_parallel.overlap.patterns import is_literal, matches, parse, trusted
from git_parallel.ownership.control import control_of
from git_parallel.ownership.judge import Claimant, Foreign, Ownership, Verdict, in_territory, judge
from git_parallel.ownership.owning import Ground, owned
from git_parallel.ownership.rules import Territory, territories
from git_parallel.ownership.specificity import Specificity, specificity

ME = TaskId("me")


def winners(path: str, owns: dict[str, list[str]]) -> tuple[str, ...]:
    """The agent types whose territory a path is."""
    return tuple(Ownership({}, territories=territories(owns)).survey.at(path).types)


@pytest.mark.parametrize(
    ("path", "better", "worse"),
    [
        ("docs/a.md", "docs/a.md", "docs/*.md"),
        ("docs/a.md", "docs/a.md", "docs/"),
        ("docs/adr/1.md", "docs/adr/", "docs/"),
        ("docs/adr/1.md", "docs/adr/", "docs/**/*1.md"),
        ("docs/adr/1.md", "docs/**/*.md", "docs/**"),
        ("docs/a.md", "docs/*.md", "docs/"),
        ("docs/a.md", "docs/*", "docs/**"),
        ("docs/a.md", "docs/?.md", "docs/*.??"),
        ("docs/a.md", "docs/*.md", "docs/*.*"),
        ("docs/a.md", "docs/a.*", "docs/*.*"),
        ("docs/abc.md", "docs/ab[c].md", "docs/*[a-c].md"),
        ("src/a.py", "**/a.py", "**/*.py"),
        ("src/a.py", "src/**", "**/a.py"),
        ("src/a.py", "**", "**/?*"),
        ("app/[id]/page.tsx", "app/[id]/page.tsx", "app/**/page.tsx"),
        ("src/a.py", "{src/a.py,lib/}", "src/*.py"),
    ],
)
def test_of_two_types_the_one_with_the_more_specific_pattern_has_the_path(
    path: str, better: str, worse: str
) -> None:
    assert winners(path, {"a": [better], "b": [worse]}) == ("a",)
    assert winners(path, {"b": [worse], "a": [better]}) == ("a",)


@pytest.mark.parametrize(
    ("path", "left", "right"),
    [
        ("docs/a.md", "docs/", "docs/**"),
        ("docs/a.md", "docs/*.md", "docs/a.m*"),
        ("a.py", "a.py", "{a,b}.py"),
    ],
)
def test_what_is_equally_specific_is_the_territory_of_both(path: str, left: str, right: str) -> None:
    assert set(winners(path, {"a": [left], "b": [right], "c": ["**"]})) == {"a", "b"}


def test_the_best_pattern_of_a_type_counts() -> None:
    owns = {"a": ["docs/", "docs/adr/1.md"], "b": ["docs/adr/"]}

    assert winners("docs/adr/1.md", owns) == ("a",)
    assert winners("docs/adr/2.md", owns) == ("b",)
    assert winners("docs/x/2.md", owns) == ("a",)
    assert winners("src/a.py", owns) == ()


def test_a_type_may_own_whatever_no_other_does() -> None:
    owns = {"rest": ["**"], "writer": ["docs/"]}

    assert [winners(path, owns) for path in ("a", "b/c", "docs/a.md", "docs")] == [
        ("rest",), ("rest",), ("writer",), ("rest",)
    ]  # fmt: skip


def test_a_path_of_another_type_is_foreign_though_a_pattern_of_the_own_type_fits() -> None:
    owns = territories({"manager": ["docs/"], "architect": ["docs/architecture/"]})
    manager = Claimant(ME, (parse("docs/"),), owns["manager"])
    state = Ownership({ME: manager}, territories=owns)

    assert judge(ME, ["docs/plan.md"], state) == Verdict()
    assert judge(ME, ["docs/architecture/a.md"], state) == Verdict(
        (Foreign("docs/architecture/a.md", "architect", "outside what agent type 'manager' owns"),)
    )


def test_in_the_territory_of_several_types_each_may_and_others_learn_all_of_them() -> None:
    owns = territories({"a": ["src/"], "b": ["src/**"]})
    state = Ownership({ME: Claimant(ME, territory=owns["b"])}, territories=owns)

    assert judge(ME, ["src/x.py"], state) == Verdict(unclaimed=("src/x.py",))
    assert judge(TaskId("other"), ["src/x.py"], state) == Verdict(
        (Foreign("src/x.py", "a, b", "territory of agent types 'a' and 'b'"),)
    )


def test_a_declaration_outside_the_own_territory_keeps_nobody_else_away() -> None:
    owns = territories({"coder": ["src/"], "writer": ["docs/"]})
    mistaken = Claimant(TaskId("mistaken"), (parse("docs/a.md"),), owns["coder"])
    writer = Claimant(ME, territory=owns["writer"])
    state = Ownership({mistaken.task: mistaken, ME: writer}, territories=owns)

    assert judge(ME, ["docs/a.md"], state) == Verdict(unclaimed=("docs/a.md",))
    assert judge(mistaken.task, ["docs/a.md"], state).foreign[0].owner == "writer"


def test_a_task_is_held_to_its_own_territory_also_where_the_others_are_not_known() -> None:
    state = Ownership({ME: Claimant(ME, territory=Territory("coder", (parse("src/"),)))})

    assert judge(ME, ["src/a.py"], state) == Verdict(unclaimed=("src/a.py",))
    assert [one.path for one in judge(ME, ["docs/a.md"], state).foreign] == ["docs/a.md"]


SEGMENTS = ("a", "b", "ab", "x.py", "y.md", ".gitignore", "t_1.py")
WILD = (*SEGMENTS, "*", "**", "*.py", "a*", "?", "t_*", "[ab]", "*.*")
TASKS = tuple(map(TaskId, ("one", "two", "three")))
paths = st.lists(st.sampled_from(SEGMENTS), min_size=1, max_size=4).map("/".join)
texts = st.builds(
    lambda parts, is_folder: "/".join(parts) + "/" * is_folder,
    st.lists(st.sampled_from(WILD), min_size=1, max_size=4),
    st.booleans(),
).filter(lambda text: text.strip("*/") and text.count("**") < 3)
patterns = st.lists(texts | st.builds("{{{},{}}}".format, texts, texts), max_size=5)


@st.composite
def states(draw: st.DrawFn) -> Ownership:
    owns = territories({name: draw(patterns) for name in ("coder", "writer", "")})
    claimants = {
        task: Claimant(task, tuple(map(trusted, draw(patterns))), owns[draw(st.sampled_from(sorted(owns)))])
        for task in draw(st.lists(st.sampled_from(TASKS), unique=True))
    }
    claims = draw(st.dictionaries(paths, st.sampled_from(TASKS), max_size=3))
    return Ownership(claimants, claims, owns, draw(st.booleans()))


@settings(max_examples=400)
@given(states(), st.sampled_from(TASKS), st.lists(paths, max_size=20))
def test_the_compiled_judge_says_what_a_naive_one_says(
    state: Ownership, task: TaskId, asked: list[str]
) -> None:
    answers = {path: naive(state, task, path) for path in asked}

    assert judge(task, asked, state) == Verdict(
        tuple(answer for answer in answers.values() if isinstance(answer, Foreign)),
        tuple(path for path, answer in answers.items() if answer == "unclaimed"),
    )


def naive(state: Ownership, task: TaskId, path: str) -> Foreign | str:
    """One path against every pattern, one rule after the other."""
    me = state.claimants.get(task, Claimant(task))
    types = naive_types(state, path)

    def declares(one: Claimant) -> bool:
        in_bounds = not one.territory.patterns or one.territory.agent in types
        return in_bounds and any(matches(pattern, path) for pattern in one.declared)

    is_exact = any(pattern.is_exact and pattern.text == path for pattern in me.declared)
    if (control := control_of(path)) and not is_exact:
        return Foreign(
            path, "", f"a control file of {control}, which only an exact declaration in the spec gives"
        )
    holder = state.claims.get(path)
    if holder == task:
        return "free"
    if holder in state.claimants:
        return Foreign(path, str(holder), f"claimed by task '{holder}'")
    if me.territory.patterns and me.territory.agent not in types:
        return Foreign(path, ", ".join(types), f"outside what agent type '{me.territory.agent}' owns")
    if declares(me):
        return "free"
    for other in state.claimants.values():
        if declares(other):
            return Foreign(path, str(other.task), f"declared by task '{other.task}'")
    if types and not me.territory.patterns:
        return Foreign(path, ", ".join(types), in_territory(types))
    if state.strict:
        return Foreign(path, "", "not declared by the spec, and parallel.ownership is strict")
    return "unclaimed"


def naive_types(state: Ownership, path: str) -> list[str]:
    lands = dict(state.territories)
    for one in state.claimants.values():
        lands.setdefault(one.territory.agent, one.territory)
    ranks = {name: rank for name, land in lands.items() if (rank := best(land, path)) is not None}
    return [name for name, rank in ranks.items() if rank == max(ranks.values())]


def best(land: Territory, path: str) -> Specificity | None:
    fitting = [
        specificity(shape)
        for pattern in land.patterns
        for shape in pattern.shapes
        if matches(type(pattern)(pattern.text, (shape,)), path)
    ]
    return max(fitting, default=None)


def test_an_exact_path_outranks_whatever_else_fits() -> None:
    shapes = [*trusted("a/b/c.py").shapes, *trusted("a/b/*.py").shapes, *trusted("a/").shapes]

    assert [is_literal(shape) for shape in shapes] == [True, False, False]
    assert sorted(shapes, key=specificity, reverse=True) == shapes


def test_thousands_of_patterns_with_many_owners_of_one_are_told_apart() -> None:
    dice = random.Random(7)
    folders = [f"pkg{a}/mod{b}/" for a in range(20) for b in range(20)]
    owns = {f"type{n}": [dice.choice(folders) for _ in range(40)] for n in range(50)}
    state = Ownership({}, territories=territories(owns))

    for folder in dice.sample(folders, 40):
        assert set(state.survey.at(f"{folder}x.py").types) == owners_of(folder, owns)


def owners_of(folder: str, owns: dict[str, Iterable[str]]) -> set[str]:
    return {name for name, folders in owns.items() if folder in folders}


@settings(max_examples=300)
@given(states(), st.lists(paths, max_size=20))
def test_the_tasks_that_own_a_path_are_those_that_may_change_it_at_once(
    state: Ownership, asked: list[str]
) -> None:
    for path in asked:
        answer = owned(path, state)
        free = [task for task in state.claimants if judge(task, [path], state) == Verdict()]
        assert answer.path == path
        assert len(answer.owners) == len(answer.patterns)
        assert free == ([] if answer.ground is Ground.TERRITORY else list(answer.owners))
        assert (answer.ground is Ground.CONTROL) == bool(answer.control)
