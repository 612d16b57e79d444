"""`git parallel tasks`: what was understood of the documents, with file and line, and what was not."""

import fcntl
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import Cli, Repo

ROADMAP = """\
# Roadmap

### PRIORITY 20: Search 📝 Planned

**Depends on**: PRIORITY 19

### PRIORITY 19: Index ✅ Complete
"""
SEARCH = """\
# SPEC-020: Search

**Agent**: coder
**Estimated Effort**: 4 hours

**Files**:
- `search.py` (NEW)
- `app.py:1-3` (MODIFY)
- `/etc/passwd`

## References

- `README.md`
"""


@pytest.fixture
def shop(repo: Repo) -> Repo:
    """Two tasks in two documents, one path that cannot be meant."""
    repo.commit(
        "docs", **{"README.md": "# Shop\n", "ROADMAP.md": ROADMAP, "specs/SPEC-020-search.md": SEARCH}
    )
    return repo


def ids(cli: Cli, *arguments: str, **options: object) -> list[str]:
    """The ids of the tasks that are found."""
    return [task["id"] for task in cli("tasks", "--json", *arguments, **options).json["tasks"]]


@pytest.mark.usefixtures("shop")
def test_everything_that_was_understood_and_what_was_not(cli: Cli) -> None:
    ran = cli("tasks")

    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == dedent("""\
        TASK  STATUS    PRIORITY  AFTER  FILES                 TITLE   SOURCE
        19    complete  19               unknown               Index   ROADMAP.md:7
        20    planned   20        19     2: search.py, app.py  Search  specs/SPEC-020-search.md:1

        specs/SPEC-020-search.md:9: not a usable path: '/etc/passwd' (absolute)

        2 tasks from 2 documents (1 complete), 1 with unknown files, 1 problem
    """)


