"""The gate is not misled: each trick by which git can be made to see other commits or objects than there are."""

import hashlib
import shutil
import zlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from git_parallel.git.history import commits
from git_parallel.git.mergetree import Conflicted, merge_tree, private
from git_parallel.names import Oid
from git_parallel.project import gate
from git_parallel.project.gate import Cleared, Denied
from git_parallel.project.judging import judged
from git_parallel.project.open import open_project
from tests.conftest import Repo
from tests.git.judges import ME, OWNERSHIP, Judge, begun, raw_tree

pytestmark = pytest.mark.usefixtures("judge")


@pytest.fixture
def judge(repo: Repo) -> Judge:
    return begun(repo)


def cleared(repo: Repo, tip: str = "work") -> Cleared | Denied:
    """What the gate says of a branch, as a merge would ask it."""
    oid = Oid(repo.git("rev-parse", tip))
    onto = Oid(repo.git("rev-parse", "main"))
    return gate.clear(open_project(repo.path), ME, tip=oid, onto=onto, ownership=OWNERSHIP)


def whys(found: Cleared | Denied) -> Sequence[tuple[str | None, str, str]]:
    assert isinstance(found, Denied)
    return [(one.commit, one.foreign.path, one.foreign.why) for one in found.violations]


def loose(repo: Repo, oid: str) -> Path:
    return repo.path / ".git/objects" / oid[:2] / oid[2:]


def overwrite(repo: Repo, oid: str, kind: str, data: bytes) -> None:
    """Give a name another content, as only one who writes into the store can."""
    path = loose(repo, oid)
    path.unlink()
    path.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data))


def content(repo: Repo, oid: str) -> tuple[str, bytes]:
    kind, _, data = zlib.decompress(loose(repo, oid).read_bytes()).partition(b"\0")
    return kind.split()[0].decode(), data


def hidden_behind(repo: Repo) -> tuple[str, str]:
    """A foreign commit and a good one after it."""
    evil = repo.commit("foreign", **{"other.txt": "mine\n"})
    repo.git("revert", "--no-edit", evil)
    return evil, repo.commit("good", **{"own/a.txt": "mine\n"})


SEEN = [("foreign", "other.txt"), ('Revert "foreign"', "other.txt")]


def test_a_replace_ref_does_not_hide_a_commit(repo: Repo, judge: Judge) -> None:
    _, good = hidden_behind(repo)
    repo.git("replace", "--graft", good, "main")
    assert len(repo.git("log", "--format=%s", "main..work").splitlines()) == 1, "git itself is misled"

    assert judge.foreign() == SEEN


def test_a_graft_does_not_hide_a_commit(repo: Repo, judge: Judge) -> None:
    _, good = hidden_behind(repo)
    repo.write(".git/info/grafts", f"{good} {repo.git('rev-parse', 'main')}\n")
    assert len(repo.git("log", "--format=%s", "main..work").splitlines()) == 1, "git itself is misled"

    assert judge.foreign() == SEEN


def test_a_shallow_file_does_not_hide_a_commit(repo: Repo, judge: Judge) -> None:
    _, good = hidden_behind(repo)
    repo.write(".git/shallow", f"{good}\n")
    assert len(repo.git("log", "--format=%s", "main..work").splitlines()) == 1, "git itself is misled"

    assert judge.foreign() == SEEN


def test_a_shallow_file_does_not_hide_a_commit_that_was_removed(repo: Repo, judge: Judge) -> None:
    evil, good = hidden_behind(repo)
    above = repo.git("rev-parse", f"{good}~1")
    repo.write(".git/shallow", f"{above}\n")
    loose(repo, evil).unlink()

    assert judge.why() == [f"object {evil} is missing"]


def test_a_shallow_file_with_nonsense_is_none(repo: Repo) -> None:
    hidden_behind(repo)
    tip, onto = (Oid(repo.git("rev-parse", name)) for name in ("work", "main"))
    repo.write(".git/shallow", "nonsense\n")

    with private(repo.path / ".git", like=onto) as git:
        listed = [one.oid for one in commits(git, tip=tip, without=[onto])]
        found = judged(git, ME, listed, [onto], OWNERSHIP)[0]

    assert [one.commit for one in found] == listed[:2]


