"""The command tree. Each verb is imported when it is called, so `plan` does not pay for `run`."""

import sys
from pathlib import Path
from typing import Any

import click

from .. import __version__
from ..names import printable
from .cli_care import doctor_, hooks_, prune_
from .cli_run import attach_, cancel_, delegate_, hold_, retry_, run_, start_, stop_
from .options import INDEPENDENT, JSON, STRATEGY, VERIFY


class _Journey(click.Group):
    """The verbs in the order of the journey, not of the alphabet."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """As they are defined below."""
        return list(self.commands)


@click.group(
    name="git-parallel",
    cls=_Journey,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'git help parallel' opens the manual.",
)
@click.version_option(__version__, message="git-parallel version %(version)s")
def cli() -> None:
    """Run many coding agents on one repository at once, with nothing lost and nobody in anybody's way."""


@cli.command("tasks", short_help="Show what is understood of the task documents.")
@click.argument("tasks", nargs=-1, metavar="[ID]...")
@click.option("--source", "sources", multiple=True, metavar="NAME[=GLOB]",
              help="Read only this form of document, in the order given, at GLOB or where it usually lies. "
              "May be given several times.")  # fmt: skip
@click.option("--lint", is_flag=True, help="Exit with 1 when something in a document is not understood.")
@JSON
def tasks_(tasks: tuple[str, ...], sources: tuple[str, ...], lint: bool, as_json: bool) -> None:
    """Show what is understood of the task documents, and what is not.

    Documents are read from the commits of the target branch. Without ID, all tasks are listed; with
    it, each path of the task with the document and line that names it, and the problems of its
    documents. GLOB starts at the top of the repository; a file there that holds no task is a problem.
    """
    from .show_tasks import show_tasks

    sys.exit(show_tasks(tasks, sources=sources, lint=lint, as_json=as_json))


@cli.command("plan", short_help="Show which tasks can run together, and why.")
@click.argument("tasks", nargs=-1, metavar="[ID]...")
@click.option("--check", is_flag=True, help="Exit with 1 when the tasks cannot all run at the same time.")
@click.option("--why", nargs=2, metavar="A B",
              help="Explain how two tasks stand to each other, or a task and a branch.")  # fmt: skip
@click.option("--overlap", "level", type=click.Choice(["file", "hunk"]),
              help="What keeps two tasks apart: the same file, or only the same lines "
              "(default: parallel.overlap).")  # fmt: skip
@click.option("--other-work", type=click.Choice(["none", "local", "remote"]),
              help="Which branches that are no tasks take part (default: parallel.otherWork).")  # fmt: skip
@click.option("--patch", "patches", multiple=True, metavar="FILE",
              help="Let a patch file take part as other work. May be given several times.")  # fmt: skip
@click.option("--timeline", "with_timeline", is_flag=True, help="Show when each task would run.")
@click.option("--dot", is_flag=True, help="Print the plan as a graph for Graphviz.")
@click.option("--mermaid", is_flag=True, help="Print the plan as a Mermaid graph.")
@click.option("--replay", metavar="REV..REV",
              help="Show what would have been predicted for past changes, and what really conflicted.")  # fmt: skip
@INDEPENDENT
@JSON
def plan_(tasks: tuple[str, ...], **options: Any) -> None:
    """Show which tasks can run together, in what order, and why.

    Tasks are read from the commits of the target branch. What they declare is joined with what their
    branches really changed, committed or not, and with what earlier changes let expect; branches that
    are no tasks take part as other work. Work in flight is merged in memory to see what conflicts. A
    task whose files are not known is never called independent of another; it runs alone. --why and
    --replay have JSON documents of their own; their schemas are in git_parallel/schema/.
    """
    from .show_planning import show_planning

    sys.exit(show_planning(tasks, **options))


for _command in (run_, delegate_, start_, attach_, stop_, cancel_, retry_, hold_):
    cli.add_command(_command)


@cli.command("status", short_help="Show the truth about every task.")
@JSON
def status_(as_json: bool) -> None:
    """Show the truth about every task at this moment.

    How far a task is, its agent tells with 'git parallel progress'. What is marked with '~' is estimated:
    from the declared files that are touched, the boxes of the spec that are ticked in the worktree, and
    the time that earlier tasks took. So is the time that is left; it takes in what waits as well.
    """
    from .show_status import show_status

    sys.exit(show_status(as_json=as_json))


