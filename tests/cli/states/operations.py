"""States in the middle of something."""

from tests.cli.states.entering import Act, state
from tests.cli.states.scene import Scene


def conflict(scene: Scene, *arguments: str) -> None:
    scene.fails(*arguments)
    assert scene.git("ls-files", "-u"), arguments


def goes_on(*command: str) -> Act:
    def go_on(scene: Scene) -> None:
        scene.resolve()
        scene.git(*command)
        assert scene.git("symbolic-ref", "HEAD") == "refs/heads/feature/1"
        assert not scene.git("ls-files", "-u")
        assert "You have" not in (said := scene.git("-c", "advice.statusHints=false", "status")), said

    return go_on


def is_aborted(*command: str) -> Act:
    def go_on(scene: Scene) -> None:
        before = scene.git("rev-parse", "refs/heads/feature/1")
        scene.git(*command)
        assert scene.git("rev-parse", "HEAD", "refs/heads/feature/1").split() == [before, before]
        assert scene.status() == ""

    return go_on


@state("conflict|unmerged|uncommitted")
def conflicts(scene: Scene) -> None:
    conflict(scene, "merge", "rival")
    scene.git("merge", "--quit")


@state("")
def resolve_undo(scene: Scene) -> None:
    """A conflict that was resolved, with its stages in the index still; no ref has the one of them any more."""
    conflict(scene, "merge", "unheard")
    scene.write("one.py", scene.git("show", "HEAD:one.py") + "\n")
    scene.git("add", "one.py")
    scene.git("merge", "--quit")
    scene.repo.git("branch", "--quiet", "-D", "unheard")
    assert scene.git("ls-files", "--resolve-undo")
    assert scene.status() == ""


@state("merge", goes_on("commit", "--quiet", "--no-edit"))
def merging(scene: Scene) -> None:
    scene.git("config", "rerere.enabled", "true")
    conflict(scene, "merge", "rival")
    assert (scene.admin / "AUTO_MERGE").exists()


@state("merge", is_aborted("merge", "--abort"))
def merging_without_conflict(scene: Scene) -> None:
    scene.git("merge", "--no-ff", "--no-commit", "--strategy", "ours", "rival")
    assert scene.status() == ""


def _stash_is_back(scene: Scene) -> None:
    scene.git("merge", "--abort")
    assert (scene.worktree / "app.py").read_text() == "put by\n"


@state("merge", _stash_is_back)
def merging_with_an_autostash(scene: Scene) -> None:
    scene.write("app.py", "put by\n")
    conflict(scene, "merge", "--autostash", "rival")
    assert (scene.admin / "MERGE_AUTOSTASH").exists()


@state("rebase", goes_on("rebase", "--continue"))
def rebasing(scene: Scene) -> None:
    conflict(scene, "rebase", "--merge", "rival")


@state("rebase", is_aborted("rebase", "--abort"))
def rebasing_a_clean_tree(scene: Scene) -> None:
    scene.fails("rebase", "--exec", "false", "HEAD~")
    assert scene.status() == ""


@state("rebase", goes_on("rebase", "--continue"))
def rebasing_with_apply(scene: Scene) -> None:
    conflict(scene, "rebase", "--apply", "rival")


def _rebased_with_stash(scene: Scene) -> None:
    goes_on("rebase", "--continue")(scene)
    assert (scene.worktree / "app.py").read_text() == "put by\n"


@state("rebase", _rebased_with_stash)
def rebasing_with_an_autostash(scene: Scene) -> None:
    scene.write("app.py", "put by\n")
    conflict(scene, "rebase", "--merge", "--autostash", "rival")
    assert (scene.admin / "rebase-merge" / "autostash").exists()


@state("rebase", _rebased_with_stash)
def rebasing_with_apply_and_an_autostash(scene: Scene) -> None:
    scene.write("app.py", "put by\n")
    conflict(scene, "rebase", "--apply", "--autostash", "rival")
    assert (scene.admin / "rebase-apply" / "autostash").exists()


@state("rebase", is_aborted("rebase", "--abort"))
def rebasing_merges_and_other_refs(scene: Scene) -> None:
    scene.git("branch", "above")
    scene.fails("rebase", "--rebase-merges", "--update-refs", "--exec", "false", "HEAD~")
    assert (scene.admin / "rebase-merge" / "update-refs").exists()
    assert scene.git("for-each-ref", "refs/rewritten/")


@state("am|apply|patch", goes_on("am", "--continue"))
def applying_mail(scene: Scene) -> None:
    mail = scene.repo.git("format-patch", "--stdout", "-1", "rival")
    (scene.repo.path.parent / "mail").write_text(mail + "\n")
    conflict(scene, "am", "--3way", str(scene.repo.path.parent / "mail"))


@state("cherry-pick", goes_on("cherry-pick", "--continue"))
def cherry_picking(scene: Scene) -> None:
    conflict(scene, "cherry-pick", "rival")


@state("cherry-pick", goes_on("cherry-pick", "--continue"))
def cherry_picking_several(scene: Scene) -> None:
    conflict(scene, "cherry-pick", "several~3..several")
    assert (scene.admin / "sequencer" / "todo").read_text().count("\n") == 2


def _picks_go_on(scene: Scene) -> None:
    scene.git("cherry-pick", "--continue")
    assert scene.git("log", "-1", "--format=%s") == "last"


@state("cherry-pick", _picks_go_on)
def picks_left_and_nothing_else(scene: Scene) -> None:
    """The one that stopped was committed; only the list of those to come is left."""
    cherry_picking_several(scene)
    scene.resolve()
    scene.git("commit", "--quiet", "--no-edit")
    assert not (scene.admin / "CHERRY_PICK_HEAD").exists()


@state("revert", goes_on("revert", "--continue"))
def reverting(scene: Scene) -> None:
    conflict(scene, "revert", "--no-edit", "several~")


def _bisected(scene: Scene) -> None:
    scene.git("bisect", "reset")
    assert scene.git("symbolic-ref", "HEAD") == "refs/heads/feature/1"


@state("bisect", _bisected)
def bisecting(scene: Scene) -> None:
    scene.git("bisect", "start")
    scene.git("bisect", "bad")
    scene.git("bisect", "good", "HEAD~2")
    assert scene.git("for-each-ref", "refs/bisect/")


@state("bisect", _bisected)
def bisecting_as_yet_without_an_end(scene: Scene) -> None:
    scene.git("bisect", "start")


@state("notes", lambda scene: scene.git("notes", "merge", "--abort") and None)
def merging_notes(scene: Scene) -> None:
    for ref, text in (("commits", "ours"), ("theirs", "theirs")):
        scene.git("notes", "--ref", ref, "add", "-m", text, "HEAD")
    scene.fails("notes", "merge", "theirs")
    assert (scene.admin / "NOTES_MERGE_PARTIAL").exists()
