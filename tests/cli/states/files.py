"""States of files and of the index."""

import os
import socket
import stat
from pathlib import Path

from tests.cli.states.entering import CHANGED, HIDDEN, IGNORED, UNTRACKED, state
from tests.cli.states.scene import Scene


@state("")
def clean(_scene: Scene) -> None:
    return


@state(CHANGED)
def dirty(scene: Scene) -> None:
    scene.write("one.py", "changed\n")


@state(CHANGED)
def staged(scene: Scene) -> None:
    scene.write("one.py", "staged\n")
    scene.git("add", "one.py")


@state(CHANGED)
def staged_and_changed_again(scene: Scene) -> None:
    staged(scene)
    scene.write("one.py", "and changed again\n")


@state(CHANGED)
def staged_and_gone(scene: Scene) -> None:
    """What was staged is in no file, and in no commit."""
    scene.write("new.txt", "only in the index\n")
    scene.git("add", "new.txt")
    (scene.worktree / "new.txt").unlink()


@state(CHANGED)
def staged_and_as_it_was(scene: Scene) -> None:
    """The file is as it is in HEAD, what is staged is not."""
    was = (scene.worktree / "one.py").read_text()
    staged(scene)
    scene.write("one.py", was)


@state(CHANGED)
def intent_to_add(scene: Scene) -> None:
    scene.write("new.txt", "new\n")
    scene.git("add", "--intent-to-add", "new.txt")


@state(CHANGED)
def mode_alone(scene: Scene) -> None:
    (scene.worktree / "one.py").chmod(0o755)


@state(CHANGED)
def deleted(scene: Scene) -> None:
    (scene.worktree / "one.py").unlink()


@state(CHANGED)
def everything_deleted(scene: Scene) -> None:
    scene.git("rm", "--quiet", "-r", "--cached", ".")


@state(CHANGED)
def without_an_index(scene: Scene) -> None:
    (scene.admin / "index").unlink()


@state(CHANGED)
def a_file_became_a_folder(scene: Scene) -> None:
    (scene.worktree / "one.py").unlink()
    scene.write("one.py/inside.txt", "inside\n")


@state(CHANGED)
def a_file_became_a_symlink(scene: Scene) -> None:
    (scene.worktree / "one.py").unlink()
    (scene.worktree / "one.py").symlink_to("app.py")


@state(UNTRACKED)
def untracked(scene: Scene) -> None:
    scene.write("new.txt", "new\n")


@state(UNTRACKED)
def untracked_and_not_shown(scene: Scene) -> None:
    scene.repo.config("status.showUntrackedFiles", "no")
    untracked(scene)


@state(UNTRACKED)
def untracked_with_odd_names(scene: Scene) -> None:
    scene.write("a\nb.txt", "newline\n")
    scene.write("grüße/日本 \t.txt", "unicode\n")
    scene.write("-rf", "an option\n")
    (scene.worktree / os.fsdecode(b"not \xff utf-8")).write_text("bytes\n")


@state(UNTRACKED)
def untracked_symlinks(scene: Scene) -> None:
    (scene.worktree / "dangling").symlink_to("../nowhere")
    (scene.worktree / "outside").symlink_to("/")
    (scene.worktree / "loop").symlink_to("loop")


@state(UNTRACKED)
def untracked_with_odd_modes(scene: Scene) -> None:
    for name, mode in (("run.sh", 0o755), ("secret", 0o600), ("nobodys", 0o000), ("sticky", 0o1644)):
        scene.write(f"modes/{name}", name).chmod(mode)
    os.utime(scene.worktree / "modes" / "secret", ns=(1, 1_000_000_007))
    os.link(scene.worktree / "modes" / "secret", scene.worktree / "modes" / "linked")
    (scene.worktree / "modes").chmod(0o555)


@state("")
def empty_folders(scene: Scene) -> None:
    (scene.worktree / "empty" / "inside").mkdir(parents=True)
    (scene.worktree / "empty").chmod(0o700)


@state("")
def a_pipe_and_a_socket(scene: Scene) -> None:
    """Git sees neither; nothing is in them."""
    os.mkfifo(scene.worktree / "pipe")
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(scene.worktree)
        bound.bind("socket")
        os.chdir(here)
    assert stat.S_ISSOCK((scene.worktree / "socket").stat().st_mode)


@state(IGNORED)
def ignored_file(scene: Scene) -> None:
    scene.ignore(".env")
    scene.write(".env", "SECRET=1\n")


@state(IGNORED)
def ignored_folder(scene: Scene) -> None:
    scene.ignore("/data/")
    scene.write("data/deep/rows.csv", "1,2\n")
    (scene.worktree / "data" / "empty").mkdir()
    (scene.worktree / "data" / "link").symlink_to("deep")


@state(IGNORED)
def ignored_by_a_file_that_is_ignored(scene: Scene) -> None:
    scene.write("notes/.gitignore", "*\n")
    scene.write("notes/idea.md", "an idea\n")


@state("")
def ignored_and_disposable(scene: Scene) -> None:
    scene.repo.config("parallel.disposable", "cache/**")
    scene.ignore("/cache/")
    scene.write("cache/x.bin", "made anew at any time\n")


@state(HIDDEN)
def assumed_unchanged(scene: Scene) -> None:
    scene.git("update-index", "--assume-unchanged", "one.py")
    scene.write("one.py", "changed\n")


@state(HIDDEN)
def skipped_by_the_index(scene: Scene) -> None:
    scene.git("update-index", "--skip-worktree", "one.py")
    scene.write("one.py", "changed\n")


@state(f"{HIDDEN}|{CHANGED}")
def edited_outside_the_cone(scene: Scene) -> None:
    scene.git("sparse-checkout", "set", "nowhere")
    scene.write("specs/SPEC-1.md", "changed\n")


@state("")
def sparse(scene: Scene) -> None:
    scene.git("sparse-checkout", "set", "--no-cone", "/one.py")
    assert not (scene.worktree / "specs").exists()


@state(CHANGED)
def split_index(scene: Scene) -> None:
    scene.git("update-index", "--split-index")
    staged(scene)
    assert list(scene.admin.glob("sharedindex.*"))


@state("")
def untracked_cache(scene: Scene) -> None:
    scene.git("update-index", "--force-untracked-cache")
    scene.status()


@state("")
def with_settings_of_its_own(scene: Scene) -> None:
    scene.repo.git("config", "extensions.worktreeConfig", "true")
    scene.git("config", "--worktree", "user.name", "Somebody")
    assert (scene.admin / "config.worktree").exists()


@state("")
def with_a_description(scene: Scene) -> None:
    scene.repo.git("config", "branch.feature/1.description", "what it is about")
