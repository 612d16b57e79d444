"""Agent types and their patterns in the syntax of a git config file."""

import re
from collections.abc import Iterable, Mapping

from ...overlap.patterns import trusted

_PLAIN = re.compile(r"[^\s#;\"\\](?:[^#;\"\\\x00-\x1f]*[^\s#;\"\\])?")


def missing(
    owns: Mapping[str, Iterable[str]], known: Mapping[str, Iterable[str]]
) -> dict[str, tuple[str, ...]]:
    """Of what agent types are to own, what is not said yet, however that spells it."""
    found = {}
    for agent, texts in owns.items():
        said = {trusted(text).shapes for text in known.get(agent, ())}
        left = tuple(text for text in texts if trusted(text).shapes not in said)
        if left:
            found[agent] = left
    return found


def stanzas(owns: Mapping[str, Iterable[str]]) -> str:
    """The text that says what agent types own."""
    return "".join(
        f'[agent "{agent}"]\n' + "".join(f"\towns = {_value(text)}\n" for text in texts)
        for agent, texts in owns.items()
    )


def appended(content: bytes, text: str) -> bytes:
    """A file with some text more at its end, by the line ends that it has; nothing of it changes."""
    newline = b"\r\n" if b"\r\n" in content else b"\n"
    gap = b"" if not content or content.endswith(b"\n") else newline
    return content + gap + text.encode("utf-8", "surrogateescape").replace(b"\n", newline)


def _value(text: str) -> str:
    """A value as git reads it back; quoted where a blank, a comment or a quote in it would be lost."""
    if _PLAIN.fullmatch(text):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