@cli.command("log", short_help="Show what an agent printed.")
@click.argument("task", metavar="ID")
@click.option("-f", "--follow", is_flag=True, help="Go on until the agent has ended.")
@click.option(
    "--attempt", type=click.IntRange(min=1), metavar="N", help="Of this attempt instead of the latest."
)
@click.option("--setup", is_flag=True, help="Of the setup of its worktree (parallel.setup) instead.")
@click.option("--raw", is_flag=True, help="The bytes as the agent printed them, also on a terminal.")
def log_(task: str, follow: bool, attempt: int | None, setup: bool, raw: bool) -> None:
    """Show what the agent of a task printed.

    What an agent prints for programs, objects of JSON as most presets have it, is shown as text: what it said,
    which tools it used, and the first lines of what they answered.
    """
    from ..commands.log import log, setup_log

    if setup and attempt:
        raise click.UsageError("a worktree is set up once, not for each attempt: give --setup or --attempt")
    pieces = (
        setup_log(Path.cwd(), task, follow=follow)
        if setup
        else log(Path.cwd(), task, follow=follow, attempt=attempt, is_raw=raw)
    )
    for piece in pieces:
        if raw or not sys.stdout.isatty():
            sys.stdout.buffer.write(piece)
        else:
            # An agent's output must not be able to drive the terminal.
            text = piece.decode("utf-8", "replace")
            sys.stdout.write("".join(c if c in "\n\t" else printable(c) for c in text))
        sys.stdout.flush()


@cli.command("merge", short_help="Merge what has succeeded, judged and verified.")
@click.argument("tasks", nargs=-1, metavar="[ID]...")
@VERIFY
@STRATEGY
@click.option(
    "--dry-run",
    "is_rehearsal",
    is_flag=True,
    help="Only tell in what order they would be merged, and what would become of each.",
)
@click.option(
    "--accept",
    multiple=True,
    metavar="PATH",
    help="Let the task change this path although it is not its own; a directory ends in '/'. Can be repeated.",
)
@click.option(
    "--accept-target",
    "accepts_target",
    is_flag=True,
    help="Agents' commits that came to the target by no merge of ours may stay there.",
)
@click.option(
    "--resolve",
    metavar="ID",
    help="Make the conflict of this task ready in its worktree, for you to resolve.",
)
@click.option(
    "--resolver",
    metavar="AGENT",
    help="Hand what is in conflict to an agent of this type or preset, and land what it makes of it.",
)
@JSON
def merge_(tasks: tuple[str, ...], resolve: str | None, as_json: bool, **options: Any) -> None:
    """Merge what has succeeded into the target, each commit judged, the result verified.

    Merging happens in memory, in the order in which the most land; the target moves only when everything
    holds, and only from where it was seen. All are verified together; where that fails, those that break
    it are found and set aside, and the others land. What was accepted is recorded with the task, and in
    the message of its merge commit.

    What is in conflict stays as it is, branch and worktree. With --resolve the merge of the target is begun in
    the worktree of the task; once you have committed it there, merge the task again. With --resolver an agent
    does that, as a further attempt of the task; it is told both sides' tasks, and what it makes is judged like
    any other work. --resolve --json has a document of its own, whose schema is in git_parallel/schema/.
    """
    if resolve is not None:
        from .show_resolve import show_resolve

        if tasks or any(options.values()):
            raise click.UsageError("--resolve takes one ID, and only --json beside it")
        show_resolve(resolve, as_json=as_json)
        return
    from .show_landing import land

    if options["is_rehearsal"] and any(options[name] for name in ("accept", "accepts_target", "resolver")):
        raise click.UsageError("--dry-run changes nothing, so there is nothing to accept or to resolve")
    sys.exit(land(tasks, as_json=as_json, **options))


cli.add_command(prune_)


@cli.command("claim", short_help="Take paths that no spec declared.")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--until", metavar="TIME", default="",
              help="Hold them until then only: 30m or 2h from now, 18:30, or 2026-12-31T18:30.")  # fmt: skip
@click.option("--wait", is_flag=True, help="Wait until all of them are free, and then take them.")
@click.option("--timeout", metavar="DURATION", default="", help="Wait no longer than this: 90s, 30m, 2h.")
def claim_(paths: tuple[str, ...], until: str, wait: bool, timeout: str) -> None:
    """Take paths that no spec declared for the task of this worktree.

    It gets all of them or none, and holds them until it lets go of them with 'git parallel release', or is merged or
    cancelled. What its branch has changed by the time that --until gives it keeps. While it waits it gets none;
    who waits longest is first. Where two tasks would wait for each other for ever, the later one is refused. A
    sparse worktree then also holds the directories that the paths are in.
    """
    from ..commands.claim import Wish
    from .show_claim import show_claim

    if timeout and not wait:
        raise click.UsageError("--timeout is how long to --wait")
    sys.exit(show_claim(paths, Wish(until, wait, timeout)))


