"""Agents that are known by name: the data in `presets.toml`, as values."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_DATA = Path(__file__).with_name("presets.toml")


@dataclass(frozen=True, slots=True)
class Preset:
    """One well-known agent; what each field means stands at the top of the data file."""

    name: str
    argv: tuple[str, ...]
    stream: str
    version: tuple[str, ...]
    seen: str
    checked: str
    install: str
    credentials: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        """The name of its program, as looked for on PATH."""
        return self.argv[0]


def find(name: str) -> Preset | None:
    """The preset of that name; None where there is none."""
    return _presets().get(name) if name else None


def names() -> tuple[str, ...]:
    """All of them, in the order of the data file."""
    return tuple(_presets())


@cache
def _presets() -> dict[str, Preset]:
    # Most commands start no agent.
    import tomllib

    found = tomllib.loads(_DATA.read_text("utf-8"))
    return {name: Preset(name, **_frozen(table)) for name, table in found.items()}


def _frozen(table: dict[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in table.items()}
