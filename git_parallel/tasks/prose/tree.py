"""Directory trees drawn in a code fence, in which a remark says what happens to a file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..task import Kind
from .pathlike import has_extension, is_path, pattern_problem
from .paths import Named, qualifier_kind

_DEEPEST = 40
_LONGEST_REMARK = 120
_STAYS = re.compile(r"\b(?:existing|exists|unchanged|future|this (?:file|spec)|no changes?)\b")
_FIRST = re.compile(r"new\b|creat|modif|updat|expand|extend|refactor|enhanc|delet|remov|move|rename|✨|🆕|➕")
_IN_BRACKETS = re.compile(r"\((?=new\b|creat|modif|updat|expand|extend|refactor|enhanc|delet|remov|move)")


@dataclass(slots=True)
class Tree:
    """Reads one fence line by line.

    Files with a remark such as `# NEW` are declared, and those below a directory that has one. With
    `is_result` the drawing shows what will be there in the end: every file in it is made, unless the
    repository turns out to have it already; with `is_proposal` it does so when it has no remark at all.
    """

    is_result: bool = False
    is_proposal: bool = False
    root: str = ""
    parents: list[tuple[str, Kind | None]] = field(default_factory=list)
    _last: int = -1  # the depth of the last entry, when it may yet turn out to be a directory
    _files: list[tuple[str, Kind | None, bool, int]] = field(default_factory=list)

    @property
    def is_drawn(self) -> bool:
        """Whether there is anything in the drawing."""
        return bool(self._files)

    def read(self, text: str, line: int) -> None:
        """Take in the next line of the fence."""
        at = text.find("── ")
        if at < 0:
            self._begin(text.strip())
            return
        name, remark = _split(text[at + 3 :].strip())
        if at // 4 == len(self.parents) + 1 and self._files and self._last == len(self.parents):
            # What has something below it is a directory, with or without its slash.
            above, kind, _, _ = self._files.pop()
            self.parents.append((above.rpartition("/")[2] + "/", kind if kind is Kind.CREATE else None))
        depth = min(at // 4, len(self.parents))
        del self.parents[depth:]
        path = self.root + "".join(parent for parent, _ in self.parents) + name
        kind, stays = _said(remark[:_LONGEST_REMARK].casefold())
        if kind is None and not stays and self.parents:
            kind = self.parents[-1][1]
        if name.endswith("/"):
            if len(self.parents) < _DEEPEST:
                self.parents.append((name, kind if kind is Kind.CREATE else None))
            self._last = -1
        elif "(" not in name:
            self._files.append((path, kind, stays, line))
            self._last = -1 if has_extension(name) else depth

    def entries(self) -> Iterator[tuple[Named, int, bool]]:
        """The files of the drawing, their lines, and whether they are declared and not only shown."""
        self._files = [one for one in self._files if is_path(one[0])]
        is_marked = any(kind is not None for _, kind, _, _ in self._files)
        for path, kind, stays, line in self._files:
            is_new = self.is_result or (self.is_proposal and not is_marked and "/" in path)
            is_declared = kind is not None or (is_new and not stays)
            yield Named(path, kind, pattern_problem(path)), line, is_declared

    def _begin(self, line: str) -> None:
        """A line without branches is a new root, or the end of the drawing."""
        root = line.split(" ", 1)[0].removeprefix("./")
        if line.strip("│| "):
            is_name = root == line and root.replace("-", "").replace("_", "").isalnum()
            self.root = root if root.endswith("/") else f"{root}/" if is_name else ""
            self.parents, self._last = [], -1


def _split(entry: str) -> tuple[str, str]:
    name, _, remark = entry.partition(" ")
    return name, remark.strip(" #(←⬅️-–—✅")


def _said(remark: str) -> tuple[Kind | None, bool]:
    """What a remark says will happen to a file, and whether it says that nothing will."""
    if "moved from" in remark or "renamed from" in remark:
        return Kind.MOVE, False
    if _FIRST.match(remark):
        return qualifier_kind(remark[:14]), False
    if _STAYS.search(remark):
        return None, True
    mark = _IN_BRACKETS.search(remark)
    return (qualifier_kind(remark[mark.end() : mark.end() + 14]) if mark else None), False
