"""Tasks that are Markdown files with YAML front matter, as several tools and teams write them."""

from textwrap import dedent

import pytest

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft, Parsed
from git_parallel.tasks.forms import matter
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Role, Status

_sources_of = chooser([source for source in BUILT_IN if source.name == "front-matter"])


def test_a_task_of_ccpm():
    text = dedent("""\
        ---
        name: Log in
        status: open
        github: [Will be updated]
        depends_on: [001, 002]
        parallel: false
        conflicts_with: [004]
        ---

        # Task: Log in

        ### Files to create/modify
        - **Create**: `src/login.py`
        - **Modify**: `src/app.py:10-20`

        ## Dependencies
        - [ ] Task 009 (Server)
        """)
    path = ".claude/epics/auth/003.md"

    assert _parse(path, text) == Parsed(
        (
            Draft(
                path=path,
                line=2,
                short="auth-003",
                title="Log in",
                text=text,
                slug="log-in",
                scope=".claude/epics/auth",
                aliases=("003",),
                declared=(
                    Declared("src/login.py", Kind.CREATE, path, 13),
                    Declared("src/app.py", Kind.MODIFY, path, 14, ranges=((10, 20),)),
                ),
                after=(After("001"), After("002")),
                conflicts=("004",),
                is_alone=True,
                status=Status.PLANNED,
            ),
        )
    )


def test_a_plan_of_gsd():
    text = dedent("""\
        ---
        phase: 01-schema-config
        plan: 02
        wave: 2
        depends_on: ["01-01"]
        files_modified:
          - lib/schema.ts
          - docs/CONFIG.md
        must_haves:
          artifacts:
            - path: "lib/other.ts"
        ---

        <objective>
        Register the new keys. They are the gate.
        </objective>

        <context>
        Create `never.py`
        </context>

        <tasks>
        <task type="auto">
          <name>Task 1</name>
          <files>lib/schema.ts, lib/new.ts</files>
          <read_first>
            lib/old.ts
          </read_first>
          <action>
        Create `lib/new.ts` and then

        - Update `lib/elsewhere.ts`
          </action>
          <verify>Modify `no.ts`</verify>
        </task>
        </tasks>
        """)
    path = ".planning/phases/01-schema-config/01-02-PLAN.md"
    (draft,), problems = _parsed(path, text)

    assert problems == ()
    assert (draft.short, draft.slug, draft.title, draft.aliases, draft.wave, draft.after) == (
        "01-02",
        "schemaconfig",
        "Register the new keys",
        ("01-02", "02", "01-02-PLAN", "01-schema-config-02"),
        2,
        (After("01-01"),),
    )
    assert (draft.role, draft.scope) == (Role.SPEC, ".planning/phases/01-schema-config")
    assert [(d.path, d.kind, d.line) for d in draft.declared] == [
        ("lib/schema.ts", Kind.MODIFY, 7),
        ("docs/CONFIG.md", Kind.MODIFY, 8),
        ("lib/new.ts", Kind.CREATE, 25),
        ("lib/elsewhere.ts", Kind.MENTION, 32),
        ("lib/old.ts", Kind.MENTION, 27),
    ]


def test_a_plan_with_its_summary_is_one_task_that_is_done():
    head = "---\nphase: 01-setup-of-all\nplan: {}\n{}---\n# Words\n"
    folder = ".planning/phases/01-setup-of-all/"
    found = _read(
        {
            f"{folder}01-01-PLAN.md": head.format("01", "wave: 1\ndepends_on: []\n"),
            f"{folder}01-01-SUMMARY.md": head.format("01", "requires: []\n"),
            f"{folder}01-02-PLAN.md": head.format("02", "wave: 2\ndepends_on: []\n"),
            ".planning/old/01-setup-of-all/01-02-SUMMARY.md": head.format("02", ""),
        }
    )

    assert [(t.id, t.status, t.after) for t in found.tasks] == [
        ("01-01", Status.COMPLETE, ()),
        ("01-02-setupofall", Status.COMPLETE, ()),
        ("01-02-setupofall-2", Status.PLANNED, ("01-01",)),
    ]


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("", Status.COMPLETE),
        ("status: complete", Status.COMPLETE),
        ("status: blocked", Status.BLOCKED),
        ("status: failed", Status.BLOCKED),
        ("status: in progress", Status.IN_PROGRESS),
        ("status: partial", Status.IN_PROGRESS),
        ("status: partially complete", Status.IN_PROGRESS),
        ("status: [complete]", Status.BLOCKED),
        ("status: hm", Status.BLOCKED),
    ],
)
def test_a_summary_says_how_far_its_plan_came(line, status):
    head = "---\nphase: 01-setup\nplan: 01\n{}\n---\n# Words\n"
    folder = ".planning/phases/01-setup/"
    found = _read(
        {
            f"{folder}01-01-PLAN.md": head.format("wave: 1\ndepends_on: []"),
            f"{folder}01-01-SUMMARY.md": head.format(line),
        }
    )

    assert [(task.id, task.status) for task in found.tasks] == [("01-01", status)]
    assert [problem.line for problem in found.problems] == [4] * ("[" in line or "hm" in line)


