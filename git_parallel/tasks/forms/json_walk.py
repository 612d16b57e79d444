"""The items of a list in JSON, each with the line that it begins on, which `json` does not tell."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass

from .json_text import MOST_ITEMS, Json, Reader, Unreadable, skip_space


@dataclass(frozen=True, slots=True)
class Item:
    """An item: the key of the object that holds its list (empty at the top), its line, what was odd in it."""

    group: str
    line: int
    value: Json
    odd: tuple[str, ...]


class _Full(Exception):
    """There are more items than anybody takes."""


class Walk:
    """Walks through the outermost objects and reads what they hold piece by piece, in one pass."""

    def __init__(self, text: str, name: str) -> None:
        self.problem = ""
        self.problem_line = 1
        self._text, self._name = text, name
        self._json = Reader()
        self._room = MOST_ITEMS
        self._counted, self._line = 0, 1

    def items(self) -> Iterator[Item]:
        """The items of the list of this name at the top, and of those one object deeper, up to what is broken."""
        at = skip_space(self._text, 0)
        if not self._text.startswith("{", at):
            self.problem = "no JSON object"
            return
        try:
            end = yield from self._object(at, "")
            if skip_space(self._text, end) != len(self._text):
                raise Unreadable("no JSON: more behind the object", end)
        except _Full:
            return
        except Unreadable as error:
            self.problem, self.problem_line = error.message, self._line_of(error.place)

    def _object(self, at: int, group: str, *, is_top: bool = True) -> Generator[Item, None, int]:
        text = self._text
        at = skip_space(text, at + 1)
        while not text.startswith("}", at):
            key, at = self._key(at)
            if key == self._name and text.startswith("[", at):
                at = yield from self._list(at, group)
            elif is_top and text.startswith("{", at):
                at = yield from self._object(at, key, is_top=False)
            else:
                _, at = self._json.at(text, at)
            at = self._behind_comma(at, "}")
        return at + 1

    def _list(self, at: int, group: str) -> Generator[Item, None, int]:
        text = self._text
        at = skip_space(text, at + 1)
        while not text.startswith("]", at):
            line = self._line_of(at)
            value, at = self._json.at(text, at)
            yield Item(group, line, value, tuple(self._json.odd))
            self._room -= 1
            if not self._room:
                raise _Full
            at = self._behind_comma(at, "]")
        return at + 1

    def _key(self, at: int) -> tuple[str, int]:
        key, end = self._json.at(self._text, at)
        end = skip_space(self._text, end)
        if not isinstance(key, str) or not self._text.startswith(":", end):
            raise Unreadable("no JSON: a key and ':' are missing", at)
        return key, skip_space(self._text, end + 1)

    def _behind_comma(self, at: int, closing: str) -> int:
        """The place of the next key or value, or of the bracket that closes."""
        at = skip_space(self._text, at)
        if self._text.startswith(closing, at):
            return at
        if not self._text.startswith(",", at):
            raise Unreadable(f"no JSON: ',' or '{closing}' is missing", at)
        at = skip_space(self._text, at + 1)
        if self._text.startswith(closing, at):
            raise Unreadable(f"no JSON: '{closing}' behind a comma", at)
        return at

    def _line_of(self, place: int) -> int:
        """The line of a place; places are asked for in their order, so that the text is counted once."""
        if place >= self._counted:
            self._line += self._text.count("\n", self._counted, place)
            self._counted = place
        return self._line
