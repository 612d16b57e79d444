"""The verbs that run agents and look after them; each is imported when it is called."""

import sys
from typing import Any

import click

from .options import AGENT, COMMAND, DETACH, FETCH, JSON, RETRIES, WithCommand, running


def _require_one(*, detach: bool, as_json: bool) -> None:
    if detach and as_json:
        raise click.UsageError("--json tells how a run ended, which with --detach is not known yet")


@click.command("run", cls=WithCommand, short_help="Run agents on tasks, each in a worktree of its own.")
@click.argument("tasks", nargs=-1, metavar="[ID]... -- CMD [ARG]...")
@running
@AGENT
@RETRIES
@FETCH
@click.option(
    "--fresh",
    is_flag=True,
    help="Begin a task that was run before in a new worktree; what it has goes to the trash.",
)
@DETACH
@click.option(
    "--print-prompt", metavar="ID", help="Print what the agent of this task would be told, and run nothing."
)
@JSON
@click.pass_context
def run_(
    context: click.Context, /, detach: bool, as_json: bool, print_prompt: str | None, **options: Any
) -> None:
    """Run tasks: each in a worktree and on a branch of its own, as many at once as may be.

    Without ID, every task runs that can. CMD is started in the task's worktree, with its prompt on its
    standard input (the spec, what is its own, who owns what next door, what done means; --print-prompt shows it)
    and GIT_PARALLEL_* in its environment; what it leaves uncommitted is committed for it. Ctrl-C once:
    nothing more is launched; twice: the agents are stopped; three times: they are killed.

    Agents do not depend on this command: when it is killed they go on, and the next command finds them. A
    task whose attempt failed is tried again in the same worktree, and its agent is told how the one before
    ended.
    """
    from .show_run import request_of, show_prompt, show_run

    if print_prompt is not None:
        sys.exit(show_prompt(print_prompt, agent=options["agent"]))
    _require_one(detach=detach, as_json=as_json)
    request = request_of(context.meta.get(COMMAND, ()), **options)
    sys.exit(show_run(request, as_json=as_json, is_detached=detach))


