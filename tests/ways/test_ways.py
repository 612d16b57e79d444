"""Ways to put a foreign change on a branch, or anywhere else: all are stopped, most of them by the hooks.

`table.txt` says which layer stopped each; `make ways` makes it anew and prints how many each layer stopped.
What is not in it, for nothing within one user's account can stop it: work done as somebody else. An agent that
commits what task 2 owns in the worktree of task 2, or anything in the main worktree, cannot be told from task 2
and from the user; `run --sandbox` is for that.
"""

import pytest

from . import catalogue
from .catalogue import IS_CAMPAIGN, Way
from .oracle import Oracle
from .scene import Scene
from .table import by_layer, read_table
from .trial import GATE, Trial, attempt, is_sound, land, told

WAYS = catalogue.read("attacks")
# The suite tries every second that only the gate stops, and every eighth of the others; 'make campaign' tries them all.
TRIED = [
    way
    for at, way in enumerate(WAYS)
    if IS_CAMPAIGN or at % (6 if read_table().get(way.id) == GATE else 18) == 0
]
PROVED = WAYS if IS_CAMPAIGN else WAYS[::70]


def named(ways: list[Way]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("way", ways, ids=[way.id for way in ways])


def test_the_table_has_every_way_and_hooks_stop_three_quarters_of_them() -> None:
    layers = by_layer()

    assert list(read_table()) == [way.id for way in WAYS], "'make ways' makes it anew"
    assert len(WAYS) == len({way.id for way in WAYS}) >= 90
    assert len(layers[GATE]) * 4 <= len(WAYS)


@named(TRIED)
def test_a_way_is_stopped(scene: Scene, oracle: Oracle, way: Way) -> None:
    trial = attempt(scene, oracle, way)

    assert trial.layer, f"neither foreign nor refused by a hook: {told(trial.ran.said)}"
    assert trial.layer != GATE or read_table()[way.id] == GATE, f"no hook stopped it: {list(trial.reached)}"
    if trial.reached:
        assert_the_target_is_safe(scene, oracle, trial)


@pytest.mark.campaign
@named(PROVED)
def test_a_way_that_hooks_stopped_leaves_nothing_that_lands(scene: Scene, oracle: Oracle, way: Way) -> None:
    assert_the_target_is_safe(scene, oracle, attempt(scene, oracle, way))


@pytest.mark.campaign
@named(PROVED)
def test_a_way_leads_somewhere_without_the_guard_and_ends_at_the_gate(
    scene: Scene, oracle: Oracle, way: Way
) -> None:
    trial = attempt(scene, oracle, way, guarded=False)

    assert trial.reached, f"this is no way at all: {told(trial.ran.said)}"
    assert_the_target_is_safe(scene, oracle, trial)


def assert_the_target_is_safe(scene: Scene, oracle: Oracle, trial: Trial) -> None:
    """Settle and merge: nothing foreign gets to the target, and on one that an agent has moved nothing is built."""
    was_sound = is_sound(scene)

    landed = land(scene, oracle)

    said = told(landed.ran.said)
    if landed.before:
        assert (landed.moved, landed.ran.status != 0) == (False, True), f"the target was moved, and: {said}"
    else:
        assert list(landed.after) == [], f"{list(trial.reached)} got in: {said}"
    assert is_sound(scene) or not was_sound
