"""Honest work of all kinds: no hook refuses any of it, and it lands."""

import pytest

from . import catalogue
from .catalogue import IS_CAMPAIGN, Way
from .oracle import Oracle, read
from .scene import Scene
from .trial import is_sound, land, refusals, told

WORKFLOWS = catalogue.read("workflows")
# The suite tries every eighth one, 'make campaign' all.
TRIED = WORKFLOWS if IS_CAMPAIGN else WORKFLOWS[::8]
# What is refused there is the point of it.
REFUSED = {"beside-a-stash-is-refused-and-what-is-dirty-stays": {"reference-transaction"}}


def test_there_are_many() -> None:
    assert len(WORKFLOWS) == len({way.id for way in WORKFLOWS})
    assert len(WORKFLOWS) >= 100


@pytest.mark.parametrize("way", TRIED, ids=[way.id for way in TRIED])
def test_a_workflow_is_not_refused_and_lands(scene: Scene, way: Way) -> None:
    scene.restore()
    trace = scene.room / "tmp" / "trace"

    ran = scene.sh(f"set -e\n{way.script}", GIT_TRACE2_EVENT=str(trace), GIT_TEST_FSYNC="0")

    assert ran.status == 0, told(ran.said)
    assert set(refusals(trace)) == REFUSED.get(way.id, set()), told(ran.said)
    landed = land(scene, Oracle.of(scene, target=read(scene, "rev-parse", "refs/heads/main").strip()))
    assert landed.ran.status == 0, told(landed.ran.said)
    assert list(landed.after) == []
    assert read(scene, "rev-list", "refs/heads/feature/1", "--not", "refs/heads/main") == ""
    assert is_sound(scene)
