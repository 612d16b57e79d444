"""Ownership from a document into the `.gitparallel` of the user's worktree."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..config.reading import pairs_of
from ..config.team import TEAM_FILE, Pairs
from ..errors import BadInput, GitFailed, Stale, in_words
from ..git.command import Git
from ..names import printable
from ..overlap.patterns import EVERYTHING
from ..ownership.importing.codeowners import read_codeowners
from ..ownership.importing.matrix import read_matrix
from ..ownership.importing.naming import agent_types
from ..ownership.importing.rule import Reading
from ..ownership.importing.stanzas import appended, missing, stanzas
from ..ownership.importing.weighing import Weighed, parsed, patterns_of
from ..tasks.document import decode
from ..tasks.files import Files
from ..tasks.task import Problem

# What GitHub reads; larger ones it ignores.
LARGEST = 3 << 20
_MARKDOWN = (".md", ".markdown", ".mdx")


@dataclass(frozen=True, slots=True)
class Found:
    """What a document says of owners: what of it is `new` to the `.gitparallel`, and what is lost on the way."""

    owns: dict[str, tuple[str, ...]]
    new: dict[str, tuple[str, ...]]
    problems: tuple[Problem, ...]
    content: bytes

    @property
    def text(self) -> str:
        """What is to be added."""
        return stanzas(self.new)


def find(git: Git, top: Path, document: Path, shown: str, given: Iterable[str]) -> Found:
    """Read a document against the tracked files and the `.gitparallel` below `top`; `shown` is how it is called.

    Raises BadInput for what cannot be read, or holds no owners.
    """
    tracked = git.at(top).run("ls-files", "-z").fields
    reading = _read(document, shown, Files(tracked))
    content, pairs = _team(git, top)
    weighed = Weighed(reading, tracked)
    types = agent_types((owner for rule in reading.rules for owner in rule.owners), given)
    owns, known = patterns_of(weighed.kept, types), _owns(pairs)
    new = missing(owns, known)
    after = {name: (*known.get(name, ()), *new.get(name, ())) for name in {**known, **new}}
    problems = [*reading.problems, *_lost(reading, weighed, types, shown)]
    for one in weighed.differences(types, parsed(after)):
        problems.append(Problem(shown, one.line, str(one)))
    return Found(owns, new, tuple(sorted(problems, key=lambda one: one.line)), content)


def _lost(reading: Reading, weighed: Weighed, types: Mapping[str, str], shown: str) -> Iterator[Problem]:
    """The rules that are not written, and what to know of those that are."""
    for rule in reading.rules:
        written = f"'{printable(rule.written)}'"
        if rule in weighed.overruled:
            why = "a later line overrules it for every file"
        elif not rule.owners:
            why = "it has no owner, and no pattern takes anything away"
        elif EVERYTHING in rule.globs:
            whose = " and ".join(f"'{types[owner]}'" for owner in rule.owners)
            rest = f"all that no other pattern fits is the territory of {whose}"
            only = "tasks of other agent types, and of none, may change there only what they declare"
            yield Problem(shown, rule.line, f"{rest}; {only}")
            continue
        else:
            continue
        yield Problem(shown, rule.line, f"{written} is not written: {why}")


def write(git: Git, top: Path, found: Found) -> None:
    """Add what is new to the `.gitparallel`, in one step; nothing in it is changed. Raises Stale, OSError."""
    path = top / TEAM_FILE
    content = appended(found.content, found.text)
    before, after = pairs_of(git, found.content), pairs_of(git, content)
    added = [(f"agent.{agent}.owns", text) for agent, texts in found.new.items() for text in texts]
    if [*after] != [*before, *added]:
        raise GitFailed(f"{TEAM_FILE}: git would read something else than what was to be written")
    aside = path.with_name(f"{TEAM_FILE}.{os.getpid()}")
    try:
        with aside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if path.exists():
            aside.chmod(path.stat().st_mode & 0o7777)
        if (path.read_bytes() if path.exists() else b"") != found.content:
            raise Stale(f"somebody else changed '{TEAM_FILE}' meanwhile", hint="run the command again")
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)


def _read(document: Path, shown: str, tree: Files) -> Reading:
    try:
        if not document.is_file():
            raise BadInput(f"'{printable(shown)}' is no file")
        with document.open("rb") as file:
            data = file.read(LARGEST + 1)
    except OSError as error:
        raise BadInput(f"cannot read '{printable(shown)}': {(error.strerror or '').lower()}") from error
    is_markdown = document.suffix.casefold() in _MARKDOWN
    text, problems = decode(shown, data, limit=LARGEST, is_prose=is_markdown)
    if text is None:
        raise BadInput(str(problems[0]))
    reading = read_matrix(text, tree) if is_markdown else read_codeowners(text, tree)
    told = (*problems, *reading.problems)
    if not any(rule.owners for rule in reading.rules):
        hint = f"{told[0]}" if told else "a CODEOWNERS file or a Markdown table with paths and owners is one"
        raise BadInput(f"{printable(shown)}:1: nothing in it says who owns what", hint=hint)
    return Reading(reading.rules, told, reading.is_ordered)


def _team(git: Git, top: Path) -> tuple[bytes, Pairs]:
    """The `.gitparallel` of the worktree and what is in it; raises BadInput for what is no such file."""
    path = top / TEAM_FILE
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise BadInput(
            f"'{TEAM_FILE}' is no plain file", hint="what is tracked under that name has to be one"
        )
    try:
        content = path.read_bytes() if path.exists() else b""
    except OSError as error:
        raise BadInput(in_words(error)) from error
    return content, pairs_of(git, content)


def _owns(pairs: Pairs) -> dict[str, Sequence[str]]:
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        if key.startswith("agent.") and key.endswith(".owns") and key.count(".") > 1:
            found.setdefault(key.removeprefix("agent.").removesuffix(".owns"), []).append(value)
    return dict(found)
