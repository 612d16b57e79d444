"""Lists of spec-kit: ids, phases, tasks side by side, and the paths in a sentence."""

from textwrap import dedent

import pytest

from git_parallel.project.choosing import chooser
from git_parallel.tasks.document import Document
from git_parallel.tasks.draft import Draft
from git_parallel.tasks.forms import kiro, spec_kit
from git_parallel.tasks.prose.dependencies import After
from git_parallel.tasks.prose.sentence import touches
from git_parallel.tasks.read import read_all
from git_parallel.tasks.sources import BUILT_IN
from git_parallel.tasks.task import Declared, Kind, Problem, Status

PATH = "specs/007-shop-cart/tasks.md"
_sources_of = chooser(BUILT_IN)


def test_a_box_is_a_task_with_its_wrapped_lines():
    found = _parse(
        """\
        # Tasks: Cart

        ## Phase 1: Setup

        - [x] T001 Create the package in
              `src/cart/` (see `plan.md`)
        - [-] **T002** [P] [US1] Update src/app.py:10-20 to load it
        """
    )

    assert found.problems == ()
    assert found.drafts == (
        Draft(
            path=PATH,
            line=5,
            short="7-t001",
            title="Create the package in `src/cart/` (see `plan.md`)",
            text="## Phase 1: Setup\n- [x] T001 Create the package in\n      `src/cart/` (see `plan.md`)",
            slug="shop-cart",
            scope=PATH,
            aliases=("t001",),
            declared=(
                Declared("src/cart/", Kind.CREATE, PATH, 5),
                Declared("plan.md", Kind.MENTION, PATH, 5),
            ),
            status=Status.COMPLETE,
        ),
        Draft(
            path=PATH,
            line=7,
            short="7-t002",
            title="Update src/app.py:10-20 to load it",
            text="## Phase 1: Setup\n- [-] **T002** [P] [US1] Update src/app.py:10-20 to load it",
            slug="shop-cart",
            scope=PATH,
            aliases=("t002",),
            declared=(Declared("src/app.py", Kind.MODIFY, PATH, 7, ranges=((10, 20),)),),
            after=(After("T001"),),
            status=Status.IN_PROGRESS,
        ),
    )


def test_parallel_tasks_come_together_and_a_phase_after_the_one_before():
    found = _read(
        """\
        ## Phase 1: Setup
        - [ ] T001 a
        - [ ] T002 [P] b
        ### Models
        - [ ] T003 [P] c
        - [ ] T004 d
        - [ ] T005 [P] e
        ## Phase 2: Story
        - [ ] T006 [P] f
        - [ ] T006a [P] g (depends on T001, T002-T004)
        - [ ] T053-TEST h
          - Depends on: T001 and T002
        """
    )

    assert {task.id: task.after for task in found.tasks} == {
        "7-t001": (),
        "7-t002": ("7-t001",),
        "7-t003": ("7-t001",),
        "7-t004": ("7-t002", "7-t003"),
        "7-t005": ("7-t004",),
        "7-t006": ("7-t005",),
        "7-t006a": ("7-t005", "7-t001", "7-t002", "7-t003", "7-t004"),
        "7-t053-test": ("7-t006", "7-t006a", "7-t001", "7-t002"),
    }