def test_a_commit_graph_does_not_hide_a_commit(repo: Repo, judge: Judge) -> None:
    evil, good = hidden_behind(repo)
    raw = content(repo, good)
    middle = repo.git("rev-parse", f"{good}~1")
    main = repo.git("rev-parse", "main")
    # The graph is written while the commit lies, and goes on saying so.
    overwrite(repo, good, "commit", raw[1].replace(middle.encode(), main.encode()))
    repo.git("commit-graph", "write", "--reachable")
    overwrite(repo, good, *raw)
    assert evil not in repo.git("rev-list", "work"), "git itself is misled"

    assert judge.foreign() == SEEN


def test_a_commit_with_another_content_is_found(repo: Repo, judge: Judge) -> None:
    _, good = hidden_behind(repo)
    kind, data = content(repo, good)
    lie = data.replace(repo.git("rev-parse", f"{good}~1").encode(), repo.git("rev-parse", "main").encode())
    overwrite(repo, good, kind, lie)

    assert judge.why() == [f"object {good} does not hold what its name says"]


def test_a_commit_of_the_target_with_another_content_is_found(repo: Repo, judge: Judge) -> None:
    evil, _ = hidden_behind(repo)
    repo.git("switch", "--quiet", "main")
    lying = repo.commit("landed", **{"theirs/b.txt": "new\n"})
    repo.commit("landed later", **{"theirs/b.txt": "newer\n"})
    kind, data = content(repo, lying)
    parent = repo.git("rev-parse", f"{lying}~1").encode()
    overwrite(repo, lying, kind, data.replace(parent, repo.git("rev-parse", "work~1").encode()))
    assert evil in repo.git("rev-list", "main"), "git itself is misled"

    assert judge.why() == [f"object {lying} does not hold what its name says"]


@pytest.mark.parametrize("what", ["work^{tree}", "main^{tree}", "work:own"])
def test_a_tree_with_another_content_is_found(repo: Repo, judge: Judge, what: str) -> None:
    repo.commit("foreign", **{"other.txt": "mine\n", "own/a.txt": "mine\n"})
    oid = repo.git("rev-parse", what)
    kind, data = content(
        repo, repo.git("rev-parse", "work^{tree}" if what.startswith("main") else "main^{tree}")
    )
    overwrite(repo, oid, kind, data)

    assert judge.why() == [f"object {oid} does not hold what its name says"]


def test_a_file_with_another_content_is_found_with_its_commit_and_path(repo: Repo) -> None:
    commit = repo.commit("own", **{"own/a.txt": "looks well\n"})
    oid = repo.git("rev-parse", "work:own/a.txt")
    overwrite(repo, oid, "blob", b"is another\n")
    assert repo.git("show", "work:own/a.txt") == "is another", "git itself is misled"

    assert whys(cleared(repo)) == [(commit, "own/a.txt", f"object {oid} does not hold what its name says")]


def test_a_file_that_is_missing_is_found(repo: Repo) -> None:
    commit = repo.commit("own", **{"own/a.txt": "gone\n"})
    oid = repo.git("rev-parse", "work:own/a.txt")
    loose(repo, oid).unlink()

    assert whys(cleared(repo)) == [(commit, "own/a.txt", f"object {oid} is missing")]


def test_an_index_of_packs_that_names_other_objects_is_found(repo: Repo) -> None:
    repo.commit("own", **{"own/a.txt": "looks well\n", "own/b.txt": "is another\n"})
    oids = sorted(repo.git("rev-parse", f"work:own/{name}") for name in ("a.txt", "b.txt"))
    repo.git("repack", "--quiet", "-a", "-d")
    (index,) = (repo.path / ".git/objects/pack").glob("*.idx")
    index.chmod(0o600)
    data = index.read_bytes()
    # What follows the names and the checksums are the places in the pack, four bytes each, in the order of names.
    count = int.from_bytes(data[8 + 255 * 4 : 8 + 256 * 4], "big")
    names = [data[1032 + 20 * at : 1052 + 20 * at].hex() for at in range(count)]
    first, second = (1032 + 24 * count + 4 * names.index(oid) for oid in oids)
    swapped = bytearray(data)
    swapped[first : first + 4], swapped[second : second + 4] = (
        data[second : second + 4],
        data[first : first + 4],
    )
    swapped[-20:] = hashlib.sha1(swapped[:-20]).digest()
    index.write_bytes(swapped)

    assert "does not hold what its name says" in whys(cleared(repo))[0][2]


