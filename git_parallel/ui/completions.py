"""Completions for bash, zsh and fish, made from the command tree; no Python is started at TAB time.

`python -m git_parallel.ui.completions [DIR]` writes them; `completions/` has them committed.
"""

import sys
from pathlib import Path

from . import shell_bash, shell_fish, shell_zsh
from .verbs import Verb, visible


def scripts(verbs: tuple[Verb, ...]) -> dict[str, str]:
    """The text of each script by its path below `completions/`."""
    return {
        "bash/git-parallel": shell_bash.script(verbs),
        "zsh/_git-parallel": shell_zsh.script(verbs),
        "fish/git-parallel.fish": shell_fish.script(verbs),
    }


def write(directory: Path) -> None:
    """Write all scripts."""
    for name, text in scripts(visible()).items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "completions"))
