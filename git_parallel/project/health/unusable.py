"""A repository in which git-parallel cannot work, although it has done so."""

from collections.abc import Iterator

from .finding import Finding
from .scene import Scene


def find(scene: Scene) -> Iterator[Finding]:
    """What stands against it: a target that is gone, settings that cannot be meant."""
    if scene.problem is not None and (scene.runtime.exists() or scene.refs):
        yield Finding("unusable", "settings", scene.problem.message, scene.problem.hint)
