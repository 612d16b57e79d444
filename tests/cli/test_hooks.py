"""The guard in agent worktrees, and the gate that judges again whatever the guard let through."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]


# An agent that wants to can always keep git from running hooks.
WITHOUT_HOOKS = ("-c", "core.hooksPath=/dev/null")


def commit(worktree: Path, *arguments: str, before: Sequence[str] = (), **files: str) -> tuple[int, str]:
    """Write files, stage and commit them as an agent would; the exit status and what it read."""
    for path, text in files.items():
        (worktree / path).parent.mkdir(parents=True, exist_ok=True)
        (worktree / path).write_text(text)
    subprocess.run(["git", "add", "--all"], cwd=worktree, check=True)
    done = subprocess.run(
        ["git", *before, "commit", "-q", "-m", "work", *arguments],
        cwd=worktree,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def two_tasks(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """Task 1 has run and has its worktree; task 2 declares other.py."""
    repo.spec("1", "one.py")
    repo.spec("2", "other.py")
    assert cli("run", "1", "--", *agent()).status == 0
    return repo.worktree("1")


def test_a_foreign_file_is_refused_with_path_owner_and_way_on(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)

    status, said = commit(worktree, **{"one.py": "mine\n", "other.py": "not mine\n"})

    assert status == 1
    assert said.splitlines() == [
        "error: task '1' may not change what is not its own:",
        "  other.py  (declared by task '2')",
        "hint: leave it out of this commit: git restore --staged -- other.py",
        "hint: what the task needs there is for 2 to do; say so in your report",
        "hint: --no-verify would not help: the merge judges every commit again",
    ]
    repo.git("restore", "--staged", "--", "other.py", at=worktree)
    assert subprocess.run(["git", "commit", "-qm", "mine"], cwd=worktree, check=False).returncode == 0


def test_no_verify_does_not_help(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    before = repo.git("rev-parse", "HEAD", at=worktree)

    status, said = commit(worktree, "--no-verify", **{"other.py": "not mine\n"})

    assert status == 128
    oid = re.search("other.py  in commit ([0-9a-f]{9}) ", said)
    assert oid is not None
    assert said.splitlines() == [
        "error: task '1' may not change what is not its own:",
        f"  other.py  in commit {oid[1]}  (declared by task '2')",
        "hint: what the task needs there is for 2 to do; say so in your report",
        "hint: --no-verify would not help: the merge judges every commit again",
        "hint: nothing was committed; what is staged stays so, and leaves the index by 'git restore --staged'",
        "fatal: ref updates aborted by hook",
    ]
    assert repo.git("rev-parse", "HEAD", at=worktree) == before


def test_the_same_commit_without_hooks_is_refused_at_the_merge(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    before = repo.git("rev-parse", "main")
    assert commit(worktree, before=WITHOUT_HOOKS, **{"other.py": "not mine\n"})[0] == 0
    oid = repo.git("rev-parse", "HEAD", at=worktree)

    ran = cli("merge", "--json")

    assert ran.status == 1
    assert ran.json["rejected"] == [
        {
            "id": "1",
            "violations": [{"commit": oid, "path": "other.py", "owner": "2", "why": "declared by task '2'"}],
        }
    ]
    assert repo.git("rev-parse", "main") == before
    text = cli("merge")
    assert f"other.py  in commit {oid[:9]}  (declared by task '2')" in text.stdout


def test_an_agent_that_commits_a_foreign_file_is_refused_at_the_merge(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    repo.spec("1", "one.py")
    repo.spec("2", "other.py")
    script = """
        git() { command git -c core.hooksPath=/dev/null "$@"; }
        echo x > one.py; echo y > other.py; git add -A; git commit -qm both
        git rm -q other.py; git commit -qm back
    """

    ran = cli("run", "1", "--json", "--", *agent(script))

    assert [t["state"] for t in ran.json["tasks"]] == ["failed"]
    assert ran.json["tasks"][0]["reason"] == "commits touch what is not its own: other.py"
    merged = cli("merge", "--json")
    assert merged.status == 1
    assert {v["path"] for v in merged.json["rejected"][0]["violations"]} == {"other.py"}
    assert len(merged.json["rejected"][0]["violations"]) == 2, (
        "put back is not undone: both commits are named"
    )


def test_a_path_that_is_nobodys_is_claimed_at_commit_and_shown_as_drift(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    worktree = two_tasks(repo, cli, agent)

    assert commit(worktree, **{"test_one.py": "extra\n"})[0] == 0

    (row,) = cli("status", "--json").json["tasks"]
    assert row["drift"] == ["test_one.py"]
    assert "also took test_one.py" in cli("status").stdout
    claims = json.loads(repo.git("show", "refs/parallel/claims:claims.json"))
    assert claims == {"version": 1, "claims": {"test_one.py": "1"}, "until": {}}
    assert cli("run", "2", "--", *agent("echo x > other.py; echo y > test_one.py")).status == 1
    assert repo.state("2") == "failed"
    assert "claimed by task '1'" in cli("status").stdout


def test_strict_ownership_refuses_until_claimed_by_hand(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.config("parallel.ownership", "strict")

    status, said = commit(worktree, **{"sub/test_one.py": "extra\n"})
    assert status == 1
    assert "git parallel claim sub/test_one.py" in said

    claimed = cli("claim", "test_one.py", at=worktree / "sub")
    assert (claimed.status, claimed.stdout) == (0, "claimed sub/test_one.py for task '1'\n")
    assert commit(worktree)[0] == 0
    refused = cli("claim", "other.py", at=worktree)
    assert (refused.status, refused.stdout) == (1, "")
    assert "'other.py' cannot be claimed: declared by task '2'" in refused.stderr
    assert cli("merge").status == 0

    assert cli("claim", "x.py").status == 2, "only inside the worktree of a task"


def test_a_claim_of_an_absolute_path(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    (worktree.parent / "linked").symlink_to(worktree)

    claimed = cli(
        "claim", f"{worktree}/docs/x", f"{worktree.parent}/linked/./docs/../y", at=worktree / "specs"
    )
    refused = cli("claim", f"{repo.path}/app.py", at=worktree)

    assert claimed.stdout == "claimed docs/x for task '1'\nclaimed y for task '1'\n"
    assert (refused.status, refused.stdout) == (2, "")
    assert refused.stderr == f"error: '{repo.path}/app.py' is outside the repository\n"
    claims = json.loads(repo.git("show", "refs/parallel/claims:claims.json"))
    assert claims["claims"] == {"docs/x": "1", "y": "1"}


def test_an_agent_type_stays_within_what_it_owns(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit(
        "team", **{".gitparallel": '[agent "writer"]\n\towns = docs/**\n[agent "coder"]\n\towns = src/**\n'}
    )
    repo.spec("1", "docs/a.md", extra="**Agent**: writer")
    assert cli("run", "--", *agent("mkdir -p docs; echo x > docs/a.md; echo y > docs/b.md")).status == 0

    status, said = commit(repo.worktree("1"), **{"src/c.py": "z\n"})

    assert status == 1
    assert "src/c.py  (outside what agent type 'writer' owns)" in said


def test_control_files_need_an_exact_declaration(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "lib/")
    cli("run", "--", *agent("mkdir -p lib; echo x > lib/a.py"))

    status, said = commit(repo.worktree("1"), **{"lib/.gitattributes": "* merge=evil\n"})

    assert status == 1
    assert "lib/.gitattributes  (a control file of git" in said


def test_merging_the_target_into_the_branch_is_no_offence(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.commit("by the user", **{"app.py": "changed\n", "other.py": "by the user\n"})
    repo.git("merge", "--quiet", "--no-edit", "main", at=worktree)

    assert cli("merge", "--json").json["merged"] == ["1"]


def test_an_evil_merge_is_found(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.commit("by the user", **{"app.py": "changed\n"})
    repo.git("merge", "--quiet", "--no-commit", "main", at=worktree)
    assert commit(worktree, "--no-verify", **{"other.py": "slipped in\n"})[0] == 128
    assert commit(worktree, before=WITHOUT_HOOKS)[0] == 0

    (rejected,) = cli("merge", "--json").json["rejected"]

    assert [v["path"] for v in rejected["violations"]] == ["other.py"]


def test_a_conflicted_merge_of_the_target_can_be_concluded(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "other.py")
    cli("run", "1", "--", *agent())
    repo.commit("by the user", **{"app.py": "changed\n", "other.py": "by the user\n"})
    worktree = repo.worktree("1")
    repo.git("merge", "main", at=worktree, check=False)

    assert commit(worktree, **{"app.py": "both\n"}) == (0, "")
    assert cli("merge").status == 0


def test_the_users_hooks_run_in_agent_worktrees_as_they_would_have(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    hooks = repo.path / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for name in ("pre-commit", "commit-msg", "post-commit"):
        hook = hooks / name
        hook.write_text(f'#!/bin/sh\necho "{name} $0 $# $(pwd)" >> "{repo.path.parent}/hooks.log"\n')
        hook.chmod(0o755)
    worktree = two_tasks(repo, cli, agent)
    log = repo.path.parent / "hooks.log"
    log.unlink()

    assert commit(worktree, **{"one.py": "again\n"})[0] == 0

    assert log.read_text().splitlines() == [
        f"pre-commit {hooks}/pre-commit 0 {worktree}",
        f"commit-msg {hooks}/commit-msg 1 {worktree}",
        f"post-commit {hooks}/post-commit 0 {worktree}",
    ]


def test_a_users_hook_can_veto_and_what_it_stages_is_judged_too(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    hook = repo.path / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        "#!/bin/sh\n[ -f one.py ] && echo formatted > other.py && git add other.py; exit ${VETO:-0}\n"
    )
    hook.chmod(0o755)
    cli("run", "--", *agent("exit 1"))  # puts the hooks in step with the user's

    status, said = commit(worktree, **{"one.py": "again\n"})
    assert status == 1
    assert "other.py  (declared by task '2')" in said

    hook.write_text("#!/bin/sh\nexit 9\n")
    repo.git("restore", "--staged", "other.py", at=worktree)
    (worktree / "other.py").unlink()
    assert commit(worktree, **{"one.py": "once more\n"})[0] == 1


def test_main_worktree_and_other_worktrees_see_nothing_of_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    config = (repo.path / ".git" / "config").read_bytes()
    two_tasks(repo, cli, agent)
    repo.git("worktree", "add", "--quiet", "../mine")

    for place in (repo.path, repo.path.parent / "mine"):
        assert repo.git("config", "core.hooksPath", at=place, check=False) == ""
        assert commit(place, **{"other.py": f"by the user in {place.name}\n"})[0] == 0
    assert repo.git("config", "core.hooksPath", at=repo.worktree("1")) == str(
        repo.path / ".git/parallel/hooks"
    )

    cli("merge")
    assert cli("prune").status == 0
    assert (repo.path / ".git" / "config").read_bytes() == config, "the stanza is gone without a trace"


def test_pushes_from_agent_worktrees_go_nowhere(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.git("init", "--quiet", "--bare", "../remote.git")
    repo.git("remote", "add", "origin", str(repo.path.parent / "remote.git"))
    worktree = two_tasks(repo, cli, agent)

    pushed = subprocess.run(
        ["git", "push", "--no-verify", "origin", "HEAD"],
        cwd=worktree,
        capture_output=True,
        text=True,
        check=False,
    )

    assert pushed.returncode != 0
    assert pushed.stderr.splitlines()[:2] == [
        "error: agents do not push: their work reaches the target by 'git parallel merge'",
        "hint: whoever wants to let them gives: git config parallel.push true",
    ]
    repo.git("push", "--quiet", "origin", "main")
    repo.config("remote.origin.pushurl", str(repo.path.parent / "remote.git"))
    assert repo.git("push", "origin", "HEAD", at=worktree, check=False) == ""
    assert repo.git("ls-remote", "origin", "refs/heads/feature/*") == ""

    repo.config("parallel.push", "true")
    cli("hooks", "repair")
    repo.git("push", "--quiet", "origin", "HEAD", at=worktree)
    assert "refs/heads/feature/1" in repo.git("ls-remote", "origin")


def test_unusual_paths_are_judged_like_any_other(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "dir with space/ünïcode.txt")
    repo.spec("2", "other/")
    cli("run", "1", "--", *agent())
    worktree = repo.worktree("1")
    assert repo.git("show", "feature/1:dir with space/ünïcode.txt") == "by 1"

    assert (
        commit(worktree, **{"new\nline.txt": "1\n", 'quo"te': "2\n", "dir with space/ünïcode.txt": "3\n"})[0]
        == 0
    )
    assert sorted(json.loads(repo.git("show", "refs/parallel/claims:claims.json"))["claims"]) == [
        "new\nline.txt",
        'quo"te',
    ]
    status, said = commit(worktree, **{"other/bi\u202edi.txt": "x\n"})
    assert (status, "\u202e" in said) == (1, False)
    repo.git("reset", "--quiet", "--hard", at=worktree)
    assert cli("merge").status == 0
    assert (repo.path / "new\nline.txt").exists()


def forged(repo: Repo, **claims: str) -> None:
    """Write claims past every command, as an agent can that runs no hooks."""
    text = json.dumps(
        {"version": 1, "claims": {path.replace("_", "."): task for path, task in claims.items()}}
    )
    blob = repo.git("hash-object", "-w", "--stdin", stdin=text)
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\tclaims.json\n")
    repo.git("update-ref", "refs/parallel/claims", repo.git("commit-tree", "-m", "forged", tree))


def test_a_claim_of_what_a_launched_task_declares_counts_only_if_it_is_older(
    repo: Repo, cli: Cli, agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    worktree = two_tasks(repo, cli, agent)
    assert cli("run", "2", "--", *agent()).status == 0
    assert commit(worktree, before=WITHOUT_HOOKS, **{"other.py": "not mine\n"})[0] == 0
    later = str(int(time.time()) + 5)
    monkeypatch.setenv("GIT_COMMITTER_DATE", f"@{later} +0000")
    forged(repo, other_py="1")
    monkeypatch.delenv("GIT_COMMITTER_DATE")

    merged = cli("merge", "--json").json

    assert merged["merged"] == ["2"], "nor is the task refused whose path it is"
    assert [v["why"] for v in merged["rejected"][0]["violations"]] == ["declared by task '2'"]


def test_a_claim_stands_against_a_declaration_that_came_after_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "one.py")
    assert cli("run", "1", "--", *agent("echo x > one.py; echo y > late.py")).status == 0
    repo.spec("2", "late.py")

    assert cli("merge", "--json").json["merged"] == ["1"]


def test_what_the_target_has_meanwhile_may_be_picked_from_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.commit("old", **{"other.py": "old\n"})
    repo.git("merge", "--quiet", "main", at=worktree)
    repo.commit("new", **{"other.py": "new\n"})
    repo.git("cherry-pick", "main", at=worktree)
    repo.commit("moved on", **{"app.py": "newer\n"})

    assert cli("merge", "--json").json["merged"] == ["1"]
    assert repo.git("show", "main:other.py") == "new"


def test_what_the_target_had_before_may_not_be_brought_back(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("old", **{"other.py": "old\n"})
    old = repo.git("rev-parse", "HEAD")
    repo.commit("new", **{"other.py": "new\n"})
    worktree = two_tasks(repo, cli, agent)
    repo.git("checkout", old, "--", "other.py", at=worktree)

    assert commit(worktree, "--no-verify")[0] == 128
    assert commit(worktree, before=WITHOUT_HOOKS)[0] == 0
    (rejected,) = cli("merge", "--json").json["rejected"]
    assert [v["path"] for v in rejected["violations"]] == ["other.py"]


REFUSED = {
    "git stash": (
        "error: task '1' may not move 'refs/stash': the stash is one for all worktrees, and others would take yours "
        "for theirs",
        "hint: your changes are still in place; keep them in a commit: git commit -am 'wip'",
    ),
    "git branch side": (
        "error: task '1' may not move 'refs/heads/side': it is not the branch of this task",
        "hint: work on 'feature/1': git switch feature/1",
    ),
    "git update-ref refs/heads/main HEAD": (
        "error: task '1' may not move 'refs/heads/main': it is not the branch of this task",
        "hint: work on 'feature/1': git switch feature/1",
    ),
    "git switch -q --detach && git branch -D feature/1": (
        "error: task '1' may not move 'refs/heads/feature/1': it is the branch of this task",
        "hint: keep it, under its name: git parallel goes by that",
    ),
    "git notes add -m x": (
        "error: task '1' may not move 'refs/notes/commits': notes are one for all worktrees",
        "hint: say it in the commit message: git commit --amend",
    ),
    "git tag -f old HEAD": (
        "error: task '1' may not move 'refs/tags/old': tags are one for all worktrees",
        "hint: name the commit in your report instead",
    ),
    "git update-ref -d refs/parallel/claims": (
        "error: task '1' may not move 'refs/parallel/claims': git-parallel keeps its records there",
        "hint: git parallel claim, release and progress write them",
    ),
    "git cherry-pick foreign": (
        "  other.py  in commit",
        "hint: the cherry-pick has stopped; this takes you back to before it: git cherry-pick --abort",
    ),
    "git merge -q foreign": (
        "  other.py  in commit",
        "hint: the merge has stopped; this takes you back to before it: git merge --abort",
    ),
    "git rebase -q --onto foreign HEAD~1": (
        "  other.py  in commit",
        "hint: the rebase has stopped; this takes you back to before it: git rebase --abort",
    ),
    "git stash list; git reset -q --hard foreign": (
        "  other.py  in commit",
        "hint: HEAD is where it was; files and index may be as the reset wanted them: see 'git status'",
    ),
}
ABORTS = {"cherry-pick", "merge", "rebase"}


@pytest.mark.sample(2)
@pytest.mark.parametrize("command", REFUSED)
def test_whoever_is_refused_is_told_why_and_how_to_go_on(
    repo: Repo, cli: Cli, agent: Agent, command: str
) -> None:
    worktree = two_tasks(repo, cli, agent)
    repo.git("tag", "old", "HEAD~1")
    repo.git("update-ref", "refs/parallel/claims", "HEAD")
    repo.git("switch", "--quiet", "--detach")
    repo.commit("foreign", **{"other.py": "foreign\n"})
    repo.git("tag", "foreign")
    repo.git("switch", "--quiet", "main")
    before = repo.git("for-each-ref")
    (worktree / "app.py").write_text("dirty\n") if "stash" in command else None

    done = subprocess.run(
        ["/bin/sh", "-c", command], cwd=worktree, capture_output=True, text=True, check=False
    )

    said = done.stderr.splitlines()
    refusal, way_on = REFUSED[command]
    assert done.returncode != 0
    assert any(line.startswith(refusal) for line in said), done.stderr
    assert way_on in said, done.stderr
    assert repo.git("for-each-ref") == before
    verb = command.split()[1]
    if verb in ABORTS:
        repo.git(verb, "--abort", at=worktree)
        assert repo.git("status", "--porcelain", at=worktree) == ""
        assert repo.git("symbolic-ref", "HEAD", at=worktree) == "refs/heads/feature/1"
