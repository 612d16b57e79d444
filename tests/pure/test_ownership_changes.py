"""What becomes of an entry, judged beyond its path: links, submodules, look-alikes, and what stands in whose place."""

from collections.abc import Callable

import pytest

from git_parallel.names import TaskId
from git_parallel.overlap.patterns import parse
from git_parallel.ownership.changes import Change, Kind, judge_changes, judge_each, leads_to
from git_parallel.ownership.judge import Claimant, Foreign, Ownership, Verdict
from git_parallel.ownership.rules import Territory, territories

ME, OTHER = TaskId("me"), TaskId("other")
LANDS = territories({"coder": ["src/**"], "writer": ["docs/**", "shared/**"], "drawer": ["shared/**"]})
FREE = Verdict()
DECLARED = "declared by task 'other'"


def ownership(
    *mine: str,
    theirs: tuple[str, ...] = (),
    claims: dict[str, TaskId] | None = None,
    strict: bool = False,
    agent: str = "",
) -> Ownership:
    me = Claimant(ME, tuple(map(parse, mine)), LANDS.get(agent, Territory(agent)))
    other = Claimant(OTHER, tuple(map(parse, theirs)))
    return Ownership({ME: me, OTHER: other}, claims or {}, LANDS if agent else {}, strict)


def judged(state: Ownership, *changes: Change) -> Verdict:
    return judge_changes(ME, changes, state)


def link(path: str, target: str) -> Change:
    return Change(path, Kind.LINK, Kind.GONE, target)


def new(path: str, *also: str) -> Change:
    return Change(path, Kind.FILE, Kind.GONE, also=also)


def nobodys(*paths: str) -> Verdict:
    return Verdict(unclaimed=paths)


def foreign(path: str, owner: str, why: str) -> Verdict:
    return Verdict(foreign=(Foreign(path, owner, why),))


def test_modes_tell_what_an_entry_is() -> None:
    kinds = [Kind.of(mode) for mode in ("100644", "100755", "120000", "160000", "000000")]

    assert kinds == [Kind.FILE, Kind.FILE, Kind.LINK, Kind.GITLINK, Kind.GONE]
    assert (new("a").is_new, Change("a", Kind.FILE).is_new) == (True, False)


def test_files_are_judged_by_their_paths() -> None:
    state = ownership("own/", theirs=("b.py",))

    assert judged(state, Change("own/a.py", Kind.FILE), Change("free.py", Kind.GONE)) == nobodys("free.py")
    assert judged(state, Change("b.py", Kind.GONE)) == foreign("b.py", "other", DECLARED)


def test_each_change_is_answered_by_itself_and_a_path_may_have_several() -> None:
    good, bad = link("own/l", "a.py"), link("own/l", "../b.py")

    judgement = judge_each(ME, [good, bad, good], ownership("own/", theirs=("b.py",)))

    assert judgement.against == {bad: (Foreign("own/l", "other", f"a symbolic link to 'b.py', {DECLARED}"),)}


@pytest.mark.parametrize(
    ("path", "target", "leads"),
    [
        ("own/l", "a", "own/a"),
        ("own/l", "./a//b/", "own/a/b"),
        ("own/deep/l", "../../b", "b"),
        ("own/l", "..", ""),
        ("l", ".", ""),
        ("l", "..", None),
        ("own/l", "../../x", None),
        ("own/l", "/own/a", None),
        ("own/l", "a/../b", None),
        ("own/l", "a\0b", None),
        ("own/l", "..a/...", "own/..a/..."),
    ],
)
def test_where_a_link_leads(path: str, target: str, leads: str | None) -> None:
    assert leads_to(link(path, target)) == leads


def test_a_link_out_of_the_repository_is_foreign_wherever_it_stands() -> None:
    for path in ("own/l", "free"):
        assert judged(ownership("own/"), link(path, "/etc/passwd")) == foreign(
            path, "", "a symbolic link out of the repository, to '/etc/passwd'"
        )


@pytest.mark.parametrize("target", ["../lib", "../lib/b.py", "..", "../deep/er"])
def test_a_link_to_what_another_declares_or_to_a_directory_with_it_is_foreign(target: str) -> None:
    state = ownership("own/", theirs=("lib/", "deep/er/x.py"))

    assert judged(state, link("own/l", target)).foreign[0].owner == "other"


def test_a_link_to_what_another_claims_or_what_another_agent_type_owns_is_foreign() -> None:
    claimed = ownership("own/", claims={"lib/b.py": OTHER})
    assert judged(claimed, link("own/l", "../lib")).foreign[0].why.endswith("claimed by task 'other'")

    typed = ownership("src/own/", agent="coder")
    assert judged(typed, link("src/own/l", "../../docs")).foreign[0].owner == "writer"


def test_a_link_to_what_two_agent_types_own_is_foreign_to_neither() -> None:
    state = ownership("shared/own/", agent="drawer")

    assert judged(state, link("shared/own/l", "../x.svg")) == FREE
    assert judged(state, link("shared/own/l", "..")) == FREE


