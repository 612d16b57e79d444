"""The plan as a graph: waves from left to right, dependencies as arrows, overlaps as lines between tasks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ..commands.plan import PlanAnswer
from ..names import OtherWork, Work, printable
from ..overlap.pair import Overlap
from ..overlap.risk import Risk
from . import render

# A picture of more lines than this shows nothing.
_MOST = 200
_COLOURS = {
    "conflict": "#b91c1c",
    "hunk": "#c2410c",
    "file": "#a16207",
    "pattern": "#64748b",
    "predicted": "#94a3b8",
}
_TITLE = 40


def as_dot(answer: PlanAnswer) -> str:
    """The plan in the language of Graphviz; `dot -Tsvg` draws it."""
    return "\n".join((*_dot(answer), ""))


def as_mermaid(answer: PlanAnswer) -> str:
    """The plan in the language of Mermaid, which many places that show Markdown draw."""
    return "\n".join((*_mermaid(answer), ""))


def _dot(answer: PlanAnswer) -> Iterator[str]:
    yield "digraph plan {"
    yield "  rankdir=LR; compound=true; nodesep=0.35; ranksep=0.9;"
    yield '  node [shape=box, style="rounded,filled", fillcolor="#f8fafc", color="#475569", fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    for number, name, members in _groups(answer):
        yield f"  subgraph cluster_{number} {{"
        yield f'    label={_text(name)}; style="rounded"; color="#cbd5e1"; fontname="sans-serif";'
        for work in members:
            yield f"    {_text(work)} [label={_text(_label(answer, work))}];"
        yield "  }"
    # What orders the waves where no dependency does.
    firsts = [wave[0] for wave in answer.plan.waves]
    for left, right in pairwise(firsts):
        yield f"  {_text(left)} -> {_text(right)} [style=invis];"
    for before, task in _dependencies(answer):
        yield f"  {_text(before)} -> {_text(task)};"
    for overlap in _overlaps(answer):
        style = "bold" if overlap.risk == "conflict" else "solid" if overlap.excludes else "dashed"
        yield (
            f"  {_text(overlap.left)} -> {_text(overlap.right)} [dir=none, constraint=false, style={style}, "
            f'color="{_COLOURS[overlap.risk]}", fontcolor="{_COLOURS[overlap.risk]}", '
            f"label={_text(_why(overlap))}];"
        )
    yield "}"


def _mermaid(answer: PlanAnswer) -> Iterator[str]:
    yield "flowchart LR"
    names: dict[Work, str] = {}
    for number, name, members in _groups(answer):
        yield f'  subgraph g{number}["{_escaped(name)}"]'
        for work in members:
            names[work] = f"n{len(names)}"
            yield f'    {names[work]}["{_escaped(_label(answer, work))}"]'
        yield "  end"
    for before, task in _dependencies(answer):
        yield f"  {names[before]} --> {names[task]}"
    styles = []
    lines = sum(1 for _ in _dependencies(answer))
    for number, overlap in enumerate(_overlaps(answer), lines):
        line = "===" if overlap.risk == "conflict" else "---" if overlap.excludes else "-.-"
        yield f'  {names[overlap.left]} {line}|"{_escaped(_why(overlap))}"| {names[overlap.right]}'
        styles.append(f"  linkStyle {number} stroke:{_COLOURS[overlap.risk]}")
    yield from styles


def _groups(answer: PlanAnswer) -> Iterator[tuple[int, str, Sequence[Work]]]:
    """The boxes: every wave, the tasks in flight, and other work that something overlaps."""
    number = 0
    for number, wave in enumerate(answer.plan.waves, 1):
        yield number, f"wave {number}", wave
    planned = {task for wave in answer.plan.waves for task in wave}
    drawn = {work for overlap in _overlaps(answer) for work in (overlap.left, overlap.right)}
    flying = [task for task in answer.prints if task in answer.records and task in drawn - planned]
    if flying:
        number += 1
        yield number, "in flight", flying
    left = [work for work in answer.prints if work in drawn and work not in planned and work not in flying]
    if left:
        is_other = all(isinstance(work, OtherWork) for work in left)
        yield number + 1, "other work" if is_other else "other work and held tasks", left


def _dependencies(answer: PlanAnswer) -> Iterator[tuple[Work, Work]]:
    drawn = {work for _, _, members in _groups(answer) for work in members}
    for task in answer.tasks:
        if task.id in drawn:
            for name in task.after:
                before = next((work for work in drawn if work == name), None)
                if before is not None:
                    yield before, task.id


def _overlaps(answer: PlanAnswer) -> Sequence[Overlap]:
    # Lines for all that might be would hide what is.
    return [overlap for overlap in answer.worst(_MOST) if overlap.risk is not Risk.PREDICTED]


def _label(answer: PlanAnswer, work: Work) -> str:
    title = next((task.title for task in answer.tasks if task.id == work), "")
    record = answer.records.get(work)  # type: ignore[arg-type]
    lines = [printable(work), *([printable(render.cut(title, _TITLE))] if title else [])]
    return "\n".join((*lines, *([str(record.state)] if record else [])))


def _why(overlap: Overlap) -> str:
    """The risk and the paths, which is what fits beside a line."""
    return f"{overlap.risk}: {render.some([printable(path) for path in overlap.paths], 2)}"


def _text(text: str) -> str:
    escaped = _safe(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    """Text for a label of Mermaid, which has its own way to write characters that mean something to it."""
    named = _safe(text).replace("#", "#35;").replace("&", "#amp;").replace('"', "#quot;")
    return named.replace("<", "#lt;").replace(">", "#gt;").replace("\n", "<br/>")


def _safe(text: str) -> str:
    """Text of several lines, each of them safe to show."""
    return "\n".join(printable(line) for line in text.split("\n"))
