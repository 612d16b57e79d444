"""The console script. Hot verbs are answered before click is imported; see bench/ for what that saves."""

import sys


def main() -> None:
    """Run one `git parallel` command and exit with its status."""
    arguments = sys.argv[1:]
    if arguments == ["--version"]:
        from .. import __version__

        print(f"git-parallel version {__version__}")
        sys.exit(0)
    from .errors import shown

    with shown():
        if arguments[:1] == ["status"] and arguments[1:] in ([], ["--json"]):
            from .show_status import show_status

            sys.exit(show_status(as_json="--json" in arguments))
        if arguments[:1] == ["tasks"] and arguments[1:] in ([], ["--json"]):
            from .show_tasks import show_tasks

            sys.exit(show_tasks((), sources=(), lint=False, as_json="--json" in arguments))
        if arguments[:1] == ["progress"] and arguments[1:] and not any(a[:1] == "-" for a in arguments):
            from .show_progress import show_progress

            sys.exit(show_progress(arguments[1], arguments[2:]))
        if (
            arguments[:1] in (["claim"], ["release"])
            and arguments[1:]
            and not any(a[:1] == "-" for a in arguments)
        ):
            sys.exit(_let_have(arguments[0], arguments[1:]))
        if arguments[:1] == ["owners"] and _are_paths(arguments[1:]):
            from .show_owners import show_owners

            sys.exit(show_owners(tuple(arguments[1:]), task="", as_json=False))
        if arguments[:1] == ["merge"] and not any(a[:1] == "-" for a in arguments):
            from .show_landing import land

            sys.exit(land(tuple(arguments[1:])))
        if arguments == ["owners", "--json"]:
            from .show_owners import show_owners

            sys.exit(show_owners((), task="", as_json=True))
        if arguments[:1] == ["hook"] and len(arguments) == 3:
            from .show_hook import show_staged, show_transaction

            is_about_refs = arguments[1] == "reference-transaction"
            sys.exit(show_transaction(arguments[2], sys.stdin.buffer) if is_about_refs else show_staged())
        from .cli import cli

        cli(prog_name="git parallel", standalone_mode=False)


def _are_paths(arguments: list[str]) -> bool:
    """Whether these are the paths of `owners` alone: no option, and not its word for something else."""
    return arguments[:1] != ["import"] and not any(argument[:1] == "-" for argument in arguments)


def _let_have(verb: str, paths: list[str]) -> int:
    if verb == "claim":
        from .show_claim import show_claim

        return show_claim(paths)
    from .show_release import show_release

    return show_release(paths)
