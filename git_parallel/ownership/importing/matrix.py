"""Tables of owners in Markdown: a column of paths, one of owners, perhaps one that says whether they may write."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ...names import printable
from ...overlap.patterns import EVERYTHING
from ...tasks.document import Document
from ...tasks.files import Files
from ...tasks.prose.markdown import cells, is_rule, read_lines
from ...tasks.prose.pathlike import is_path
from ...tasks.task import Problem
from .globs import Untranslatable, checked, said
from .rule import Reading, Rule

_PATHS = frozenset(
    ("file", "files", "path", "paths", "directory", "directories", "folder", "folders", "glob", "pattern")
)
_OWNERS = re.compile(r"\b(?:owne(?:r|rs|d)|owned by|owns|maintainers?|responsible|code owners?)\b")
_AGENTS = re.compile(r"\b(?:agents?|teams?|roles?)\b")
_RIGHTS = re.compile(r"\b(?:modify|write|edit|access|permissions?)\b")
_REFUSED = re.compile(r"\W*(?:no\b|none\b|never\b|read[- ]?only\b|read\b|❌)", re.IGNORECASE)
_NOBODY = frozenset(
    (
        "",
        "-",
        "--",
        "—",
        "–",
        "?",
        "n/a",
        "none",
        "nobody",
        "tbd",
        "all",
        "any",
        "everyone",
        "everybody",
        "shared",
    )
)
_CODE = re.compile(r"`([^`]+)`")
_REMARK = re.compile(r"\s*\([^()]*\)")
_BREAK = re.compile(r"<br\s*/?>|[,;]")
_BETWEEN = re.compile(r"<br\s*/?>|[,;&+]|\s/\s|\band\b")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


def read_matrix(document: Document, tree: Files) -> Reading:
    """The rules of all tables of owners in a document; `tree` tells directories written without a `/`."""
    reader = _Reader(document.path, tree)
    header: tuple[str, ...] = ()
    for line in read_lines(document):
        # A `|` that is text has a backslash before it.
        row = () if line.fence else cells(line.text.replace("\\|", "\x01"))
        if not row:
            header, reader.table = (), None
        elif is_rule(row) and header:
            reader.begin(line.number - 1, header)
        elif reader.table:
            reader.read(line.number, [cell.replace("\x01", "|") for cell in row])
        else:
            header = row
    return Reading(tuple(reader.rules), tuple(reader.problems), is_ordered=False)


@dataclass(frozen=True, slots=True)
class _Table:
    """The columns of one table of owners."""

    paths: int
    owners: int
    rights: int | None


@dataclass(slots=True)
class _Reader:
    path: str
    tree: Files
    table: _Table | None = None
    rules: list[Rule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    owned: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)

    def begin(self, number: int, header: Sequence[str]) -> None:
        """Take in the header of a table; one without owners is none of ours."""
        names = [cell.strip("*` ").casefold() for cell in header]
        paths = next((at for at, name in enumerate(names) if _PATHS & set(re.findall(r"[a-z]+", name))), None)
        owners = next((at for at, name in enumerate(names) if at != paths and _OWNERS.search(name)), None)
        if owners is None and paths is not None:
            owners = next((at for at, name in enumerate(names) if at != paths and _AGENTS.search(name)), None)
        elif owners is not None and paths is None:
            self.complain(number, "a table of owners without a column of paths, skipped")
        if paths is not None and owners is not None:
            rights = (
                at for at, name in enumerate(names) if at not in (paths, owners) and _RIGHTS.search(name)
            )
            self.table = _Table(paths, owners, next(rights, None))

    def read(self, number: int, row: Sequence[str]) -> None:
        """Take in a row of a table of owners."""
        table = self.table
        if table is None or len(row) <= max(table.paths, table.owners):
            return
        if table.rights is not None and table.rights < len(row) and _REFUSED.match(_bare(row[table.rights])):
            self.complain(number, f"skipped, its owner may not write: '{printable(row[table.paths])}'")
            return
        owners = tuple(self._owners(number, row[table.owners]))
        for written in self._paths(number, row[table.paths]) if owners else ():
            try:
                glob = checked(self._as_glob(written))
            except Untranslatable as why:
                self.complain(number, said(written, why))
                continue
            self._warn_of_double(number, written, glob, owners)
            self.rules.append(Rule(number, written, owners, (glob,)))

    def complain(self, number: int, message: str) -> None:
        """Say what is wrong with a line."""
        self.problems.append(Problem(self.path, number, message))

    def _paths(self, number: int, cell: str) -> Iterator[str]:
        coded = _CODE.findall(cell)
        for token in coded or _BREAK.split(_bare(_LINK.sub(r"\1", cell))):
            text = token.strip()
            # A remark behind a path is none of it.
            path = text if text.endswith("/") else _REMARK.sub("", text).strip()
            path = path.removeprefix("./").removeprefix("/")
            is_plain_name = bool(coded) and " " not in path
            if path and (path in self.tree or self.tree.is_directory(path) or is_path(path) or is_plain_name):
                yield path
            elif text:
                self.complain(number, f"skipped, no path: '{printable(text)}'")

    def _as_glob(self, path: str) -> str:
        if path in ("*", EVERYTHING):
            return EVERYTHING
        is_folder = path not in self.tree and self.tree.is_directory(path)
        return f"{path.rstrip('/')}/" if is_folder else path

    def _owners(self, number: int, cell: str) -> Iterator[str]:
        text = _bare(_LINK.sub(r"\1", cell)).replace("`", "")
        plain = _REMARK.sub("", text)
        if plain != text:
            self.complain(number, f"what is in brackets is left out of the owner: '{printable(text)}'")
        for name in dict.fromkeys(one.strip(" *_") for one in _BETWEEN.split(plain)):
            if name.casefold() not in _NOBODY:
                yield name
            elif name or not plain.strip():
                self.complain(number, f"skipped, no owner: '{printable(name)}'")

    def _warn_of_double(self, number: int, written: str, glob: str, owners: tuple[str, ...]) -> None:
        line, first = self.owned.setdefault(glob, (number, owners))
        if first != owners:
            self.complain(
                number, f"line {line} has other owners for '{printable(written)}'; all of them own it"
            )


def _bare(cell: str) -> str:
    """A cell without the stars that make it bold; those of a glob stay."""
    text = cell.strip()
    if text.startswith("**") and text.endswith("**") and len(text) > 4:
        return text[2:-2].strip()
    return text