def test_the_users_configuration_and_attributes_decide_nothing(repo: Repo, tmp_path: Path) -> None:
    repo.commit("left", **{"own/a.txt": "left\n"})
    repo.git("switch", "--quiet", "-c", "right", "main")
    repo.commit("right", **{"own/a.txt": "right\n"})
    attributes = tmp_path / "home" / "attributes"
    # This driver is git's own, and needs no configuration.
    attributes.write_text("* merge=union\n")
    for scope in ("--global", "--local"):
        repo.git("config", scope, "merge.default", "evil")
        repo.git("config", scope, "merge.evil.driver", "echo evil > %A")
        repo.git("config", scope, "core.attributesFile", str(attributes))
    (tmp_path / "home/.config/git").mkdir(parents=True)
    shutil.copy(attributes, tmp_path / "home/.config/git/attributes")
    shutil.copy(attributes, repo.path / ".git/info/attributes")
    left, right = (Oid(repo.git("rev-parse", name)) for name in ("work", "right"))

    with private(repo.path / ".git", like=left) as git:
        assert merge_tree(git, ours=left, theirs=right) == Conflicted(("own/a.txt",))
        assert git.run("config", "--list", "--name-only", "--show-scope").stdout.count("local") > 0
        assert "evil" not in git.run("config", "--list").stdout


def test_borrowed_objects_do_not_land_but_the_targets_may_be_borrowed(repo: Repo) -> None:
    repo.git("clone", "--quiet", "--shared", ".", "../shared")
    shared = Repo(repo.path.parent / "shared")
    shared.git("branch", "main", "origin/main")
    shared.commit("own", **{"own/new.txt": "new\n"})
    assert isinstance(cleared(shared), Cleared), "what is made in a clone that shares is its own"
    shared.commit("as it was", **{"own/new.txt": "a\n"})
    assert isinstance(cleared(shared), Cleared), "what the target has already is no matter"

    objects = repo.path / ".git/objects"
    aside = repo.path.parent / "aside"
    shutil.copytree(shared.path / ".git/objects", aside)
    for path in aside.glob("info/*"):
        path.unlink()
    oid = shared.git("rev-parse", "work")
    repo.git("update-ref", "refs/heads/main", shared.git("rev-parse", "main"))
    (objects / "info/alternates").write_text(f"{aside}\n")
    repo.git("update-ref", "refs/heads/work", oid)

    (why,) = {why for _, _, why in whys(cleared(repo))}
    assert "is only borrowed from another repository ('git repack -a' makes it its own)" in why
    repo.git("repack", "--quiet", "-a")
    assert isinstance(cleared(repo), Cleared)


ENTRY = b"\1" * 20
TREES = {
    "hasDotgit": b"40000 .git\0",
    "hasDotdot": b"40000 ..\0",
    "fullPathname": b"100644 a/b\0",
    "zeroPaddedFilemode": b"040000 a\0",
}


@pytest.mark.parametrize("why", TREES)
def test_a_tree_that_git_would_not_take_from_anybody_is_refused(repo: Repo, why: str) -> None:
    blob = bytes.fromhex(repo.git("rev-parse", "main:own/a.txt"))
    tree = bytes.fromhex(repo.git("rev-parse", "main:theirs"))
    inner = raw_tree(repo, TREES[why] + (tree if TREES[why].startswith((b"4", b"04")) else blob))
    whole = [line for line in repo.git("ls-tree", "main").splitlines() if not line.endswith("own")]
    root = repo.git("mktree", stdin="\n".join([*whole, f"040000 tree {inner}\town"]) + "\n")
    commit = repo.git("commit-tree", "-p", "main", "-m", why, root)

    found = whys(cleared(repo, commit))

    assert (commit, "own") == found[0][:2]
    assert found[0][2].startswith(f"nothing that git would take ({why}: ")


