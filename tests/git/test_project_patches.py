"""Patch files that tasks name, out of a real repository."""

import os

from git_parallel.project import declared, patches
from git_parallel.project.open import open_project
from git_parallel.tasks.task import Declared, Kind, Problem

PATCH = """\
--- a/app.py
+++ b/app.py
@@ -1,3 +1,3 @@
 a
-b
+B
 c
--- /dev/null
+++ b/lib/new.py
@@ -0,0 +1 @@
+x
--- a/../out.py
+++ b/../out.py
@@ -1 +1 @@
-x
+y
"""


def _task(name: str, *lines: str) -> dict[str, str]:
    return {
        f"tasks/{name}.md": "\n".join(("---", f"id: {name}", "status: open", *lines, "---", f"# {name}", ""))
    }


def test_what_a_patch_changes_is_what_its_task_touches(repo):
    repo.commit(
        **{"fixes/fix.patch": PATCH, "tasks/near.diff": PATCH, "a/odd.patch": "", "b/odd.patch": ""},
        **_task("whole", "patch: fixes/fix.patch", "files: {modify: [app.py]}"),
        **_task("lines", "patches: [fix.patch]", "files: {modify: ['app.py:9-10']}"),
        **_task("beside", "patch: near.diff"),
        **_task("lost", "patch: nowhere.patch"),
        **_task("many", "patch: odd.patch"),
        **_task("none", "patch: a/odd.patch"),
    )

    found = declared.read_tasks(open_project(repo.path))

    fix, near = "fixes/fix.patch", "tasks/near.diff"
    new = ("lib/new.py", Kind.CREATE)
    assert {task.id: _touched(task) for task in found.tasks} == {
        "whole": [("app.py", Kind.MODIFY, "tasks/whole.md", 5, ()), (*new, fix, 8, ())],
        "lines": [("app.py", Kind.MODIFY, "tasks/lines.md", 5, ((2, 2), (9, 10))), (*new, fix, 8, ())],
        "beside": [("app.py", Kind.MODIFY, near, 1, ((2, 2),)), (*new, near, 8, ())],
        "lost": [],
        "many": [],
        "none": [],
    }
    outside = "not a usable path: '../out.py' (leaves the repository)"
    assert [p for p in found.problems if "tree" not in p.message or "patch" in p.message] == [
        Problem("tasks/lost.md", 4, "patch 'nowhere.patch' is not in the tree"),
        Problem("tasks/many.md", 4, "patch 'odd.patch' may be any of a/odd.patch, b/odd.patch"),
        Problem(near, 12, outside),
        Problem(fix, 12, outside),
        Problem("a/odd.patch", 1, "not a patch that can be read: no patch"),
    ]


def test_a_patch_that_is_too_large_or_holds_other_bytes():
    large = b"x" * (patches.LARGEST + 1)
    name = os.fsdecode(b"\xff.py")

    assert patches.content("a.patch", large) == (
        (),
        (Problem("a.patch", 1, "patch larger than 8 MiB, not read"),),
    )
    assert patches.content("a.patch", b"\n" * 250_001) == (
        (),
        (Problem("a.patch", 1, "patch of more than 250000 lines, not read"),),
    )
    assert patches.content("b.patch", b"--- a/\xff.py\n+++ b/\xff.py\n@@ -1 +1 @@\n-\xfe\n+\0\n") == (
        (Declared(name, Kind.MODIFY, "b.patch", 1, ranges=((1, 1),)),),
        (),
    )


def _touched(task):
    return [(d.path, d.kind, d.source, d.line, d.ranges) for d in task.touched]
