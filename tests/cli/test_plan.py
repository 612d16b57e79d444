"""`git parallel plan`: what it prints and the document it gives."""

import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import Cli, Repo


def test_two_tasks_in_one_file_take_two_waves(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "app.py")
    repo.spec("billing", "app.py")

    assert cli("plan").stdout == dedent("""\
        WAVE  TASK     TITLE         FILES   WAITS FOR
        1     auth     Task auth     app.py
        2     billing  Task billing  app.py  overlaps auth

        OVERLAP       RISK  WHY
        auth billing  file  both modify app.py

        2 tasks in 4 slots take as long as 2 of them one by one, if all take the same time: no faster
        critical path: auth -> billing
    """)


def test_the_json_document(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "src/", after="SPEC-1")
    repo.spec("3", "src/*.py")
    base = repo.git("rev-parse", "HEAD")

    document = cli("plan", "--json").json

    assert set(document) >= {
        "version", "base", "valid", "reason", "tasks", "task_file_map", "independent_pairs", "conflicts", "waves",
        "held", "problems",
    }  # fmt: skip
    assert (document["version"], document["base"], document["valid"]) == (1, base, False)
    assert document["tasks"][1] == {
        "id": "2",
        "title": "Task 2",
        "source": "specs/SPEC-2.md",
        "line": 1,
        "status": "planned",
        "state": "planned",
        "agent": None,
        "priority": None,
        "after": ["1"],
        "unknown": False,
        "files": [
            {
                "path": "src/",
                "kind": "create",
                "origin": "declared",
                "line": 5,
                "source": "specs/SPEC-2.md",
                "weight": 0.2,
                "lines": [],
                "why": "",
            }
        ],
    }
    assert document["task_file_map"] == {"1": ["app.py"], "2": ["src/"], "3": ["src/*.py"]}
    assert document["independent_pairs"] == [["1", "3"]]
    assert [(c["pair"], c["risk"]) for c in document["conflicts"]] == [(["2", "3"], "pattern")]
    assert document["waves"] == [["1", "3"], ["2"]]
    assert (document["held"], document["problems"]) == ([], [])


def test_check_is_a_gate(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "app.py")
    repo.spec("3", "other.py")
    repo.spec("4")

    assert cli("plan", "--check", "1", "3").status == 0
    assert cli("plan", "--check", "1", "2").status == 1
    assert cli("plan", "1", "2").status == 0
    assert cli("plan", "--check", "1", "4").status == 1, "what is unknown is never called independent"
    assert cli("plan", "--check", "1", "4", "--assume-independent").status == 0
    assert cli("plan", "--json", "1", "4").json["independent_pairs"] == []


def test_roadmap_and_specs_are_joined(repo: Repo, cli: Cli) -> None:
    repo.spec("020-search", "search.py")
    repo.commit("roadmap", **{"ROADMAP.md": """\
        # Roadmap

        ### PRIORITY 20: Search 📝 Planned

        **Depends on**: PRIORITY 19

        ### PRIORITY 19: Index ✅ Complete

        ### PRIORITY 21: Later 📝 Planned

        **Dependencies**: PRIORITY 20, US-099
    """})  # fmt: skip

    document = cli("plan", "--json").json

    tasks = {task["id"]: task for task in document["tasks"]}
    assert tasks["20"]["source"] == "specs/SPEC-020-search.md"
    assert (tasks["20"]["priority"], tasks["20"]["after"]) == (20, ["19"])
    assert tasks["19"]["status"] == "complete"
    assert document["waves"] == [["20"]]
    assert document["held"] == [
        {"id": "19", "reason": "its document says it is complete"},
        {"id": "21", "reason": "after 'us-099', which no document declares"},
    ]
    for spelling in ("20", "020", "PRIORITY 20", "SPEC-020", "priority-20"):
        assert [task["id"] for task in cli("plan", "--json", spelling).json["tasks"]] == ["20"], spelling


def test_a_cycle_is_told_as_a_cycle(repo: Repo, cli: Cli) -> None:
    repo.spec("a", "a.py", after="b")
    repo.spec("b", "b.py", after="c")
    repo.spec("c", "c.py", after="a")

    document = cli("plan", "--json").json

    assert document["waves"] == []
    assert document["held"][0] == {"id": "a", "reason": "depends on itself: a after b after c after a"}