def test_doubled_and_badly_sorted_entries_are_refused(repo: Repo) -> None:
    blob = bytes.fromhex(repo.git("rev-parse", "main:own/a.txt"))
    for why, names in (("duplicateEntries", b"aa"), ("treeNotSorted", b"ba")):
        inner = raw_tree(repo, b"".join(b"100644 " + bytes([name]) + b"\0" + blob for name in names))
        root = repo.git("mktree", stdin=f"040000 tree {inner}\town\n")
        commit = repo.git("commit-tree", "-p", "main", "-m", why, root)
        assert why in whys(cleared(repo, commit))[0][2]


def test_a_gitmodules_that_git_would_not_take_is_refused(repo: Repo) -> None:
    repo.commit("mods", **{".gitmodules": '[submodule "../../evil"]\n\tpath = mod\n\turl = -u./evil\n'})

    assert any("gitmodulesName" in why or "gitmodulesUrl" in why for _, _, why in whys(cleared(repo)))


def test_files_of_gits_own_that_are_left_as_they_were_are_no_offence(repo: Repo) -> None:
    mods = '[submodule "mod"]\n\tpath = mod\n\turl = ./mod\n'
    repo.git("switch", "--quiet", "main")
    repo.commit("git's", **{".gitattributes": "* text=auto\n", ".gitmodules": mods, ".gitignore": "x\n"})
    repo.git("switch", "--quiet", "-c", "later")
    repo.commit("own", **{"own/a.txt": "mine\n"})
    assert isinstance(cleared(repo, "later"), Cleared)

    # Nor do they keep git from saying what is wrong beside them.
    repo.commit("mods", **{".gitmodules": mods.replace('"mod"', '"../../evil"')})
    assert any("gitmodulesName" in why for _, _, why in whys(cleared(repo, "later")))


def test_all_of_it_holds_with_sha256(repo: Repo) -> None:
    place = repo.path.parent / "other"
    repo.git("init", "--quiet", "--object-format=sha256", str(place))
    other = Repo(place)
    other.commit("first")
    judge = begun(other)
    other.commit("own", **{"own/a.txt": "mine\n", "own/new.txt": "new\n"})
    assert isinstance(cleared(other), Cleared)
    oid = other.git("rev-parse", "work:own/a.txt")
    overwrite(other, oid, "blob", b"another\n")
    assert "does not hold what its name says" in whys(cleared(other))[0][2]
    other.git("switch", "--quiet", "--force", "-c", "evil", "main")
    other.commit("foreign", **{"other.txt": "mine\n"})
    assert judge.foreign("evil") == [("foreign", "other.txt")]


def test_a_real_shallow_clone_is_judged_as_any_other(repo: Repo) -> None:
    repo.git("switch", "--quiet", "main")
    repo.git("clone", "--quiet", "--depth", "1", f"file://{repo.path}", "../shallow")
    shallow = Repo(repo.path.parent / "shallow")
    shallow.git("switch", "--quiet", "-c", "work")
    shallow.commit("own", **{"own/a.txt": "mine\n"})
    shallow.git("switch", "--quiet", "main")
    shallow.commit("landed", **{"theirs/b.txt": "new\n"})
    shallow.git("switch", "--quiet", "work")
    shallow.git("merge", "--quiet", "-m", "taken in", "main")
    assert isinstance(cleared(shallow), Cleared)

    shallow.commit("foreign", **{"theirs/b.txt": "mine\n"})
    assert [path for _, path, _ in whys(cleared(shallow))] == ["theirs/b.txt"]


@pytest.mark.parametrize("data", [b"tree x\n\n", b"parent\n\n", b"\n"])
def test_a_commit_that_is_none_is_refused(repo: Repo, judge: Judge, data: bytes) -> None:
    path = repo.path.parent / "commit"
    path.write_bytes(data)
    odd = Oid(repo.git("hash-object", "-t", "commit", "-w", "--literally", str(path)))

    with private(repo.path / ".git", like=odd) as git:
        (violation,), _ = judged(git, ME, [odd], [judge.oid("main")], OWNERSHIP)

    assert violation.foreign.why == f"commit {odd} is not made as a commit is"