@pytest.mark.parametrize(
    ("words", "after"),
    [
        ("(after T001)", ("7-t002", "7-t001")),
        ("depends: T001", ("7-t002", "7-t001")),
        ("(depends on **T001**, T099)", ("7-t002", "7-t001", "t099")),
        ("requires T001 & T003", ("7-t002", "7-t001")),
        ("after the release", ("7-t002",)),
    ],
)
def test_words_that_say_what_a_task_waits_for(words, after):
    found = _read(f"- [ ] T001 a\n- [ ] T002 b\n- [ ] T003 [P] c {words}\n")

    assert found.tasks[2].after == after


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Create User model in src/models/user.py", ["create src/models/user.py"]),
        ("Implement the cart in `src/cart.py` (uses `src/db.py`)", ["modify? src/cart.py", "mention src/db.py"]),
        ("Implement `a.ts` and `b.ts` in `src/lib/`", ["modify? src/lib/a.ts", "modify? src/lib/b.ts"]),
        ("Contract test POST /api/users/new in tests/test_users.py", ["modify? tests/test_users.py"]),
        ("Edge case test: updates `db/x.json` in `tests/x.test.ts`", ["mention db/x.json", "modify? tests/x.test.ts"]),
        ("Copy schemas from `spec/a/` to `src/b/`", ["mention spec/a/", "modify? src/b/"]),
        ("Move `a/x.py` to `b/x.py`", ["move a/x.py", "create b/x.py"]),
        ("Delete `old.py` and update `src/new.py`", ["delete old.py", "modify src/new.py"]),
        ("Remove dead code from `src/a.ts`", ["modify src/a.ts"]),
        ("Refactor src/x.py based on `docs/plan.md`", ["modify src/x.py", "mention docs/plan.md"]),
        ("Add keys to `a.json` to copy `b.js` to `c/b.js`", ["modify? a.json", "mention b.js", "mention c/b.js"]),
        ("Create README.md template in `src/build.ts`", ["mention README.md", "create src/build.ts"]),
        ("Create docs and settings (DEPLOY.md, conf/a.toml)", ["create DEPLOY.md", "create conf/a.toml"]),
        ("Fix src/a.py and run pytest tests/test_a.py", ["modify src/a.py", "mention tests/test_a.py"]),
        ("Install Next.js and create `Button.js`", ["create Button.js"]),
        ("Configure pytest in pyproject.toml", ["modify? pyproject.toml"]),
        ("Run `npm test src/a.ts` and check dist/", ["mention dist/"]),
        ("Security review: no secrets in `src/`", ["mention src/"]),
        ("Update src/a.py (lines 3-9), `src/b.py` (new)", ["modify src/a.py 3-9", "create src/b.py"]),
        ("Create `/speck.plan` for feature/x and/or src/{name}/a.py", []),
        ("Do not modify src/app.py; create src/b.py", ["mention src/app.py", "create src/b.py"]),
        ("Without touching src/app.py, add src/b.py", ["mention src/app.py", "create src/b.py"]),
        ("Without touching a/b.py or a/c.py, fix a/d.py", ["mention a/b.py", "mention a/c.py", "modify a/d.py"]),
        ("never edit src/x.py", ["mention src/x.py"]),
        ("Do not create or modify src/a.py, update src/b.py", ["mention src/a.py", "modify src/b.py"]),
        ("Update a/a.py without touching a/b.py and create c.py", ["modify a/a.py", "mention a/b.py", "create c.py"]),
        ("Add logging without changing src/a.py", ["mention src/a.py"]),
        ("Add tests without mocks in src/a.py", ["modify? src/a.py"]),
        ("Fix the job that does not update src/a.py", ["modify src/a.py"]),
        ("Do not forget to update src/a.py", ["modify? src/a.py"]),
        ("Install node.js, `vue.js` and Next.js, use d3.js in src/chart.ts", ["modify? src/chart.ts"]),
        ("Create main.js and `src/vue.js`", ["create main.js", "create src/vue.js"]),
        ("Solution: Create internal/storage/sqlite/errors.go:", ["create internal/storage/sqlite/errors.go"]),
        ("Create `release/` and `fix/a.py`", ["create release/", "create fix/a.py"]),
    ],
)  # fmt: skip
def test_the_paths_of_a_sentence(sentence, expected):
    assert [_shown(touch) for touch in touches(sentence)] == expected


def test_a_file_that_an_earlier_task_creates_is_there():
    found = _parse("- [ ] T001 Create the app in src/app.py\n- [ ] T002 Create routes in src/app.py\n")

    assert [draft.declared for draft in found.drafts] == [
        (Declared("src/app.py", Kind.CREATE, PATH, 1),),
        (Declared("src/app.py", Kind.MODIFY, PATH, 2, is_guess=True),),
    ]


