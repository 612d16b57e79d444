"""`git parallel plan` as text or JSON."""

from collections.abc import Sequence

from ..commands.plan import PlanAnswer
from ..names import TaskId, printable
from ..schedule.apart import runs_alone
from ..schedule.plan import neighbours
from . import render
from .errors import note

_MOST_PROBLEMS = 10
_COMPLETE = "its document says it is complete"


def show_plan(answer: PlanAnswer, *, as_json: bool) -> None:
    """Print the plan; problems go to stderr, with file and line."""
    for warning in answer.warnings:
        note(printable(warning))
    if as_json:
        from .document import of_plan, put

        put(of_plan(answer))
        return
    _show_problems(answer)
    if not answer.tasks:
        say_nothing_declared(answer.target, answer.unread)
        return
    _show_waves(answer)
    _show_overlaps(answer)
    _show_held(answer)


def _show_problems(answer: PlanAnswer) -> None:
    """The problems of the documents that the plan is made of, no more of them than leave the plan in sight."""
    sources = {task.source for task in answer.tasks}
    shown = [problem for problem in answer.problems if not answer.is_named or problem.source in sources]
    for problem in shown[:_MOST_PROBLEMS]:
        note(str(problem))
    if len(shown) > _MOST_PROBLEMS:
        note(f"{len(shown) - _MOST_PROBLEMS} more problems; 'git parallel plan --json' lists all")


def _show_waves(answer: PlanAnswer) -> None:
    tasks = {task.id: task for task in answer.tasks}
    behind = _why_behind(answer)
    rows = []
    for number, wave in enumerate(answer.plan.waves, 1):
        for task_id in wave:
            task = tasks[task_id]
            touched = answer.footprints[task_id].entries
            files = render.some(list(dict.fromkeys(entry.path for entry in touched)), 2)
            shown = [render.cut(task.title, 40), render.cut(files, 60) or "unknown"]
            rows.append([str(number), task_id, *shown, behind[task_id]])
    if rows:
        render.table(["WAVE", "TASK", "TITLE", "FILES", "WAITS FOR"], rows)
    else:
        print("nothing can be launched now")


def _why_behind(answer: PlanAnswer) -> dict[TaskId, str]:
    """What put each task behind the first wave: what it comes after, or may not run beside, further ahead."""
    wave_of = {task: number for number, wave in enumerate(answer.plan.waves) for task in wave}
    said: dict[TaskId, list[str]] = {task: [] for task in wave_of}
    planned = [task for task in answer.tasks if task.id in wave_of]
    for task in planned:
        said[task.id] += (f"after {name}" for name in task.after if name in wave_of)
    for task_id, meets in neighbours(answer.overlaps).items():
        here = wave_of.get(task_id, 0)
        said.get(task_id, []).extend(
            f"overlaps {other}" for other in meets if wave_of.get(other, here) < here
        )
    for task in planned:
        for other in (TaskId(name) for name in task.conflicts if name in wave_of):
            first, second = sorted((task.id, other), key=wave_of.__getitem__)
            said[second].append(f"conflicts with {first}")
        if runs_alone(task, assume_independent=answer.assume_independent):
            said[task.id].append("runs alone")
    return {task: render.some(list(dict.fromkeys(reasons)), 2) for task, reasons in said.items()}


def _show_overlaps(answer: PlanAnswer) -> None:
    if answer.overlaps:
        print()
        render.table(
            ["OVERLAP", "RISK", "WHY"], [[f"{o.left} {o.right}", o.risk, o.why] for o in answer.overlaps]
        )


def _show_held(answer: PlanAnswer) -> None:
    """What is left out and why; what is simply done already is counted, not listed."""
    done = {"merged": 0, _COMPLETE: 0}
    rows = []
    for held in answer.plan.held:
        if held.reason in done and not answer.is_named:
            done[held.reason] += 1
        else:
            rows.append([held.task, held.reason])
    if rows:
        print()
        render.table(["LEFT OUT", "WHY"], rows)
    if any(done.values()):
        print(f"\ndone already: {done['merged']} merged, {done[_COMPLETE]} complete by their documents")


def say_nothing_declared(target: str, unread: Sequence[str]) -> None:
    """Say that the target has no task documents, and how it comes to have some."""
    print(f"'{target}' declares no tasks")
    if unread:
        first = printable(unread[0])
        note(f"'{first}' is not committed, and tasks are read from commits: git add {first} && git commit")
    else:
        note("commit a SPEC-<name>.md with a line '**File**: `path`', or set parallel.specs")
