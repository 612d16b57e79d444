"""How a run is heard: a line an event in a pipe, nothing but a document for `--json`, and always the journal."""

import os
import sys
from collections.abc import Callable, Sequence

from ..agents.background import say_at_work
from ..names import printable
from ..project.conducting import RunAnswer
from ..project.journal import Journal
from ..project.open import Project
from ..project.prospects import Prospects
from ..project.saying import Told
from ..project.spending import usd
from ..schedule.record import State
from . import render
from .errors import note
from .show_merge import lines_of


class Quiet:
    """Says nothing aloud; the journal is written all the same, for `attach` from elsewhere."""

    def __init__(self) -> None:
        self._journal: Journal | None = None

    def entering(self, project: Project) -> None:
        """The run is the coordinator now; nobody is to take the journal of the one before for its own."""
        self._journal = Journal(project)

    def entered(self, project: Project, foresee: Callable[[], Prospects]) -> None:  # noqa: ARG002
        """The run is at work now."""
        say_at_work()

    def tell(self, told: Told) -> None:
        """Something has happened."""
        for line in lines_told(told):
            self._write(line, is_note=told.is_note)
        self.show(told)

    def leaving(self, answer: RunAnswer) -> None:
        """The run has come to its end."""
        for line, is_note in end_of(answer):
            self._write(line, is_note=is_note)
        if self._journal:
            self._journal.say("", status=status_of(answer))
            self._journal.close()

    def show(self, told: Told) -> None:
        """Show what happened, to whoever is there."""

    def show_end(self, answer: RunAnswer) -> None:
        """Show what became of it all."""

    def _write(self, line: str, *, is_note: bool) -> None:
        if self._journal:
            self._journal.say(line, is_note=is_note)


class Lines(Quiet):
    """One plain line an event. A reader that goes away (Ctrl-C ends `| tee` too) must not end the run."""

    def show(self, told: Told) -> None:
        """Print the lines, notes apart from the answer."""
        put([(line, told.is_note) for line in lines_told(told)])

    def show_end(self, answer: RunAnswer) -> None:
        """Print the summary."""
        put(end_of(answer))


def put(lines: Sequence[tuple[str, bool]]) -> None:
    """Print lines, each with whether it is a note; where nobody reads them any more, nothing is said any more."""
    try:
        for line, is_note in lines:
            if is_note:
                note(printable(line))
            else:
                print(printable(line), flush=True)
    except OSError:
        # A pipe without a reader, or a terminal that was closed.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.dup2(nowhere, sys.stderr.fileno())
        os.close(nowhere)


def lines_told(told: Told) -> list[str]:
    """What happened, line by line."""
    return lines_of(told.landing) if told.landing is not None else [told.what]


def status_of(answer: RunAnswer) -> int:
    """The exit status of a run."""
    if answer.signal is not None and not answer.is_standing:
        return 128 + answer.signal
    return 0 if answer.is_success else 1


def end_of(answer: RunAnswer) -> list[tuple[str, bool]]:
    """The last words of a run, each with whether it is a note."""
    lines = []
    reasons: dict[str, list[str]] = {}
    for task, why in answer.waiting.items():
        reasons.setdefault(why, []).append(task)
    for why, tasks in reasons.items():
        lines.append(
            (f"{render.some(tasks)} {'was' if len(tasks) == 1 else 'were'} not launched: {why}", True)
        )
    left = [
        task
        for task in (*answer.waiting, *answer.refused)
        if task in answer.records and answer.records[task].is_delegated
    ]
    if left:
        ways = "'git parallel run ID' runs it, 'git parallel cancel ID' calls it off"
        lines.append((f"{render.some(left)}: still planned; {ways}", True))
    for held in answer.held:
        if answer.named or held.reason not in ("merged", "its document says it is complete"):
            lines.append((f"{held.task} is left out: {held.reason}", True))
    return lines + [(line, False) for line in _summary(answer)]


def _summary(answer: RunAnswer) -> list[str]:
    if not answer.ran:
        return ["nothing to run" if not answer.refused else "nothing was run"]
    good = [record for record in answer.ran if record.state in (State.SUCCEEDED, State.MERGED)]
    duration = answer.ended - answer.started
    speedup = answer.seconds_of_work / duration
    is_gain = speedup > 1.05 and len(good) == len(answer.ran)
    gain = f", {speedup:.1f} times as fast as one by one" if is_gain else ""
    cost = "" if answer.cost is None else f", {usd(answer.cost)}"
    lines = [f"{len(good)} of {len(answer.ran)} succeeded in {render.seconds(duration)}{gain}{cost}"]
    lines += [
        f"'git parallel log {record.id}' shows what it printed, its work is in {record.worktree}"
        for record in answer.ran
        if record.state not in (State.SUCCEEDED, State.MERGED) and record.started is not None
    ]
    if any(record.state is State.SUCCEEDED for record in good) and not answer.landings:
        lines.append("'git parallel merge' brings them to the target")
    return lines


def agents_voice(*, as_json: bool) -> "Lines | Quiet":
    """What prints what the agents do that resolve conflicts."""
    return Quiet() if as_json else Lines()
