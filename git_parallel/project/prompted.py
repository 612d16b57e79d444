"""How an agent's command is given the prompt, where it does not read its standard input."""

import os
import re
from collections.abc import Sequence
from pathlib import Path

from .plain import read_plain

# A whole word, or the value of an option, and nothing else: within a shell's script it would be run.
_PLACE = re.compile(r"(?P<option>--?[A-Za-z][\w-]*=)?\{(?P<what>prompt|prompt_file)\}")
# Linux takes no longer argument than 32 pages (MAX_ARG_STRLEN), its final NUL and option included.
_LONGEST = 120 * 1024


def with_prompt(argv: Sequence[str], prompt: Path) -> tuple[str, ...]:
    """The words of a command with the prompt in the place of `{prompt}`, its file in that of `{prompt_file}`.

    A prompt too long for an argument is named instead, for the agent to read. Raises OSError or Unusable where
    the prompt cannot be read.
    """
    return tuple(_replaced(word, prompt) for word in argv)


def _replaced(word: str, prompt: Path) -> str:
    place = _PLACE.fullmatch(word)
    if place is None:
        return word
    text = str(prompt) if place["what"] == "prompt_file" else _text(prompt)
    return (place["option"] or "") + text


def _text(prompt: Path) -> str:
    with read_plain(prompt) as file:
        raw = file.read(_LONGEST + 1)
    if len(raw) > _LONGEST:
        return f"Your task is in the file '{prompt}'. Read all of that file first, then do what it says."
    text = os.fsdecode(raw.replace(b"\0", b""))
    # Front matter begins with dashes, and would be taken for an option.
    return f"\n{text}" if text.startswith("-") else text
