"""Scratch worktrees that are used again are what new ones would be, whatever was done in them."""

import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from git_parallel.errors import Unusable
from git_parallel.git.command import Git
from git_parallel.git.place import Place
from git_parallel.git.scratch_pool import ScratchPool
from git_parallel.git.scratch_worktree import Scratch, drop_dead_scratches
from git_parallel.names import Oid, RefName
from git_parallel.workspace import submodules
from tests.conftest import Repo

FILES = {
    "app.py": "print('app')\n",
    "src/a.py": "a\n",
    "src/deep/er/b.py": "b\n",
    "docs/ü ñ 日本.md": "words\n",
    "a b/c d.txt": "spaces\n",
    ".gitignore": "*.o\nbuild/\n",
    "last\nline": "newline\n",
}


@pytest.fixture(autouse=True)
def temporary(isolated: None, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: ARG001
    """Scratch worktrees are made in the temporary directory of this test."""
    monkeypatch.setattr(tempfile, "tempdir", None)


@pytest.fixture
def commits(repo: Repo) -> list[Oid]:
    """Two commits of which the second changes, adds and removes a file."""
    for path, text in FILES.items():
        repo.write(path, text)
    (repo.path / "src" / "run.sh").write_text("#!/bin/sh\n")
    (repo.path / "src" / "run.sh").chmod(0o755)
    (repo.path / "link").symlink_to("src/a.py")
    for name in ("tmp", "hooks"):
        (repo.path / ".git" / "parallel" / name).mkdir(parents=True)
    first = repo.commit("tree")
    repo.git("rm", "--quiet", "a b/c d.txt")
    second = repo.commit("next", **{"app.py": "print('next')\n", "new/one.py": "one\n"})
    return [Oid(first), Oid(second)]


def pool_of(repo: Repo) -> ScratchPool:
    return ScratchPool(Git(repo.path), repo.path / ".git", lambda _: None)


def everything(top: Path) -> dict[str, tuple[int, str]]:
    """All that lies below a directory, `.git` aside: by path its mode, and what it holds or leads to."""
    found = {"": (top.lstat().st_mode, "")}
    for path in sorted(top.rglob("*")):
        mode = path.lstat().st_mode
        if path.name != ".git":
            content = (
                str(path.readlink()) if stat.S_ISLNK(mode) else path.read_text() if path.is_file() else ""
            )
            found[str(path.relative_to(top))] = (mode, content)
    return found


def git_sees(repo: Repo, scratch: Scratch) -> list[object]:
    """All that git knows of a worktree."""
    asked = (
        ("status", "--porcelain=v2", "--branch", "--ignored", "--untracked-files=all"),
        ("ls-files", "-s", "-v"),
        ("rev-parse", "HEAD"),
        ("for-each-ref", "refs/worktree", "refs/bisect"),
        ("config", "--list"),
    )
    said: list[object] = [repo.git(*words, at=scratch.path) for words in asked]
    return [*said, sorted(path.name for path in scratch.admin.iterdir())]


def run(script: str, at: Path) -> None:
    subprocess.run(["/bin/sh", "-ec", script], cwd=at, check=True, capture_output=True)


WAYS = {
    "nothing": "true",
    "changes a file": "echo x >> app.py; echo y > src/a.py",
    "changes a file and hides it": "t=$(stat -c %y app.py); echo \"print('bad')\" > app.py; touch -d \"$t\" app.py",
    "changes a file unseen by git": "git update-index --assume-unchanged app.py; echo x > app.py",
    "leaves a file out": "git update-index --skip-worktree app.py; rm app.py",
    "stages": "echo x > staged; echo y > app.py; git add .",
    "removes": "rm -r src; git rm -q --cached app.py",
    "makes ignored files": "mkdir -p build/deep; touch build/deep/x a.o src/b.o; mkdir src/build",
    "makes untracked files": "mkdir -p 'x y/ü'; touch 'x y/ü/z' new; mkdir empty src/deep/empty",
    "hides its files by exclude": "echo '*.x' > .gitignore; touch a.x; git add .gitignore; touch .gitattributes",
    "makes repositories": "git init -q inner; git init -q src/inner; touch src/inner/f; git clone -q . src/copy",
    "takes rights away": "mkdir ro; touch ro/f; chmod 500 ro src/deep; chmod 0 src/deep/er; chmod 555 .",
    "takes the right to enter": "mkdir -p no/no; touch no/no/f; chmod 0 no/no no; chmod 400 src",
    "gives rights": "chmod -R 777 .; chmod u+s src; chmod 600 docs/*",
    "makes a file executable": "chmod +x app.py; chmod -x src/run.sh",
    "turns a directory into a link": "mv src away; ln -s away src",
    "links out": 'rm -rf "$TMPDIR/out"; mkdir "$TMPDIR/out"; mv src "$TMPDIR/out/src"; ln -s "$TMPDIR/out/src" src',
    "turns a file into a directory": "rm app.py; mkdir -p app.py/x; touch app.py/x/y",
    "turns a link into a file": "rm link; cp src/a.py link",
    "links hard": "ln app.py second; ln -f src/a.py ../$(basename $PWD).hard; echo x >> second",
    "commits": "echo x > app.py; git add app.py; git commit -qm x; git tag -f seen",
    "switches": "git switch -q -c side-$$; echo x > side; git add side; git commit -qm side",
    "resets": "git reset -q --hard HEAD^",
    "begins a rebase": "git commit -q --allow-empty -m x; GIT_SEQUENCE_EDITOR='sed -i 1ibreak' git rebase -qi HEAD^",
    "begins a merge": (
        "git switch -q -d HEAD; echo 1 > app.py; git commit -qam 1; git switch -q -d HEAD^; echo 2 > app.py;"
        "git commit -qam 2; git merge -q HEAD@{2} || true; test -f $(git rev-parse --git-path MERGE_HEAD)"
    ),
    "bisects": "git bisect start -q HEAD HEAD^ || true; git update-ref refs/worktree/x HEAD",
    "locks": "d=$(git rev-parse --git-dir); touch $d/index.lock $d/HEAD.lock $d/locked; chmod 0 $d/index",
    "is sparse": "git sparse-checkout set docs",
    "spoils the index": "echo rubbish > $(git rev-parse --git-dir)/index",
    "splits the index": "git update-index --split-index --untracked-cache; touch u; git status >&2",
    "unmakes HEAD": "echo rubbish > $(git rev-parse --git-dir)/HEAD",
    "removes .git": "rm .git",
    "makes .git a repository": "rm .git; git init -q; git add -A; git commit -qm mine",
    "makes .git a link": "cp .git ../$(basename $PWD).git; ln -sf ../$(basename $PWD).git .git",
    "leads .git elsewhere": "git init -q elsewhere; echo gitdir: elsewhere/.git > .git",
    "removes its admin directory": "rm -rf $(git rev-parse --git-dir)",
    "removes everything": "rm -rf $PWD",
    "goes away and comes back": "p=$PWD; cd ..; mv $p $p.away; mkdir $p; echo x > $p/f",
    "becomes a link": "p=$PWD; cd ..; mv $p $p.away; ln -s $p.away $p",
    "makes pipes and sockets": "mkfifo pipe src/pipe; rm app.py; mkfifo app.py",
}  # fmt: skip
# After these there is nothing left, or nothing that is surely ours.
HOPELESS = {
    "goes away and comes back",
    "makes .git a repository",
    "removes everything",
    "becomes a link",
}


@pytest.mark.sample(4)
@pytest.mark.parametrize("way", WAYS)
def test_what_one_command_did_the_next_does_not_see(repo: Repo, commits: list[Oid], way: str) -> None:
    found = []
    with pool_of(repo) as pool:
        for then in commits:
            with pool.lent(commits[0]) as scratch:
                before = scratch.path
                run(WAYS[way], scratch.path)
            with pool.lent(then) as scratch:
                found.append((everything(scratch.path), git_sees(repo, scratch)))
                assert (scratch.path == before) is (way not in HOPELESS)
    for then, seen in zip(commits, found, strict=True):
        with pool_of(repo) as pool, pool.lent(then) as scratch:
            assert seen == (everything(scratch.path), git_sees(repo, scratch))
    assert_nothing_left(repo)


def test_one_that_failed_is_not_used_again(repo: Repo, commits: list[Oid]) -> None:
    with pool_of(repo) as pool:
        with pytest.raises(subprocess.CalledProcessError), pool.lent(commits[0]) as scratch:
            run("exit 1", scratch.path)
        assert not scratch.path.exists()
        with pool.lent(commits[0]) as scratch:
            assert (scratch.path / "app.py").exists()
    assert_nothing_left(repo)


def test_who_asks_meanwhile_gets_another_one(repo: Repo, commits: list[Oid]) -> None:
    with pool_of(repo) as pool:
        with pool.lent(commits[0]) as one, pool.lent(commits[1]) as two:
            assert one.path != two.path
        for _ in range(3):
            with pool.lent(commits[0]) as again:
                assert again.path in {one.path, two.path}
    assert_nothing_left(repo)


@pytest.mark.parametrize("what", ["attributes", "settings"])
def test_where_the_same_blob_would_be_another_file_it_is_made_anew(
    repo: Repo, commits: list[Oid], what: str
) -> None:
    then = commits[1]
    if what == "attributes":
        then = Oid(repo.commit("crlf", **{"src/.gitattributes": "*.py eol=crlf\n"}))
    with pool_of(repo) as pool:
        with pool.lent(commits[1]) as scratch:
            before = (scratch.path / "src" / "a.py").read_bytes()
        if what == "settings":
            repo.config("core.autocrlf", "true")
        with pool.lent(then) as scratch:
            assert ((scratch.path / "src" / "a.py").read_bytes(), before) == (b"a\r\n", b"a\n")


def test_submodules_are_completed_anew_each_time(repo: Repo, commits: list[Oid], tmp_path: Path) -> None:
    library = tmp_path / "library"
    repo.git("init", "--quiet", str(library))
    (library / "lib.c").write_text("lib\n")
    repo.git("add", ".", at=library)
    repo.git("commit", "--quiet", "-m", "lib", at=library)
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(library), "src/lib")
    with_it = Oid(repo.commit("submodule"))
    git, common = Git(repo.path), repo.path / ".git"

    def complete(scratch: Scratch) -> None:
        place = Place(scratch.path, RefName.of_branch("main"), scratch.admin)
        submodules.fill(git, common, repo.path, place, is_untouched=True, is_new=False)

    with ScratchPool(git, common, complete) as pool:
        seen = set()
        for at in (with_it, with_it, commits[0], with_it):
            with pool.lent(at) as scratch:
                seen.add(scratch.path)
                files = sorted(path.name for path in scratch.path.glob("src/lib/[!.]*"))
                assert files == (["lib.c"] if at == with_it else [])
                if files:
                    assert (scratch.path / "src/lib/lib.c").read_text() == "lib\n"
                    run("echo x >> lib.c; touch more; git commit -qam x", scratch.path / "src/lib")
        assert len(seen) == 1
    assert_nothing_left(repo)


