"""The user's own hooks, of every make: in agent worktrees they run once each, as git would run them, and can veto."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import dedent

import pytest

from tests.conftest import Cli, Ran, Repo

Agent = Callable[..., Sequence[str]]

# Notes all that git gives a hook; a hook that is called like $VETO says no.
NOTES = """\
    #!/bin/sh
    name=${{0##*/}}
    {{
        echo "$name: $0 in $(pwd)"
        for word; do echo "    argument $word"; done
        env | sed -n 's/^GIT_\\(DIR\\|INDEX_FILE\\|PREFIX\\|REFLOG_ACTION\\)=/    &/p' | LC_ALL=C sort
        case $name in pre-push | post-rewrite | reference-transaction) sed 's/^/    read /' ;; esac
    }} >>"{log}"
    [ "$name" != "$VETO" ]
    """
NAMES = (
    "applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "prepare-commit-msg",
    "commit-msg", "post-commit", "pre-rebase", "post-checkout", "post-merge", "pre-push", "post-rewrite",
    "reference-transaction", "post-index-change", "pre-auto-gc",
)  # fmt: skip
WORK = """\
    set -e
    echo x >> one.py; git add one.py; git commit -qm x
    git commit -q --amend -m y
    git checkout -q --detach HEAD~1; echo y > lib; git add lib; git commit -qm side; side=$(git rev-parse HEAD)
    git checkout -q -; git checkout -q "$BRANCH"
    git merge -q --no-ff -m side "$side"
    git format-patch -q -1 --stdout HEAD^2 > ../patch; git reset -q --hard HEAD^1; git am -q ../patch
    echo z >> one.py; git commit -qam z; git rebase -q --force-rebase HEAD~1
    git push -q origin "HEAD:refs/heads/$BRANCH"
    """


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def put(path: Path, text: str, **names: object) -> Path:
    """Write a program."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(dedent(text).format(**names) if names else dedent(text))
    path.chmod(0o755)
    return path


def sh(script: str, at: Path, **env: str) -> Ran:
    """Run a script as an agent would."""
    done = subprocess.run(
        ["/bin/sh", "-c", dedent(script)],
        cwd=at,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def launched(repo: Repo, cli: Cli, agent: Agent) -> Path:
    """The worktree of a task that owns one.py and lib, after its agent."""
    repo.spec("1", "one.py", "lib")
    ran = cli("run", "--", *agent("echo one > one.py"))
    assert ran.status == 0, ran.stderr + ran.stdout
    return repo.worktree("1")


def noted(log: Path) -> list[str]:
    """What hooks have noted since the last time."""
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


def calls(text: str) -> list[str]:
    """What each call of a hook has noted."""
    found: list[str] = []
    for line in text.splitlines():
        if line.startswith(" ") and found:
            found[-1] += f"\n{line}"
        else:
            found.append(line)
    return found


@pytest.mark.sample(2)
@pytest.mark.parametrize("folder", ["", "hooks of mine"], ids=["usual", "relative"])
def test_every_hook_runs_as_in_a_worktree_of_the_users_own(
    repo: Repo, cli: Cli, agent: Agent, log: Path, folder: str
) -> None:
    for name in NAMES:
        put(repo.path / (folder or ".git/hooks") / name, NOTES, log=log)
    if folder:
        repo.config("core.hooksPath", folder)
    repo.config("parallel.push", "true")
    repo.git("init", "--quiet", "--bare", "../origin.git")
    repo.git("remote", "add", "origin", str(repo.path.parent / "origin.git"))
    repo.commit("first")
    theirs = launched(repo, cli, agent)
    mine = repo.path.parent / "mine"
    repo.git("worktree", "add", "--quiet", "-b", "mine", str(mine), "feature/1")
    dates = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
    seen = []
    for worktree, branch, admin in ((mine, "mine", "mine"), (theirs, "feature/1", "gp-1")):
        noted(log)
        ran = sh(WORK, worktree, BRANCH=branch, **dates)
        assert ran.status == 0, ran.stderr
        text = "\n".join(noted(log))
        for its, name in (
            (f"/worktrees/{admin}", "/worktrees/ADMIN"),
            (str(worktree), "WORKTREE"),
            (f"heads/{branch}", "heads/BRANCH"),
            (f"origin/{branch}", "origin/BRANCH"),
        ):
            text = text.replace(its, name)
        seen.append(calls(text))

    # git writes its index once more, or not, by whether a file is as young as the index: that hook goes by the clock.
    by_clock = "post-index-change"
    theirs_of, mine_of = ([one for one in some if not one.startswith(by_clock)] for some in reversed(seen))
    assert theirs_of == mine_of
    # So do its arguments, which tell whether files were written with it.
    placed = [
        {re.sub(r"\n    argument .*", "", one) for one in some if one.startswith(by_clock)} for some in seen
    ]
    assert placed[1] == placed[0]
    assert {one.split(":")[0] for one in seen[0]} >= set(NAMES) - {"pre-auto-gc"}


@pytest.mark.parametrize("name", ["pre-commit", "commit-msg", "prepare-commit-msg", "reference-transaction"])
def test_a_users_hook_can_veto_a_commit(repo: Repo, cli: Cli, agent: Agent, log: Path, name: str) -> None:
    put(repo.path / ".git/hooks" / name, NOTES, log=log)
    worktree = launched(repo, cli, agent)
    tip = repo.git("rev-parse", "feature/1")

    ran = sh("echo x >> one.py; git commit -qam x", worktree, VETO=name)

    assert ran.status != 0
    assert repo.git("rev-parse", "feature/1") == tip
    assert sh("git commit -qam x", worktree).status == 0


def test_a_users_hook_can_veto_a_push_that_is_allowed(repo: Repo, cli: Cli, agent: Agent, log: Path) -> None:
    put(repo.path / ".git/hooks/pre-push", NOTES, log=log)
    repo.config("parallel.push", "true")
    repo.git("init", "--quiet", "--bare", "../origin.git")
    worktree = launched(repo, cli, agent)
    where = str(repo.path.parent / "origin.git")

    assert sh(f"git push -q {where} HEAD:refs/heads/x", worktree, VETO="pre-push").status == 1
    assert repo.git("ls-remote", where) == ""
    tip, none = repo.git("rev-parse", "feature/1"), "0" * 40
    assert f"    read HEAD {tip} refs/heads/x {none}" in noted(log)
    assert sh(f"git push -q {where} HEAD:refs/heads/x", worktree).status == 0


# What husky 9 writes: `_/h` and, for each hook, two lines that source it.
HUSKY = """\
    #!/usr/bin/env sh
    [ "$HUSKY" = "2" ] && set -x
    n=$(basename "$0")
    s=$(dirname "$(dirname "$0")")/$n

    [ ! -f "$s" ] && exit 0

    i="${XDG_CONFIG_HOME:-$HOME/.config}/husky/init.sh"
    [ -f "$i" ] && . "$i"

    [ "${HUSKY-}" = "0" ] && exit 0

    export PATH="node_modules/.bin:$PATH"
    sh -e "$s" "$@"
    c=$?

    [ $c != 0 ] && echo "husky - $n script failed (code $c)"
    [ $c = 127 ] && echo "husky - command not found in PATH=$PATH"
    exit $c
    """


def test_husky(repo: Repo, cli: Cli, agent: Agent, log: Path) -> None:
    for name in ("pre-commit", "commit-msg", "post-merge"):
        put(repo.path / ".husky" / name, f'echo "{name} $# $(pwd)" >> "{log}"; [ ! -e veto ]\n')
    for name in NAMES:
        if name != "reference-transaction":
            put(repo.path / ".husky/_" / name, '#!/usr/bin/env sh\n. "$(dirname "$0")/h"')
    put(repo.path / ".husky/_/h", HUSKY)
    repo.write(".husky/_/.gitignore", "*")
    repo.config("core.hooksPath", ".husky/_")
    repo.commit("husky")
    worktree = launched(repo, cli, agent)
    assert not (worktree / ".husky/_").exists(), "it is ignored, so git does not bring it"
    noted(log)

    assert sh("echo x >> one.py; git commit -qam x", worktree).status == 0
    assert noted(log) == [f"pre-commit 0 {worktree}", f"commit-msg 1 {worktree}"]
    ran = sh("touch veto; echo x >> one.py; git commit -qam x", worktree)
    assert (ran.status, "husky - pre-commit script failed (code 1)" in ran.stdout + ran.stderr) == (1, True)

    # What `npm install` does in an agent worktree, to the configuration of all.
    sh("rm veto; git config core.hooksPath .husky/_", worktree)
    assert sh("echo x > app.py; git commit -qam x", worktree).status == 0, "nobody's, so it is claimed"
    assert "app.py" in repo.git("show", "refs/parallel/claims:claims.json")


# What `pre-commit install` writes.
FRAMEWORK = """\
    #!/usr/bin/env bash
    # File generated by pre-commit: https://pre-commit.com
    # ID: 138fd403232d2ddd5efb44317e38bf03

    # start templated
    INSTALL_PYTHON=/nonexistent/python
    ARGS=(hook-impl --config=.pre-commit-config.yaml --hook-type={type})
    # end templated

    HERE="$(cd "$(dirname "$0")" && pwd)"
    ARGS+=(--hook-dir "$HERE" -- "$@")

    if [ -x "$INSTALL_PYTHON" ]; then
        exec "$INSTALL_PYTHON" -mpre_commit "${{ARGS[@]}}"
    elif command -v pre-commit > /dev/null; then
        exec pre-commit "${{ARGS[@]}}"
    else
        echo '`pre-commit` not found.  Did you forget to activate your virtualenv?' 1>&2
        exit 1
    fi
    """
PROGRAM = '#!/bin/sh\n{{ echo "$*"; [ -t 0 ] || sed "s/^/    read /"; }} >> "{log}"; [ ! -e veto ]\n'


@pytest.mark.skipif(not shutil.which("bash"), reason="its hooks are for bash")
def test_hooks_of_the_pre_commit_framework(
    repo: Repo, cli: Cli, agent: Agent, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "bin/pre-commit", PROGRAM, log=log)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    hooks = repo.path / ".git/hooks"
    for name in ("pre-commit", "commit-msg"):
        put(hooks / name, FRAMEWORK, type=name)
    worktree = launched(repo, cli, agent)
    noted(log)

    assert sh("echo x >> one.py; git commit -qam x </dev/null", worktree).status == 0

    message = repo.path / ".git/worktrees/gp-1/COMMIT_EDITMSG"
    given = "hook-impl --config=.pre-commit-config.yaml --hook-type={} --hook-dir {} --{}"
    assert noted(log) == [
        given.format("pre-commit", hooks, ""),
        given.format("commit-msg", hooks, f" {message}"),
    ]
    assert sh("touch veto; echo x >> one.py; git commit -qam x", worktree).status == 1


@pytest.mark.skipif(not shutil.which("pre-commit"), reason="the pre-commit framework is not installed")
def test_the_pre_commit_framework_itself(repo: Repo, cli: Cli, agent: Agent, log: Path) -> None:
    noting = put(log.parent / "noting", f'#!/bin/sh\necho "$PRE_COMMIT $*" >> {log}; test ! -e veto\n')
    hook = f"{{id: noting, name: noting, language: system, entry: {noting}}}"
    local = f"repos:\n- repo: local\n  hooks:\n  - {hook}\n"
    repo.commit("framework", **{".pre-commit-config.yaml": local})
    assert sh("pre-commit install", repo.path).status == 0
    worktree = launched(repo, cli, agent)
    noted(log)

    ran = sh("echo x >> one.py; git commit -qam x", worktree)

    assert (ran.status, noted(log)) == (0, ["1 one.py"]), ran.stderr
    assert sh("touch veto; echo x >> one.py; git commit -qam x", worktree).status == 1
    assert cli("merge").status == 0


# What `git lfs install` writes.
LFS = """\
    #!/bin/sh
    command -v git-lfs >/dev/null 2>&1 || {{ echo >&2 "This repository is configured for Git LFS"; exit 2; }}
    git lfs {name} "$@"
    """


def test_hooks_of_git_lfs(
    repo: Repo, cli: Cli, agent: Agent, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "bin/git-lfs", PROGRAM, log=log)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin{os.pathsep}{os.environ['PATH']}")
    for name in ("pre-push", "post-checkout", "post-commit", "post-merge"):
        put(repo.path / ".git/hooks" / name, LFS, name=name)
    repo.config("parallel.push", "true")
    repo.git("init", "--quiet", "--bare", "../origin.git")
    where = repo.path.parent / "origin.git"
    worktree = launched(repo, cli, agent)
    tip = repo.git("rev-parse", "HEAD", at=worktree)
    noted(log)

    for script, expected in (
        ("echo x >> one.py; git commit -qam x", "post-commit"),
        ("git checkout -q --detach HEAD~1", f"post-checkout NEW {tip} 1"),
        ("git checkout -q feature/1", f"post-checkout {tip} NEW 1"),
        ("git reset -q --hard HEAD~1; git merge -q --ff-only ORIG_HEAD", "post-merge 0"),
        (f"git push -q {where} HEAD:refs/heads/x", f"pre-push {where} {where}"),
    ):
        ran = sh(f"{script} </dev/null", worktree)
        assert ran.status == 0, ran.stderr
        new = repo.git("rev-parse", "feature/1")
        told = [line for line in noted(log) if not line.startswith("    read ") or "pre-push" in expected]
        read = [f"    read HEAD {new} refs/heads/x {'0' * 40}"] if "pre-push" in expected else []
        assert told == [expected.replace("NEW", new), *read]


def test_nothing_is_left_of_it(repo: Repo, cli: Cli, agent: Agent, log: Path) -> None:
    put(repo.path / ".git/hooks/pre-commit", NOTES, log=log)
    repo.config("core.hooksPath", ".git/hooks")
    config = repo.path / ".git/config"
    # Text of a person's own, which git would not write like this.
    config.write_text(config.read_text() + "# mine\n[core] ; and mine\n    abbrev=12\n[alias]\n\tst = status")
    before = config.read_bytes()
    hooks = sorted((path.name, path.read_bytes()) for path in (repo.path / ".git/hooks").iterdir())
    worktree = launched(repo, cli, agent)
    assert config.read_bytes() != before
    assert sh("echo x >> one.py; git commit -qam x", worktree).status == 0
    assert cli("merge").status == 0
    assert cli("prune").status == 0

    assert cli("hooks", "uninstall").status == 0

    assert config.read_bytes() == before
    assert sorted((path.name, path.read_bytes()) for path in (repo.path / ".git/hooks").iterdir()) == hooks
    assert sh("echo x >> app.py; git commit -qam x", repo.path).status == 0
