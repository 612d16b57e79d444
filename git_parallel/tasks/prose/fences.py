"""What a code fence declares: a path in its first comment, in its caption, in a drawn tree, in commands."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ..task import Kind
from . import paths, shell
from .markdown import Line, label
from .paths import Named
from .scopes import Scopes
from .tree import Tree

_COMMENT = re.compile(
    r"(?:#|//|--|/\*|<!--)[ \t]{1,4}"
    r"(?:(?:script|file|filename|path|new file|create|update|add to)[ \t]{0,2}:?[ \t]{1,4})?"
    r"`?([^\s`]{3,300})`?[ \t]{0,8}(\([^()]{1,60}\))?[ \t]{0,8}(?:\*/|-->)?",
    re.IGNORECASE,
)
_RESULT = re.compile(
    r"\b(?:proposed|new|target|final|planned|resulting)\b.*\b(?:structure|layout|hierarchy|tree)\b"
)
# A caption with one of these shows something that is there, or that a user will see.
_SHOWS = re.compile(
    r"\b(?:current|existing|before|old|today|looks? like|example|e\.g|output|usage|run|currently|problem)\b(?!\.\w)"
)
_LONGEST_CAPTION = 160
# In a test of the work, `echo x >> a` shows what a user does; files are moved and removed in earnest.
_SURE = (Kind.MOVE, Kind.DELETE)
_NO_CODE = ("mermaid", "text", "txt", "plain", "")


@dataclass(frozen=True, slots=True)
class Found:
    """A path, where it stands, and what happens to it if it does not say so itself."""

    named: Named
    line: int
    guess: Kind = Kind.MODIFY


@dataclass(slots=True)
class Fence:
    """The current fence, and what stands above it."""

    above: Line | None = None  # the line of text above the fence
    folder: str = ""  # the directory that bare names in it are in
    is_shell: bool = False
    is_code: bool = False
    is_testing: bool = False
    is_list: bool = False  # whether it stands in a list of files, a path a line
    is_after_blank: bool = False
    tree: Tree = field(default_factory=Tree)

    def open(self, line: Line, scopes: Scopes) -> Iterator[Found]:
        """Begin a fence: the file that its caption names, with the line of the caption."""
        info = line.text.strip().lstrip("`~").split(" ", 1)[0]
        above, self.above = self.above, None
        text = above.text if above else ""
        folded = text[:_LONGEST_CAPTION].casefold()
        is_present = _SHOWS.search(folded) is not None
        is_result = _RESULT.search(folded) is not None and not is_present
        self.tree = Tree(is_result=is_result, is_proposal=scopes.is_proposal and not is_present)
        self.is_shell = shell.is_shell(info)
        self.is_code = info.casefold() not in _NO_CODE
        self.is_testing = scopes.is_testing
        self.is_after_blank = True
        if above and not is_present and self.is_code and not self.is_shell:
            yield from (Found(named, above.number) for named in _captioned(text, self.folder))

    def read(self, line: Line) -> Iterator[Found]:
        """What a line inside the fence declares; what a drawing does is known at its end."""
        text = line.text.strip()
        if self.is_after_blank and (comment := _COMMENT.fullmatch(text)):
            remark = comment.group(2) or ""
            named = paths.leading(f"`{comment.group(1)}` {remark if 'new' in remark.casefold() else ''}")
            if any("/" in n.path and not n.problem and not n.path.endswith("/") for n in named):
                yield from (Found(one, line.number) for one in named)
        self.is_after_blank = not text
        if self.is_shell:
            yield from (
                Found(one, line.number)
                for one in shell.commanded(line.text)
                if one.kind in _SURE or not self.is_testing
            )
        else:
            self.tree.read(line.text, line.number)
            if self.is_list and not self.is_code and "── " not in text:
                yield from (Found(one, line.number) for one in paths.leading(text))

    def close(self) -> Iterator[Found]:
        """End the fence: what its drawing declares, and what it only shows."""
        tree, self.tree = self.tree, Tree()
        for one, line, is_declared in tree.entries():
            yield Found(one, line, guess=Kind.CREATE if is_declared else Kind.MENTION)


def _captioned(text: str, folder: str) -> Iterator[Named]:
    """The one file that a caption names: `**skill.py**:`, `**Fixtures** (`tests/conftest.py`):`."""
    if not text.endswith((":", "`")):
        return
    split = label(text)
    if text.endswith("`"):
        # "**Integration test**: `tests/test_a.py`" and nothing else.
        found = paths.quoted(text) if split and split[1].count("`") == 2 and split[1][0] == "`" else ()
    else:
        found = paths.quoted(text)
        if not found and split and not split[1]:
            found = paths.leading(split[0])
    if len(found) != 1 or found[0].path.endswith("/") or found[0].problem:
        return
    name = found[0]
    if folder and "/" not in name.path:
        yield replace(name, path=folder + name.path, kind=Kind.CREATE)
    elif text.startswith("**"):
        yield name
