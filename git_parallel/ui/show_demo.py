"""`git parallel demo`: each command of the journey as a user would type it, with what it prints."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ..commands.demo import STEPS, prepare


def show_demo(directory: Path | None) -> int:
    """Make the throw-away repository and go through the journey; 1 when a step failed."""
    # A folder of its own around it, since worktrees are made beside the repository.
    home = directory or Path(tempfile.mkdtemp(prefix="git-parallel-demo-")) / "shop"
    prepare(home)
    _say(f"$ cd {home}")
    # `git parallel` is found on PATH; this installation's own directory first.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    environment = {**os.environ, "PATH": path}
    for step in STEPS:
        _say(f"\n$ {step}")
        status = subprocess.run(["/bin/sh", "-c", step], cwd=home, env=environment, check=False).returncode
        if status:
            _say(f"(exit status {status})")
            return 1
    _say(f"\nThe repository is still there to play with: {home}")
    return 0


def _say(line: str) -> None:
    bold, plain = ("\033[1m", "\033[0m") if sys.stdout.isatty() else ("", "")
    print(f"{bold}{line}{plain}", flush=True)
