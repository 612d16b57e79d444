"""`git parallel merge` into a checkout in which the user is at work: what meets is refused, and nothing is touched."""

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.conftest import Cli, Repo

# The suite tries a third of all, the campaign everything.
IS_CAMPAIGN = "GIT_PARALLEL_CAMPAIGN" in os.environ
# What the user did in a folder of its own (there are old.txt, deep/old.txt and part/a), and what the task does there.
EDIT = "echo task >> old.txt"
ADD = "echo task > new.txt"
FORCED = "git add -f all.env; git commit -qm x"
MEETING: dict[str, tuple[str, str]] = {
    "modified": ("echo mine >> old.txt", EDIT),
    "modified alike": (EDIT, EDIT),
    "executable": ("chmod +x old.txt", EDIT),
    "staged": ("echo mine >> old.txt; git add old.txt", EDIT),
    "staged and put back": ("echo mine > old.txt; git add old.txt; echo old > old.txt", EDIT),
    "deleted": ("rm old.txt", EDIT),
    "deletion staged": ("git rm -q old.txt", EDIT),
    "no more in the index": ("git rm -q --cached old.txt", EDIT),
    "renamed": ("git mv old.txt moved.txt", EDIT),
    "edited, deleted by the task": ("echo mine >> old.txt", "rm old.txt"),
    "edited, moved by the task": ("echo mine >> old.txt", "mv old.txt elsewhere.txt"),
    "untracked": ("echo mine > new.txt", ADD),
    "untracked alike": (ADD, ADD),
    "added": ("echo mine > new.txt; git add new.txt", ADD),
    "intent to add": ("echo mine > new.txt; git add -N new.txt", ADD),
    "ignored": ("echo mine > secret.env", "echo task > secret.env; git add -f secret.env"),
    "in an ignored folder": (
        "mkdir all.env; echo mine > all.env/new.txt", f"mkdir all.env; echo x > all.env/new.txt; {FORCED}",
    ),
    "an ignored folder for a file": ("mkdir all.env; echo mine > all.env/x", f"echo x > all.env; {FORCED}"),
    "a file for a folder": ("echo mine > new", "mkdir new; echo task > new/x"),
    "a folder for a file": ("mkdir new; echo mine > new/x", "echo task > new"),
    "a folder that becomes a file": ("echo mine > part/b", "rm -r part; echo task > part"),
    "a file that became a folder": ("rm old.txt; mkdir old.txt; echo mine > old.txt/x", EDIT),
    "a link for a file": ("rm old.txt; ln -s ../mine.txt old.txt", EDIT),
    "a link for a folder": ("mv part aside; ln -s aside part", "echo task >> part/a"),
    "a dangling link": ("ln -s nowhere new.txt", ADD),
    "a repository for a file": ("git init -q new; echo mine > new/x", "echo task > new"),
    "a repository for a folder": ("git init -q new; echo mine > new/x", "mkdir new; echo task > new/x"),
    "assume-unchanged": ("git update-index --assume-unchanged old.txt; echo mine >> old.txt", EDIT),
    "skip-worktree": ("git update-index --skip-worktree old.txt; echo mine >> old.txt", EDIT),
}  # fmt: skip
# Beside what the task does, and so left alone while that lands.
BESIDE: dict[str, tuple[str, str]] = {
    "another file": ("echo mine > mine.txt; echo mine >> part/a; git add part/a", f"{EDIT}; {ADD}"),
    "in a folder that the task empties": ("echo mine > part/b", "rm -r part"),
    "unchanged after all": ("touch old.txt; git update-index --assume-unchanged part/a; echo x >> part/a", EDIT),
    "an empty folder": ("mkdir empty", "echo task > empty.txt"),
}  # fmt: skip
NAMES = {f"m{at}": name for at, name in enumerate(MEETING) if IS_CAMPAIGN or at % 3 == 1}
WAYS = {task: MEETING[name] for task, name in NAMES.items()}
FREE = {f"b{at}": way for at, way in enumerate(BESIDE.values())}


def sh(script: str, at: Path) -> None:
    subprocess.run(["/bin/sh", "-e", "-c", script], cwd=at, check=True, capture_output=True)


def picture(repo: Repo, at: Path) -> Mapping[str, object]:
    """All of a checkout, and where the branches are: every file byte by byte, every entry of the index."""
    files: dict[str, object] = {}
    for folder, folders, names in os.walk(at):
        for name in (*folders, *names):
            path = Path(folder) / name
            what = str(path.readlink()) if path.is_symlink() else path.is_dir() or path.read_bytes()
            files[str(path.relative_to(at))] = what, path.lstat().st_mode
        if folder == str(at):
            folders[:] = [name for name in folders if name != ".git"]
    files.pop(".git")
    return {
        "files": files,
        "index": repo.git("ls-files", "--stage", "-v", at=at),
        "status": repo.git("status", "--porcelain=v2", "--untracked-files=all", "--ignored=matching", at=at),
        "branches": repo.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/"),
        "HEAD": repo.git("rev-parse", "HEAD", at=at),
        "stash": repo.git("stash", "list", at=at),
    }


def checkout_of(repo: Repo, place: str) -> Path:
    """Have the target checked out there."""
    if place == "here":
        return repo.path
    repo.config("parallel.target", "main")
    repo.git("switch", "--quiet", "-c", "elsewhere")
    repo.git("worktree", "add", "--quiet", "../checkout", "main")
    return repo.path.parent / "checkout"


