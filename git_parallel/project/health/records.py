"""Refs of ours that do not hold what they are there for: damaged ones, and those that are nobody's."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ...errors import BadName
from ...git import chains
from ...git.put_by import put_by
from ...git.refs import CLAIMS, TASKS, TRASH
from ...names import Oid, RefName, TaskId, printable
from .finding import FIX, Finding, shell
from .remaking import remake, traces
from .scene import Scene


def find_broken(scene: Scene) -> Iterator[Finding]:
    """Files of refs that are empty or torn, as a power cut leaves them: git passes over them, or fails at them."""
    branches = [RefName.of_branch(s.record.branch) for s in scene.world.tasks.values() if s.record.branch]
    for ref in (*chains.loose(scene.common, "refs/parallel"), *dict.fromkeys(branches)):
        path = chains.torn(scene.common, ref)
        if path is not None:
            yield Finding(
                "broken-ref",
                ref,
                f"the file of {printable(ref)} names no object",
                mend=partial(_put_by, scene.common, ref, path),
            )


def find_damaged(scene: Scene) -> Iterator[Finding]:
    """Refs of tasks that hold no record, and the one of claims where it holds none."""
    for ref, oid in scene.damaged.items():
        yield _damaged(
            "damaged-record",
            f"{ref} holds no task record",
            ref,
            oid,
            _go_back(scene, ref, oid) or _remake(scene, ref),
        )
    claims = scene.world.claims_oid
    if claims and any(told.startswith(CLAIMS) for told in scene.world.problems):
        yield _damaged(
            "damaged-claims", f"{CLAIMS} holds no claims", CLAIMS, claims, _go_back(scene, CLAIMS, claims)
        )


def find_unknown(scene: Scene) -> Iterator[Finding]:
    """Refs in our namespace that are none of ours; what they are for only their maker can say."""
    for ref, oid in scene.refs.items():
        if ref != CLAIMS and not ref.startswith((TASKS, TRASH)):
            yield Finding(
                "unknown-ref", ref, f"{printable(ref)} is no ref of git-parallel", _delete(ref, oid)
            )


def _damaged(kind: str, what: str, ref: RefName, oid: Oid, mend: Callable[[], str] | None) -> Finding:
    return Finding(kind, ref, what, FIX if mend else _delete(ref, oid), mend)


def _delete(ref: RefName, oid: Oid) -> str:
    return shell("git", "update-ref", "-d", ref, oid)


def _go_back(scene: Scene, ref: RefName, oid: Oid) -> Callable[[], str] | None:
    good = chains.last_good(scene.git, ref, oid)
    return partial(_gone_back, scene, ref, oid, good) if good else None


def _gone_back(scene: Scene, ref: RefName, oid: Oid, good: Oid) -> str:
    chains.go_back(scene.git, ref, to=good, damaged=oid)
    return f"{ref} says again what it said at {good[:9]}; {oid[:9]}, which holds nothing, stays in its chain"


def _remake(scene: Scene, ref: RefName) -> Callable[[], str] | None:
    try:
        trace = traces(scene).get(TaskId(ref.removeprefix(TASKS)))
    except BadName:
        return None
    return partial(remake, scene, trace) if trace else None


def _put_by(common: Path, ref: RefName, path: Path) -> str:
    folder = put_by(common, path, why=f"it was the file of {ref}, and named no object")
    return f"the file of {printable(ref)} is in '{printable(str(folder))}' now"
