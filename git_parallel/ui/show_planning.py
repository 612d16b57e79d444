"""`git parallel plan` in all its forms: the plan, why two are apart, graphs, and the replay of history."""

import sys
from collections.abc import Sequence
from pathlib import Path

from ..commands.plan import plan
from ..errors import ANSWER_IS_NO, DONE, BadInput
from ..names import printable
from ..project.wanted import Wanted


def show_planning(
    tasks: Sequence[str],
    *,
    check: bool,
    why: Sequence[str] | None,
    level: str | None,
    other_work: str | None,
    patches: Sequence[str],
    with_timeline: bool,
    dot: bool,
    mermaid: bool,
    replay: str | None,
    assume_independent: bool,
    as_json: bool,
) -> int:
    """Print what is asked for; the exit status. Raises BadInput where two forms are asked for at once."""
    forms = {
        "--why": why,
        "--dot": dot,
        "--mermaid": mermaid,
        "--replay": replay,
        "--timeline": with_timeline,
    }
    given = [name for name, value in forms.items() if value]
    if len(given) > 1:
        raise BadInput(f"{given[0]} and {given[1]} cannot be given together")
    if as_json and (dot or mermaid or with_timeline):
        raise BadInput(f"{given[0]} and --json cannot be given together", hint="the document holds all of it")
    if replay is not None:
        if tasks or check:
            raise BadInput("--replay looks at past changes, and takes no tasks")
        from .show_replay import show_replay

        return show_replay(replay, as_json=as_json)
    wanted = Wanted(
        assume_independent=assume_independent,
        level=level or "",
        other_work=other_work or "",
        patches=tuple(patches),
    )
    if why:
        if tasks:
            raise BadInput("--why takes two names, and no others", hint="git parallel plan --why A B")
        from .show_why import show_why

        return show_why(why[0], why[1], wanted, check=check, as_json=as_json)
    answer = plan(Path.cwd(), tasks, wanted)
    if dot or mermaid:
        from .graph import as_dot, as_mermaid

        sys.stdout.write(as_dot(answer) if dot else as_mermaid(answer))
    else:
        from .show_plan import show_plan

        show_plan(answer, as_json=as_json, with_timeline=with_timeline)
    if not check:
        return DONE
    if not (as_json or dot or mermaid):
        print(printable(answer.reason))
    return DONE if answer.is_valid else ANSWER_IS_NO