def on_terminal(repo: Repo, width: int) -> str:
    """What `tasks` shows on a terminal so wide, without its colours."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, width, 0, 0))
    subprocess.run(
        [sys.executable, "-m", "git_parallel", "tasks"], cwd=repo.path, stdin=slave, stdout=slave, check=True,
        env={**{k: v for k, v in os.environ.items() if k != "COLUMNS"}, "TERM": "xterm"},
    )  # fmt: skip
    os.close(slave)
    shown = b""
    # Linux says so with an error when all has been read.
    while ready := _read(master):
        shown += ready
    os.close(master)
    return re.sub(r"\x1b\[[0-9;]*m", "", shown.decode()).replace("\r\n", "\n")


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:
        return b""


def test_on_a_narrow_terminal_no_path_is_broken(shop: Repo) -> None:
    assert on_terminal(shop, 50).splitlines()[:9] == [
        "TASK  STATUS    TITLE",
        "19    complete  Index",
        "    files unknown",
        "    ROADMAP.md:7",
        "20    planned   Search",
        "    2 files: search.py, app.py",
        "    after 19",
        "    specs/SPEC-020-search.md:1",
        "",
    ]
    assert on_terminal(shop, 120).splitlines()[0].split() == [
        "TASK", "STATUS", "PRIORITY", "AFTER", "FILES", "TITLE", "SOURCE",
    ]  # fmt: skip


LONG = "docs/superpowers/plans/2025-11-22-opencode-support-implementation.md"


@pytest.fixture
def narrow(repo: Repo) -> Repo:
    """Two tasks of a long document, one with files that fill a line."""
    title = "Bring the support for OpenCode that was promised to everyone in the summer"
    deep = "internal/storage/sqlite/migrations/errors_and_everything_else_that_goes_wrong.go"
    text = (
        f"### Task 1: {title}\n\n**Files:**\n- Create: `{deep}`\n- Modify: `a.py`\n- Modify: `b.py`\n\n"
        "### Task 2: Short\n\n**Files:**\n- Modify: `lib/first.py`\n- Modify: `lib/second.py`\n"
        "- Modify: `lib/third.py`\n"
    )
    repo.commit("plan", **{LONG: text, "SPEC-1.md": "# One\n\n**File**: `a.py`\n"})
    return repo


@pytest.mark.usefixtures("narrow")
def test_columns_makes_a_pipe_as_narrow(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    task = "2025-11-22-opencode-support-implementation"[11:]
    wide = cli("tasks").stdout
    assert "3: lib/first.py, lib/second.py and 1 more" in wide, "a pipe has no end"

    monkeypatch.setenv("COLUMNS", "80")
    assert cli("tasks").stdout == dedent(f"""\
        TASK                               STATUS   TITLE
        1                                  planned  One
            1 file: a.py
            SPEC-1.md:1
        {task}-1  planned  Bring the support for OpenCode that…
            3 files: …igrations/errors_and_everything_else_that_goes_wrong.go and 2 more
            {LONG}:1
        {task}-2  planned  Short
            3 files: lib/first.py, lib/second.py and 1 more
            after {task}-1
            {LONG}:8

        3 tasks from 2 documents, no problems
    """)


@pytest.mark.usefixtures("narrow")
def test_the_detail_of_a_task_is_broken_between_words(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, narrow: Repo
) -> None:
    deep = "internal/storage/sqlite/migrations/errors_and_everything_else_that_goes_wrong.go"
    narrow.commit(
        "roadmap", **{"ROADMAP.md": "# Roadmap\n\n## PRIORITY 1: One\n\n- **Files**: `a.py`, `z.py`\n"}
    )
    monkeypatch.setenv("COLUMNS", "60")

    shown = cli("tasks", "opencode-support-implementation-1").stdout
    assert shown == dedent(f"""\
        opencode-support-implementation-1  Bring the support for
                                           OpenCode that was
                                           promised to everyone in
                                           the summer
          status:       planned
          source:
            {LONG}:1
          also called:  task 1

          files
            create  {deep}
                :4
            modify  a.py  :5
            modify  b.py  :6
    """)
    assert "z.py  ROADMAP.md:5\n" in cli("tasks", "1").stdout, "another document is named in full"


@pytest.mark.usefixtures("shop")
def test_one_task_with_the_line_for_every_path(cli: Cli) -> None:
    ran = cli("tasks", "PRIORITY 20")

    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == dedent("""\
        20  Search
          status:    planned
          source:    specs/SPEC-020-search.md:1
          more in:   ROADMAP.md
          agent:     coder
          priority:  20
          estimate:  4 h of work
          after:     19

          files
            create  search.py   :7
            modify  app.py:1-3  :8

          mentions
            README.md  :13

        problems
        specs/SPEC-020-search.md:9: not a usable path: '/etc/passwd' (absolute)
    """)


@pytest.mark.usefixtures("shop")
def test_a_task_of_which_nothing_is_known_says_what_follows(cli: Cli) -> None:
    assert cli("tasks", "19").stdout == dedent("""\
        19  Index
          status:    complete
          source:    ROADMAP.md:7
          priority:  19

          files: unknown, so it is never said to be independent of another task
    """)


def test_the_only_task_is_shown_in_full(repo: Repo, cli: Cli) -> None:
    repo.commit("spec", **{"SPEC-1.md": "# One\n\n**Files to Modify**:\n- `app.py`\n"})
    assert cli("tasks").stdout == dedent("""\
        1  One
          status:  planned
          source:  SPEC-1.md:1

          files
            modify  app.py  :4

        1 task from 1 document, no problems
    """)


def test_the_json_document(shop: Repo, cli: Cli) -> None:
    document = cli("tasks", "--json").json
    source = "specs/SPEC-020-search.md"

    assert (document["version"], document["base"]) == (1, shop.git("rev-parse", "HEAD"))
    assert (document["target"], document["valid"]) == ("main", False)
    assert document["problems"] == [
        {"source": source, "line": 9, "message": "not a usable path: '/etc/passwd' (absolute)"}
    ]
    search = next(task for task in document["tasks"] if task["id"] == "20")
    declared, mentions = search.pop("declared"), search.pop("mentions")
    assert search == {
        "id": "20", "title": "Search", "source": source, "line": 1, "documents": [source, "ROADMAP.md"],
        "status": "planned", "agent": "coder", "priority": 20, "estimate": 14400, "after": ["19"], "conflicts": [],
        "alone": False, "aliases": search["aliases"], "rivals": [], "unknown": False,
    }  # fmt: skip
    assert [(one["path"], one["kind"], one["source"], one["line"]) for one in (*declared, *mentions)] == [
        ("search.py", "create", source, 7),
        ("app.py", "modify", source, 8),
        ("README.md", "mention", source, 13),
    ]
    assert declared[1]["ranges"] == [[1, 3]]


def test_problems_elsewhere_in_a_document_of_many_tasks_are_counted(repo: Repo, cli: Cli) -> None:
    bad = "**File**: `/etc/passwd`\n"
    items = "".join(f"### PRIORITY {n}: Item 📝 Planned\n\n{bad}\n" for n in (1, 2, 3))
    repo.commit("roadmap", **{"ROADMAP.md": items})
    told = [f"ROADMAP.md:{line}: not a usable path: '/etc/passwd' (absolute)" for line in (3, 7, 11)]

    assert cli("tasks", "2").stdout.splitlines()[-3:] == [
        "problems", told[1], "2 problems elsewhere in ROADMAP.md; 'git parallel tasks' lists all",
    ]  # fmt: skip
    assert cli("tasks", "2", "--lint").stdout.splitlines()[-4:] == ["problems", *told]
    assert len(cli("tasks", "2", "--json").json["problems"]) == 3


def test_lint_is_a_gate(shop: Repo, cli: Cli) -> None:
    assert cli("tasks").status == 0
    assert cli("tasks", "--lint").status == 1
    assert cli("tasks", "--lint", "20").status == 1
    ran = cli("tasks", "--lint", "--json")
    assert (ran.status, ran.json["valid"]) == (1, False)
    assert cli("tasks", "--lint", "19").status == 0, "only the documents of that task count"

    shop.commit("mended", **{"specs/SPEC-020-search.md": SEARCH.replace("- `/etc/passwd`\n", "")})
    ran = cli("tasks", "--lint")
    assert ran.status == 0
    assert ran.stdout.endswith("\n2 tasks from 2 documents (1 complete), 1 with unknown files, no problems\n")


@pytest.mark.usefixtures("shop")
def test_sources_are_chosen_and_the_first_that_knows_a_document_reads_it(cli: Cli) -> None:
    assert ids(cli) == ["19", "20"]
    assert ids(cli, "--source", "spec") == ["20"]
    assert ids(cli, "--source", "roadmap") == ["19", "20"]
    assert cli("tasks", "--source", "roadmap", "--json", "20").json["tasks"][0]["source"] == "ROADMAP.md"
    # A spec is whatever it is told to be, so that the order decides.
    both = ("--source", "roadmap=ROADMAP.md", "--source", "spec=ROADMAP.md")
    assert ids(cli, *both) == ["19", "20"]
    assert ids(cli, *both[2:], *both[:2]) == ["roadmap"]


def test_a_source_can_be_pointed_at_documents(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "app.py")
    repo.commit(
        "more", **{"plans/b.md": "# B\n\n**File**: `b.py`\n", "plans/c.md": "# C\n\n**File**: `c.py`\n"}
    )

    assert ids(cli) == ["1"]
    assert ids(cli, "--source", "spec=plans/*.md") == ["b", "c"]
    assert ids(cli, "--source", "spec=plans/b.md", "--source", "spec=plans/c.md") == ["b", "c"]
    assert ids(cli, "--source", "spec=plans/b.md", "--source", "spec") == ["1", "b"]


@pytest.mark.usefixtures("shop")
def test_a_document_that_was_pointed_at_must_hold_tasks(cli: Cli) -> None:
    ran = cli("tasks", "--lint", "--source", "roadmap=*.md")

    assert ran.status == 1
    assert "\nREADME.md:1: no roadmap tasks in it\n" in ran.stdout
    assert "\n2 tasks from 1 document (1 complete), 2 with unknown files, 1 problem\n" in ran.stdout
    assert "no roadmap tasks" not in cli("tasks", "--source", "roadmap").stdout
    both = cli("tasks", "--lint", "--source", "roadmap=README.md", "--source", "taskmaster=README.md")
    assert both.stdout.startswith("README.md:1: no roadmap or taskmaster tasks in it\n")


def test_a_glob_that_matches_nothing_is_told(shop: Repo, cli: Cli) -> None:
    ran = cli("tasks", "--source", "spec=plans/*.md", "--source", "roadmap")

    assert (ran.status, ran.stderr) == (0, "note: --source spec: no file of 'main' matches 'plans/*.md'\n")
    assert "\n2 tasks from 1 document" in ran.stdout
    nothing = cli("tasks", "--source", "spec=plans/*.md")
    assert nothing.stdout == "'main' declares no tasks of 'spec'\n"
    assert nothing.stderr == "note: --source spec: no file of 'main' matches 'plans/*.md'\n"
    shop.commit("old", **{"archive/SPEC-9.md": "# Old\n"})
    assert (
        "matches only archived copies and templates" in cli("tasks", "--source", "spec=archive/*.md").stderr
    )


def test_a_setting_whose_glob_matches_nothing_is_told(shop: Repo, cli: Cli) -> None:
    assert cli("tasks").stderr == "", "where documents are looked for by default, they need not be"
    shop.config("parallel.specs", "nowhere/*.md")
    shop.config("parallel.kiro.files", "plans/*.md")

    specs, kiro = "no file of 'main' matches 'nowhere/*.md'", "no file of 'main' matches 'plans/*.md'"
    both = f"note: parallel.specs: {specs}\nnote: parallel.kiro.files: {kiro}\n"
    assert cli("tasks").stderr == both
    assert cli("tasks", "--source", "roadmap").stderr == ""
    assert cli("tasks", "--source", "spec=specs/*.md").stderr == ""
    assert cli("tasks", "--source", "kiro").stderr == f"note: parallel.kiro.files: {kiro}\n"


@pytest.mark.usefixtures("shop")
@pytest.mark.parametrize(
    ("source", "complaint", "way_on"),
    [
        ("raodmap", "no source is called 'raodmap'", "did you mean 'roadmap'? there are spec, roadmap"),
        ("zzz", "no source is called 'zzz'", "there are spec, roadmap"),
        ("\x1b[31m", r"no source is called '\x1b[31m'", "there are spec, roadmap"),
        ("spec=", "--source: 'spec=' is neither NAME nor NAME=GLOB", "there are spec, roadmap"),
        ("=x", "--source: '=x' is neither NAME nor NAME=GLOB", "there are spec, roadmap"),
        ("", "--source: '' is neither NAME nor NAME=GLOB", "there are spec, roadmap"),
        ("spec=../x", "--source spec: not a path pattern: '../x' (leaves the repository)", "declare paths"),
        ("spec=**", "--source spec: not a path pattern: '**' (covers everything)", "declare paths"),
    ],
)
def test_a_source_that_cannot_be_meant(cli: Cli, source: str, complaint: str, way_on: str) -> None:
    ran = cli("tasks", "--source", source)

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: {complaint}\nhint: {way_on}")


def test_settings_choose_sources_and_places_for_every_verb(shop: Repo, cli: Cli) -> None:
    shop.commit("plan", **{"Plans/b.md": "# B\n\n**File**: `b.py`\n"})
    shop.config("parallel.sources", "roadmap, spec")
    shop.config("parallel.spec.files", "Plans/*.md")
    shop.config("parallel.spec.files", "specs/*.md")
    assert ids(cli) == ["19", "20", "b"]
    assert [task["id"] for task in cli("plan", "--json").json["tasks"]] == ["19", "20", "b"]

    shop.git("config", "--replace-all", "parallel.sources", "spec")
    assert ids(cli) == ["20", "b"]
    assert ids(cli, "--source", "roadmap") == ["19", "20"], "the command line has the last word"

    shop.git("config", "--replace-all", "parallel.sources", "sepc")
    ran = cli("plan")
    assert ran.status == 2
    assert ran.stderr.startswith(
        "error: parallel.sources: no source is called 'sepc'\nhint: did you mean 'spec'?"
    )


def test_the_older_settings_go_on_and_a_name_that_nobody_hears_is_told(shop: Repo, cli: Cli) -> None:
    shop.config("parallel.specs", "nowhere/*.md")
    shop.config("parallel.roadmap", "nowhere.md")
    assert ids(cli) == []
    shop.config("parallel.Spec.files", "specs/*.md")
    assert cli("tasks").stderr.startswith(
        "note: parallel.Spec.files: no source 'Spec' is built in or asked for\n"
    )
    shop.config("parallel.spec.files", "../x")
    assert cli("tasks").stderr.startswith("error: parallel.spec.files: not a path pattern: '../x'")


TOY = """\
from git_parallel import Declared, Document, Draft, Kind, Parsed, Problem, Source


