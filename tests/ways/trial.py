"""One way tried: what its script reached, which layer stopped it, and what the target got in the end."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .catalogue import Way
from .oracle import Oracle, read
from .scene import Done, Scene

# The transport that agents push by.
NO_PUSH = "git-parallel-no-push"
# What comes after the hooks: the gate, and the settling before it.
GATE = "gate"


@dataclass(frozen=True, slots=True)
class Trial:
    """What the script of a way has come to, before anybody else did anything.

    `reached` is what became foreign, `layer` who stopped it, `GATE` where that is still to come.
    """

    way: Way
    ran: Done
    reached: Sequence[str]
    layer: str


def attempt(scene: Scene, oracle: Oracle, way: Way, *, guarded: bool = True) -> Trial:
    """Run the script of a way in the room as it was, with or without the guard."""
    scene.restore(guarded=guarded)
    trace = scene.room / "tmp" / "trace"
    ran = scene.sh(way.script, GIT_TRACE2_EVENT=str(trace), GIT_TEST_FSYNC="0")
    reached = _reached(scene, oracle, way)
    return Trial(way, ran, reached, GATE if reached else next(reversed(refusals(trace)), ""))


def _reached(scene: Scene, oracle: Oracle, way: Way) -> list[str]:
    if way.aim == "left":
        return [line for task in ("1", "2") for line in _left(scene, task)]
    if way.aim == "merge":
        return _merged_naively(scene)
    return oracle.on_the_branch() + oracle.on_refs()


def _left(scene: Scene, task: str) -> list[str]:
    status = f"git --git-dir={scene.common}/worktrees/gp-{task} status --porcelain"
    return scene.need(status, at=scene.worktree(task)).splitlines()


def _merged_naively(scene: Scene) -> list[str]:
    """What an ordinary merge of the branch would bring, by the letters that the foreign driver writes."""
    merged = scene.sh("git merge-tree --write-tree main feature/1 | head -n 1", at=scene.main).said.strip()
    (scene.room / "tmp" / "ran").unlink(missing_ok=True)
    return [path for path in ("one.py",) if read(scene, "show", f"{merged}:{path}") == "foreign\n"]


def refusals(trace: Path) -> list[str]:
    """The hooks that ended with a no, and the transport that says no to pushes: what git tells of its children."""
    hooks: dict[tuple[str, int], str] = {}
    found = []
    for line in trace.read_text("utf-8", "replace").splitlines() if trace.exists() else ():
        event = json.loads(line)
        child = (event["sid"], event.get("child_id", -1))
        if event["event"] == "child_start" and event.get("child_class") == "hook":
            hooks[child] = event["hook_name"]
        if event["event"] == "child_start" and NO_PUSH in event.get("child_class", ""):
            found.append("no push")
        if event["event"] == "child_exit" and child in hooks and event["code"]:
            found.append(hooks[child])
    return found


@dataclass(frozen=True, slots=True)
class Landed:
    """What `git parallel merge` said, what is foreign on the target before and after it, and whether it moved."""

    ran: Done
    before: Sequence[str]
    after: Sequence[str]
    moved: bool


def land(scene: Scene, oracle: Oracle) -> Landed:
    """Settle and merge as the user would."""
    before, stood = oracle.on_the_target(), read(scene, "rev-parse", "refs/heads/main")
    ran = scene.parallel("merge", "--json")
    after = oracle.on_the_target()
    if (scene.room / "tmp" / "ran").exists():
        after.append("a merge driver of the agent's ran")
    return Landed(ran, before, after, read(scene, "rev-parse", "refs/heads/main") != stood)


def is_sound(scene: Scene) -> bool:
    """Whether git finds nothing broken in the repository."""
    return scene.sh("git fsck --full --no-dangling", at=scene.main).status == 0


def told(said: str) -> str:
    """Output as one line, for messages."""
    return re.sub(r"\s+", " ", said)[-600:]