def test_a_path_to_a_task_means_that_directory():
    text = "---\nname: {}\nstatus: open\ndepends_on: [{}]\n---\n"
    given = {
        "auth/003": "",
        "auth/004-keys": "",
        "bill/001": "auth/003.md, ../auth/004-keys.md",
        "bill/003": "auth/009.md, ./001.md",
        "bill/004-keys": ".claude/epics/auth/003.md",
    }
    found = _read({f".claude/epics/{name}.md": text.format(name, on) for name, on in given.items()})

    after = {task.title: task.after for task in found.tasks}
    ids = {task.title: task.id for task in found.tasks}
    assert after == {
        "auth/003": (),
        "auth/004-keys": (),
        "bill/001": ("auth-003", ids["auth/004-keys"]),
        "bill/003": ("auth-009", "bill-001"),
        "bill/004-keys": ("auth-003",),
    }


def test_a_task_that_waits_for_its_own_number_is_told():
    head = "---\nphase: {}\nplan: {}\nwave: 1\ndepends_on: [{}]\n---\n# Words\n"
    path = ".planning/phases/02-shop/02-01-PLAN.md"
    (draft,), problems = _parsed(path, head.format("02-shop", "01", '"01"'))

    assert draft.after == (After("phase-01"),), "it waits until somebody says what is meant"
    assert problems == (Problem(path, 5, "the task waits for itself: '01'"),)
    (draft,), problems = _parsed(path, head.format("02-shop", "01", '"02-01", "01-01"'))
    assert draft.after == (After("01-01"),)
    assert problems == (Problem(path, 5, "the task waits for itself: '02-01'"),)


def test_front_matter_that_is_never_closed_is_no_task():
    found = _parse("tasks/a.md", "---\nid: a\nstatus: open\ndepends_on: [1]\n\n# T\n\n**File**: `a.py`\n")

    assert found == Parsed(
        problems=(Problem("tasks/a.md", 1, "front matter that is never closed, not read"),)
    )


def test_tasks_of_backlog_md_name_each_other_by_any_prefix():
    first = (
        "---\nid: BACK-100.2\ntitle: One\nstatus: Done\nassignee: []\ndependencies: []\n---\n## Description\n"
    )
    second = dedent("""\
        ---
        id: BACK-100.3
        title: 'Two'
        status: To Do
        assignee:
          - '@sara'
        priority: high
        dependencies:
          - task-100.2
        parent_task_id: task-100
        modified_files: [src/a.ts]
        references:
          - src/b.ts
          - https://example.com/x.md
        ---

        ## Description

        Words.
        """)
    paths = ("backlog/tasks/back-100.2 - One.md", "backlog/tasks/back-100.3 - Two.md")
    found = _read(dict(zip(paths, (first, second), strict=True)))

    assert found.problems == ()
    assert [
        (t.id, t.title, t.status, t.after, t.agent, t.priority, t.aliases, t.line) for t in found.tasks
    ] == [
        (
            "back-100-3",
            "Two",
            Status.PLANNED,
            ("back-100-2",),
            "sara",
            1.0,
            ("BACK-100.3", "back-100.3", "back-100.3 - Two", "100.3"),
            2,
        ),
        (
            "back-100-2",
            "One",
            Status.COMPLETE,
            (),
            None,
            None,
            ("BACK-100.2", "back-100.2", "back-100.2 - One", "100.2"),
            2,
        ),
    ]
    assert [(d.path, d.kind, d.line) for d in found.tasks[0].declared] == [
        ("src/a.ts", Kind.CREATE, 11),
        ("src/b.ts", Kind.MENTION, 13),
    ]


def test_files_in_every_way_to_write_them():
    text = dedent("""\
        ---
        id: t
        Files:
          create: [new/a.py, "new/{b,c}.py"]
          modify:
            - old/Makefile.in (the rules)
            - ./old/d.py:3-4
          delete: gone.py
          read: seen.py
        owned-files: src, lib/x.py
        allowed_paths:
          - path: web/e.ts
            action: delete
        forbidden_paths: ["SPEC.md", "SESSIONS/**"]
        affected_paths: ["**"]
        ---
        """)
    (draft,), problems = _parsed("tasks/t.md", text)

    assert [(d.path, d.kind, d.line, d.ranges) for d in draft.declared] == [
        ("new/a.py", Kind.CREATE, 4, ()),
        ("new/b.py", Kind.CREATE, 4, ()),
        ("new/c.py", Kind.CREATE, 4, ()),
        ("old/Makefile.in", Kind.MODIFY, 6, ()),
        ("old/d.py", Kind.MODIFY, 7, ((3, 4),)),
        ("gone.py", Kind.DELETE, 8, ()),
        ("src", Kind.MODIFY, 10, ()),
        ("lib/x.py", Kind.MODIFY, 10, ()),
        ("web/e.ts", Kind.DELETE, 12, ()),
        ("SPEC.md", Kind.MENTION, 14, ()),
        ("SESSIONS/**", Kind.MENTION, 14, ()),
        ("seen.py", Kind.MENTION, 9, ()),
    ]
    assert [(p.line, p.message) for p in problems if "**" in p.message] == [
        (15, "not a usable path: '**' (a pattern that matches everything)")
    ]