@pytest.mark.parametrize("strict", [False, True])
def test_a_link_to_what_is_own_or_nobodys_is_fine_however_strict_the_policy(strict: bool) -> None:
    state = ownership("own/", "both/", theirs=("lib/", "both/b.py"), strict=strict)

    for target in ("a.py", "gone", "../free.py", "../free", "../both", "../both/b.py"):
        assert judged(state, link("own/l", target)) == FREE


def gitlink(path: str, was: Kind = Kind.GONE) -> Change:
    return Change(path, Kind.GITLINK, was)


def test_a_new_submodule_needs_an_exact_declaration() -> None:
    why = "a new submodule, which only an exact declaration in the spec gives"

    assert judged(ownership("vendor/lib"), gitlink("vendor/lib")) == FREE
    for state in (
        ownership("vendor/"), ownership("vendor/*"), ownership(),
        ownership("vendor/lib/x.c"), ownership(claims={"vendor/lib": ME}),
    ):  # fmt: skip
        assert judged(state, gitlink("vendor/lib")) == foreign("vendor/lib", "", why)


@pytest.mark.parametrize(
    "change",
    [
        gitlink("vendor/lib", Kind.GITLINK),
        Change("vendor/lib", Kind.GONE, Kind.GITLINK),
        Change("vendor/lib", Kind.FILE, Kind.GITLINK),
        gitlink("vendor/lib", Kind.FILE),
    ],
    ids=["moved", "gone", "a file now", "no file any more"],
)
def test_a_submodule_that_is_there_is_given_by_what_is_declared_of_it_or_claimed(change: Change) -> None:
    for state in (
        ownership("vendor/lib"), ownership("vendor/lib/"), ownership("vendor/lib/x.c"),
        ownership(claims={"vendor/lib": ME}),
    ):  # fmt: skip
        assert judged(state, change) == FREE
    for state in (ownership("vendor/"), ownership("vendor/**"), ownership()):
        assert judged(state, change) == nobodys("vendor/lib")
    strict = judged(ownership("vendor/", strict=True), change)
    assert strict == foreign(
        "vendor/lib", "", "a submodule, which no directory or wildcard of the spec gives"
    )
    assert judged(ownership(theirs=("vendor/",)), change) == foreign("vendor/lib", "other", DECLARED)


def test_a_name_that_passes_for_a_foreign_one_is_judged_as_that_one_as_well() -> None:
    state = ownership("Own/", theirs=("own/",))

    assert judged(state, new("Own/a.py", "own/a.py")) == foreign(
        "Own/a.py", "other", f"some file systems take it for 'own/a.py', {DECLARED}"
    )
    assert judged(state, new("Own/a.py", "OWN/a.py")) == FREE, "and what is nobody's is not claimed by that"


def test_who_puts_a_file_where_anothers_directory_is_to_be_takes_its_place() -> None:
    state = ownership("own/", theirs=("lib/core/x.py",), claims={"tools/y.py": OTHER})

    for path in ("lib", "lib/core"):
        why = f"stands in the place of a directory with what is {DECLARED}"
        assert judged(state, new(path)) == foreign(path, "other", why)
    assert judged(state, new("tools")).foreign[0].why.endswith("claimed by task 'other'")
    assert judged(state, new("lib/core/y.py")) == nobodys("lib/core/y.py")
    assert judged(state, Change("lib", Kind.FILE)) == nobodys("lib"), (
        "where it stood before, it takes no place"
    )


def test_who_puts_a_directory_where_anothers_file_is_to_be_takes_its_place() -> None:
    state = ownership("lib/y/own.py", theirs=("lib/x", "lib/y"))

    assert judged(state, new("lib/x/a/b.py")) == foreign(
        "lib/x/a/b.py", "other", f"stands in the place of 'lib/x', {DECLARED}"
    )
    assert judged(state, new("lib/y/own.py")) == FREE, "the own declaration stands"


ACCEPTED: dict[str, Callable[[], Change]] = {
    "a path": lambda: Change("b.py", Kind.FILE),
    "below a directory": lambda: Change("lib/b.py", Kind.GONE),
    "a link": lambda: link("lib/l", "/etc/passwd"),
    "a submodule": lambda: gitlink("lib/mod"),
    "a control file": lambda: new("lib/.gitattributes"),
}


@pytest.mark.parametrize("what", ACCEPTED)
def test_what_the_user_accepted_is_neither_foreign_nor_to_be_claimed(what: str) -> None:
    state = ownership("own/", theirs=("b.py", "lib/"), strict=True)
    change = ACCEPTED[what]()

    assert judge_changes(ME, [change], state).foreign
    assert judge_changes(ME, [change], state, accepted=["b.py", "lib/"]) == FREE
    assert judge_changes(ME, [change], state, accepted=["b", "li", "lib", "lib/b.pyx/"]).foreign
