"""Whether agents are older than what is known of them: asked beside a run, which never waits for it to begin."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING

from ..agents import presets
from ..agents.presets import Preset
from . import memory
from .attempt import Order
from .open import Project

if TYPE_CHECKING:
    from ..agents.versions import Asker

_CACHE = "versions.json"
# Seconds. A run that is over sooner leaves the question to the next one.
_AT_THE_END = 1.0


@contextmanager
def looking(
    project: Project,
    orders: Iterable[Order],
    wake: Callable[[Callable[[], None]], None],
    say: Callable[[str], None],
) -> Iterator[None]:
    """While the body runs, have each program asked once for its version, and say what there is to be said.

    `wake` has something called in the thread of the body; nothing is said in another one.
    """
    wanted = {order.argv[0]: preset for order in orders if (preset := _preset_of(order))}
    if not wanted:
        yield
        return
    from ..agents.versions import Asker

    remarks: SimpleQueue[str] = SimpleQueue()
    asker = Asker()

    def tell() -> None:
        with suppress(Empty):
            while True:
                say(remarks.get_nowait())

    def look() -> None:
        for program, preset in wanted.items():
            if remark := _remark(project, program, preset, asker):
                remarks.put(remark)
                wake(tell)

    thread = threading.Thread(target=look, name="versions", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join(_AT_THE_END)
        asker.give_up()
        tell()


def _preset_of(order: Order) -> Preset | None:
    """The preset whose own program is started; a script of the user's that reads like one has versions of its own."""
    preset = presets.find(order.preset)
    return preset if preset and preset.program == Path(order.argv[0]).name else None


def _remark(project: Project, program: str, preset: Preset, asker: "Asker") -> str:
    from ..agents import versions

    try:
        seen = Path(program).resolve().stat()
    except OSError:
        return ""
    stamp = [seen.st_mtime_ns, seen.st_size]
    known = _recall(project)
    found = known.get(program)
    if isinstance(found, list) and found[:2] == stamp and isinstance(found[-1], str):
        return versions.remark(preset, found[-1])
    version = asker.ask(program, preset.version)
    if version is None:
        return ""
    # Without a place to remember it, it is asked for again.
    with suppress(OSError):
        memory.write(project, _CACHE, json.dumps({**known, program: [*stamp, version]}).encode())
    return versions.remark(preset, version)


def _recall(project: Project) -> dict[str, object]:
    try:
        known = json.loads(memory.content(project, _CACHE))
    except (OSError, ValueError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}
