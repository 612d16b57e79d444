"""A repository made by `git fast-import`."""

import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path


def imported(repo: Path, stream: Iterable[bytes]) -> None:
    """Make a repository of what `stream` says, with `main` checked out."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(repo)], check=True)
    for key, value in (("user.name", "Bench"), ("user.email", "bench@example.com")):
        subprocess.run(["git", "-C", str(repo), "config", key, value], check=True)
    child = subprocess.Popen(["git", "-C", str(repo), "fast-import", "--quiet"], stdin=subprocess.PIPE)
    assert child.stdin
    with child.stdin as pipe:
        pipe.writelines(stream)
    if child.wait():
        sys.exit("git fast-import failed")
    subprocess.run(["git", "-C", str(repo), "reset", "-q", "--hard"], check=True)
