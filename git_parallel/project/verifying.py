"""The commands that merges are verified by."""

from ..config.settings import Settings
from ..errors import BadInput
from ..overlap.verify_scopes import Commands


def verification_of(settings: Settings, asked: str | None) -> Commands:
    """The shell commands that merged trees must pass; `asked` is what the user says of it, in place of all of them.

    Raises BadInput where the team has one that the user has not trusted: to merge without it is not what
    anybody has decided.
    """
    if asked is not None:
        return Commands(asked)
    if settings.is_verify_untrusted:
        raise BadInput(
            "nothing is merged: the team's verify command is not trusted as it is now",
            hint="'git parallel trust' shows it and has it count; --verify CMD goes before it, and --verify '' does "
            "without",
        )
    return Commands(settings.verify, settings.verify_scopes)
