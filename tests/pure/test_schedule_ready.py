"""What may be launched now, the sentence for everything that may not, and that all of it comes to its turn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import combinations, count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from git_parallel.names import TaskId
from git_parallel.overlap.meet import Overlaps
from git_parallel.schedule.ready import PATIENCE, Decision, Scene, next_launches, overtaken
from git_parallel.tasks.task import Declared, Kind, Task
from tests.pure.overlapping import meeting


def task(name: str, *, agent: str | None = None, unknown: bool = False) -> Task:
    declared = () if unknown else (Declared(f"{name}.py", Kind.MODIFY, "ROADMAP.md", 2),)
    return Task(TaskId(name), name, "ROADMAP.md", 1, declared=declared, agent=agent)


def decide(
    *waiting: Task,
    running: Sequence[Task] = (),
    overlaps: Overlaps | None = None,
    waits: Mapping[str, str] | None = None,
    slots: int = 9,
    scarce: str = "all slots are taken",
    singletons: str = "",
    assume_independent: bool = False,
    **more: Any,
) -> Decision:
    return next_launches(
        Scene(
            **more,
            waiting=waiting,
            running=running,
            overlaps=overlaps or meeting(),
            waits={TaskId(name): before.split() for name, before in (waits or {}).items()},
            slots=slots,
            scarce=scarce,
            singletons=singletons.split(),
            assume_independent=assume_independent,
        )
    )


def decision(launch: str, following: str = "", **waiting: str) -> Decision:
    return Decision(
        tuple(map(TaskId, launch.split())),
        {TaskId(name): why for name, why in waiting.items()},
        tuple(map(TaskId, following.split())),
    )


def test_what_nothing_speaks_against_is_launched_in_its_order() -> None:
    assert decide(task("b"), task("a")) == decision("b a")


def test_nothing_waits_where_nothing_is_left() -> None:
    assert decide(running=[task("a")]) == decision("")


def test_the_slots_are_those_of_the_running_ones_too() -> None:
    told = decide(task("b"), task("c"), task("d"), running=[task("a")], slots=2)

    assert told == decision("b", "c d", c="all slots are taken", d="all slots are taken")


def test_where_there_are_fewer_slots_than_agents_nobody_is_launched_and_the_reason_is_the_given_one() -> None:
    told = decide(task("c"), running=[task("a"), task("b")], slots=1, scarce="the machine is busy")

    assert told == decision("", "c", c="the machine is busy")


def test_a_task_waits_for_what_it_comes_after_and_does_not_hold_up_the_next() -> None:
    told = decide(task("c"), task("d"), waits={"c": "a b", "d": ""})

    assert told == decision("d", c="after 'a', 'b', not merged yet")


def test_a_task_waits_for_one_that_runs_and_that_it_overlaps() -> None:
    told = decide(task("b"), task("c"), running=[task("a")], overlaps=meeting("a b"))

    assert told == decision("c", b="overlaps 'a', which is running (both modify a-b.py)")


def test_of_two_that_overlap_the_first_is_launched() -> None:
    told = decide(task("a"), task("b"), overlaps=meeting("a b"))

    assert told == decision("a", b="overlaps 'a', which is running (both modify a-b.py)")


def test_a_task_that_overlaps_only_one_that_waits_is_launched() -> None:
    told = decide(task("b"), task("c"), running=[task("a")], overlaps=meeting("a b", "b c"))

    assert told == decision("c", b="overlaps 'a', which is running (both modify a-b.py)")


def test_of_a_singleton_type_one_runs() -> None:
    waiting = (task("b", agent="architect"), task("c", agent="coder"), task("d"))

    assert decide(*waiting, running=[task("a", agent="architect")], singletons="architect") == decision(
        "c d", b="only one 'architect' runs at a time, and 'a' is one"
    )
    assert decide(*waiting, running=[task("a", agent="architect")]) == decision("b c d")


def test_beside_a_task_of_unknown_files_nothing_runs() -> None:
    told = decide(task("a"), running=[task("x", unknown=True)])

    assert told == decision("", a="'x' runs alone: what it touches is unknown")


def test_a_task_of_unknown_files_is_launched_alone_and_the_others_wait_for_it() -> None:
    told = decide(task("x", unknown=True), task("a"), task("y", unknown=True))

    assert told == decision(
        "x",
        a="'x' runs alone: what it touches is unknown",
        y="'x' runs alone: what it touches is unknown",
    )


def test_nobody_slips_past_a_task_of_unknown_files_that_waits_for_the_others_to_end() -> None:
    told = decide(task("a"), task("x", unknown=True), task("b"), task("y", unknown=True))

    assert told == decision(
        "a",
        x="runs alone: what it touches is unknown",
        b="'x' runs alone and is next",
        y="'x' runs alone and is next",
    )


def test_a_task_of_unknown_files_that_has_to_wait_for_a_merge_holds_up_nobody() -> None:
    told = decide(task("x", unknown=True), task("a"), waits={"x": "z"})

    assert told == decision("a", x="after 'z', not merged yet")


def test_a_task_of_unknown_files_without_a_slot_is_the_next() -> None:
    told = decide(task("x", unknown=True), task("a"), slots=0, scarce="only 5 MB of disk space are free")

    assert told == decision("", "x", x="only 5 MB of disk space are free", a="'x' runs alone and is next")


def test_the_user_may_say_that_unknown_tasks_are_independent() -> None:
    told = decide(
        task("x", unknown=True), task("b"), running=[task("y", unknown=True)], assume_independent=True
    )

    assert told == decision("x b")


NAMES = [f"t{n}" for n in range(8)]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Task], list[str], dict[str, list[str]], int, bool]:
    """Random tasks, the pairs that overlap, what each comes after (no circles), slots and the user's word."""
    names = NAMES[: draw(st.integers(0, len(NAMES)))]
    tasks = [
        task(
            name,
            agent=draw(st.sampled_from([None, "coder", "architect"])),
            unknown=draw(st.integers(0, 3)) == 0,
        )
        for name in names
    ]
    pairs = draw(st.lists(st.sampled_from([f"{a} {b}" for a, b in combinations(names, 2)] or ["a b"])))
    after = {
        name: draw(st.lists(st.sampled_from(names[:at]), max_size=2, unique=True)) if at else []
        for at, name in enumerate(names)
    }
    return draw(st.permutations(tasks)), pairs, after, draw(st.integers(1, 4)), draw(st.booleans())


