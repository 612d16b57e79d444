"""What git asks where an agent pushes: a transport of this name goes nowhere, and says what to do instead."""

import sys


def main() -> None:
    """Answer as `git remote-git-parallel-no-push`."""
    print("error: agents do not push: their work reaches the target by 'git parallel merge'", file=sys.stderr)
    print("hint: whoever wants to let them gives: git config parallel.push true", file=sys.stderr)
    sys.exit(1)