def test_a_link_in_the_place_of_a_submodules_folder_is_not_followed(
    repo: Repo, commits: list[Oid], tmp_path: Path
) -> None:
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{commits[0]},part/lib")
    repo.git("commit", "--quiet", "-m", "link")
    with_it = Oid(repo.git("rev-parse", "HEAD"))
    outside = tmp_path / "outside" / "lib"
    outside.mkdir(parents=True)
    (outside / "precious").write_text("mine\n")
    with pool_of(repo) as pool:
        with pool.lent(with_it) as scratch:
            run(f"rm -r part; ln -s '{outside.parent}' part", scratch.path)
        with pool.lent(with_it) as scratch:
            assert list((scratch.path / "part").iterdir()) == [scratch.path / "part" / "lib"]
            assert not (scratch.path / "part").is_symlink()
    assert (outside / "precious").read_text() == "mine\n"


def test_what_cannot_be_completed_leaves_nothing(repo: Repo, commits: list[Oid]) -> None:
    def complete(_: Scratch) -> None:
        raise Unusable("not here")

    with ScratchPool(Git(repo.path), repo.path / ".git", complete) as pool:
        for at in commits:
            with pytest.raises(Unusable), pool.lent(at):
                pytest.fail("it was lent")
        assert_nothing_left(repo)


