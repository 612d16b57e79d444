"""The states of a task, which may follow which, and the record as JSON, both ways."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.errors import BadName, IllegalTransition
from git_parallel.names import Oid, TaskId
from git_parallel.schedule.record import State, TaskRecord, from_json, to_json

FOLLOWS = {
    "planned": "planned ready cancelled conflicted",
    "ready": "planned ready running failed cancelled",
    "running": "succeeded failed cancelled lost conflicted",
    "succeeded": "planned ready merging conflicted rejected cancelled",
    "failed": "planned ready cancelled merging conflicted rejected",
    "cancelled": "planned ready",
    "lost": "planned ready cancelled conflicted",
    "merging": "succeeded merged conflicted rejected",
    "merged": "merging conflicted rejected",
    "conflicted": "planned ready merging conflicted rejected cancelled",
    "rejected": "planned ready merging conflicted rejected cancelled",
}
WORDS = [(before, after) for before, allowed in FOLLOWS.items() for after in allowed.split()]
OTHERS = [(before, after) for before in FOLLOWS for after in FOLLOWS if (before, after) not in WORDS]


def in_state(state: str) -> TaskRecord:
    return TaskRecord(TaskId("20"), State(state))


def test_the_table_above_speaks_of_every_state() -> None:
    assert list(FOLLOWS) == list(State)
    assert len(WORDS) + len(OTHERS) == len(State) ** 2


@pytest.mark.parametrize(("before", "after"), WORDS)
def test_a_state_that_may_follow_follows(before: str, after: str) -> None:
    assert in_state(before).to(State(after), reason="so") == TaskRecord(
        TaskId("20"), State(after), reason="so"
    )


@pytest.mark.parametrize(("before", "after"), OTHERS)
def test_no_other_state_can_be_built(before: str, after: str) -> None:
    with pytest.raises(IllegalTransition) as error:
        in_state(before).to(State(after))

    assert error.value.message == f"task '20' cannot go from {before} to {after}"


def test_what_a_transition_does_not_name_stays_as_it_was() -> None:
    running = TaskRecord(TaskId("20"), State.RUNNING, title="Log in", attempt=2, started=5.0)

    ended = running.to(State.SUCCEEDED, ended=7.5, exit_status=0)

    assert ended == TaskRecord(
        TaskId("20"), State.SUCCEEDED, title="Log in", attempt=2, started=5.0, ended=7.5, exit_status=0
    )
    assert (running.seconds, ended.seconds) == (None, 2.5)


def test_a_clock_that_was_set_back_makes_no_negative_time() -> None:
    assert TaskRecord(TaskId("20"), State.FAILED, started=9.0, ended=5.0).seconds == 0.0


def test_a_task_holds_its_paths_until_it_is_merged_or_cancelled() -> None:
    assert [state for state in State if not in_state(state).is_unfinished] == [State.CANCELLED, State.MERGED]


FULL = TaskRecord(
    TaskId("us-43"),
    State.REJECTED,
    title="Log in",
    source="specs/SPEC-43.md",
    agent="coder",
    attempt=3,
    branch="feature/us-43",
    worktree="/work/shop-wtus-43",
    target="main",
    base=Oid("a" * 40),
    tip=Oid("b" * 64),
    spec=Oid("c" * 40),
    candidate=Oid("d" * 40),
    started=1700000000.25,
    ended=1700000060.5,
    exit_status=0,
    reason="touches what is not its own: b.py",
    foreign=("b.py", "ümlaut\udcff"),
    retries=2,
    stacked=("us-42",),
    is_fresh=True,
    cone=("src/auth",),
    is_delegated=True,
    paths=("src/**",),
    cost=0.25,
    spent=1.5,
    tokens_in=1200,
    tokens_cached=1000,
    tokens_out=80,
    accepted=("Makefile", "docs/"),
    accepted_target=Oid("e" * 40),
    strategy="squash",
    verified="make test",
    resolves=Oid("f" * 40),
    control=("info/grafts 0123456789abcdef",),
)


def test_the_json_of_a_full_record() -> None:
    assert to_json(FULL) == {
        "version": 1,
        "id": "us-43",
        "state": "rejected",
        "title": "Log in",
        "source": "specs/SPEC-43.md",
        "agent": "coder",
        "attempt": 3,
        "branch": "feature/us-43",
        "worktree": "/work/shop-wtus-43",
        "target": "main",
        "base": "a" * 40,
        "tip": "b" * 64,
        "spec": "c" * 40,
        "candidate": "d" * 40,
        "started": 1700000000.25,
        "ended": 1700000060.5,
        "exit_status": 0,
        "reason": "touches what is not its own: b.py",
        "foreign": ("b.py", "ümlaut\udcff"),
        "retries": 2,
        "stacked": ("us-42",),
        "is_fresh": True,
        "cone": ("src/auth",),
        "is_delegated": True,
        "paths": ("src/**",),
        "cost": 0.25,
        "spent": 1.5,
        "tokens_in": 1200,
        "tokens_cached": 1000,
        "tokens_out": 80,
        "accepted": ("Makefile", "docs/"),
        "accepted_target": "e" * 40,
        "strategy": "squash",
        "verified": "make test",
        "resolves": "f" * 40,
        "control": ("info/grafts 0123456789abcdef",),
    }


def through_text(data: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps(data))


def test_a_full_record_comes_back_as_it_was_with_the_types_of_its_names() -> None:
    back = from_json(through_text(to_json(FULL)))

    assert back == FULL == from_json(to_json(FULL))
    assert [type(v) for v in (back.id, back.state, back.base, back.candidate, back.foreign)] == [
        TaskId, State, Oid, Oid, tuple
    ]  # fmt: skip


oids = st.none() | st.sampled_from([Oid("a" * 40), Oid("0" * 39 + "1"), Oid("f" * 64)])
times = st.none() | st.floats(0, 4e9)
records = st.builds(
    TaskRecord,
    id=st.sampled_from(["20", "us-43", "a" * 48]).map(TaskId),
    state=st.sampled_from(State),
    title=st.text(),
    source=st.text(),
    agent=st.none() | st.text(),
    attempt=st.integers(0, 1000),
    branch=st.text(),
    worktree=st.text(),
    target=st.text(),
    base=oids,
    tip=oids,
    spec=oids,
    candidate=oids,
    started=times,
    ended=times,
    exit_status=st.none() | st.integers(0, 255),
    reason=st.text(),
    foreign=st.lists(st.text()).map(tuple),
    retries=st.integers(0, 1000),
    stacked=st.lists(st.text()).map(tuple),
    is_fresh=st.booleans(),
    cone=st.none() | st.lists(st.text()).map(tuple),
)  # fmt: skip


@given(records)
def test_every_record_comes_back_as_it_was(record: TaskRecord) -> None:
    assert from_json(to_json(record)) == record
    assert from_json(through_text(to_json(record))) == record


def test_only_id_and_state_have_to_be_there() -> None:
    assert from_json({"version": 1, "id": "20", "state": "ready"}) == TaskRecord(TaskId("20"), State.READY)


def test_keys_of_a_later_git_parallel_are_ignored() -> None:
    later = {**to_json(FULL), "sandbox": {"uid": 1000}, "karma": 1.5}

    assert from_json(through_text(later)) == FULL


@pytest.mark.parametrize("version", [2, 0, None, "1"])
def test_another_version_is_refused(version: object) -> None:
    with pytest.raises(ValueError, match=f"record of version {version!r}, this git-parallel reads 1"):
        from_json({**to_json(FULL), "version": version})


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        ("id", "../20", BadName),
        ("id", 20, ValueError),
        ("state", "asleep", ValueError),
        ("base", "main", BadName),
        ("tip", 7, ValueError),
        ("foreign", None, ValueError),
        ("stacked", "us-42", ValueError),
        ("retries", "2", ValueError),
        ("retries", True, ValueError),
        ("is_fresh", 1, ValueError),
        ("cone", "src", ValueError),
    ],
)
def test_what_is_no_record_is_refused(key: str, value: object, kind: type[Exception]) -> None:
    with pytest.raises(kind):
        from_json({**to_json(FULL), key: value})


@pytest.mark.parametrize("key", ["version", "id", "state"])
def test_a_record_without_its_first_keys_is_refused(key: str) -> None:
    data = to_json(FULL)
    del data[key]

    with pytest.raises((ValueError, KeyError)):
        from_json(data)