def test_relations_and_patches():
    text = dedent("""\
        ---
        task: "0009"
        name: Last
        blocked_by: 7, BUG-3, Task 005 (server), auth/001-login.md, none
        dependencies: [zod, us-12]
        requires: ["0001 concrete runtime", some words]
        blocks: [0010]
        patch: fixes/a.patch
        patches: [b.diff]
        effort: 2 hours
        ---
        """)
    (draft,), problems = _parsed("tickets/last.md", text)

    assert (draft.short, draft.aliases, problems) == ("0009", ("0009", "last"), ())
    assert draft.after == (
        *(After(text) for text in ("7", "BUG-3", "005", "auth/001-login")),
        After("zod", is_sure=False),
        After("us-12"),
        After("0001", is_sure=False),
    )
    assert draft.before == (After("0010"),)
    assert draft.patches == (
        Declared("fixes/a.patch", Kind.MENTION, "tickets/last.md", 8),
        Declared("b.diff", Kind.MENTION, "tickets/last.md", 9),
    )
    assert draft.estimate == 7200


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tasks/a.md", "# No matter\n"),
        ("tasks/a.md", "---\ntitle: A page\nweight: 3\n---\n"),
        ("tasks/a.md", "---\nbroken: [\n---\n"),
        ("tasks/a.md", "---\nstatus: open\n"),
        (".claude/epics/auth/epic.md", "---\nname: auth\nstatus: open\n---\n"),
    ],
)
def test_documents_of_another_form(path, text):
    assert _parse(path, text) is None


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ("status: 42nd street", 3, "'42nd street' is no known status; the task counts as blocked"),
        ("status: open\npriority: rather", 4, "'rather' is no known priority"),
        ("depends_on: [a phase of three]", 3, "no task can be read from 'a phase of three'"),
        ("depends_on: ['# (']", 3, "no task can be read from '# ('"),
        ("depends_on: {x: {y: z}}", 3, "'depends_on' holds something that is no name"),
        ("depends_on: []\nwave: soon", 4, "'soon' is no number of a wave"),
        ("files: [[[[[a]]]]]", 3, "'files' is nested too deeply"),
        ("files: []\nparallel: 7", 4, "'7' is neither true nor false"),
        ("files: a.py\nfiles: b.py", 4, "'files' is written twice"),
        ("files: 'the whole thing'", 3, "no path can be read from '`the whole thing`'"),
    ],
)
def test_what_cannot_be_understood_is_said(lines, line, message):
    (draft,), problems = _parsed("tasks/a.md", f"---\nid: a\n{lines}\n---\n")

    assert (draft.short, problems) == ("a", (Problem("tasks/a.md", line, message),))


@pytest.mark.parametrize(
    ("lines", "line", "message"),
    [
        ("title: a: b", 3, "front matter that is no YAML: mapping values are not allowed"),
        ("files: [" + "a," * 5000 + "]", 1, "more than 4096 values in front matter, not read"),
        ("files: " + "[" * 9000, 1, "front matter that is no YAML"),
        ("x: y\n" * 700, 1, "front matter larger than 600 lines, not read"),
    ],
)
def test_a_task_whose_front_matter_cannot_be_read_is_no_task(lines, line, message):
    found = _parse("tasks/a.md", f"---\nstatus: open\n{lines}\nid: a\n---\n")

    assert found is not None
    assert (found.drafts, [(p.line, p.message[: len(message)]) for p in found.problems]) == (
        (),
        [(line, message)],
    )


def test_an_alias_is_no_copy():
    bomb = "".join(f"k{n}: &k{n} [{','.join([f'*k{n - 1}'] * 9)}]\n" for n in range(1, 9))

    found = _parse("tasks/a.md", f"---\nk0: &k0 [x]\n{bomb}files: *k8\n---\n")

    assert found is not None
    assert [str(p) for p in found.problems] == [
        "tasks/a.md:1: more than 4096 values in front matter, not read"
    ]


def _parse(path, text):
    return matter.parse(Document(path, tuple(text.split("\n"))))


def _parsed(path, text):
    found = _parse(path, text)
    assert found is not None
    return found.drafts, found.problems


def _read(documents):
    pairs = [(path, text.encode()) for path, text in documents.items()]
    return read_all((path, data, _sources_of(path)) for path, data in pairs)