@pytest.mark.campaign
@pytest.mark.parametrize("place", ["here", "linked"] if IS_CAMPAIGN else ["here"])
def test_what_meets_the_users_work_is_refused_and_all_else_lands(repo: Repo, cli: Cli, place: str) -> None:
    scripts = repo.path.parent / "scripts"
    scripts.mkdir()
    repo.write(".gitignore", "*.env\n")
    for task, (_, script) in {**WAYS, **FREE}.items():
        for name in ("old.txt", "part/a"):
            repo.write(f"{task}/{name}", "old\n")
        repo.write(f"specs/SPEC-{task}.md", f"# SPEC-{task}: Task {task}\n\n**File**: `{task}/`\n")
        (scripts / task).write_text(f"cd {task}\n{script}\n")
    repo.commit()
    at = checkout_of(repo, place)
    ran = cli("run", "-j", "4", "--", "/bin/sh", "-c", f'. "{scripts}/$GIT_PARALLEL_TASK"')
    assert ran.status == 0, [line for line in ran.stdout.splitlines() if "failed" in line]
    for task, (users, _) in {**WAYS, **FREE}.items():
        sh(users, at / task)
    before = picture(repo, at)

    ran = cli("merge", *WAYS, "--json")

    assert {NAMES[blocked["id"]] for blocked in ran.json["blocked"]} == set(NAMES.values())
    assert (ran.status, ran.json["merged"], picture(repo, at)) == (1, [], before)
    assert {repo.state(task) for task in WAYS} == {"succeeded"}

    status = repo.git("status", "--porcelain", "-uall", at=at)
    ran = cli("merge", "--json")

    assert sorted(ran.json["merged"]) == list(FREE)
    assert repo.git("status", "--porcelain", "-uall", at=at) == status
    after = picture(repo, at)["files"]
    changed = {path for path, what in before["files"].items() if after.get(path) != what}  # type: ignore[attr-defined]
    assert changed == {"b0/old.txt", "b1/part/a", "b2/old.txt"}
    assert repo.is_sound()


# What the user is in the middle of, on the target; `side` is in conflict with it.
UNDER_WAY = {
    "a merge in conflict": ("git merge -q side || true", "git merge --abort"),
    "a merge before its commit": ("git merge -q --no-ff --no-commit calm", "git merge --abort"),
    "a merge that is solved": (
        "git merge -q side || true; echo solved > app.py; git add app.py", "git merge --abort",
    ),
    "a cherry-pick in conflict": ("git cherry-pick side || true", "git cherry-pick --abort"),
    "a cherry-pick that is solved": (
        "git cherry-pick side || true; echo solved > app.py; git add app.py", "git cherry-pick --abort",
    ),
    "a revert in conflict": ("git revert --no-edit HEAD~2 || true", "git revert --abort"),
    "a rebase in conflict": ("git rebase -q side || true", "git rebase --abort"),
    "patches in conflict": ("git format-patch -q -1 --stdout side | git am -q -3 || true", "git am --abort"),
    "a stash in conflict": (
        "echo mine > app.py; git stash -q; echo x > app.py; git commit -qam x; git stash apply -q || true",
        "git reset -q --hard HEAD~1; git stash drop -q",
    ),
    "a bisect": ("git bisect start HEAD HEAD~2", "git bisect reset"),
}  # fmt: skip


@pytest.mark.campaign
def test_what_the_user_is_in_the_middle_of_is_not_disturbed(repo: Repo, cli: Cli) -> None:
    repo.config("parallel.target", "main")
    repo.git("branch", "calm")
    repo.git("branch", "side")
    for branch, path in (("calm", "calm.txt"), ("side", "app.py")):
        repo.git("switch", "--quiet", branch)
        repo.commit(**{path: f"{branch}\n"})
    repo.git("switch", "--quiet", "main")
    repo.commit(**{"app.py": "one\n"})
    repo.commit(**{"app.py": "two\n"})
    repo.spec("1", "one.py")
    assert cli("run", "--", "/bin/sh", "-c", "echo x > one.py").status == 0
    start = repo.git("rev-parse", "main")
    for name, (script, undone) in list(UNDER_WAY.items())[:: 1 if IS_CAMPAIGN else 3]:
        sh(script, repo.path)
        before = picture(repo, repo.path), under_way(repo)

        ran = cli("merge", "--json")

        assert (ran.status, ran.json["merged"], len(ran.json["blocked"])) == (1, [], 1), name
        assert (picture(repo, repo.path), under_way(repo), repo.state("1")) == (*before, "succeeded"), name
        sh(undone, repo.path)
        assert repo.git("rev-parse", "main") == start, name

    assert cli("merge", "--json").json["merged"] == ["1"]
    assert repo.git("status", "--porcelain") == ""


def test_the_user_may_commit_on_top_before_the_merge_has_looked(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "one.py")
    assert cli("run", "--", "/bin/sh", "-c", "echo x > one.py").status == 0
    hook = repo.write(".git/hooks/post-merge", "#!/bin/sh\ngit commit -q --allow-empty -m 'by the user'\n")
    hook.chmod(0o755)

    ran = cli("merge", "--json")

    assert (ran.status, ran.json["merged"], repo.state("1")) == (0, ["1"], "merged")
    assert repo.git("log", "--first-parent", "--format=%s", "-2", "main").splitlines() == [
        "by the user",
        "Merge branch 'feature/1' into main",
    ]


def under_way(repo: Repo) -> Mapping[str, bytes]:
    """What git keeps of an operation that has not come to its end."""
    common = repo.path / ".git"
    folders = ("sequencer", "rebase-merge", "rebase-apply")
    paths = [
        *common.glob("*HEAD"),
        *common.glob("*_MSG"),
        *common.glob("BISECT_*"),
        *common.glob("AUTO_MERGE"),
    ]
    paths += [path for folder in folders for path in (common / folder).rglob("*")]
    return {str(path.relative_to(common)): path.read_bytes() for path in paths if path.is_file()}
