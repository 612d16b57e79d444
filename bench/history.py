"""A repository with the history of a file of `corpus/pairs`: its sets of changes, one commit each.

The file tells which paths each change touches and which pairs conflict; the contents are made up so that
just these conflict: a change edits a line of its own in each file, and one that conflicts with an earlier
change edits the line that the earlier one has changed. Sets that are too short are filled with empty
commits, so that windows of history are the sets.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from importing import imported

WINDOW = 8
_STEP = 7
_LINES = WINDOW * _STEP + 1


def build(source: Path, repo: Path) -> str:
    """Make the repository; the range of its commits that are changes."""
    sets = sorted(json.loads(source.read_text())["sets"], key=lambda one: one["changes"][0]["date"])
    imported(repo, _commits(sets))
    first = subprocess.run(
        ["git", "-C", str(repo), "rev-list", "--max-parents=0", "HEAD"], check=True, capture_output=True
    )
    return f"{first.stdout.decode().strip()}..main"


def _commits(sets: list[Any]) -> Iterator[bytes]:
    files: dict[str, list[str]] = {}
    for one in sets:
        for change in one["changes"]:
            for path, kind in change["files"].items():
                files.setdefault(path, [] if kind == "A" else _fresh(path))
    files = {path: lines for path, lines in files.items() if lines}
    yield _header(0, "before")
    yield from (_file(path, lines) for path, lines in files.items())
    number = 0
    for one in sets:
        conflicts = {(j, path): i for i, j, paths in one["conflicting"] for path in paths}
        for at in range(WINDOW):
            number += 1
            yield _header(number, f"change {number}")
            for path, kind in one["changes"][at]["files"].items() if at < len(one["changes"]) else ():
                yield from _edit(files, path, kind, conflicts.get((at, path), at), number)


def _edit(files: dict[str, list[str]], path: str, kind: str, where: int, number: int) -> Iterator[bytes]:
    if kind == "D" and path in files:
        del files[path]
        yield b"D %s\n" % _quoted(path)
        return
    lines = files.setdefault(path, _fresh(path))
    lines[where * _STEP + _STEP // 2] = f"change {number} of {path}"
    yield _file(path, lines)


def _fresh(path: str) -> list[str]:
    return [f"line {number} of {path}" for number in range(_LINES)]


def _header(number: int, message: str) -> bytes:
    who = f"committer Bench <bench@example.com> {1_700_000_000 + number} +0000"
    return f"commit refs/heads/main\n{who}\ndata {len(message)}\n{message}\n".encode()


def _file(path: str, lines: list[str]) -> bytes:
    data = ("\n".join(lines) + "\n").encode()
    return b"M 100644 inline %s\ndata %d\n%s\n" % (_quoted(path), len(data), data)


def _quoted(path: str) -> bytes:
    return json.dumps(path, ensure_ascii=False).encode()


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: history.py PAIRS.json DIRECTORY")
    print(build(Path(sys.argv[1]), Path(sys.argv[2])))
