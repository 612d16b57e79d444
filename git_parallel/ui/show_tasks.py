"""`git parallel tasks` as text or JSON."""

from collections.abc import Iterator, Sequence, Set, Sized
from pathlib import Path

from ..commands.tasks import TasksAnswer, documents_of, tasks
from ..errors import ANSWER_IS_NO, DONE
from ..names import printable
from ..project.collector import collector_paused
from ..tasks.task import Declared, Kind, Problem, Task
from . import render
from .errors import note

_MOST_FILES = 2
_MOST_AFTER = 3
_WIDEST = 60
_INDENT = 4


def show_tasks(spellings: Sequence[str], *, sources: Sequence[str], lint: bool, as_json: bool) -> int:
    """Print what was understood and what was not; the exit status."""
    with collector_paused():
        return _answer_and_show(spellings, sources=sources, lint=lint, as_json=as_json)


def _answer_and_show(spellings: Sequence[str], *, sources: Sequence[str], lint: bool, as_json: bool) -> int:
    answer = tasks(Path.cwd(), spellings, sources=sources)
    for warning in answer.warnings:
        note(printable(warning))
    if as_json:
        from .document import of_tasks, put_by_lines

        put_by_lines(of_tasks(answer))
    else:
        _show(answer, everything=lint)
    return ANSWER_IS_NO if lint and not answer.is_valid else DONE


def _show(answer: TasksAnswer, *, everything: bool) -> None:
    if not answer.tasks and not answer.problems:
        _say_nothing_declared(answer)
        return
    if answer.is_named or len(answer.tasks) == 1:
        for number, task in enumerate(answer.tasks):
            print("\n" * bool(number), end="")
            _show_task(task)
    elif answer.tasks:
        _show_table(answer.tasks)
    if answer.problems:
        print("\n" * bool(answer.tasks), end="")
        _show_problems(answer, set() if everything else answer.distant)
    if not answer.is_named:
        print(f"\n{_summary(answer)}")


def _show_table(shown: Sequence[Task]) -> None:
    columns: dict[str, list[str]] = {
        "TASK": [task.id for task in shown],
        "STATUS": [task.status for task in shown],
        "PRIORITY": [_number(task.priority) for task in shown],
        "AFTER": [render.some(task.after) for task in shown],
        "FILES": [_files(task) for task in shown],
        "TITLE": [render.cut(task.title, 40) for task in shown],
        "SOURCE": [f"{task.source}:{task.line}" for task in shown],
    }
    # What no task has is no column.
    columns = {head: cells for head, cells in columns.items() if any(cells)}
    rows = list(zip(*columns.values(), strict=True))
    if render.fits(list(columns), rows):
        render.table(list(columns), rows)
        return
    heads = [(task.id, task.status, task.title) for task in shown]
    render.stacked(["TASK", "STATUS", "TITLE"], heads, [tuple(_below(task)) for task in shown])


def _below(task: Task) -> Iterator[str]:
    room = (render.width() or 80) - _INDENT
    paths = _paths(task)
    yield render.fitting(paths, f"{_count(paths, 'file')}: ", room, _MOST_FILES) if paths else "files unknown"
    if task.after:
        yield render.fitting(task.after, "after ", room, _MOST_AFTER)
    yield f"{task.source}:{task.line}"


def _files(task: Task) -> str:
    paths = _paths(task)
    return render.fitting(paths, f"{len(paths)}: ", _WIDEST, _MOST_FILES) if paths else "unknown"


def _paths(task: Task) -> tuple[str, ...]:
    return tuple(dict.fromkeys(printable(declared.path) for declared in task.touched))


def _show_task(task: Task) -> None:
    render.hanging(f"{task.id}  ", printable(task.title))
    facts = [(name, value) for name, value in _facts(task) if value]
    longest = max(len(name) for name, _ in facts) + 1
    for name, value in facts:
        render.hanging(f"  {f'{name}:'.ljust(longest)}  ", printable(value))
    touched = [_declared(declared, task) for declared in task.touched]
    mentions = [_declared(declared, task) for declared in task.declared if declared.kind is Kind.MENTION]
    print(
        "\n  files"
        if touched
        else "\n  files: unknown, so it is never said to be independent of another task"
    )
    render.folded(touched, 2 * _INDENT)
    if mentions:
        print("\n  mentions")
        render.folded(mentions, 2 * _INDENT)


def _facts(task: Task) -> Iterator[tuple[str, str]]:
    yield "status", task.status
    yield "source", f"{task.source}:{task.line}"
    yield "more in", ", ".join(path for path in documents_of(task) if path != task.source)
    yield "also called", ", ".join(task.aliases)
    yield "same id", ", ".join(task.rivals)
    yield "agent", task.agent or ""
    yield "priority", _number(task.priority)
    yield "estimate", "" if task.estimate is None else f"{task.estimate / 3600:g} h of work"
    yield "after", ", ".join(task.after)
    yield "conflicts", ", ".join(task.conflicts)
    yield "alone", "beside no other task" if task.is_alone else ""


def _declared(declared: Declared, task: Task) -> tuple[str, ...]:
    ranges = ",".join(f"{first}-{last}" if last != first else str(first) for first, last in declared.ranges)
    path = f"{declared.path}:{ranges}" if ranges else declared.path
    is_respelt = declared.written not in ("", declared.path)
    return (
        *((f"    {declared.kind}", path) if declared.kind is not Kind.MENTION else (f"    {path}",)),
        f"{'' if declared.source == task.source else declared.source}:{declared.line}",
        f"written as '{declared.written}'" if is_respelt else "",
    )


def _show_problems(answer: TasksAnswer, distant: Set[Problem]) -> None:
    """The problems, of which the distant ones are only counted: one roadmap may have a hundred of them."""
    near = [problem for problem in answer.problems if problem not in distant]
    if answer.is_named and near:
        print("problems")
    for problem in near:
        print(_told(problem))
    if distant:
        documents = render.some(sorted({printable(problem.source) for problem in distant}))
        print(f"{_count(distant, 'problem')} elsewhere in {documents}; 'git parallel tasks' lists all")


def _told(problem: Problem) -> str:
    return printable(str(problem))


def _summary(answer: TasksAnswer) -> str:
    parts = [f"{_count(answer.tasks, 'task')} from {_count(answer.documents, 'document')}"]
    if answer.complete:
        parts[0] += f" ({len(answer.complete)} complete)"
    if answer.unknown:
        parts.append(f"{len(answer.unknown)} with unknown files")
    return ", ".join([*parts, _count(answer.problems, "problem")])


def _count(things: Sized, word: str) -> str:
    return f"{len(things) or 'no'} {word}{'' if len(things) == 1 else 's'}"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"


def _say_nothing_declared(answer: TasksAnswer) -> None:
    if answer.unread or not answer.is_chosen:
        from .show_plan import say_nothing_declared

        say_nothing_declared(answer.target, answer.unread)
        return
    names = " or ".join(f"'{source.name}'" for source in answer.asked)
    print(f"'{answer.target}' declares no tasks of {names}")
    for source in answer.asked:
        # That no file matches what was asked for is said already.
        if all(any(f"'{printable(glob)}'" in told for told in answer.warnings) for glob in source.globs):
            continue
        note(f"looked for '{source.name}' at {printable(', '.join(source.globs))}")
