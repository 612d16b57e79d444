"""Directories that a document names once, for the bare names that follow."""

from dataclasses import dataclass, replace

from .markdown import Line
from .pathlike import pattern_problem
from .paths import Named


@dataclass(slots=True)
class Places:
    """The directory of a `Directory:` or `Location:` label, while the names below it are meant to lie there.

    `folder` is that of the current place, ending in `/`; empty when there is none.
    """

    folder: str = ""
    _line: Line | None = None
    _named: Named | None = None
    _is_used: bool = False
    _is_bullet: bool = False
    _left: tuple[tuple[Line, Named], ...] = ()

    def enter(self, line: Line, named: Named, *, is_bullet: bool = False) -> None:
        """Begin a place, after the one before has been left; a bullet is one only for what is below it."""
        self._line, self._named, self._is_used, self.folder = line, named, False, named.path
        self._is_bullet = is_bullet

    def joined(self, indent: int, named: tuple[Named, ...]) -> tuple[Named, ...]:
        """The bare names of an item beside the directory's, put under it; empty when they are not meant so."""
        if self._named is None or self._line is None or not named:
            return ()
        is_below = indent > self._line.indent
        is_beside = indent == self._line.indent and not self._is_bullet
        if not (is_below or is_beside) or any(
            _is_own(name.path, self._named.path) if is_below else "/" in name.path for name in named
        ):
            return ()
        place, self._is_used = self._named, True
        return tuple(
            replace(
                name,
                path=place.path + name.path,
                kind=name.kind or place.kind,
                problem=pattern_problem(place.path + name.path),
            )
            for name in named
        )

    def use(self) -> None:
        """Take note that a file in the place was named."""
        self._is_used = True

    def reach(self, indent: int) -> None:
        """A line that stands further out ends the place."""
        if self._line is not None and self._line.is_item and indent < self._line.indent + self._is_bullet:
            self._left = (*self._left, *self.leave())

    def leave(self) -> tuple[tuple[Line, Named], ...]:
        """End the place; the directory itself, when no file of it was named."""
        left, self._left = self._left, ()
        line, named, is_used = self._line, self._named, self._is_used
        self._line, self._named, self.folder = None, None, ""
        return left if line is None or named is None or is_used else (*left, (line, named))


def _is_own(path: str, place: str) -> bool:
    """Whether a path is written from the top, as the directory above it is."""
    return "/" in path and path.partition("/")[0] == place.partition("/")[0]
