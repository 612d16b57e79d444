"""What users read of the presets is what stands in the data file."""

from pathlib import Path

from git_parallel.agents import presets
from git_parallel.agents.presets import Preset

TABLE = Path(__file__).parents[2] / "docs" / "agents.md"


def row(preset: Preset) -> list[str]:
    by = {"{prompt}": "argument", "{prompt_file}": "file"}
    return [
        f"`{preset.name}`",
        f"`{' '.join(preset.argv)}`",
        next((by[word] for word in preset.argv if word in by), "standard input"),
        preset.seen,
        ", ".join(f"`{name}`" for name in preset.credentials),
    ]


def test_the_table_of_presets_is_the_data() -> None:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    wanted = [row(preset) for name in presets.names() if (preset := presets.find(name))]

    assert [[*found[:4], found[5]] for found in cells] == wanted


def test_only_what_was_installed_is_said_to_have_been() -> None:
    checked = {name: preset.checked for name in presets.names() if (preset := presets.find(name))}

    assert [name for name, how in checked.items() if not how.startswith("installed")] == ["cursor-agent"]
    assert "All but `cursor-agent` were installed" in TABLE.read_text("utf-8")
