"""`git parallel trust` as text or JSON."""

from pathlib import Path

from ..commands.trust import TrustAnswer, revoke, show, trust
from ..config.team import TEAM_FILE
from ..names import printable


def show_trust(*, is_dry_run: bool, is_revoked: bool, as_json: bool) -> None:
    """Show the commands of the team's settings, and have them count unless only a look is wanted."""
    act = revoke if is_revoked else show if is_dry_run else trust
    answer = act(Path.cwd())
    if as_json:
        from .document import of_trust, put

        put(of_trust(answer))
        return
    for key, value in () if is_revoked else answer.commands:
        print(f"{printable(key)} = {printable(value)}")
    print(_summary(answer, is_dry_run=is_dry_run, is_revoked=is_revoked))


def _summary(answer: TrustAnswer, *, is_dry_run: bool, is_revoked: bool) -> str:
    whose = f"{TEAM_FILE} of '{answer.target}'"
    if is_revoked:
        return "nothing is trusted any more" if answer.was_trusted else "nothing was trusted"
    if not answer.commands:
        return f"there are no commands in the {whose}"
    if is_dry_run:
        return f"the {whose} is {'trusted' if answer.is_trusted else 'not trusted'}"
    if answer.was_trusted:
        return f"the {whose} was trusted already"
    return f"the {whose} is trusted, until it changes; 'git parallel trust --revoke' takes that back"