@click.command("delegate", cls=WithCommand, short_help="Give work to agents that no document declares.")
@click.argument("said", nargs=-1, required=True, metavar="AGENT:TEXT... [-- CMD [ARG]...]")
@click.option(
    "--paths",
    multiple=True,
    metavar="GLOB",
    help="What tasks are given that name no paths of their own (default: what their agent types own).",
)
@running
@RETRIES
@FETCH
@DETACH
@JSON
@click.pass_context
def delegate_(
    context: click.Context,
    /,
    said: tuple[str, ...],
    paths: tuple[str, ...],
    detach: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Give work to agents that no document declares.

    For instance 'git parallel delegate "architect: write SPEC-12" "coder: fix #7"'. Each becomes a task like those
    of documents, with an id made of its words: 'git parallel status' shows it, 'git parallel merge' judges and
    lands it. It is given what its agent type owns (agent.AGENT.owns), or what is named:
    "coder(src/auth/, tests/test_auth.py): fix #7"; a path that nobody owns it may take, as any task may. Where a
    coordinator is at work that runs the tasks, each by the command that it came with.
    """
    from .show_run import request_of, show_delegate

    _require_one(detach=detach, as_json=as_json)
    request = request_of(context.meta.get(COMMAND, ()), verb="delegate AGENT:TEXT...", **options)
    sys.exit(show_delegate(said, request, paths=paths, as_json=as_json, is_detached=detach))


@click.command("start", cls=WithCommand, short_help="Run tasks as they become ready, until 'stop'.")
@running
@AGENT
@click.option(
    "--max-retries",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    metavar="N",
    help="Try a task that fails again by itself, so many times.",
)
@click.option(
    "--poll-interval",
    default="30s",
    show_default=True,
    metavar="TIME",
    help="Look at the repository this often, in case a change was not noticed at once.",
)
@click.option(
    "--spec-backlog",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    metavar="N",
    help="Say so when fewer tasks than this are ready.",
)
@click.option(
    "--spec-agent",
    metavar="NAME",
    help="Have this agent type write specs then (default: parallel.specAgent).",
)
@FETCH
@click.option("--foreground", is_flag=True, help="Stay in this terminal instead of the background.")
@click.pass_context
def start_(
    context: click.Context,
    /,
    max_retries: int,
    poll_interval: str,
    spec_backlog: int,
    spec_agent: str | None,
    foreground: bool,
    **options: Any,
) -> None:
    """Run every task as soon as it is ready, and wait for more, until 'git parallel stop'.

    New tasks are found when they are committed to the target branch. It goes on in the background: 'git
    parallel status' shows what it does, 'git parallel attach' follows it. Agents are started as by 'git
    parallel run'. A task that fails is tried again; one that has failed for good, or was cancelled, waits for
    'git parallel retry'.
    """
    from .show_run import request_of, show_start

    request = request_of(context.meta.get(COMMAND, ()), retries=max_retries, verb="start", **options)
    sys.exit(
        show_start(
            request,
            poll=poll_interval,
            backlog=spec_backlog,
            spec_agent=spec_agent,
            is_foreground=foreground,
        )
    )


@click.command("attach", short_help="Follow what runs in the background.")
def attach_() -> None:
    """Show what the coordinator at work says, from its beginning to its end, and exit as it does.

    Ctrl-C ends the showing, and nothing else.
    """
    from .show_coordinator import show_attach

    sys.exit(show_attach())


@click.command("stop", short_help="Have the coordinator end.")
@click.option("--now", is_flag=True, help="Stop the agents instead of letting them finish.")
@click.option("--no-wait", is_flag=True, help="Return at once.")
def stop_(now: bool, no_wait: bool) -> None:
    """Have the coordinator launch nothing more and end when its agents have; wait for that.

    With --now the agents are stopped: interrupted, then terminated, then killed, with parallel.grace between.
    Agents whose coordinator was killed are waited for, or stopped, in the same way.
    """
    from .show_coordinator import show_stop

    sys.exit(show_stop(now=now, wait=not no_wait))


@click.command("cancel", short_help="Call tasks off, running or not.")
@click.argument("tasks", nargs=-1, required=True, metavar="ID...")
@click.option("--now", is_flag=True, help="Kill the agents at once.")
@JSON
def cancel_(tasks: tuple[str, ...], now: bool, as_json: bool) -> None:
    """Call tasks off: the agent of one that runs is stopped, and one that waits is not launched.

    What an agent has done stays in its worktree. 'git parallel retry' takes a task up again.
    """
    from .show_coordinator import show_cancel

    sys.exit(show_cancel(tasks, now=now, as_json=as_json))


@click.command("retry", cls=WithCommand, short_help="Run tasks that have ended once more.")
@click.argument("tasks", nargs=-1, required=True, metavar="ID... [-- CMD [ARG]...]")
@running
@AGENT
@RETRIES
@click.option("--fresh", is_flag=True, help="Begin in a new worktree; what the task has goes to the trash.")
@JSON
@click.pass_context
def retry_(context: click.Context, /, as_json: bool, **options: Any) -> None:
    """Run tasks that failed, were cancelled or could not be merged once more.

    An attempt goes on in the worktree of the one before, and its agent is told how that one ended. CMD is the
    command of the attempt before unless another one is given. Where a coordinator is at work it runs the
    tasks, by its own command.
    """
    from .show_run import request_of, show_retry

    sys.exit(show_retry(request_of(context.meta.get(COMMAND, ()), **options), as_json=as_json))


@click.command("hold", cls=WithCommand, short_help="Run a command as the only one of an agent type.")
@click.argument("agent", metavar="AGENT -- CMD [ARG]...")
@click.option("--wait", is_flag=True, help="Wait until nobody has the type.")
@click.pass_context
def hold_(context: click.Context, /, agent: str, wait: bool) -> None:
    """Run a command in this terminal, and have no agent of a singleton type launched meanwhile.

    AGENT is a type of which only one runs at a time (agent.AGENT.singleton). As long as CMD, or anything that
    it started, is at work, runs, scripts and other terminals wait for it. Exits as CMD does; with 3 where
    somebody has the type already.
    """
    from .show_hold import show_hold

    show_hold(agent, context.meta.get(COMMAND, ()), wait=wait)
