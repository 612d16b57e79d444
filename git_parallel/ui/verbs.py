"""The command tree as plain values; man pages and completions are made from these, so neither knows click."""

import inspect
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ..tasks.sources import BUILT_IN
from .cli import cli


class Value(StrEnum):
    """What stands for an option or an argument; decides what a shell offers there."""

    TASK = "task"
    TRASHED = "trashed"
    CONFLICTED = "conflicted"
    AGENT = "agent"
    CHOICE = "choice"
    FILE = "file"
    DIRECTORY = "directory"
    COMMAND = "command"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Option:
    """One option in all its spellings, short ones first; `value` is the word for its argument, if it has one.

    `many` of them may be given.
    """

    flags: tuple[str, ...]
    help: str
    value: str = ""
    kind: Value = Value.OTHER
    choices: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """One visible verb. `operands` is the rest of its command line as the synopsis shows it."""

    name: str
    summary: str
    description: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    operands: str = ""
    kind: Value = Value.OTHER
    choices: tuple[str, ...] = ()
    many: bool = False

    @property
    def has_json(self) -> bool:
        """Whether the verb answers in JSON too."""
        return any("--json" in option.flags for option in self.options)

    @property
    def has_command(self) -> bool:
        """Whether a command of the user's follows after `--`."""
        return " -- " in self.operands


HELP = Option(("-h", "--help"), "Show a short help and exit.")
VERSION = Option(("--version",), "Show the version and exit.")


def summary() -> str:
    """What the whole of git-parallel does, in a line."""
    return _paragraphs(cli.help or "")[0].removesuffix(".")


def visible() -> tuple[Verb, ...]:
    """The verbs in the order in which they were written, which is the order of the journey."""
    return tuple(_verb(name, command) for name, command in cli.commands.items() if not command.hidden)


def _verb(name: str, command: Any) -> Verb:
    first, *rest = _paragraphs(command.help or "")
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    # Every verb has one kind of operand; a second one would need a second thought here.
    operand = arguments[0] if arguments else None
    return Verb(
        name=name,
        summary=first.removesuffix("."),
        description=tuple(rest),
        options=(*map(_option, options), HELP),
        operands=" ".join(_word(argument) for argument in arguments),
        kind=_kind(operand) if operand else Value.OTHER,
        choices=_choices(operand) if operand else (),
        many=operand is not None and operand.nargs != 1,
    )


def _option(option: Any) -> Option:
    flag = bool(option.is_flag or option.count)
    return Option(
        flags=tuple(sorted((*option.opts, *option.secondary_opts), key=len)),
        help=" ".join((option.help or "").split()),
        value="" if flag else _word(option),
        kind=Value.OTHER if flag else _kind(option),
        choices=_choices(option),
        many=option.multiple,
    )


def _word(parameter: Any) -> str:
    return str(parameter.metavar or "|".join(_choices(parameter)) or parameter.name.upper())


def _choices(parameter: Any) -> tuple[str, ...]:
    if "--source" in parameter.opts:
        # Others may be installed, so the names are offered and not insisted on.
        return tuple(source.name for source in BUILT_IN)
    return tuple(map(str, getattr(parameter.type, "choices", ())))


def _kind(parameter: Any) -> Value:
    """Read from the word that stands for the value; words mean the same in every verb."""
    if _choices(parameter):
        return Value.CHOICE
    if "--undo" in parameter.opts:
        return Value.TRASHED
    if "--resolve" in parameter.opts:
        return Value.CONFLICTED
    if "--agent" in parameter.opts and not parameter.multiple:
        return Value.AGENT
    word = re.search(r"[A-Z]+", _word(parameter))
    return _WORDS.get(word[0] if word else "", Value.OTHER)


_WORDS = {
    "ID": Value.TASK,
    "AGENT": Value.AGENT,
    "PATH": Value.FILE,
    "DIR": Value.DIRECTORY,
    "CMD": Value.COMMAND,
}


def _paragraphs(text: str) -> list[str]:
    return [" ".join(paragraph.split()) for paragraph in inspect.cleandoc(text).split("\n\n")]
