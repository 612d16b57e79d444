"""What a worktree can be in: each state is made with real git in the worktree of a task that has landed."""

from tests.cli.states import commits, files, holders, nested, operations, refs
from tests.cli.states.entering import STATES

__all__ = ["STATES", "commits", "files", "holders", "nested", "operations", "refs"]
