"""The table of all ways and who stopped them. `python -m tests.ways.table` tries them all and writes it."""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from tests.forks import NO_FORKS

from . import catalogue
from .oracle import Oracle
from .scene import prepared
from .trial import attempt

TABLE = Path(__file__).parent / "table.txt"
NOBODY = "nobody"


def read_table() -> dict[str, str]:
    """The layer that stopped each way."""
    lines = TABLE.read_text("utf-8").splitlines()
    return {way: layer.replace("_", " ") for layer, way in (line.split() for line in lines)}


def by_layer() -> Mapping[str, list[str]]:
    """The ways that each layer stopped."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for way, layer in read_table().items():
        found[layer].append(way)
    return found


def main() -> None:
    """Try every way in a room of its own, write the table and print what it comes to."""
    with prepared(NO_FORKS) as scene:
        oracle = Oracle.of(scene)
        trials = [attempt(scene, oracle, way) for way in catalogue.read("attacks")]
    rows = [f"{(trial.layer or NOBODY).replace(' ', '_'):<22}{trial.way.id}\n" for trial in trials]
    TABLE.write_text("".join(rows), "utf-8")
    print("".join(rows))
    for layer, ways in sorted(by_layer().items(), key=lambda item: -len(item[1])):
        print(f"{len(ways):5}  {layer}")
    print(f"{len(trials):5}  in all")


if __name__ == "__main__":
    main()
