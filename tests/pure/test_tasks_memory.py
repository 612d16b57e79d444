"""What documents were understood as comes back whole, or not at all."""

import json
from dataclasses import MISSING, fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.tasks.draft import Draft, Parsed
from git_parallel.tasks.memory import Memory, from_values, is_built_in, to_values
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Role, Status

PATH = "specs/SPEC-1-x.md"
OID = "1" * 40
SPEC = BUILT_IN[0]
DATA = b"# SPEC-1: X\n\n**File**: `src/a.py`\n"
DECLARED = Declared("src/a.py", Kind.DELETE, PATH, 3, "a.py", ((1, 2), (7, 9)), True, True)
DRAFT = Draft(
    path=PATH,
    line=4,
    short="1",
    title="X \u2028 \udc80 \U0001f600",
    text="own text",
    slug="x",
    role=Role.SPEC,
    scope="specs",
    aliases=("us-1",),
    declared=(DECLARED,),
    after=(After("2", False),),
    before=(After("3"),),
    conflicts=("4",),
    wave=5,
    is_alone=True,
    priority=1.5,
    agent="coder",
    status=Status.BLOCKED,
    estimate=3600.0,
    patches=(replace(DECLARED, path="a.patch"),),
    also=("specs/b.md",),
)
PARSED = Parsed((DRAFT,), (Problem(PATH, 2, "odd"),))


def through_json(parsed: Parsed, data: bytes = DATA) -> Any:
    return json.loads(json.dumps(to_values(parsed, PATH, data)))


@pytest.mark.parametrize("value", [DRAFT, DECLARED], ids=["draft", "declared"])
def test_the_example_says_something_in_every_field(value: Any) -> None:
    said_nothing = [
        field.name
        for field in fields(value)
        if field.default is not MISSING and getattr(value, field.name) == field.default
    ]
    assert said_nothing == []


def test_every_field_comes_back() -> None:
    assert from_values(through_json(PARSED), PATH, DATA) == PARSED


def test_the_whole_text_is_not_stored_but_taken_from_the_blob() -> None:
    for data in (DATA, b"\xef\xbb\xbf# X\r\ny\r\n", b"a\rb", b"gr\xc3\xbc\xff\n", b""):
        memory = Memory({PATH: OID})
        parsed = memory.parsed(PATH, data, (SPEC,))
        assert all(draft[3] is None for draft in memory.entries[PATH][2])
        assert from_values(json.loads(json.dumps(memory.entries[PATH]))[1:], PATH, data) == parsed


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_values_of_another_shape_are_unknown(values: Any) -> None:
    assert from_values(values, PATH, DATA) in (None, Parsed())


@given(st.data())
def test_a_value_of_another_type_makes_the_entry_unknown_or_stays_what_it_is(data: st.DataObject) -> None:
    values = through_json(PARSED)
    where = data.draw(st.integers(0, len(values[1][0]) - 1))
    values[1][0][where] = data.draw(anything)
    back = from_values(values, PATH, DATA)
    assert back is None or to_values(back, PATH, DATA) is not None


@pytest.mark.parametrize(
    "damage",
    [
        lambda v: v[1][0].__setitem__(0, True),
        lambda v: v[1][0].__setitem__(14, float("inf")),
        lambda v: v[1][0].__setitem__(14, 10**400),
        lambda v: v[1][0].__setitem__(5, "boss"),
        lambda v: v[1][0].__setitem__(5, []),
        lambda v: v[1][0][8][0].__setitem__(0, ""),
        lambda v: v[1][0][8][0].__setitem__(4, [[1, 2, 3]]),
        lambda v: v[0][0].__setitem__(1, "red \x1b[31m"),
        lambda v: v[1][0].append(1),
        lambda v: v.append([]),
    ],
)
def test_damage_makes_the_entry_unknown(damage: Any) -> None:
    values = through_json(PARSED)
    damage(values)
    assert from_values(values, PATH, DATA) is None


def test_what_cannot_be_taken_back_is_not_given() -> None:
    for draft in (
        replace(DRAFT, priority=float("nan")),
        replace(DRAFT, path="other.md"),
        replace(DRAFT, declared=(replace(DECLARED, source="other.md"),)),
    ):
        assert to_values(Parsed((draft,)), PATH, DATA) is None


def test_a_document_is_remembered_by_blob_and_by_the_sources_asked() -> None:
    memory = Memory({PATH: OID})
    memory.parsed(PATH, DATA, (SPEC,))
    assert memory.is_new
    again = Memory({PATH: OID}, json.loads(json.dumps(memory.entries)))
    again.parsed(PATH, DATA, (SPEC.at(("elsewhere/*.md",)),))
    assert not again.is_new
    again.parsed(PATH, DATA, (BUILT_IN[6], SPEC))
    assert again.is_new
    assert Memory({PATH: "2" * 40}, again.entries).entries == {}
    assert Memory({}, again.entries).entries == {}


def test_foreign_sources_and_missing_blobs_are_not_remembered() -> None:
    memory = Memory({PATH: OID})
    foreign = replace(SPEC, parse=lambda document: SPEC.parse(document))
    assert not is_built_in(foreign)
    assert not is_built_in(replace(SPEC, name="other"))
    memory.parsed(PATH, DATA, (foreign,))
    memory.parsed(PATH, DATA, (SPEC, foreign))
    memory.parsed(PATH, None, (SPEC,))
    assert memory.entries == {}
    assert not memory.is_new


@pytest.mark.parametrize("entries", [None, [], 1, {PATH: 1}, {PATH: []}, {PATH: [1]}, {PATH: [OID]}])
def test_entries_of_another_shape_are_none(entries: object) -> None:
    assert Memory({PATH: OID}, entries).entries == {}