def parse(document: Document) -> Parsed | None:
    if not document.text.startswith("toy\\n"):
        return None
    if "crash" in document.text:
        raise ValueError("no \\x1b[31m such toy")
    drafts, problems = [], []
    for number, line in enumerate(document.lines[1:], 2):
        name, _, path = line.partition(" ")
        if path:
            declared = Declared(path, Kind.MODIFY, document.path, number)
            drafts.append(Draft(document.path, number, name, name.title(), declared=(declared,)))
        elif line:
            problems.append(Problem(document.path, number, "not NAME PATH"))
    return Parsed(tuple(drafts), tuple(problems))


source = Source("toy", ("**/*.toy",), parse)
no_source = "toy"
bad_glob = Source("x", ("../*.toy",), parse)
bad_type = Source("x", ("**/*.toy",), lambda document: Parsed(drafts=("draft",)))
bad_limit = Source("x", ("**/*.toy",), parse, limit="1 MiB")

"""

LOUD = """\
from git_parallel import Declared, Draft, Kind, Parsed, Problem, Source


def one(document, **fields):
    draft = {"path": document.path, "line": 1, "short": "x", "title": "X", **fields}
    return Parsed((Draft(**draft),))


def of(document):
    print("loud")
    what = document.text.split("\\n")[1]
    declared = {"path": "a.py", "kind": Kind.MODIFY, "source": "", "line": 1}
    return eval(what, {**globals(), "document": document, "declared": declared})


