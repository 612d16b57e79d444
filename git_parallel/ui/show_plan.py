"""`git parallel plan` as text or JSON."""

from collections.abc import Iterator, Sequence

from ..commands.plan import PlanAnswer
from ..names import TaskId, printable
from ..overlap.risk import Risk
from ..schedule.apart import runs_alone
from ..schedule.estimate import Basis
from ..schedule.timeline import Timeline
from . import render
from .errors import note

_MOST_PROBLEMS = 10
_MOST_OVERLAPS = 20
_MOST_NOTES = 10
_BAR = 40
_COMPLETE = "its document says it is complete"


def show_plan(answer: PlanAnswer, *, as_json: bool, with_timeline: bool = False) -> None:
    """Print the plan; problems go to stderr, with file and line."""
    for warning in answer.warnings[:_MOST_NOTES]:
        note(printable(warning))
    if len(answer.warnings) > _MOST_NOTES:
        note(f"{len(answer.warnings) - _MOST_NOTES} more; 'git parallel plan --json' lists all")
    if as_json:
        from .document import put_by_lines
        from .document_plan import of_plan

        put_by_lines(of_plan(answer))
        return
    _show_problems(answer)
    if answer.tasks:
        _show_waves(answer)
    else:
        say_nothing_declared(answer.target, answer.unread)
    _show_overlaps(answer)
    _show_stale(answer)
    _show_drifts(answer)
    if answer.tasks:
        _show_held(answer)
        _show_outlook(answer, with_timeline=with_timeline)


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
            touched = answer.footprints[task_id].known
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
    blockers = answer.blockers()
    for task in planned:
        said[task.id] += (f"after {name}" for name in task.after if name in wave_of)
        if blocker := blockers.get(task.id):
            is_running = blocker not in wave_of
            said[task.id].append(f"overlaps {blocker}" + (", which is running" if is_running else ""))
    for task in planned:
        for other in (TaskId(name) for name in task.conflicts if name in wave_of):
            first, second = sorted((task.id, other), key=wave_of.__getitem__)
            said[second].append(f"conflicts with {first}")
        if runs_alone(task, assume_independent=answer.assume_independent):
            said[task.id].append("runs alone")
        if not said[task.id] and wave_of[task.id] and task.agent in answer.singletons:
            said[task.id].append(f"one {task.agent} at a time")
    return {task: render.some(list(dict.fromkeys(reasons)), 2) for task, reasons in said.items()}


def _show_overlaps(answer: PlanAnswer) -> None:
    worst = answer.worst(_MOST_OVERLAPS)
    known = [overlap for overlap in worst if overlap.risk is not Risk.PREDICTED]
    if known:
        print()
        render.table(["OVERLAP", "RISK", "WHY"], [[f"{o.left} {o.right}", o.risk, o.why] for o in known])
    expected = worst[len(known)] if len(known) < len(worst) else None
    more = len(answer.overlaps) - len(known)
    if expected is not None:
        # Only these are left: the worst come first.
        pairs = "pair is" if more == 1 else "pairs are"
        which = "" if more == 1 else ", first of all"
        print(
            f"\n{more} more {pairs} expected to meet{which}: {expected.left} {expected.right} ({expected.why})"
        )
    elif more:
        print(f"and {more} more; 'git parallel plan --json' lists all, 'plan --why ID ID' explains one")


def _show_stale(answer: PlanAnswer) -> None:
    """What the target cannot take in any more."""
    if answer.stale:
        print()
        rows = [[work, render.some(sorted(paths))] for work, paths in answer.stale.items()]
        render.table([f"CONFLICTS WITH {answer.target}", "IN"], rows)


def _show_drifts(answer: PlanAnswer) -> None:
    """What tasks touch beyond what they declared, and whom that collides with."""
    if answer.drifts:
        print()
        rows = []
        for drift in answer.drifts:
            rows.append([drift.work, render.some(drift.paths), render.some(drift.others)])
        render.table(["DRIFT", "ALSO TOUCHES", "COLLIDES WITH"], rows)


def _show_outlook(answer: PlanAnswer, *, with_timeline: bool) -> None:
    """The timeline in a sentence or as bars, and the order of the merges."""
    timeline = answer.timeline
    if timeline is None and with_timeline:
        note("there are too many tasks for a timeline; name some of them")
    if timeline is not None and timeline.spans and with_timeline:
        print()
        render.table(["TASK", "START", "END", "BEHIND", ""], list(_bars(answer, timeline)))
    if timeline is not None and len(timeline.spans) > 1:
        print(f"\n{_outlook(answer, timeline)}")
        if len(timeline.critical) > 1:
            print(f"critical path: {' -> '.join(map(str, timeline.critical))}")
    if answer.merge_order:
        print(f"\nmerge order with least conflict: {' '.join(answer.merge_order)}")


def _outlook(answer: PlanAnswer, timeline: Timeline) -> str:
    count, slots = len(timeline.spans), answer.slots
    times = f"{timeline.speedup:.1f} times faster"
    if timeline.speedup < 1.05:
        times = "no faster"
    if answer.estimates.basis is Basis.EQUAL:
        lengths = f"{timeline.makespan:.0f} of them one by one"
        return f"{count} tasks in {slots} slots take as long as {lengths}, if all take the same time: {times}"
    source = "earlier runs" if answer.estimates.basis is Basis.RECORDS else "what the documents estimate"
    span, work = render.seconds(timeline.makespan), render.seconds(timeline.work)
    return f"{count} tasks in {slots} slots take about {span} instead of {work}: {times}, going by {source}"


def _bars(answer: PlanAnswer, timeline: Timeline) -> Iterator[list[str]]:
    is_equal = answer.estimates.basis is Basis.EQUAL
    scale = _BAR / timeline.makespan if timeline.makespan else 0
    for span in timeline.spans:
        before, length = round(span.start * scale), max(1, round((span.end - span.start) * scale))
        start, end = (f"{t:g}" if is_equal else render.seconds(t) for t in (span.start, span.end))
        yield [span.task, start, end, span.behind or "", " " * before + "\N{FULL BLOCK}" * length]


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
