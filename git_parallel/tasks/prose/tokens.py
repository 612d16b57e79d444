"""A sentence cut into words, marks and paths."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from . import paths
from .pathlike import is_path
from .paths import Named

_TOKEN = re.compile(
    r"`[^`]{1,4200}`|\[[^\[\]]{0,300}\]\([^()\s]{0,1200}\)"
    r"|[^\s,;`()]+|[,;()`]"
)
_WORD = re.compile(r"[a-z][a-z'-]*")
_LIBRARY = re.compile(r"[A-Z]\w{0,40}\.js")  # `Next.js` in prose is no file; `Button.js` is in back ticks
_PAIR = re.compile(r"([a-z]+)/[a-z]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark, or something quoted; `named` when it is a path."""

    text: str
    named: Named | None
    is_literal: bool  # quoted, or a link: no word of the sentence

    @property
    def word(self) -> str:
        """The token as a word in lower case, empty when it is none."""
        folded = self.text.casefold().strip("*_\"'“”‘’:.,!?")
        pair = _PAIR.fullmatch(folded)
        folded = pair[1] if pair else folded
        return folded if not self.is_literal and (_WORD.fullmatch(folded) or folded in ("e.g", "i.e")) else ""


def tokens(text: str) -> Iterator[Token]:
    """The pieces of a sentence in its order."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        is_literal = len(token) > 1 and (token[0] == "`" or token.endswith(")"))
        yield Token(token, _path(token), is_literal)


def _path(token: str) -> Named | None:
    """The path that a token is; a URL's route (`/api/users`) is none."""
    bare = token.strip("*\"'").rstrip(":.,!?")
    if "[" in bare and "/" in bare and token[0] not in "`[":
        token = f"`{bare}`"  # `app/[id]/page.tsx`: brackets in a bare word would end it
    if _LIBRARY.fullmatch(bare):
        return None
    found = paths.leading(token) or _like_a_branch(token)
    if len(found) != 1:
        return None
    last = found[0].path.rsplit("/", 1)[-1]
    is_route = found[0].path.startswith("/") and "." not in last
    return None if is_route or not found[0].path.strip("/.") else found[0]


def _like_a_branch(token: str) -> tuple[Named, ...]:
    """A back-ticked name like `release/` or `upstream/state.json`, which no branch has."""
    text = token.strip("`")
    name = text.rsplit("/", 1)[-1]
    is_file = "." in name and is_path(name)
    is_meant = token[0] == "`" and text[:1].isalnum() and "/" in text and (is_file or not name)
    return paths.sole(token) if is_meant else ()
