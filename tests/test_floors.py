"""The house has floors: imports point down only, never round, and each library has its doors."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "git_parallel"

# From the ground up. A module belongs to the longest name that is its own or its room's.
FLOORS = {
    "errors": 0,
    "__init__": 0,
    "names": 1,
    "tasks": 2,
    "overlap": 3,
    "ownership": 4,
    "schedule": 4,
    "git": 5,
    "config": 6,
    "agents": 6,
    "workspace": 6,
    "project": 7,
    "commands": 8,
    "api": 9,
    "ui": 9,
    "__main__": 10,
}
DECIDING = range(2, 5)

# The one import that points up: the package hands the API's names on, and only when they are asked for.
HANDED_ON = ("__init__", "api.__init__")

# On the floors where it is decided, a decision is a function of values; these have no place there.
IMPURE = {
    "os",
    "subprocess",
    "time",
    "datetime",
    "random",
    "pathlib",
    "socket",
    "threading",
    "tempfile",
    "shutil",
    "sys",
    "io",
}

# The only modules that may import a library.
DOORS = {
    "click": {
        "ui.cli",
        "ui.cli_care",
        "ui.cli_run",
        "ui.options",
        "ui.errors",
        "ui.manual",
        "ui.completions",
    },
    "git": {"api.workspace"},
    "unidiff": {"overlap.patch"},
    "psutil": {"agents.load"},
    "rich": {"ui.render", "ui.screen"},
    "yaml": {"tasks.forms.front_matter"},
    "watchdog": {"project.watching"},
    "subprocess": {
        "git.command",
        "agents.background",
        "agents.nursery",
        "agents.process",
        "agents.sandbox",
        "agents.versions",
        "ui.show_demo",
    },
}


@cache
def modules() -> dict[str, ast.Module]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


def imports(name: str, tree: ast.Module) -> Iterator[str]:
    """Every module that `name` imports, functions included; ours without the package's name before them."""
    package = name.split(".")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield str(node.module)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1]
            base = [*above, *(node.module.split(".") if node.module else [])]
            for alias in node.names:
                yield "our:" + ".".join([*base, alias.name])


def own(found: str, known: dict[str, ast.Module]) -> str | None:
    """The module of ours that an import means; None for a library."""
    if not found.startswith("our:"):
        return None
    name = found.removeprefix("our:")
    candidates = (
        name,
        name.rpartition(".")[0],
        f"{name}.__init__",
        f"{name.rpartition('.')[0]}.__init__",
        "__init__",
    )
    return next(candidate for candidate in candidates if candidate in known)


def floor(module: str) -> int:
    return FLOORS[module.split(".")[0]]


def graph() -> dict[str, set[str]]:
    known = modules()
    return {
        name: {target for found in imports(name, tree) if (target := own(found, known)) and target != name}
        for name, tree in known.items()
    }


def test_every_module_stands_on_a_floor() -> None:
    assert {name for name in modules() if name.split(".")[0] not in FLOORS} == set()


def test_imports_point_down() -> None:
    up = [
        f"{name} -> {target}"
        for name, targets in graph().items()
        for target in targets
        if (name, target) != HANDED_ON
        if floor(target) > floor(name)
        or (floor(target) == floor(name) and name.split(".")[0] != target.split(".")[0])
    ]
    assert up == []


def test_commands_do_not_know_each_other() -> None:
    sideways = [
        f"{name} -> {target}"
        for name, targets in graph().items()
        for target in targets
        if name.startswith("commands.") and target.startswith("commands.") and target != "commands.__init__"
    ]
    assert sideways == []


def test_no_circles() -> None:
    targets, done, path = graph(), set(), []

    def visit(name: str) -> None:
        assert name not in path, " -> ".join([*path[path.index(name) :], name])
        if name not in done:
            path.append(name)
            for target in targets[name]:
                visit(target)
            done.add(path.pop())

    for name in targets:
        visit(name)


def test_decisions_touch_no_world() -> None:
    found = [
        f"{name} imports {target}"
        for name, tree in modules().items()
        if floor(name) in DECIDING
        for target in imports(name, tree)
        if target.split(".")[0] in IMPURE
    ]
    assert found == []


def test_each_library_has_its_doors() -> None:
    found = {
        (library, name)
        for name, tree in modules().items()
        for target in imports(name, tree)
        if (library := target.split(".")[0]) in DOORS
    }
    assert {f"{name} imports {library}" for library, name in found if name not in DOORS[library]} == set()
