"""Who may change what: the one judgement, rule by rule, and the claims it is made on."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.errors import BadName
from git_parallel.names import TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership import claims
from git_parallel.ownership.judge import Claimant, Foreign, Ownership, Verdict, judge
from git_parallel.ownership.rules import Territory, territories

ME, OTHER, THIRD = TaskId("me"), TaskId("other"), TaskId("third")
OWNS = territories({"coder": ["src/**", "tests/"], "writer": ["docs/**"], "anyone": []})
WRITERS = "territory of agent type 'writer'"
CONTROL = "a control file of git, which only an exact declaration in the spec gives"


def claimant(task: TaskId, *declared: str, agent: str = "") -> Claimant:
    return Claimant(task, tuple(map(parse, declared)), OWNS.get(agent, Territory(agent)))


def ownership(
    *claimants: Claimant, claimed: dict[str, TaskId] | None = None, strict: bool = False
) -> Ownership:
    return Ownership({one.task: one for one in claimants}, claimed or {}, OWNS, strict)


def foreign(path: str, owner: str, why: str) -> Verdict:
    return Verdict(foreign=(Foreign(path, owner, why),))


FREE = Verdict()


def nobodys(*paths: str) -> Verdict:
    return Verdict(unclaimed=paths)


def test_what_a_task_declares_is_its_own_as_path_directory_and_glob() -> None:
    state = ownership(claimant(ME, "app.py", "src/", "lib/*.py"))

    assert judge(ME, ["app.py", "src/a/b.py", "lib/c.py"], state) == FREE
    assert judge(ME, ["lib/deep/c.py"], state) == nobodys("lib/deep/c.py")


def test_what_another_unfinished_task_declares_is_foreign() -> None:
    state = ownership(claimant(ME, "app.py"), claimant(OTHER, "src/"))

    assert judge(ME, ["src/a.py"], state) == foreign("src/a.py", "other", "declared by task 'other'")


def test_what_both_declare_is_nobodys_offence() -> None:
    state = ownership(claimant(ME, "app.py"), claimant(OTHER, "app.py"))

    assert judge(ME, ["app.py"], state) == judge(OTHER, ["app.py"], state) == FREE


def test_what_nobody_declares_can_be_claimed_unless_the_policy_is_strict() -> None:
    me = claimant(ME, "app.py")

    assert judge(ME, ["new.py"], ownership(me)) == nobodys("new.py")
    assert judge(ME, ["app.py", "new.py"], ownership(me, strict=True)) == foreign(
        "new.py", "", "not declared by the spec, and parallel.ownership is strict"
    )


def test_what_is_claimed_already_is_allowed_when_strict() -> None:
    assert judge(ME, ["new.py"], ownership(claimant(ME), claimed={"new.py": ME}, strict=True)) == FREE


def test_a_claim_gives_the_path_to_its_holder_and_to_nobody_else() -> None:
    state = ownership(claimant(ME), claimant(OTHER), claimed={"new.py": OTHER})

    assert judge(OTHER, ["new.py"], state) == FREE
    assert judge(ME, ["new.py"], state) == foreign("new.py", "other", "claimed by task 'other'")


def test_the_claim_of_a_finished_task_has_lapsed() -> None:
    assert judge(ME, ["new.py"], ownership(claimant(ME), claimed={"new.py": OTHER})) == nobodys("new.py")
    assert judge(ME, ["app.py"], ownership(claimant(ME, "app.py"), claimed={"app.py": OTHER})) == FREE


def test_a_claim_outranks_what_another_declares_and_what_the_agent_type_owns() -> None:
    state = ownership(
        claimant(ME, agent="coder"), claimant(OTHER, "docs/"), claimed={"docs/a.md": ME, "src/b.py": OTHER}
    )

    assert judge(ME, ["docs/a.md"], state) == FREE
    assert judge(ME, ["src/b.py"], state) == foreign("src/b.py", "other", "claimed by task 'other'")


def test_a_claim_of_another_outranks_the_own_declaration() -> None:
    state = ownership(claimant(ME, "app.py"), claimant(OTHER), claimed={"app.py": OTHER})

    assert judge(ME, ["app.py"], state) == foreign("app.py", "other", "claimed by task 'other'")


def test_an_agent_type_stays_within_what_it_owns_whatever_it_declares() -> None:
    state = ownership(claimant(ME, "docs/a.md", "src/", agent="coder"), claimant(OTHER, "docs/b.md"))

    assert judge(ME, ["src/a.py"], state) == FREE
    assert judge(ME, ["tests/test_a.py"], state) == nobodys("tests/test_a.py")
    for path in ("docs/a.md", "docs/b.md"):
        assert judge(ME, [path], state) == foreign(path, "writer", "outside what agent type 'coder' owns")
    assert judge(ME, ["Makefile"], state) == foreign("Makefile", "", "outside what agent type 'coder' owns")


def test_a_type_without_patterns_may_change_what_it_declares_and_what_is_no_types_territory() -> None:
    for agent in ("anyone", "unheard-of", ""):
        state = ownership(claimant(ME, "docs/a.md", agent=agent))
        assert judge(ME, ["docs/a.md"], state) == FREE
        assert judge(ME, ["Makefile"], state) == nobodys("Makefile")
        assert judge(ME, ["docs/b.md"], state) == foreign("docs/b.md", "writer", WRITERS)


def test_within_the_territory_the_declaration_of_another_still_counts() -> None:
    state = ownership(claimant(ME, agent="coder"), claimant(OTHER, "src/a.py", agent="coder"))

    assert judge(ME, ["src/a.py"], state) == foreign("src/a.py", "other", "declared by task 'other'")


def test_a_declaration_of_another_is_foreign_also_when_strict() -> None:
    state = ownership(claimant(ME), claimant(OTHER, "app.py"), strict=True)

    assert judge(ME, ["app.py"], state) == foreign("app.py", "other", "declared by task 'other'")


@pytest.mark.parametrize(
    "path", [".gitattributes", "lib/.gitmodules", ".GitIgnore", "lib/GIT~1", "lib/git~1/x"]
)
def test_neither_a_wildcard_nor_a_claim_gives_a_control_file(path: str) -> None:
    for state in (
        ownership(claimant(ME, "lib/", "lib/**", ".[gG]it*")),
        ownership(claimant(ME), claimed={path: ME}),
        ownership(claimant(OTHER, "app.py")),
    ):
        assert judge(ME, [path], state) == foreign(path, "", CONTROL)


def test_a_control_file_that_is_declared_exactly_goes_on_to_the_other_rules() -> None:
    exact = claimant(ME, ".gitattributes")

    assert judge(ME, [".gitattributes"], ownership(exact)) == FREE
    assert judge(
        ME, [".gitattributes"], ownership(exact, claimant(OTHER), claimed={".gitattributes": OTHER})
    ) == (foreign(".gitattributes", "other", "claimed by task 'other'"))
    bounded = claimant(ME, ".gitattributes", agent="coder")
    assert judge(ME, [".gitattributes"], ownership(bounded)) == foreign(
        ".gitattributes", "", "outside what agent type 'coder' owns"
    )


def test_several_paths_are_judged_each_by_itself_once_and_in_their_order() -> None:
    state = ownership(claimant(ME, "app.py"), claimant(OTHER, "b.py", "a.py"))

    verdict = judge(ME, ["z.py", "b.py", "app.py", "a.py", "z.py", "b.py", "y.py"], state)

    assert verdict == Verdict(
        foreign=(
            Foreign("b.py", "other", "declared by task 'other'"),
            Foreign("a.py", "other", "declared by task 'other'"),
        ),
        unclaimed=("z.py", "y.py"),
    )
    assert (verdict.is_allowed, nobodys("z.py").is_allowed, FREE.is_allowed) == (False, True, True)


def test_nothing_touched_is_nothing_foreign() -> None:
    assert judge(ME, [], ownership(claimant(OTHER, "src/"))) == FREE


def test_a_task_that_is_not_among_the_unfinished_owns_nothing() -> None:
    assert judge(ME, ["a.py", "b.py"], ownership(claimant(OTHER, "a.py"))) == Verdict(
        foreign=(Foreign("a.py", "other", "declared by task 'other'"),), unclaimed=("b.py",)
    )


def test_territories_are_patterns_and_one_that_cannot_be_meant_is_refused() -> None:
    assert OWNS["coder"] == Territory("coder", (parse("src/**"), parse("tests/")))
    assert [OWNS["coder"].has(path) for path in ("src/a/b.py", "tests/a.py", "src", "docs/a.md")] == [
        True, True, False, False
    ]  # fmt: skip
    with pytest.raises(BadName):
        territories({"coder": ["../elsewhere/**"]})


def test_live_claims_are_those_of_unfinished_tasks() -> None:
    held = {"a": ME, "b": OTHER, "c": THIRD}

    assert claims.live(held, {ME, THIRD}) == {"a": ME, "c": THIRD}
    assert claims.live(held, set()) == {}


def test_taking_paths_adds_them_and_leaves_the_given_claims_as_they_were() -> None:
    held = {"a": OTHER, "b": ME}

    assert claims.taken(held, ME, ["c", "b"]) == {"a": OTHER, "b": ME, "c": ME}
    assert held == {"a": OTHER, "b": ME}


def test_what_a_task_holds_by_claim_is_sorted() -> None:
    assert claims.of({"z": ME, "b": OTHER, "a": ME}, ME) == ("a", "z")
    assert claims.of({"b": OTHER}, ME) == ()


TASKS = (ME, OTHER, THIRD)
PATHS = ("app.py", "src/a.py", "src/b.py", "docs/a.md", ".gitattributes")
claimants = st.lists(
    st.builds(
        lambda task, declared, agent: claimant(task, *declared, agent=agent),
        st.sampled_from(TASKS),
        st.lists(st.sampled_from([*PATHS, "src/", "docs/**"]), max_size=3),
        st.sampled_from(["", "coder", "writer"]),
    ),
    unique_by=lambda one: one.task,
)
states = st.builds(
    lambda found, claimed, strict: ownership(*found, claimed=claimed, strict=strict),
    claimants,
    st.dictionaries(st.sampled_from(PATHS), st.sampled_from(TASKS)),
    st.booleans(),
)


@given(states, st.lists(st.sampled_from(PATHS)))
def test_a_verdict_speaks_of_each_path_at_most_once_and_what_was_claimed_after_it_is_free(
    state: Ownership, paths: Sequence[str]
) -> None:
    verdict = judge(ME, paths, state)
    told = [*(one.path for one in verdict.foreign), *verdict.unclaimed]

    assert len(told) == len(set(told))
    assert set(told) <= set(paths)
    taken = claims.taken(state.claims, ME, verdict.unclaimed)
    after = Ownership(state.claimants, taken, state.territories, state.strict)
    assert judge(ME, paths, after) == Verdict(foreign=verdict.foreign)


@given(states, st.sampled_from(PATHS))
def test_a_path_that_one_task_took_no_other_unfinished_task_can_take(state: Ownership, path: str) -> None:
    if path in judge(ME, [path], state).unclaimed and ME in state.claimants:
        after = Ownership(
            state.claimants, claims.taken(state.claims, ME, [path]), state.territories, state.strict
        )
        assert not judge(OTHER, [path], after).is_allowed
