"""The JSON Schemas that are shipped, held against the documents and records that are really made."""

import json
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import git_parallel
from git_parallel.commands.owners import May
from git_parallel.overlap.footprint import Origin
from git_parallel.overlap.policy import Level, Policy
from git_parallel.overlap.risk import Risk
from git_parallel.ownership.owning import Ground
from git_parallel.schedule import record
from git_parallel.schedule.estimate import Basis
from git_parallel.schedule.progress import Sign
from git_parallel.schedule.record import State
from git_parallel.schedule.strategy import Strategy
from git_parallel.tasks.task import Kind, Status
from git_parallel.ui import document
from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]

FOLDER = Path(git_parallel.__file__).parent / "schema"
SCHEMAS: dict[str, Any] = {
    path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))
}


class Documents:
    """What was printed and recorded, each piece held against its schema as it comes."""

    def __init__(self) -> None:
        self.printed: dict[str, set[frozenset[str]]] = defaultdict(set)

    def add(self, name: str, instance: Any) -> Any:
        """The instance, when it is as its schema says."""
        schema = SCHEMAS[name]
        found = [f"{e.json_path}: {e.message}" for e in Draft202012Validator(schema).iter_errors(instance)]
        assert found == [], f"{name}.json"
        for place, keys in objects(schema, schema, instance, name):
            self.printed[place].add(keys)
        return instance


def objects(schema: Any, root: Any, instance: Any, place: str) -> Iterator[tuple[str, frozenset[str]]]:
    """Every object in an instance: the place of its schema, and its keys."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        yield from objects(root["$defs"][name], root, instance, f"{root['$id']} {name}")
    for choice in schema.get("anyOf", ()):
        if Draft202012Validator({**choice, "$defs": root["$defs"]}).is_valid(instance):
            yield from objects(choice, root, instance, place)
    if isinstance(instance, dict) and "properties" in schema:
        yield place, frozenset(instance)
    for key, below in schema.get("properties", {}).items():
        if key in instance:
            yield from objects(below, root, instance[key], f"{place}.{key}")
    for one in (instance or ()) if "items" in schema else ():
        yield from objects(schema["items"], root, one, f"{place}[]")
    if "additionalProperties" in schema:
        for one in instance.values():
            yield from objects(schema["additionalProperties"], root, one, f"{place}{{}}")


def described(schema: Any, root: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Every object that a schema describes, by the same places."""
    if "properties" in schema:
        yield place, schema
    for name, below in schema.get("$defs", {}).items():
        yield from described(below, root, f"{root['$id']} {name}")
    for key, below in schema.get("properties", {}).items():
        yield from described(below, root, f"{place}.{key}")
    for word, mark in (("items", "[]"), ("additionalProperties", "{}")):
        if word in schema:
            yield from described(schema[word], root, f"{place}{mark}")


def everything_described() -> dict[str, Any]:
    return {
        place: below for name, schema in SCHEMAS.items() for place, below in described(schema, schema, name)
    }


@pytest.fixture
def documents() -> Documents:
    return Documents()


@pytest.fixture
def ask(cli: Cli, documents: Documents) -> Callable[..., Any]:
    """The document that a verb gives, held against its schema."""

    def document_of(verb: str, *arguments: str) -> Any:
        return documents.add(verb, cli(verb, "--json", *arguments).json)

    return document_of


