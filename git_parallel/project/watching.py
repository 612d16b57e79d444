"""Being told that files have changed: the target has moved, or another command has left word for the coordinator.

Through watchdog (inotify, FSEvents, kqueue), which nothing else here imports.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from .open import Project

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent

# A command that wants the coordinator to look touches this file.
WAKE = "wake"


def wake(project: Project) -> None:
    """Have the coordinator, if there is one, look at what has changed."""
    (project.runtime / WAKE).write_bytes(b"")


@contextmanager
def watching_files(wanted: Collection[str], changed: Callable[[], None]) -> Iterator[None]:
    """Call `changed`, in some other thread, whenever one of these files has changed.

    A folder among them has changed when it was made or removed. Raises OSError where the system has no watches left.
    """
    # It takes some 40 ms to import, and most commands do not wait for anything.
    import logging

    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: "FileSystemEvent") -> None:
            # git renames `<ref>.lock` to the ref; reading a file is an event too, and concerns nobody. A folder
            # is modified by whatever happens in it.
            is_news = event.event_type in _CHANGES and not (
                event.is_directory and event.event_type == "modified"
            )
            if is_news and not {event.src_path, event.dest_path}.isdisjoint(wanted):
                changed()

    # An event that comes while the watch ends makes it say so on stderr, where nobody can do anything about it.
    logging.getLogger("watchdog").addHandler(logging.NullHandler())
    observer = Observer()
    for folder in {str(Path(path).parent) for path in wanted}:
        if Path(folder).is_dir():
            observer.schedule(Handler(), folder, recursive=False)
    observer.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join()


@contextmanager
def watching_from(wanted: Collection[str], changed: Callable[[], None], *, after: float) -> Iterator[None]:
    """Call `changed`, in another thread, for each burst of changes to these files from `after` seconds from now on.

    It is called once at the beginning, for what came before. Where the system has no watches left nobody is told.
    """
    over, something = Event(), Event()

    def whole() -> None:
        if over.wait(after):
            return
        with suppress(OSError), watching_files(wanted, something.set):
            something.set()
            while something.wait() and not over.wait(_SETTLED):
                # A ref moves in several steps; what is read in the middle of them would have to be read again.
                something.clear()
                # The end is told before the last "something": whoever clears that has to look for the end.
                if over.is_set():
                    return
                changed()

    thread = Thread(target=whole, name="watch", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        something.set()
        thread.join()


# Seconds after the first of some changes in which the others come.
_SETTLED = 0.05
_CHANGES = ("created", "modified", "moved", "deleted")


def target_files(project: Project) -> set[str]:
    """The files that change when the target does, in either format of refs, and the one for leaving word."""
    common = project.common
    return {
        str(path)
        for path in (
            common / project.target,
            common / "packed-refs",
            common / "reftable" / "tables.list",
            project.runtime / WAKE,
        )
    }