@settings(max_examples=300, deadline=None)
@given(worlds(), st.data())
def test_whatever_the_order_of_ends_all_are_launched_and_never_two_that_must_not_run_at_once(
    world: tuple[list[Task], list[str], dict[str, list[str]], int, bool], data: st.DataObject
) -> None:
    tasks, pairs, after, slots, assume_independent = world
    waiting, running, merged = list(tasks), list[Task](), list[TaskId]()
    overlaps = meeting(*pairs)

    while waiting or running:
        waits = {one.id: [name for name in after[one.id] if name not in merged] for one in waiting}
        told = next_launches(
            Scene(
                waiting=waiting,
                running=running,
                overlaps=overlaps,
                waits=waits,
                slots=slots,
                singletons=("architect",),
                assume_independent=assume_independent,
            )
        )
        assert list(told.launch) == [one.id for one in waiting if one.id not in told.waiting]
        assert list(told.waiting) == [one.id for one in waiting if one.id not in told.launch]
        assert all(told.waiting.values())
        assert all(not waits[name] for name in told.launch)
        running += [one for one in waiting if one.id in told.launch]
        waiting = [one for one in waiting if one.id not in told.launch]

        assert running, f"nothing runs and nothing ever will: {told.waiting}"
        assert len(running) <= slots
        for left, right in combinations(running, 2):
            assert overlaps.between(left.id, right.id) is None
            assert not left.agent == right.agent == "architect"
            assert assume_independent or not (left.is_unknown or right.is_unknown)

        ends = data.draw(st.sampled_from(running))
        running.remove(ends)
        merged.append(ends.id)

    assert sorted(merged) == sorted(one.id for one in tasks)