@pytest.fixture
def background(repo: Repo) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """A run that goes on while the test looks at it from outside."""
    started: list[subprocess.Popen[bytes]] = []

    def start(*arguments: str) -> "subprocess.Popen[bytes]":
        command = (sys.executable, "-m", "git_parallel", "run", "--json", *arguments)
        started.append(
            subprocess.Popen(command, cwd=repo.path, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        )
        return started[-1]

    yield start
    for one in started:
        if one.poll() is None:
            one.kill()
        one.communicate()


def test_there_is_a_schema_for_every_stable_format() -> None:
    assert list(SCHEMAS) == [
        "cancel",
        "claims",
        "doctor",
        "hooks",
        "merge",
        "owners",
        "plan",
        "prune",
        "record",
        "replay",
        "resolve",
        "run",
        "status",
        "tasks",
        "trust",
        "why",
    ]
    for name, schema in SCHEMAS.items():
        Draft202012Validator.check_schema(schema)
        assert schema["$id"] == f"{name}-{document.VERSION}.json"
    assert (document.VERSION, record.VERSION) == (1, 1)


def test_every_key_is_described_in_one_line_and_more_keys_may_come() -> None:
    for place, below in everything_described().items():
        assert below["description"].strip(), place
        assert below["required"] == list(below["properties"]), place
        assert "additionalProperties" not in below, place
        for key, value in below["properties"].items():
            assert value["description"].endswith("."), f"{place}.{key}"
            assert "\n" not in value["description"], f"{place}.{key}"


def test_the_words_in_the_schemas_are_those_of_the_code() -> None:
    def words(schema: Any, place: str) -> Iterator[tuple[str, list[str]]]:
        if isinstance(schema, dict):
            if "enum" in schema:
                yield place, schema["enum"]
            for key, below in schema.items():
                yield from words(
                    below, f"{place} {key}" if key not in ("properties", "$defs", "anyOf") else place
                )
        elif isinstance(schema, list):
            for below in schema:
                yield from words(below, place)

    assert dict(pair for name, schema in SCHEMAS.items() for pair in words(schema, name)) == {
        "owners policy": ["claim", "strict"],
        "record strategy": ["", *Strategy],
        "owners path ground": list(Ground),
        "owners path may": [*May, None],
        "plan state": list(State),
        "plan task status": list(Status),
        "plan file kind": list(Kind),
        "plan file origin": list(Origin),
        "plan conflict risk": list(Risk),
        "plan timeline basis": list(Basis),
        "record state": list(State),
        "run merge_results additionalProperties": list(document._SAID.values()),
        "run state": list(State),
        "status progress basis items": list(Sign),
        "status state": list(State),
        "tasks task status": list(Status),
        "tasks path kind": list(Kind),
        "why level": list(Level),
        "why conflict risk": list(Risk),
        "why meeting policy": list(Policy),
        "why meeting risk": list(Risk),
        "why file kind": list(Kind),
        "why file origin": list(Origin),
    }


def test_a_repository_without_tasks(ask: Callable[..., Any]) -> None:
    assert ask("tasks")["tasks"] == []
    assert ask("plan")["tasks"] == []
    assert ask("status")["tasks"] == []
    assert ask("merge")["merged"] == []
    assert ask("prune")["kept"] == []


def roadmap(repo: Repo) -> None:
    """Tasks that a roadmap declares and no run takes: complete, blocked, in a circle, after nobody."""
    repo.commit(
        "roadmap",
        **{
            "ROADMAP.md": """\
                ### PRIORITY 1: Done ✅ Complete
                **File**: `done.py`
                ### PRIORITY 2: Paused ⏸️ Blocked
                **File**: `app.py`
                **File**: `package.json`
                ### PRIORITY 3: Round 📝 Planned
                **File**: `../../etc/passwd`
                **Depends on**: PRIORITY 4
                ### PRIORITY 4: And round 📝 Planned
                **Depends on**: PRIORITY 3
                ### PRIORITY 5: Late 📝 Planned
                **Depends on**: PRIORITY 77
            """,
            "package.json": "{}",
            "package-lock.json": "{}",
        },
    )


AGENTS = """
    case $GIT_PARALLEL_TASK in
        fails) echo x > fails.py; exit 7 ;;
        foreign) echo x > foreign.py; echo y > good.py; git add -A; git -c core.hooksPath=/dev/null commit -qm both ;;
        extra) echo x > extra.py; echo y > test_extra.py ;;
        clash-*) echo "by $GIT_PARALLEL_TASK" > app.py ;;
        slow) n=0; while [ ! -e ../go ] && [ $n -lt 600 ]; do sleep 0.05; n=$((n+1)); done; echo x > slow.py ;;
        third) echo x >> slow.py ;;
        *) echo x > $GIT_PARALLEL_TASK.py ;;
    esac
"""


def specs(repo: Repo) -> None:
    """One task for each end that a task can come to."""
    for name in ("good", "extra", "fails", "foreign", "breaks", "blocks", "slow", "taken"):
        repo.spec(name, f"{name}.py", extra="**Agent**: coder")
    repo.spec("clash-a", "app.py")
    repo.spec("clash-b", "app.py")
    repo.spec("third", "slow.py")
    repo.spec("later", "later.py", "lib/**/*.py", after="good")
    repo.spec("zz-unknown", extra="## References\n\n- `app.py`\n")
    repo.git("branch", "feature/taken")
    repo.git("checkout", "--quiet", "-b", "side")
    repo.commit("side", **{"app.py": "by nobody\n"})
    repo.git("checkout", "--quiet", "main")


def ids(entries: Any) -> list[str]:
    """Of which tasks a list in a document speaks."""
    return [entry["id"] for entry in entries]


def states(told: Any) -> dict[str, str]:
    """The state of each task in a document."""
    return {task["id"]: task["state"] for task in told["tasks"]}


def test_every_document_and_record_of_a_long_life_is_as_its_schema_says(
    repo: Repo,
    agent: Agent,
    background: Callable[..., "subprocess.Popen[bytes]"],
    ask: Callable[..., Any],
    documents: Documents,
    cli: Cli,
) -> None:
    roadmap(repo)
    specs(repo)
    run = background("-j", "12", "--", *agent(AGENTS))

    # While one agent runs on and the others have ended.
    ends = {
        "blocks": "succeeded", "breaks": "succeeded", "clash-a": "succeeded", "clash-b": "succeeded",
        "extra": "succeeded", "fails": "failed", "foreign": "failed", "good": "succeeded", "slow": "running",
    }  # fmt: skip
    deadline = time.monotonic() + 30
    while states(told := ask("status")) != ends:
        assert time.monotonic() < deadline, told
        time.sleep(0.05)
    assert [t["id"] for t in told["tasks"] if t["pid"]] == ["slow"]
    assert [t["drift"] for t in told["tasks"] if t["drift"]] == [["test_extra.py"]]
    assert ids(told["queued"]) == ["later", "third", "zz-unknown"]
    plan = ask("plan")
    assert {one["origin"] for task in plan["tasks"] for one in task["files"]} == set(Origin)
    assert {tuple(one["pair"]): one["risk"] for one in plan["conflicts"]} == {
        ("2", "clash-a"): "file",
        ("2", "clash-b"): "file",
        ("2", "heads/side"): "file",
        ("clash-a", "clash-b"): "conflict",
        ("clash-a", "heads/side"): "conflict",
        ("clash-b", "heads/side"): "conflict",
        ("foreign", "good"): "conflict",
        ("slow", "third"): "hunk",
    }
    assert ids(plan["drift"]) == ["extra", "foreign"]
    assert plan["other_work"][0]["name"] == "heads/side"
    (repo.path.parent / "go").touch()
    out, _ = run.communicate(timeout=60)
    ended = documents.add("run", json.loads(out))
    assert {task: state for task, state in states(ended).items() if state != "succeeded"} == {
        "fails": "failed", "foreign": "failed", "later": "planned", "taken": "planned",
    }  # fmt: skip
    assert ids(ended["held"]) == ["1", "2", "3", "4", "5"]

    tasks = ask("tasks")
    assert not tasks["valid"]
    assert {task["id"] for task in tasks["tasks"]} == {task["id"] for task in plan["tasks"]}

    # Merged, and not.
    repo.write("blocks.py", "mine\n")
    assert ids(ask("merge", "good", "third", "--verify", "false")["unverified"]) == ["good", "third"]
    merged = ask("merge", "--verify", "! test -f breaks.py")
    assert {key: ids(merged[key]) for key in ("conflicted", "rejected", "broken", "blocked")} == {
        "conflicted": ["clash-b"], "rejected": ["foreign"], "broken": ["breaks"], "blocked": ["blocks"],
    }  # fmt: skip
    assert sorted(merged["merged"]) == ["clash-a", "extra", "good", "slow", "third", "zz-unknown"]
    documents.add("resolve", cli("merge", "--resolve", "clash-b", "--json").json)
    repo.git("merge", "--abort", at=repo.worktree("clash-b"))
    assert ids(ask("merge", "good", "fails", "later")["not_ready"]) == ["fails", "later"]
    landed = ask("run", "--merge", "--verify", "true", "later", "--", *agent(AGENTS))
    assert landed["merge_results"] == {"later": "merged"}

    told = ask("owners", "--task", "fails", "fails.py", "new.py", "taken.py")
    assert [one["may"] for one in told["paths"]] == ["yes", "claim", "no"]

    # Put away, kept, and brought back.
    (repo.worktree("extra") / "notes.txt").write_text("kept\n")
    pruned = ask("prune")
    assert ids(pruned["removed"]) == ["clash-a", "good", "later", "slow", "third", "zz-unknown"]
    assert ids(pruned["kept"]) == ["blocks", "breaks", "clash-b", "extra", "fails", "foreign"]
    assert ids(ask("prune", "--dry-run")["removed"]) == []
    half_made = repo.path / ".git/worktrees/half"
    half_made.mkdir()
    (half_made / "commondir").touch()
    assert cli("doctor", "--fix", "--json").json["findings"]
    assert (len(ask("prune", "--list")["trash"]), len(ask("prune", "--list")["aside"])) == (6, 1)
    repo.worktree("slow").mkdir()
    undone = ask("prune", "--undo", "good", "slow")
    assert (ids(undone["restored"]), ids(undone["refused"])) == (["good"], ["slow"])
    assert ids(ask("prune", "--expire", "now")["freed"])
    called_off = ask("cancel", "fails", "good")
    assert (called_off["cancelled"], ids(called_off["refused"])) == (["fails"], ["good"])
    repo.git("update-ref", "refs/parallel/stray", "HEAD")
    told = ask("status")
    assert told["problems"] == ["refs/parallel/stray is no ref of git-parallel"]
    assert states(told) == {
        "blocks": "succeeded", "breaks": "succeeded", "clash-a": "merged", "clash-b": "conflicted", "extra": "merged",
        "fails": "cancelled", "foreign": "rejected", "good": "merged", "later": "merged", "slow": "merged",
        "third": "merged", "zz-unknown": "merged",
    }  # fmt: skip
    assert states(ask("plan")) == {
        **states(told),
        **dict.fromkeys(("1", "2", "3", "4", "5", "taken"), "planned"),
    }
    assert {one["name"] for one in ask("plan")["stale"]} == {"clash-b", "foreign", "heads/side"}
    documents.add("why", cli("plan", "--why", "clash-b", "side", "--json").json)
    repo.commit("team", **{".gitparallel": "[parallel]\n\tverify = make test\n"})
    assert ask("trust")["trusted"] is True
    assert ask("hooks")["in_order"] is True
    assert ask("hooks", "repair")["worktrees"]
    (repo.path / ".git" / "parallel" / "hooks" / "pre-commit").unlink()
    documents.add("hooks", cli("hooks", "--json").json)
    assert ask("hooks", "repair")["problems"] == []
    documents.add("doctor", cli("doctor", "--json").json)
    documents.add("replay", cli("plan", "--replay", "HEAD~5..HEAD", "--json").json)
    assert [one["source"] for one in ask("plan", "1", "clash-b")["problems"]] == ["ROADMAP.md"]

    repo.commit("team", **{".gitparallel": "[parallel]\n\tsetup = make\n"})
    assert ask("trust")["commands"] == [{"key": "parallel.setup", "value": "make"}]

    # What is recorded, from the first commit of each chain to the last.
    for ref in repo.refs("refs/parallel/tasks"):
        for oid in repo.git("rev-list", "--first-parent", ref).splitlines():
            documents.add("record", json.loads(repo.git("show", f"{oid}:record.json")))
    claims = json.loads(repo.git("show", "refs/parallel/claims:claims.json"))
    assert documents.add("claims", claims)["claims"]["test_extra.py"] == "extra"

    assert dict(documents.printed) == {
        place: {frozenset(below["required"])} for place, below in everything_described().items()
    }
