"""CODEOWNERS files as GitHub, GitLab and Gitea read them."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import Enum

from ...names import printable
from ...tasks.document import LONGEST_LINE, Document
from ...tasks.files import Files
from ...tasks.task import Problem
from .globs import Untranslatable, of_github, of_gitlab, said
from .regexps import of_gitea
from .rule import Reading, Rule

_WORD = re.compile(r"(?:\\.|[^\s\\]|\\$)+")
_SECTION = re.compile(r"\^?\[([^\]]+)\](?:\[\d+\])?(?:\s+(.*))?")
# `\.go` is a regular expression, and in no other CODEOWNERS a way to write anything; nor does one begin with `^`.
_REGEXP = re.compile(r"\\\.|[^\\\s/]\.\*|\)\??\$?$|^\^[^\[]")
_OWNER = re.compile(r"@{0,2}[^\s@]+(?:@[^\s@]+)?")


class Dialect(Enum):
    """Whose CODEOWNERS it is: how a path becomes patterns of ours."""

    GITHUB = "GitHub"
    GITLAB = "GitLab"
    GITEA = "Gitea"

    @property
    def translate(self) -> Callable[[str, Files], tuple[str, ...]]:
        """How a pattern is read; raises Untranslatable."""
        return {Dialect.GITHUB: of_github, Dialect.GITLAB: of_gitlab, Dialect.GITEA: of_gitea}[self]


def dialect_of(document: Document) -> Dialect:
    """Whose it is, by where it lies and what only one of them knows."""
    folders = document.path.split("/")[:-1]
    if ".gitea" in folders or ".forgejo" in folders:
        return Dialect.GITEA
    lines = [line for raw in document.lines if (line := raw.strip()) and not line.startswith("#")]
    if ".gitlab" in folders or any(_SECTION.fullmatch(line) for line in lines):
        return Dialect.GITLAB
    is_regexp = ".github" not in folders and any(
        _REGEXP.search(word[0]) for line in lines if len(line) <= LONGEST_LINE and (word := _WORD.match(line))
    )
    return Dialect.GITEA if is_regexp else Dialect.GITHUB


def read_codeowners(document: Document, tree: Files) -> Reading:
    """The rules of a CODEOWNERS file; `tree` tells directories from files where the pattern does not."""
    reader = _Reader(document.path, dialect_of(document), tree)
    for number, raw in enumerate(document.lines, 1):
        line = raw.strip()
        if len(raw) > LONGEST_LINE:
            reader.complain(number, f"not understood: longer than {LONGEST_LINE >> 10} KiB")
        elif line and not line.startswith("#"):
            reader.read(number, line)
    return Reading(tuple(reader.rules), tuple(reader.problems))


@dataclass(slots=True)
class _Reader:
    """Reads line by line; a section of GitLab's has owners for its lines without any."""

    path: str
    dialect: Dialect
    tree: Files
    section: str = ""
    defaults: tuple[str, ...] = ()
    rules: list[Rule] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def read(self, number: int, line: str) -> None:
        """Take in a line that is neither empty nor a comment."""
        header = _SECTION.fullmatch(line) if self.dialect is Dialect.GITLAB else None
        if header:
            # Sections of one name are one, however it is spelled.
            self.section = header[1].strip().casefold()
            self.defaults = tuple(self._owners(number, (header[2] or "").split()))
            return
        written, *words = (match[0] for match in _WORD.finditer(line))
        owners = tuple(dict.fromkeys(self._owners(number, words)))
        if words and not owners and not words[0].startswith("#"):
            # What was meant for an owner takes nothing away from anybody.
            return
        try:
            globs = self.dialect.translate(written, self.tree)
        except Untranslatable as why:
            self.complain(number, said(written, why))
            return
        # On Gitea every line that fits counts.
        group = str(number) if self.dialect is Dialect.GITEA else self.section
        self.rules.append(Rule(number, _unescaped(written), owners or self.defaults, globs, group))

    def complain(self, number: int, message: str) -> None:
        """Say what is wrong with a line."""
        self.problems.append(Problem(self.path, number, message))

    def _owners(self, number: int, words: list[str]) -> Iterator[str]:
        for word in words:
            if word.startswith("#"):
                return
            if _OWNER.fullmatch(word) and "@" in word:
                yield word
            else:
                self.complain(
                    number, f"'{printable(word)}' is no owner: write @user, @org/team or an address"
                )


def _unescaped(written: str) -> str:
    return re.sub(r"\\([ #])", r"\1", written)
