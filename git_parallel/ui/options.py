"""Options that several verbs have, so that they are called and mean the same in each."""

from collections.abc import Callable
from functools import reduce
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from ..schedule.strategy import Strategy

JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of text.")
INDEPENDENT = click.option(
    "--assume-independent",
    is_flag=True,
    help="Let tasks run beside others although nothing is known of their files.",
)
VERIFY = click.option(
    "--verify",
    metavar="CMD",
    help="Shell command that must succeed on the merged tree (default: parallel.verify).",
)


def _as_strategy(_context: click.Context, _option: click.Parameter, word: str | None) -> "Strategy | None":
    from ..schedule.strategy import Strategy

    return Strategy(word) if word else None


STRATEGY = click.option(
    "--strategy",
    type=click.Choice(["merge", "squash", "rebase"]),
    callback=_as_strategy,
    help="Land a branch by a merge commit, by one commit for all of it, or by its commits made anew "
    "(default: parallel.strategy).",
)


_RUNNING = (
    click.option("-j", "--max-parallel", type=click.IntRange(min=1), metavar="N",
                 help="How many agents at once, at most (default: parallel.maxParallel)."),
    click.option("--timeout", metavar="TIME",
                 help="Stop an agent after this long: 90s, 30m, 2h, or off (default: parallel.timeout)."),
    click.option("--stall-timeout", metavar="TIME",
                 help="Stop an agent that for this long gives no sign of life: no output, no CPU time, no change of a "
                 "file (default: parallel.stallTimeout)."),
    click.option("--budget", metavar="USD",
                 help="Launch nothing more when the agents that have ended cost so much in sum "
                 "(default: parallel.budget)."),
    click.option("--merge", "merge_", is_flag=True, help="Merge each task as soon as it has succeeded."),
    VERIFY,
    STRATEGY,
    click.option("--stack", is_flag=True,
                 help="Begin a task at the work of those it comes after as soon as these have succeeded, without "
                 "waiting for their merge."),
    click.option("--sparse", is_flag=True,
                 help="Have a new worktree hold only what its task touches, with its tests and the files at the root "
                 "(default: parallel.sparse)."),
    click.option("--sandbox", is_flag=True,
                 help="Start agents in a sandbox: of the repository they can write their own worktree and branch, and "
                 "see no worktrees of others (default: parallel.sandbox). Linux only."),
    INDEPENDENT,
)  # fmt: skip


def running(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of every verb that runs agents."""
    return reduce(lambda inner, option: option(inner), reversed(_RUNNING), command)


DETACH = click.option(
    "--detach", is_flag=True, help="Go on in the background, out of reach of this terminal."
)
AGENT = click.option(
    "--agent", metavar="NAME", help="Start the agent type or the preset NAME (default: parallel.agent)."
)


RETRIES = click.option("--retries", type=click.IntRange(min=0), metavar="N",
                       help="Try a task that fails again by itself, so many times, each time after a longer wait "
                       "(default: parallel.retries).")  # fmt: skip

FETCH = click.option("--fetch", is_flag=True, default=None,
                     help="First fetch what the target branch follows, and bring the target there if that is a "
                     "fast-forward (default: parallel.fetch).")  # fmt: skip


class WithCommand(click.Command):
    """A verb that takes, after `--`, a command of the user's with its arguments exactly as they are."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Cut the arguments at the first `--`, before click drops it."""
        if "--" in args:
            at = args.index("--")
            args, ctx.meta[COMMAND] = args[:at], tuple(args[at + 1 :])
        return super().parse_args(ctx, args)


COMMAND = "git_parallel.command"