def test_what_is_wrong_is_said_with_its_line():
    found = _parse(
        """\
        - [ ] T001 Create a/.git/x.py
        - [ ] T001 again
        - [ ] T-12 strange
        - [ ] all tests pass
        """
    )

    assert [draft.short for draft in found.drafts] == ["7-t001"]
    assert found.problems == (
        Problem(PATH, 2, "'T001' stands twice; the one at line 1 is taken"),
        Problem(PATH, 3, "a box whose id cannot be understood: 'T-12 strange'"),
        Problem(PATH, 1, "not a usable path: 'a/.git/x.py' (inside .git)"),
    )


def test_a_box_that_gives_no_task_is_said_and_its_task_is_not_guessed():
    found = _parse(
        """\
        - [ ] T001 a
        - [] T002 b
        - [✓] T003 c
        - [ ]T004 d
        - [ ] ~~T005 e~~
        - [!] T006 f
        - [✔] T007 g
        - [ ] ✅ T008 h
        - [x ] T009 i
        - [ ] US1-T010 j
        - [ ] T011 k
          - [ ] plain
          - [] plain
          - [ ] (T001 is done)
        -[x] T012 l
        - [ ] all tests pass
        - [x](https://example.com) T1
        - [T013] m
        """
    )

    assert [(draft.line, draft.short, draft.status) for draft in found.drafts] == [
        (1, "7-t001", Status.PLANNED),
        (3, "7-t003", Status.COMPLETE),
        (7, "7-t007", Status.COMPLETE),
        (11, "7-t011", Status.PLANNED),
    ]
    assert [(problem.line, problem.message) for problem in found.problems] == [
        (2, "no box that can be understood before 'T002 b'; no task"),
        (4, "no box that can be understood before 'T004 d'; no task"),
        (5, "a box struck through: '~~T005 e~~'"),
        (6, "no box that can be understood before 'T006 f'; no task"),
        (8, "a box whose id cannot be understood: '✅ T008 h'"),
        (9, "no box that can be understood before 'T009 i'; no task"),
        (10, "a box whose id cannot be understood: 'US1-T010 j'"),
        (15, "no box that can be understood before 'T012 l'; no task"),
    ]


def test_a_list_in_which_no_box_can_be_understood_is_not_passed_over():
    for text in ("- [] T001 a\n", "- [] 1. a\n"):
        found = _read(text)
        assert (found.tasks, [problem.line for problem in found.problems]) == ((), [1])


@pytest.mark.parametrize(
    ("path", "short", "slug"),
    [
        ("specs/001-auth/tasks.md", "1-t001", "auth"),
        ("specs/auth/tasks.md", "auth-t001", ""),
        ("docs/app_002-big-shop.tasks.md", "2-t001", "big-shop"),
        ("tasks.md", "t001", ""),
        (f"specs/{'long-words-' * 6}x/tasks.md", "long-words-long-words-long-words-long-words-t001", ""),
    ],
)
def test_the_feature_names_the_tasks(path, short, slug):
    drafts = spec_kit.parse(Document(path, ("- [ ] T001 a",))).drafts

    assert [(draft.short, draft.slug) for draft in drafts] == [(short[:48], slug)]
    assert len(short) <= 48


def test_a_list_of_another_form_is_left_to_its_reader():
    for text in ("", "# Tasks\n- [ ] 1. a\n", "```\n- [ ] T001 a\n```\n", "- [ ] a\n- T001 b\n"):
        assert _parse(text) is None
    assert kiro.parse(Document(PATH, ("- [ ] T001 a",))) is None


def test_a_long_run_is_cut_so_that_pairs_stay_few():
    found = _parse("".join(f"- [ ] T{n:04} [P] a\n" for n in range(1, 121)))

    assert [len(draft.after) for draft in found.drafts] == [0] * 50 + [50] * 70


def _shown(touch):
    lines = "".join(f" {first}-{last}" for first, last in touch.named.ranges)
    return f"{touch.kind}{'?' if touch.is_guess else ''} {touch.named.path}{lines}"


def _parse(text):
    return spec_kit.parse(Document(PATH, tuple(dedent(text).split("\n"))))


def _read(text):
    return read_all([(PATH, dedent(text).encode(), _sources_of(PATH))])