@settings(max_examples=200, deadline=None)
@given(worlds(), st.data())
def test_with_retries_newcomers_stacks_and_fewer_slots_at_times_it_is_still_so(
    world: tuple[list[Task], list[str], dict[str, list[str]], int, bool], data: st.DataObject
) -> None:
    """As a run lives it: some come later, some fail and wait for the clock, success or the merge is what counts."""
    tasks, pairs, after, slots, assume_independent = world
    overlaps, is_stacking = meeting(*pairs), data.draw(st.booleans())
    arrives = {one.id: data.draw(st.integers(0, 3)) for one in tasks}
    failures = {one.id: data.draw(st.integers(0, 2)) for one in tasks}
    came, due, passed = dict[TaskId, int](), dict[TaskId, int](), dict[TaskId, int]()
    waiting, running = list[Task](), list[Task]()
    succeeded, merged, starts = set[str](), set[str](), dict[TaskId, int]()

    for step in range(200):
        for one in tasks:
            if arrives[one.id] == step:
                came[one.id] = step
                passed[one.id] = data.draw(st.sampled_from([0, PATIENCE - 1, PATIENCE]))
                waiting.insert(data.draw(st.integers(0, len(waiting))), one)
        done = succeeded if is_stacking else merged
        waits = {one.id: [name for name in after[one.id] if name not in done] for one in waiting}
        scene = Scene(
            waiting=waiting,
            running=running,
            overlaps=overlaps,
            waits=waits,
            slots=slots if not running else data.draw(st.integers(0, slots)),
            singletons=("architect",),
            assume_independent=assume_independent,
            done_means="done" if is_stacking else "merged",
            delayed={task: f"tried again at {when}" for task, when in due.items() if when > step},
            overtaken=passed,
        )
        told = next_launches(scene)
        passed = overtaken(scene, told, came)

        assert set(told.launch) | set(told.waiting) == {one.id for one in waiting}
        assert not set(told.launch) & set(told.waiting)
        assert all(told.waiting.values())
        assert set(told.next) <= set(told.waiting)
        for name in told.launch:
            assert not waits[name], "what it comes after is not done"
            assert due.get(name, 0) <= step, "it was to wait for the clock"
            starts[name] = starts.get(name, 0) + 1
        was_running = len(running)
        running = [*running, *(one for one in waiting if one.id in told.launch)]
        waiting = [one for one in waiting if one.id not in told.launch]
        following = [one for one in waiting if one.id in told.next]
        assert not told.launch or len(running) <= scene.slots
        for left, right in combinations([*running, *following], 2):
            assert overlaps.between(left.id, right.id) is None
            assert not left.agent == right.agent == "architect"
            assert assume_independent or not (left.is_unknown or right.is_unknown)
        could = [one for one in waiting if not waits[one.id] and due.get(one.id, 0) <= step]
        assert running or not could, f"nothing runs, and these could: {told.waiting}"
        assert was_running or not could or told.launch

        # Some success is merged, an agent ends, and where it failed it is tried again later.
        merged |= {name for name in succeeded - merged if not running or data.draw(st.booleans())}
        if running:
            ends = data.draw(st.sampled_from(running))
            running.remove(ends)
            if failures[ends.id]:
                failures[ends.id] -= 1
                due[ends.id] = step + data.draw(st.integers(1, 4))
                waiting.append(ends)
            else:
                succeeded.add(ends.id)
        if len(succeeded) == len(tasks):
            break

    assert succeeded == set(starts) == {one.id for one in tasks}, "each has had its turn"


def test_what_documents_tell_apart_never_runs_together() -> None:
    tied = replace(task("a"), conflicts=("b",))
    alone = replace(task("x"), is_alone=True)

    assert decide(tied, task("b"), task("c")) == decision("a c", b="conflicts with 'a', as ROADMAP.md says")
    assert decide(task("b"), running=[tied]) == decision("", b="conflicts with 'a', as ROADMAP.md says")
    assert decide(task("c"), running=[alone]) == decision("", c="'x' runs alone: its document says so")
    assert decide(alone, task("c"), running=[task("b")], assume_independent=True) == decision(
        "", x="runs alone: its document says so", c="'x' runs alone and is next"
    )