@pytest.mark.parametrize("script", ["true", "mkdir ro; touch ro/f; chmod 500 ro .", "rm -rf $PWD"])
def test_what_a_killed_process_left_is_removed(repo: Repo, commits: list[Oid], script: str) -> None:
    dead = (
        "import os, subprocess; from pathlib import Path; from git_parallel.names import Oid\n"
        "from git_parallel.git.command import Git; from git_parallel.git.scratch_pool import ScratchPool\n"
        f"pool = ScratchPool(Git(Path.cwd()), Path('{repo.path}/.git'), lambda s: s.temporary.mkdir())\n"
        f"with pool.lent(Oid('{commits[0]}')) as scratch:\n"
        f"    subprocess.run({script!r}, shell=True, cwd=scratch.path)\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    ended = subprocess.run([sys.executable, "-c", dead], cwd=repo.path, check=False)

    assert ended.returncode == -9
    assert repo.git("worktree", "list").count("\n") == 1
    drop_dead_scratches(repo.path / ".git")
    assert_nothing_left(repo)


@pytest.mark.parametrize("name", ["mine", "git-parallel-mine"])
def test_of_a_killed_process_only_its_own_directory_is_removed(
    repo: Repo, commits: list[Oid], tmp_path: Path, name: str
) -> None:
    (tmp_path / name).mkdir()
    # No process has a number that is above the greatest one there is.
    dead = repo.path / ".git" / "worktrees" / "gp-scratch.4194305.abc"
    repo.git("worktree", "add", "--quiet", "--detach", str(tmp_path / dead.name), commits[0])
    (dead / "gitdir").write_text(f"{tmp_path / name / '.git'}\n")

    drop_dead_scratches(repo.path / ".git")

    assert (tmp_path / name).is_dir()
    assert not dead.exists()


@pytest.mark.parametrize("name", ["with spaces", "ü ñ"])
def test_the_temporary_directory_may_be_called_anything(
    repo: Repo, commits: list[Oid], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / name).mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / name))
    monkeypatch.setattr(tempfile, "tempdir", None)
    with pool_of(repo) as pool:
        for at in commits:
            with pool.lent(at) as scratch:
                assert scratch.path.parent == tmp_path / name
                assert repo.git("rev-parse", "HEAD", at=scratch.path) == at
                run("echo x > 'x y'; rm app.py", scratch.path)
    assert_nothing_left(repo)


def assert_nothing_left(repo: Repo) -> None:
    # What the ways above have put beside it is their own.
    theirs = {".hard", ".git", ".away"}
    left = Path(tempfile.gettempdir()).glob("git-parallel-*")
    assert [path.name for path in left if path.suffix not in theirs] == []
    assert repo.git("worktree", "list").count("\n") == 0
    assert list((repo.path / ".git" / "parallel" / "tmp").iterdir()) == []
    assert repo.is_sound()
