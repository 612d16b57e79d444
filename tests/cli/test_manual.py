"""The committed man pages are those of the command tree, say what is true, and render."""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from git_parallel.config import converting, settings
from git_parallel.names import TaskId
from git_parallel.project import furnishing, prompting
from git_parallel.ui import reference, roff
from git_parallel.ui.manual import attribute, pages, write
from git_parallel.ui.verbs import visible

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "man"
UI = ROOT / "git_parallel" / "ui"
PAGES = sorted(COMMITTED.glob("*.1"))


def test_the_committed_pages_are_those_of_the_tree(tmp_path: Path) -> None:
    made = tmp_path / "man"
    made.mkdir()
    (made / "git-parallel-gone.1").touch()
    write(made)

    assert sorted(path.name for path in made.iterdir()) == [page.name for page in PAGES]
    for page in PAGES:
        assert (made / page.name).read_text() == page.read_text(), "run 'make man' and commit"


def test_every_visible_verb_has_a_page_and_stands_in_the_main_one() -> None:
    verbs = [verb.name for verb in visible()]

    assert set(pages()) == {"git-parallel.1", *(f"git-parallel-{verb}.1" for verb in verbs)}
    assert "hook" not in verbs
    for verb in verbs:
        assert f"\\fBgit\\-parallel\\-{verb}\\fR(1)" in pages()["git-parallel.1"]


def test_every_option_stands_on_its_page() -> None:
    for verb in visible():
        for option in verb.options:
            for flag in option.flags:
                assert roff.bold(flag) in pages()[f"git-parallel-{verb.name}.1"]


def test_the_settings_are_those_that_config_knows() -> None:
    known = {name.lower(): field for name, (field, _) in converting.CONVERT.items()}

    assert {key.removeprefix("parallel.").lower(): attribute(key) for key in reference.MEANINGS} == known
    # A default in words stands exactly where the real one would read as nothing.
    empty = {key for key in reference.MEANINGS if not getattr(settings.Settings(), attribute(key))}
    assert set(reference.EMPTY_DEFAULTS) == empty
    fields = set(settings.AgentType.__dataclass_fields__) - {"name"}
    assert {key.rpartition(".")[2] for key in reference.AGENT_MEANINGS} == fields


def test_the_environment_is_what_agents_get(tmp_path: Path) -> None:
    task = SimpleNamespace(id="1", title="", source="")
    record = SimpleNamespace(branch="", worktree="", attempt=1)

    given = prompting.environment(task, record, Path("prompt"))  # type: ignore[arg-type]
    (tmp_path / "parallel/tasks").mkdir(parents=True)
    (tmp_path / "parallel/tasks/1.port").write_text("20000")
    own = furnishing.variables(SimpleNamespace(common=tmp_path), TaskId("1"))  # type: ignore[arg-type]
    assert set(reference.AGENT_ENVIRONMENT) == given.keys() | own.keys()


def test_the_json_keys_are_those_of_the_documents() -> None:
    functions = {}
    modules = ("document", "document_plan", "document_owners", "document_prune", "document_doctor")
    for name in modules:
        functions |= functions_of(UI / f"{name}.py")

    assert set(reference.JSON) == {verb.name for verb in visible() if verb.has_json}
    for verb, meanings in reference.JSON.items():
        top, nested = keys_of(functions[f"of_{'run' if verb in reference.RUNS else verb}"], functions)
        if verb == "prune":
            for other in ("of_undo", "of_trash", "of_expire"):
                more_top, more_nested = keys_of(functions[other], functions)
                top, nested = top | more_top, nested | more_nested
        assert set(meanings) == top, verb
        said = set(re.findall(r"`(\w+)`", " ".join(meanings.values())))
        assert nested - said == set(), verb


def functions_of(path: Path) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}


def keys_of(function: ast.FunctionDef, functions: dict[str, ast.FunctionDef]) -> tuple[set[str], set[str]]:
    """The keys of the document that a function makes, and those of the objects inside it."""
    dicts = [node for node in ast.walk(function) if isinstance(node, ast.Dict)]
    document = next(node for node in dicts if "version" in keys_in(node))
    called = {
        node.func.id
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    }
    helpers = [functions[name] for name in called & set(functions) - {"put"}]
    inside = [node for helper in helpers for node in ast.walk(helper) if isinstance(node, ast.Dict)]
    nested = [keys_in(node) for node in [*dicts, *inside] if node is not document]
    return keys_in(document), set().union(*nested)


def keys_in(node: ast.Dict) -> set[str]:
    return {key.value for key in node.keys if isinstance(key, ast.Constant)}


def test_what_roff_could_misread_is_escaped() -> None:
    assert roff.literal("--a\\b 'c' ^~`") == r"\-\-a\eb \(aqc\(aq \(ha\(ti\(ga"
    assert roff.prose(".gitparallel and --json, user's well-known") == (
        r"\&.gitparallel and \-\-json, user's well-known"
    )
    assert roff.prose("See 'git parallel -h'. 'x' `a-b`") == (
        "See \\fBgit parallel \\-h\\fR.\n\\(aqx\\(aq \\fBa\\-b\\fR"
    )
    assert roff.code([".x", "'y"]) == ".PP\n.RS 4\n.nf\n\\&.x\n\\(aqy\n.fi\n.RE\n"
    assert roff.section("EMPTY") == ""


def test_a_folded_line_never_begins_like_a_request() -> None:
    text = roff.prose("word " * 15 + ".gitparallel " * 15)

    assert [line for line in text.splitlines() if line.startswith((".", "'"))] == []
    assert max(map(len, text.splitlines())) <= 80


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_renders_without_warnings(page: Path) -> None:
    man = shutil.which("man")
    if not man or "man " not in subprocess.run([man, "--version"], capture_output=True, text=True).stdout:
        pytest.skip("no man-db")
    done = subprocess.run(
        [man, "-l", "--warnings", "-E", "UTF-8", str(page)],
        env={**os.environ, "MANWIDTH": "80", "MANPAGER": "cat", "PAGER": "cat", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    heads = re.findall(r"(?m)^[A-Z][A-Z ]+$", re.sub(".\b", "", done.stdout))
    wanted = ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS", "SEE ALSO"]
    assert [head for head in heads if head in wanted] == wanted
    assert max(map(len, done.stdout.splitlines())) <= 80


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_mandoc_finds_nothing_but_the_date_that_is_left_out(page: Path) -> None:
    if not shutil.which("mandoc"):
        pytest.skip("no mandoc")
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "warning", str(page)], capture_output=True, text=True, check=False
    )

    assert [line for line in done.stdout.splitlines() if "missing date" not in line] == []


def test_no_verb_imports_what_only_the_generators_need() -> None:
    made_here = {
        "manual",
        "completions",
        "reference",
        "roff",
        "verbs",
        "shell_bash",
        "shell_zsh",
        "shell_fish",
    }
    found = [
        f"{path.stem}: {line}"
        for path in (ROOT / "git_parallel").rglob("*.py")
        if path.stem not in made_here
        for line in path.read_text().splitlines()
        if re.match(r"\s*(from|import) ", line) and set(re.findall(r"\w+", line)) & made_here
    ]
    assert found == []
