"""Which boxes of a task have been ticked since it was launched."""

import pytest

from git_parallel.tasks.document import Document
from git_parallel.tasks.forms.ticks import ticked


def document(text: str) -> Document:
    return Document("t.md", tuple(text.split("\n")))


@pytest.mark.parametrize(
    ("prompt", "before", "now", "found"),
    [
        ("- [ ] one\n- [ ] two", None, "- [x] one\n- [ ] two", (1, 2)),
        # Moved, in another case, in a list of another kind, wrapped.
        ("- [ ] one more thing", None, "# New\n\n1. [X] One   more\n   thing", (1, 1)),
        ("- [x] done before\n- [ ] two", None, "- [x] done before\n- [x] two", (1, 1)),
        ("- [-] begun", None, "- [x] begun", (1, 1)),
        # Another task of the same document had a box of the same words, ticked long ago.
        ("- [ ] tests", "- [x] tests\n- [ ] tests", "- [x] tests\n- [ ] tests", (0, 1)),
        ("- [ ] tests", "- [x] tests\n- [ ] tests", "- [x] tests\n- [x] tests", (1, 1)),
        ("- [ ] a\n- [ ] a", "", "- [x] a\n- [x] a\n- [x] a", (2, 2)),
        ("- [ ] a", "- [x] a", "", (0, 1)),
        ("no boxes", "", "- [x] a", (0, 0)),
        ("```\n- [ ] an example\n```", "", "- [x] an example", (0, 0)),
        ("- [ ]\n- [ ] ", "", "- [x]\n", (0, 0)),
    ],
)
def test_ticked(prompt: str, before: str | None, now: str, found: tuple[int, int]) -> None:
    earlier = None if before is None else document(before)
    assert ticked(document(prompt), earlier, document(now)) == found
