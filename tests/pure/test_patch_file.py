"""Patch files in the shapes in which people keep them."""

from textwrap import dedent

import pytest

from git_parallel.overlap.patch import TOP, WHOLE, Change
from git_parallel.overlap.patch_file import Located, Unreadable, located
from git_parallel.tasks.task import Kind


def test_a_mail_of_format_patch():
    text = dedent("""\
        From 0123456789012345678901234567890123456789 Mon Sep 17 00:00:00 2001
        From: Ann <ann@example.com>
        Subject: [PATCH] two things

        ---
         app.py | 3 ++-
         2 files changed

        diff --git a/app.py b/app.py
        index 1111111..2222222 100644
        --- a/app.py
        +++ b/app.py
        @@ -10,4 +10,5 @@ def main():
         one
        -two
        +zwei
        +drei
         three

        @@ -40,2 +41,3 @@
         here
        +added
         there
        diff --git a/new.py b/new.py
        new file mode 100644
        index 0000000..3333333
        --- /dev/null
        +++ b/new.py
        @@ -0,0 +1 @@
        +x
        --\x20
        2.39.5

        """)
    assert located(text) == (
        Located(Change("app.py", Kind.MODIFY, ((11, 11), (40, 40))), 9),
        Located(Change("new.py", Kind.CREATE, TOP), 24),
    )


def test_plain_diffs_of_diff_u():
    text = dedent("""\
        --- src/a.c.orig\t2024-01-01 10:00:00
        +++ src/a.c\t2024-01-01 10:00:01
        @@ -1,3 +1,2 @@
         a
        -b
         c
        \\ No newline at end of file
        --- a/gone.c
        +++ /dev/null
        @@ -1,2 +0,0 @@
        -a
        -b
        --- old/x.c
        +++ new/x.c
        @@ -5 +5 @@
        -- a
        ++ b
        """)
    assert located(text) == (
        Located(Change("src/a.c", Kind.MODIFY, ((2, 2),)), 1),
        Located(Change("gone.c", Kind.DELETE, ((1, 2),)), 8),
        Located(Change("new/x.c", Kind.MODIFY, ((5, 5),)), 13),
    )


def test_renames_modes_and_binaries():
    text = dedent("""\
        diff --git a/a.txt b/b.txt
        similarity index 100%
        rename from a.txt
        rename to b.txt
        diff --git a/run.sh b/run.sh
        old mode 100644
        new mode 100755
        diff --git a/x.png b/x.png
        index 1..2 100644
        GIT binary patch
        literal 3
        Kc${Nk

        diff --git i/w.py w/w.py
        --- i/w.py
        +++ w/w.py
        @@ -3,0 +4 @@
        +x
        """)
    assert [(one.change, one.line) for one in located(text)] == [
        (Change("a.txt", Kind.MOVE), 1),
        (Change("b.txt", Kind.CREATE, TOP), 1),
        (Change("run.sh", Kind.MODIFY), 5),
        (Change("x.png", Kind.MODIFY, WHOLE), 8),
        (Change("w.py", Kind.MODIFY, ((3, 3),)), 14),
    ]


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("", "no patch", 1),
        ("words\n", "no patch", 1),
        ("diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n", "a hunk that ends too early", 6),
        (
            "--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\nwords\n",
            "a hunk with a line that is neither context nor change",
            5,
        ),
        ("--- a/x\n+++ b/x\n@@ -1 +1 @@\n+a\n+b\n", "a hunk with other lines than its head counts", 5),
        ("--- a/x\n+++ b/x\n@@ what @@\n", "a hunk without line numbers", 3),
        ("\ndiff --cc x\n", "the combined diff of a merge, which says nothing of one base", 2),
        ("--- /dev/null\n+++ /dev/null\n", "a file without a name that can be read", 1),
    ],
)
def test_what_is_no_patch(text, message, line):
    with pytest.raises(Unreadable) as found:
        located(text)

    assert (found.value.message, found.value.line) == (message, line)
