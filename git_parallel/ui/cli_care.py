"""The verbs that clean up and mend; each is imported when it is called."""

import sys

import click

from .options import JSON


@click.command("prune", short_help="Put away what is merged; --undo brings it back.")
@click.argument("tasks", nargs=-1, metavar="[ID]...")
@click.option("--force", "is_forced", is_flag=True,
              help="Put the named tasks away whatever speaks against it; all of it is in the trash.")  # fmt: skip
@click.option("--dry-run", "is_rehearsal", is_flag=True, help="Say what would be done, and do nothing.")
@click.option("--undo", is_flag=False, flag_value="", metavar="[ID]",
              help="Bring a pruned task back; without ID all that the latest prune has put away.")  # fmt: skip
@click.option("--list", "is_list", is_flag=True, help="Show what is in the trash.")
@click.option("--expire", metavar="AGE",
              help="Free what was put into the trash longer ago (14d, 2w; 'now' for all), for good.")  # fmt: skip
@JSON
def prune_(
    tasks: tuple[str, ...], undo: str | None, expire: str | None, as_json: bool, **flags: bool
) -> None:
    """Put worktrees and branches that are merged, clean and dead into the trash.

    A task is merged when the target has its work, by a merge, squash or rebase of anybody's. What is not, or has
    anything that would be missed, is kept, and every reason is said. --force overrules all of them, but not an agent
    that is alive, nor a branch that is checked out elsewhere.

    --undo brings back everything as it was, also after 'git gc'. Only --expire frees what is in the trash.
    """
    from . import show_prune

    is_list, is_forced, is_rehearsal = flags["is_list"], flags["is_forced"], flags["is_rehearsal"]
    if sum((undo is not None, expire is not None, is_list, is_forced)) > 1:
        raise click.UsageError("--undo, --list, --expire and --force are four different things")
    if (expire is not None or is_list) and tasks:
        raise click.UsageError(f"{'--list' if is_list else '--expire'} takes no ID")
    if (undo is not None or is_list) and is_rehearsal:
        raise click.UsageError(f"{'--list' if is_list else '--undo'} takes no --dry-run")
    if is_list:
        show_prune.show_trash(as_json=as_json)
    elif expire is not None:
        show_prune.show_expired(expire, is_rehearsal=is_rehearsal, as_json=as_json)
    elif undo is not None:
        wanted = (undo, *tasks) if undo else tasks
        sys.exit(show_prune.show_undo(wanted, as_json=as_json))
    else:
        status = show_prune.show_prune(tasks, is_forced=is_forced, is_rehearsal=is_rehearsal, as_json=as_json)
        sys.exit(status)


@click.command("hooks", short_help="Look after the hooks of agent worktrees.")
@click.argument("action", type=click.Choice(["status", "repair", "uninstall"]), default="status",
                metavar="[status|repair|uninstall]")  # fmt: skip
@JSON
def hooks_(action: str, as_json: bool) -> None:
    """Look after the hooks that run in agent worktrees, and nowhere else.

    They stop commits to files outside a task's ownership, refs that are not its own, and pushes; after them your own
    hooks run as ever. 'git parallel run' installs them and puts them in order. 'status' (the default) exits with 1
    when something has been changed; 'repair' puts that right, and takes in hooks that you have added since.
    'uninstall' leaves .git/config as it was, once the worktrees of agents are gone.
    """
    from .show_hooks import show_hooks

    sys.exit(show_hooks(action, as_json=as_json))


@click.command("doctor", short_help="Find what is damaged, and heal it.")
@click.option("--fix", "is_healing", is_flag=True, help="Heal what can be healed without losing anything.")
@JSON
def doctor_(is_healing: bool, as_json: bool) -> None:
    """Find what crashes, kills and power cuts have left damaged, each with the command that heals it.

    It works where git itself does not, say because a 'git worktree add' was killed. With --fix all of it is healed
    that is safely healed: what is missing is built up again from what is there, and what is in the way is moved
    into .git/parallel/trash/. Nothing is deleted that you or an agent have made; what is not git-parallel's is only
    told of. Exits with 1 when something is wrong, after --fix when something is wrong still.
    """
    from .show_doctor import show_doctor

    sys.exit(show_doctor(is_healing=is_healing, as_json=as_json))
