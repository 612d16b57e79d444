"""What is remembered of documents changes no answer, whatever becomes of the file it lies in."""

import json
import os
import shutil
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from git_parallel.project.memory import readers
from tests.conftest import Cli, Repo

COMMAND = [sys.executable, "-m", "git_parallel", "tasks", "--json"]


@pytest.fixture
def told(repo: Repo) -> Repo:
    """A repository with a document of many forms."""
    repo.spec("1-one", "app.py", after="SPEC-2")
    repo.commit(
        **{
            "specs/SPEC-2-two.md": "# SPEC-2: Two\r\n\r\n**File**: `gr\u00fc\u00df.py` (NEW)\r\n",
            "docs/ROADMAP.md": "# Roadmap\n\n### PRIORITY 2: Two\n\n### PRIORITY 9: Nine\n\nText.\n",
            "specs/007-cart/tasks.md": (
                "# Tasks: Cart\n\n## Phase 1: Setup\n\n- [ ] T001 [P] Make `src/a.py`\n- [ ] T002 More\n"
            ),
            ".kiro/specs/form/tasks.md": (
                "# Implementation Plan\n\n- [ ] 3. Forms\n  - [ ] 3.1 Build it in `src/form.ts`\n"
            ),
            "docs/plans/2026-02-03-dark.md": (
                "# Dark Plan\n\n### Task 1: Palette\n\n**Files:**\n- Create: `src/p.ts`\n\n- [ ] **Step 1: x**\n"
            ),
            "packets/1/PROMPT.md": "# Task: P-1 - Packet\n\n## File Scope\n\n- `src/q.py`\n",
            "tasks/7.md": "---\nid: 7\ntitle: Seven\nstatus: open\nfiles: [app.py]\n---\n\nDo it.\n",
            ".taskmaster/tasks/tasks.json": '{"tasks": [{"id": 1, "title": "T", "dependencies": []}]}\n',
            ".beads/issues.jsonl": '{"id": "b-1", "title": "Bead", "status": "open"}\nnot json\n',
        }
    )
    return repo


def memory(repo: Repo) -> Path:
    return repo.path / ".git/parallel/cache/documents.json"


def test_what_is_remembered_is_what_is_read(told: Repo, cli: Cli) -> None:
    for arguments in (("tasks", "--json"), ("tasks",), ("plan", "--json"), ("tasks", "1-one")):
        shutil.rmtree(told.path / ".git/parallel", ignore_errors=True)
        cold = cli(*arguments)
        assert memory(told).stat().st_mode & 0o777 == 0o600
        assert memory(told).parent.stat().st_mode & 0o777 == 0o700
        written = memory(told).stat().st_mtime_ns, memory(told).stat().st_ino
        assert cli(*arguments) == cold
        assert (memory(told).stat().st_mtime_ns, memory(told).stat().st_ino) == written


def test_a_changed_document_is_read_anew_and_a_gone_one_forgotten(told: Repo, cli: Cli) -> None:
    cli("tasks")
    told.git("rm", "--quiet", "specs/007-cart/tasks.md")
    told.commit(**{"tasks/7.md": "---\nid: 7\ntitle: Changed\nstatus: open\n---\n"})
    titles = [task["title"] for task in cli("tasks", "--json").json["tasks"]]
    assert "Changed" in titles
    assert "Seven" not in titles
    entries = json.loads(memory(told).read_text().splitlines()[1])
    assert "tasks/7.md" in entries
    assert "specs/007-cart/tasks.md" not in entries


def signed(path: Path, body: bytes) -> None:
    head = json.loads(path.read_bytes().partition(b"\n")[0])
    path.write_bytes(json.dumps({**head, "checksum": zlib.crc32(body)}).encode() + b"\n" + body)


def hostile(path: Path) -> None:
    """Right by every checksum, and wrong in every entry."""
    entries = json.loads(path.read_bytes().partition(b"\n")[2])
    for entry in entries.values():
        for draft in entry[2]:
            draft[0] = "\x1b[31m"
    signed(path, json.dumps(entries).encode())


