"""The commands that run agents: `run`, `start` and `retry`, in the foreground or in the background."""

import math
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ..commands.delegate import delegate
from ..commands.retry import retry
from ..commands.run import run
from ..commands.start import start
from ..config.converting import limit, seconds, usd
from ..names import printable
from ..project.conducting import RunAnswer, Voice
from ..project.handing import Handed
from ..project.open import make_runtime, open_project
from ..project.request import Request
from ..schedule.strategy import Strategy
from . import render
from .voices import Lines, Quiet, status_of


def show_run(request: Request, *, as_json: bool, is_detached: bool) -> int:
    """Run, show, and give the exit status."""
    if is_detached:
        return _in_background(_without_detach)
    return _shown(lambda voice: run(Path.cwd(), request, voice), as_json=as_json)


def show_prompt(spelling: str, *, agent: str | None) -> int:
    """Print what an agent would be told; the exit status."""
    from ..commands.prompt import prompt

    text = prompt(Path.cwd(), spelling, agent=agent)
    if sys.stdout.isatty():
        # A spec must not be able to drive the terminal.
        text = "".join(c if c in "\n\t" else printable(c) for c in text)
    sys.stdout.write(text)
    return 0


def show_start(
    request: Request, *, poll: str, backlog: int, spec_agent: str | None, is_foreground: bool
) -> int:
    """Start the standing run, show it where it is in the foreground, and give the exit status."""
    every = seconds("--poll-interval", poll)
    if not is_foreground:
        return _in_background(lambda own: [*own, "--foreground"])
    return _shown(
        lambda voice: start(Path.cwd(), request, voice, poll=every, backlog=backlog, spec_agent=spec_agent),
        as_json=False,
    )


def show_delegate(
    said: Sequence[str], request: Request, *, paths: Sequence[str], as_json: bool, is_detached: bool
) -> int:
    """Run what is given by word of mouth, or hand it to the coordinator; the exit status."""
    if is_detached:
        return _in_background(_without_detach)
    return _shown(lambda voice: delegate(Path.cwd(), said, request, voice, paths=paths), as_json=as_json)


def _without_detach(own: list[str]) -> list[str]:
    return [one for one in own if one != "--detach"]


def show_retry(request: Request, *, as_json: bool) -> int:
    """Run tasks once more, or hand them to the coordinator; the exit status."""
    return _shown(lambda voice: retry(Path.cwd(), request, voice), as_json=as_json)


def request_of(
    command: Sequence[str],
    *,
    tasks: Sequence[str] = (),
    timeout: str | None,
    stall_timeout: str | None,
    fresh: bool = False,
    stack: bool = False,
    sparse: bool = False,
    sandbox: bool = False,
    merge_: bool = False,
    max_parallel: int | None = None,
    agent: str | None = None,
    retries: int | None = None,
    verify: str | None = None,
    strategy: Strategy | None = None,
    fetch: bool | None = None,
    assume_independent: bool = False,
    budget: str | None = None,
    verb: str = "run [ID...]",
) -> Request:
    """What the options of the command line ask for."""
    return Request(
        spellings=tasks,
        command=command,
        agent=agent,
        max_parallel=max_parallel,
        timeout=_limit("--timeout", timeout),
        stall=_limit("--stall-timeout", stall_timeout),
        retries=retries,
        assume_independent=assume_independent,
        is_fresh=fresh,
        is_stacking=stack,
        is_sparse=sparse,
        is_sandboxed=sandbox,
        merge=merge_,
        verify=verify,
        strategy=strategy,
        fetch=fetch,
        budget=None if budget is None else usd("--budget", budget),
        verb=verb,
    )


def _limit(option: str, text: str | None) -> float | None:
    if text is None:
        return None
    asked = limit(option, text)
    return math.inf if asked is None else asked


def _shown(conduct: Callable[[Voice], RunAnswer | Handed], *, as_json: bool) -> int:
    voice = Quiet() if as_json else Lines()
    if not as_json and sys.stdout.isatty():
        from .screen import Screen

        with Screen() as screen:
            answer = conduct(screen)
        voice = screen
    else:
        answer = conduct(voice)
    if isinstance(answer, Handed) and as_json:
        from .document import of_run, put

        put(of_run(_nothing_run(), answer.tasks))
        return 0
    if isinstance(answer, Handed):
        who = f" (process {answer.pid})" if answer.pid else ""
        print(f"{render.some(answer.tasks)}: handed to the coordinator that is at work{who}")
        return 0
    if as_json:
        from .document import of_run, put

        put(of_run(answer))
    voice.show_end(answer)
    return status_of(answer)


def _nothing_run() -> RunAnswer:
    now = time.time()
    return RunAnswer((), (), {}, (), {}, {}, (), now, now, None, named=True, wants_merge=False)


def _in_background(in_foreground: Callable[[list[str]], list[str]]) -> int:
    """Begin the same command once more in a session of its own, with options that keep it in the foreground there."""
    from ..agents.background import Begun, begin

    project = open_project(Path.cwd())
    make_runtime(project)
    arguments = sys.argv[1:]
    at = arguments.index("--") if "--" in arguments else len(arguments)
    own = in_foreground(arguments[:at])
    answer = begin(
        (sys.executable, "-P", "-m", "git_parallel", *own, *arguments[at:]),
        cwd=Path.cwd(),
        output=project.runtime / "logs" / "coordinator.out",
    )
    if not isinstance(answer, Begun):
        sys.stderr.write(answer.words)
        return answer.status
    print(
        f"at work in the background (process {answer.pid}): 'git parallel status' shows what it does, "
        "'git parallel attach' follows it, 'git parallel stop' has it end"
    )
    return 0