def test_a_directory_covers_what_is_below_it_with_or_without_its_slash(repo: Repo, cli: Cli) -> None:
    repo.commit("src", **{"lib/src/db.py": "", "lib/src-old/db.py": ""})
    repo.spec("1", "lib/src")
    repo.spec("2", "lib/src/db.py")
    repo.spec("3", "lib/src-old/db.py")

    assert [(c["pair"], c["why"]) for c in cli("plan", "--json").json["conflicts"]] == [
        (["1", "2"], "'lib/src/' of 1 covers lib/src/db.py of 2")
    ]


def test_problems_carry_file_and_line(repo: Repo, cli: Cli) -> None:
    repo.commit("specs", **{"SPEC-1.md": """\
        # SPEC-1: Bad paths

        **File**: `../../etc/passwd`
        **File**: `/etc/passwd`
        **File**: `.git/hooks/pre-commit`
        **File**: `good.py`
    """})  # fmt: skip

    ran = cli("plan", "--json")

    assert ran.json["task_file_map"] == {"1": ["good.py"]}
    assert [(p["source"], p["line"]) for p in ran.json["problems"]] == [("SPEC-1.md", n) for n in (3, 4, 5)]
    assert cli("plan").stderr.splitlines()[0].startswith("note: SPEC-1.md:3: ")


def test_problems_of_other_documents_and_too_many_of_them_do_not_hide_the_plan(repo: Repo, cli: Cli) -> None:
    repo.spec("good", "good.py")
    repo.commit("bad", **{"SPEC-bad.md": "# Bad\n\n" + "**File**: `/etc/passwd`\n**File**: `.git/x`\n" * 8})

    assert cli("plan", "good").stderr == ""
    told = cli("plan", "bad").stderr.splitlines()
    assert len(told) == 11
    assert told[-1] == "note: 6 more problems; 'git parallel plan --json' lists all"
    assert len(cli("plan", "--json").json["problems"]) == 16


def test_work_in_flight_is_seen(repo: Repo, cli: Cli) -> None:
    repo.spec("auth", "auth.py")
    repo.spec("billing", "ledger.py")
    cli("run", "auth", "--", "/bin/sh", "-c", "echo x > auth.py; echo y > extra.py")

    document = cli("plan", "--json").json

    auth = next(task for task in document["tasks"] if task["id"] == "auth")
    assert auth["state"] == "succeeded"
    assert {(f["path"], f["origin"]) for f in auth["files"]} == {
        ("auth.py", "declared"), ("extra.py", "claimed"), ("auth.py", "observed"), ("extra.py", "observed"),
    }  # fmt: skip
    assert document["held"] == [{"id": "auth", "reason": "succeeded, not merged yet"}]


def test_uncommitted_specs_are_told_of(repo: Repo, cli: Cli) -> None:
    repo.write("SPEC-new.md", "# New\n\n**File**: `x.py`\n")

    ran = cli("plan")

    assert ran.stdout == "'main' declares no tasks\n"
    assert "'SPEC-new.md' is not committed" in ran.stderr


COFFEE = Path(__file__).parents[3] / "shared" / "corpus" / "coffee"


@pytest.mark.skipif(not COFFEE.is_dir(), reason="the corpus is not here")
def test_a_real_repository_of_specs_is_planned(repo: Repo, cli: Cli) -> None:
    subprocess.run(["cp", "-r", f"{COFFEE}/.", str(repo.path)], check=True)
    subprocess.run(["chmod", "-R", "u+w", str(repo.path)], check=True)
    repo.commit("specs")

    ran = cli("plan", "--json")

    assert ran.status == 0
    assert len(ran.json["tasks"]) > 80
    assert all(task["files"] or task["unknown"] for task in ran.json["tasks"])
    assert ran.json["problems"]
    assert all(problem["source"] and problem["line"] >= 1 for problem in ran.json["problems"])


def test_what_documents_tell_apart_is_planned_apart(repo: Repo, cli: Cli) -> None:
    for number, extra in ((1, "conflicts_with: [002]"), (2, ""), (3, "parallel: false")):
        matter = (
            f"---\nname: Task {number}\nstatus: open\ndepends_on: []\n{extra}\nfiles: [f{number}.py]\n---\n"
        )
        repo.commit(f"task {number}", **{f".claude/epics/shop/00{number}.md": f"{matter}# Task {number}\n"})

    document = cli("plan", "--json").json

    assert document["waves"] == [["shop-001"], ["shop-002"], ["shop-003"]]
    assert document["independent_pairs"] == []
    assert (document["valid"], document["reason"]) == (
        False,
        "'shop-001' conflicts with 'shop-002', as .claude/epics/shop/001.md says",
    )
    assert "conflicts with shop-001" in cli("plan").stdout
    assert cli("plan", "--check", "shop-001", "shop-003").status == 1