def test_what_waits_for_a_slot_only_is_told_as_next_but_for_what_may_not_run_beside_it() -> None:
    told = decide(task("b"), task("c"), task("d"), running=[task("a")], slots=1, overlaps=meeting("b c"))

    assert told == decision(
        "", "b d", b="all slots are taken", c="all slots are taken", d="all slots are taken"
    )


def test_one_that_may_not_begin_yet_waits_with_its_own_reason() -> None:
    told = decide(task("b"), task("c"), delayed={TaskId("b"): "tried again at 14:03:12"})

    assert told == decision("c", b="tried again at 14:03:12")


def test_where_success_is_enough_the_sentence_says_so() -> None:
    told = decide(task("b"), waits={"b": "a"}, done_means="done")

    assert told == decision("", b="after 'a', not done yet")


def test_one_that_was_overtaken_often_is_first_and_nobody_it_meets_goes_before_it() -> None:
    scene: dict[str, Any] = {"running": [task("a")], "overlaps": meeting("a x", "x b")}
    patient, due = ({TaskId("x"): PATIENCE - less} for less in (1, 0))

    assert decide(task("b"), task("c"), task("x"), overtaken=patient, **scene) == decision(
        "b c", x="overlaps 'a', which is running (both modify a-x.py)"
    )
    assert decide(task("b"), task("c"), task("x"), overtaken=due, **scene) == decision(
        "c",
        b="overlaps 'x', which has waited long and is next (both modify x-b.py)",
        x="overlaps 'a', which is running (both modify a-x.py)",
    )
    assert decide(task("b"), task("x"), overtaken=due, slots=1) == decision("x", "b", b="all slots are taken")


def test_only_newcomers_overtake_and_only_one_that_could_run() -> None:
    scene = Scene(
        waiting=[task("b"), task("c"), task("x"), task("y"), task("z")],
        running=[task("a")],
        overlaps=meeting("a x", "a y"),
        waits={TaskId("z"): ["a"]},
        slots=3,
        overtaken={TaskId("x"): 5},
    )
    came = {TaskId(name): at for name, at in {"b": 2, "c": 1, "x": 1, "y": 2, "z": 1}.items()}

    assert overtaken(scene, next_launches(scene), came) == {"x": 6, "y": 0}


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_however_many_newcomers_press_in_front_everybody_has_a_turn(data: st.DataObject) -> None:
    """Newcomers come before the old ones in order and may overlap them, and never stop coming."""
    slots = data.draw(st.integers(1, 3))
    old = [task(f"old{n}", unknown=data.draw(st.booleans())) for n in range(3)]
    newcomers = count()
    waiting, running = list(old), list[Task]()
    came, passed = {one.id: 0 for one in old}, dict[TaskId, int]()
    pairs = [f"new{kind} old{n}" for kind in range(4) for n in range(3) if data.draw(st.booleans())]
    overlaps = meeting(*pairs)
    for step in range(1, 200):
        number = next(newcomers)
        fresh = task(f"new{number % 4}")
        if fresh.id not in came or all(one.id != fresh.id for one in (*waiting, *running)):
            waiting.insert(0, fresh)
            came[fresh.id] = step
        scene = Scene(waiting, running, overlaps, {}, slots, overtaken=passed)
        told = next_launches(scene)
        passed = overtaken(scene, told, came)
        running += [one for one in waiting if one.id in told.launch]
        waiting = [one for one in waiting if one.id not in told.launch]
        if not any(one.id.startswith("old") for one in (*waiting, *running)):
            return
        if running:
            running.remove(data.draw(st.sampled_from(running)))
    raise AssertionError(f"{[one.id for one in waiting]} wait for ever: {told.waiting}")