evil = Source("x", ("**/*.toy",), of)
print("loaded")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that brings sources, installed as pip would leave it."""
    site = tmp_path / "site"
    info = site / "toy_tasks-1.2.dist-info"
    info.mkdir(parents=True)
    (site / "toy_tasks.py").write_text(TOY)
    (site / "loud_tasks.py").write_text(LOUD)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: toy-tasks\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(
        "[git_parallel.sources]\ntoy = toy_tasks:source\nno-source = toy_tasks:no_source\n"
        "evil = loud_tasks:evil\nbad-limit = toy_tasks:bad_limit\n"
        "bad-glob = toy_tasks:bad_glob\nbad-type = toy_tasks:bad_type\n"
        "missing = toy_tasks:missing\nnowhere = not_there:source\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(site), prepend=":")
    return site


@pytest.mark.usefixtures("package")
def test_a_package_can_bring_a_source(repo: Repo, cli: Cli) -> None:
    repo.commit(
        "toys", **{"a.toy": "toy\nball ball.py\nx\nbad ../../x\n", "b.toy": "toy\ncrash\n", "c.toy": "no\n"}
    )

    assert ids(cli) == [], "being installed changes nothing"
    ran = cli("tasks", "--source", "toy", "--lint")
    assert ran.status == 1
    assert "modify  ball.py  :2" in ran.stdout or "1: ball.py" in ran.stdout
    assert [line for line in ran.stdout.splitlines() if line[1:6] == ".toy:" and "modify" not in line] == [
        "a.toy:3: not NAME PATH",
        "a.toy:4: not a path pattern: '../../x' (leaves the repository)",
        r"b.toy:1: source 'toy' failed on it: ValueError: no \x1b[31m such toy",
    ]
    repo.config("parallel.sources", "spec toy")
    assert "ball" in [task["id"] for task in cli("plan", "--json").json["tasks"]]
    repo.config("parallel.toy.files", "c.toy")
    assert ids(cli) == []
    assert cli("tasks", "--source", "toy=c.toy").stdout.startswith("c.toy:1: no toy tasks in it\n")


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("no-source", "(toy_tasks:no_source of toy-tasks 1.2) is a str, not a git_parallel.Source"),
        ("bad-limit", "(toy_tasks:bad_limit of toy-tasks 1.2) is unusable: Source.limit is str, not int"),
        ("bad-glob", "(toy_tasks:bad_glob of toy-tasks 1.2) has a bad glob: BadName: not a path pattern"),
        ("missing", "(toy_tasks:missing of toy-tasks 1.2) cannot be loaded: AttributeError: module"),
        ("nowhere", "(not_there:source of toy-tasks 1.2) cannot be loaded: ModuleNotFoundError: No module"),
    ],
)
def test_a_source_that_cannot_be_used_names_its_package(cli: Cli, name: str, complaint: str) -> None:
    ran = cli("tasks", "--source", name)

    assert (ran.status, ran.stdout) == (2, "")
    assert ran.stderr.startswith(f"error: source '{name}' {complaint}")
    assert "\nhint: repair or uninstall that package" in ran.stderr


@pytest.mark.sample(3)
@pytest.mark.usefixtures("package")
@pytest.mark.parametrize(
    ("what", "complaint"),
    [
        ("exit(3)", "SystemExit: 3"),
        ("(_ for _ in ()).throw(GeneratorExit)", "GeneratorExit"),
        ("(_ for _ in ()).throw(BaseException('odd'))", "BaseException: odd"),
        ("one(document, also=7)", "TypeError: Draft.also is int, not tuple"),
        ("one(document, also=(7,))", "TypeError: Draft.also holds int, not str"),
        ("one(document, aliases='ab')", "TypeError: Draft.aliases is str, not tuple"),
        ("one(document, patches=('a.patch',))", "TypeError: Draft.patches holds str, not Declared"),
        ("one(document, patches=(Declared('a', 'x', '', 1),))", "TypeError: Declared.kind is str, not Kind"),
        ("one(document, line=-1)", "ValueError: Draft.line is -1; lines are counted from 1"),
        ("one(document, line=True)", "TypeError: Draft.line is bool, not int"),
        ("one(document, is_alone='no')", "TypeError: Draft.is_alone is str, not bool"),
        ("one(document, priority=float('nan'))", "ValueError: Draft.priority is nan"),
        ("one(document, estimate=float('inf'))", "ValueError: Draft.estimate is inf"),
        ("one(document, declared=(Declared(**{**declared, 'line': -4}),))", "ValueError: Declared.line is -4; lines"),
        ("one(document, declared=(Declared(**declared, written=1),))", "TypeError: Declared.written is int, not str"),
        ("one(document, declared=(Declared(**declared, is_guess=1),))", "TypeError: Declared.is_guess is int"),
        ("one(document, declared=(Declared(**declared, ranges=(1, 2)),))", "TypeError: Declared.ranges holds int"),
        ("one(document, declared=(Declared(**declared, ranges=((1,),)),))", "ValueError: Declared.ranges holds"),
        ("one(document, declared=(Declared(**declared, ranges=((0, 1),)),))", "ValueError: a line in Declared.ranges"),
        ("one(document, declared=(Declared(**declared, ranges=((3, 1),)),))", "ValueError: Declared.ranges holds"),
        ("Parsed(problems=(Problem('', 'x', 'm'),))", "TypeError: Problem.line is str, not int"),
        ("Parsed(problems=(Problem('', 1, None),))", "TypeError: Problem.message is NoneType, not str"),
    ],
)  # fmt: skip
def test_what_a_source_gives_is_doubted_and_its_words_go_to_stderr(
    repo: Repo, cli: Cli, what: str, complaint: str
) -> None:
    repo.commit("toys", **{"a.toy": f"toy\n{what}\n", "b.toy": "toy\none(document, short='fine')\n"})

    ran = cli("tasks", "--source", "evil", "--json")
    assert [task["id"] for task in ran.json["tasks"]] == ["fine"]
    (problem,) = ran.json["problems"]
    assert problem["source"] == "a.toy"
    assert problem["message"].startswith(f"source 'evil' failed on it: {complaint}")
    assert ran.stderr == "loaded\nloud\nloud\n"


@pytest.mark.usefixtures("package")
def test_an_interrupt_ends_the_command_in_a_source_too(repo: Repo, cli: Cli) -> None:
    repo.commit("toys", **{"a.toy": "toy\n(_ for _ in ()).throw(KeyboardInterrupt)\n"})

    ran = cli("tasks", "--source", "evil", "--json")
    assert (ran.status, ran.stdout) == (-signal.SIGINT, "")


@pytest.mark.usefixtures("package")
def test_what_is_installed_is_offered_and_a_wrong_type_is_a_problem(repo: Repo, cli: Cli) -> None:
    assert "did you mean 'toy'?" in cli("tasks", "--source", "toyy").stderr
    repo.commit("toys", **{"a.toy": "toy\n"})
    assert cli("tasks", "--source", "bad-type").stdout.startswith(
        "a.toy:1: source 'bad-type' failed on it: TypeError: Parsed.drafts holds str, not Draft\n"
    )


def test_packages_are_not_looked_at_for_what_is_built_in(repo: Repo) -> None:
    repo.spec("1", "app.py")
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "git_parallel", "tasks", "--source", "spec"],
        cwd=repo.path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "importlib.metadata" not in done.stderr
    assert "git_parallel.project.plugins" not in done.stderr


def test_an_unknown_id_is_told_as_plan_tells_it(shop: Repo, cli: Cli) -> None:
    ran, plan = cli("tasks", "21"), cli("plan", "21")

    assert (ran.status, ran.stdout, ran.stderr) == (2, "", plan.stderr)
    shop.commit("rival", **{"specs/SPEC-020-index.md": "# Index\n"})
    assert cli("tasks", "20").status == 2
    assert "'20' is claimed by" in cli("tasks", "20").stderr
    assert cli("tasks", "20-index").status == 0


@pytest.mark.parametrize("folder", ["with space", "ünïcödé", "new\nline", "esc\x1b[31m", "-dash", "quo'te\""])
def test_documents_at_unusual_paths(repo: Repo, cli: Cli, folder: str) -> None:
    path = f"{folder}/SPEC-1.md"
    repo.commit("spec", **{path: "# One\n\n**File**: `app.py` (MODIFY)\n**File**: `/x`\n"})
    shown = path.encode("unicode_escape").decode() if not folder.isprintable() else path

    ran = cli("tasks")
    assert f"  source:  {shown}:1\n" in ran.stdout
    assert "modify  app.py  :3\n" in ran.stdout
    assert f"\n{shown}:4: " in ran.stdout
    assert cli("tasks", "--json").json["tasks"][0]["source"] == path
    assert "\x1b" not in ran.stdout


def test_no_documents_at_all(repo: Repo, cli: Cli) -> None:
    ran, plan = cli("tasks"), cli("plan")
    assert (ran.status, ran.stdout, ran.stderr) == (0, plan.stdout, plan.stderr)
    assert ran.stdout == "'main' declares no tasks\n"

    repo.write("SPEC-new.md", "# New\n")
    assert "'SPEC-new.md' is not committed" in cli("tasks").stderr
    assert cli("tasks", "--lint").status == 0


def test_only_documents_that_nobody_could_read(repo: Repo, cli: Cli) -> None:
    (repo.path / "SPEC-1.md").write_bytes(b"\0")
    repo.commit("spec")

    ran = cli("tasks", "--lint")
    assert ran.status == 1
    assert ran.stdout == (
        "SPEC-1.md:1: holds a NUL byte, so it is no text, not read\n\nno tasks from no documents, 1 problem\n"
    )


def test_what_is_not_committed_is_told_of_the_sources_that_are_read(shop: Repo, cli: Cli) -> None:
    shop.write("specs/SPEC-020-search.md", "# Other\n")
    said = "note: 'specs/SPEC-020-search.md' is not committed; tasks are read from commits of 'main'\n"
    assert cli("tasks").stderr == said
    assert cli("tasks", "--source", "roadmap").stderr == ""


def test_what_a_plan_would_hold_a_task_for_is_a_problem(repo: Repo, cli: Cli) -> None:
    repo.spec("a", "a.py", after="SPEC-99")
    repo.spec("b", "b.py", after="c")
    repo.spec("c", "c.py", after="b")

    ran = cli("tasks", "--lint")

    assert ran.status == 1
    assert "specs/SPEC-a.md:1: 'a' comes after '99', which no document declares" in ran.stdout
    assert "specs/SPEC-b.md:1: depends on itself: b after c after b" in ran.stdout