@cli.command("release", short_help="Let go of paths that were claimed.")
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--all", "every", is_flag=True, help="Let go of all that the task holds by claim.")
@click.option(
    "--task", metavar="ID", default="", help="Of this task: for you, outside of the worktrees of tasks."
)
def release_(paths: tuple[str, ...], every: bool, task: str) -> None:
    """Let go of paths that the task of this worktree has claimed.

    What its branch has changed it does not let go of: once another task had that path, the merge would refuse the
    branch. With --task you may insist on it, to free what an agent holds that is stuck.
    """
    from .show_release import show_release

    if every == bool(paths):
        raise click.UsageError("give either paths or --all")
    sys.exit(show_release(paths, every=every, task=task))


@cli.command("owners", short_help="Show who owns what, and why.")
@click.argument("paths", nargs=-1, metavar="[PATH]... | import FILE")
@click.option(
    "--task", default="", metavar="ID", help="Show what this task may change, and why not the rest."
)
@click.option("--agent", "agents", multiple=True, metavar="OWNER=TYPE",
              help="With import: the agent type that stands for an owner (default: called like the owner). "
              "May be given several times.")  # fmt: skip
@click.option("--write", is_flag=True, help="With import: add the patterns to .gitparallel in this worktree.")
@JSON
def owners_(paths: tuple[str, ...], task: str, agents: tuple[str, ...], write: bool, as_json: bool) -> None:
    """Show who owns what, and why: a task, an agent type, or nobody.

    PATH is a file, also one that does not exist yet, a directory or a glob, of which all that is tracked is
    shown. Without PATH, all files are counted by owner and reason. With --task, the exit status is 1 when the
    task may not change one of the paths.

    'git parallel owners import FILE' reads a CODEOWNERS file of GitHub, GitLab or Gitea, or the tables of
    owners in a Markdown file, and prints the patterns of agent types that it comes to. What is not
    understood, and files that would have another owner, since here the most specific pattern wins and not
    the last, are named with their lines. A file that is called import is asked about as ./import.
    """
    if paths[:1] == ("import",):
        from .show_owners_import import show_owners_import

        if len(paths) != 2 or task or as_json:
            raise click.UsageError("import takes one FILE, --agent and --write")
        show_owners_import(paths[1], agents=agents, write=write)
        return
    from .show_owners import show_owners

    if agents or write:
        raise click.UsageError("--agent and --write are for 'git parallel owners import FILE'")
    sys.exit(show_owners(paths, task=task, as_json=as_json))


@cli.command(
    "progress", short_help="Tell how far this task is.", context_settings={"ignore_unknown_options": True}
)
@click.argument("percent", metavar="PERCENT")
@click.argument("message", nargs=-1, metavar="[MESSAGE]")
def progress_(percent: str, message: tuple[str, ...]) -> None:
    """Tell how far the task of this worktree is; for agents.

    PERCENT is a number from 0 to 100, MESSAGE a line on what is being done. 'git parallel status' and a
    run that goes on show both, and count on them for the time that is left. What an agent does not tell
    is estimated.
    """
    from .show_progress import show_progress

    sys.exit(show_progress(percent, message))


cli.add_command(hooks_)
cli.add_command(doctor_)


@cli.command("trust", short_help="Have the commands of the team's .gitparallel count.")
@click.option("--dry-run", is_flag=True, help="Only show the commands, and whether they count.")
@click.option("--revoke", is_flag=True, help="Trust nothing any more.")
@JSON
def trust_(dry_run: bool, revoke: bool, as_json: bool) -> None:
    """Show the commands in the .gitparallel of the target branch, and have them count.

    Whoever can commit to the repository can write that file. So what it would have run counts only after you
    have looked at it, and only as long as it stays exactly as it is. Other settings in it always count.
    """
    from .show_trust import show_trust

    if dry_run and revoke:
        raise click.UsageError("--dry-run changes nothing, --revoke does")
    show_trust(is_dry_run=dry_run, is_revoked=revoke, as_json=as_json)


@cli.command("demo", short_help="Show the whole journey in a throw-away repository.")
@click.argument("directory", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
def demo_(directory: Path | None) -> None:
    """Show the whole journey in a throw-away repository."""
    from .show_demo import show_demo

    sys.exit(show_demo(directory))