DAMAGES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-40]),
    "one byte": lambda path: path.write_bytes(path.read_bytes().replace(b"Seven", b"Eleve")),
    "no JSON": lambda path: path.write_bytes(b"\0\xff\n\n"),
    "list": lambda path: signed(path, b"[1, 2]"),
    "deep": lambda path: signed(path, b"[" * 200_000),
    "deep head": lambda path: path.write_bytes(b"[" * 200_000),
    "digits": lambda path: signed(path, b"[" + b"9" * 10_000 + b"]"),
    "hostile": hostile,
    "huge": lambda path: os.truncate(path, 1 << 33),
    "pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "directory": lambda path: (path.unlink(), path.mkdir()),
    "link": lambda path: (path.unlink(), path.symlink_to("/dev/zero")),
}


@pytest.mark.sample(3)
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_changes_nothing(told: Repo, cli: Cli, damage: str) -> None:
    cold = cli("tasks", "--json")
    DAMAGES[damage](memory(told))
    assert cli("tasks", "--json", timeout=20) == cold
    assert cli("tasks", "--json", timeout=20) == cold


def test_paths_and_ids_that_cannot_be_do_not_come_through(told: Repo, cli: Cli) -> None:
    cli("tasks")
    entries = json.loads(memory(told).read_bytes().partition(b"\n")[2])
    draft = entries["specs/SPEC-1-one.md"][2][0]
    draft[1] = "../x\x1b"
    draft[8] = [
        [path, "modify", 1, "", [], False, False] for path in ("../../x", ".git/config", "a\x1bb", "-x")
    ]
    signed(memory(told), json.dumps(entries).encode())
    out = cli("tasks", "--json").stdout
    assert '"path": "' + ".git/config" not in out
    assert '../../x"' not in out
    assert "\x1b" not in cli("tasks").stdout


def test_where_nothing_can_be_written_all_is_read(told: Repo, cli: Cli) -> None:
    cold = cli("tasks", "--json")
    shutil.rmtree(told.path / ".git/parallel")
    (told.path / ".git/parallel").write_text("in the way")
    assert cli("tasks", "--json") == cold


def test_two_at_once(told: Repo, cli: Cli) -> None:
    both = [subprocess.Popen(COMMAND, cwd=told.path, stdout=subprocess.PIPE) for _ in range(4)]
    answers = {one.communicate(timeout=60)[0].decode() for one in both}
    assert answers == {cli("tasks", "--json").stdout}
    assert sorted(path.name for path in memory(told).parent.iterdir()) == ["documents.json", "lock"]


def test_a_linked_worktree_shares_it(told: Repo, cli: Cli) -> None:
    cold = cli("tasks", "--json")
    before = memory(told).stat().st_ino
    told.git("worktree", "add", "--quiet", "../linked")
    assert cli("tasks", "--json", at=told.path.parent / "linked") == cold
    assert memory(told).stat().st_ino == before


def test_other_readers_remember_nothing_of_these(tmp_path: Path) -> None:
    package = tmp_path / "package"
    (package / "tasks/forms").mkdir(parents=True)
    for name in ("__init__.py", "names.py", "tasks/read.py", "tasks/forms/spec.py"):
        (package / name).write_text("x = 1\n")
    first = readers(package)
    assert readers(package) == first
    (package / "tasks/forms/spec.py").write_text("x = 2\n")
    second = readers(package)
    (package / "tasks/more.py").write_text("")
    assert len({first, second, readers(package)}) == 3


def test_documents_of_every_form_are_remembered(told: Repo, cli: Cli) -> None:
    cli("tasks")
    entries = json.loads(memory(told).read_bytes().partition(b"\n")[2])
    assert {path for path, (_, _, drafts) in entries.items() if not drafts} == set()
    assert len(entries) == 10
