"""A repository of 5,000 files and many branches that edit, add, delete, rename and chmod some of them."""

import random
from collections.abc import Iterator
from pathlib import Path

from importing import imported

FILES = 5_000
_LINES = 60
_HOT = 40


def build(repo: Path, branches: int, *, seed: int = 1, is_moving: bool = False) -> None:
    """Make the repository with `git fast-import`; when it is moving, the target goes on between the branches."""
    imported(repo, _commits(branches, random.Random(seed), is_moving=is_moving))


def _commits(branches: int, chance: random.Random, *, is_moving: bool) -> Iterator[bytes]:
    yield b"commit refs/heads/main\n" + _who(0)
    for number in range(FILES):
        yield _file(_path(number), _body(number))
    for branch in range(branches):
        yield b"commit refs/heads/work/b%d\n" % branch + _who(branch + 1) + b"from refs/heads/main\n"
        for _ in range(chance.randint(1, 8)):
            yield _change(branch, chance)
        if is_moving and chance.random() < 0.5:
            yield b"commit refs/heads/main\n" + _who(branch + 1)
            number, line = chance.randrange(FILES // 10), chance.randrange(_LINES)
            lines = _body(number)
            lines[line] = f"moved on after {branch}"
            yield _file(_path(number), lines)


def _change(branch: int, chance: random.Random) -> bytes:
    number = chance.randrange(_HOT) if chance.random() < 0.15 else chance.randrange(FILES)
    path, lines = _path(number), _body(number)
    kind = chance.random()
    if kind < 0.05:
        return f"D {path}\n".encode()
    if kind < 0.10:
        return f"R {path} src/moved/f{number}_{branch if chance.random() < 0.7 else 0}.py\n".encode()
    if kind < 0.15:
        return _file(path, lines, mode="100755")
    if kind < 0.22:
        return _file(
            f"src/new/n{chance.randrange(60)}.py", [f"new {branch}" if chance.random() < 0.8 else "same"]
        )
    if kind < 0.24:
        return b"M 100644 inline bin/x%d.bin\ndata 4\n\0%03d\n" % (chance.randrange(9), branch % 1000)
    first = chance.randrange(_LINES)
    for at in range(first, min(_LINES, first + chance.randint(1, 3))):
        lines[at] = f"changed by {branch if chance.random() < 0.9 else 'all'}"
    if chance.random() < 0.3:
        lines.insert(chance.randrange(_LINES), f"inserted by {branch}")
    if chance.random() < 0.1:
        del lines[chance.randrange(len(lines))]
    return _file(path, lines)


def _path(number: int) -> str:
    return f"src/m{number // 50}/f{number}.py"


def _body(number: int) -> list[str]:
    return [f"line {at} of {number}" for at in range(_LINES)]


def _who(number: int) -> bytes:
    return f"committer Bench <bench@example.com> {1_700_000_000 + number} +0000\ndata 1\nx\n".encode()


def _file(path: str, lines: list[str], mode: str = "100644") -> bytes:
    data = ("\n".join(lines) + "\n").encode()
    return f"M {mode} inline {path}\ndata {len(data)}\n".encode() + data + b"\n"
