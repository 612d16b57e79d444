"""All that a worktree is: its files, what git says of it, what git keeps for it alone; two pictures can be compared."""

import hashlib
import os
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.conftest import Repo

Picture = dict[str, object]

# What git would write by the way (a refreshed index) is no part of what is looked at.
_LOOKING = ("--no-optional-locks", "-c", "core.quotePath=false")
_ASKED = {
    "status": (
        "-c", "status.showUntrackedFiles=all", "status", "--porcelain=v2", "--branch", "--ignored", "-z",
        "--untracked-files=all", "--ignore-submodules=none", "--show-stash",
    ),
    "index": ("ls-files", "-s", "-v", "-z", "--sparse"),
    "resolved": ("ls-files", "--resolve-undo", "-z"),
    "refs": ("for-each-ref", "--format=%(refname) %(objectname) %(symref)"),
    "worktrees": ("worktree", "list", "--porcelain", "-z"),
    "stash": ("stash", "list", "--format=%H %gs"),
    "settings": ("config", "--get-regexp", r"^(branch\.feature/|core\.hookspath)"),
}  # fmt: skip


def picture(repo: Repo, task: str = "1") -> Picture:
    """All of a task that is to be the same again; its admin directory byte by byte, index included."""
    worktree, branch = repo.worktree(task), f"feature/{task}"
    seen: Picture = {}
    for name, command in _ASKED.items():
        seen[name] = _git(worktree, *command, is_sure=name != "settings")
    seen["settings"] = sorted(str(seen["settings"]).splitlines())
    seen["refs"] = [line for line in str(seen["refs"]).splitlines() if "/trash/" not in line]
    common = repo.path / ".git"
    admin = admin_of(worktree)
    log = common / "logs" / "refs" / "heads" / branch
    seen["branch log"] = log.read_bytes() if log.exists() else None
    seen["admin"] = dict(_bytes_of(admin))
    seen["runtime"] = {
        path.name: path.read_bytes() for path in (common / "parallel" / "tasks").glob(f"{task}.*")
    }
    seen["files"] = dict(files_of(worktree))
    seen["objects"] = _objects(worktree, admin, seen)
    seen["submodules"] = _submodules(worktree, admin)
    return seen


def differences(before: Picture, after: Picture) -> list[str]:
    """What is not the same, in words."""
    found = []
    for name, was in before.items():
        now = after[name]
        if isinstance(was, dict) and isinstance(now, dict):
            keys = [key for key in {**was, **now} if was.get(key) != now.get(key)]
            found += [f"{name}, {key}: was {was.get(key)!r:.300}, is {now.get(key)!r:.300}" for key in keys]
        elif isinstance(was, list) and isinstance(now, list):
            found += [f"{name}: gone is {one!r}" for one in was if one not in now]
            found += [f"{name}: new is {one!r}" for one in now if one not in was]
        elif was != now:
            found.append(f"{name}: was {was!r:.600}, is {now!r:.600}")
    return found


def admin_of(worktree: Path) -> Path:
    """The directory git keeps for a worktree."""
    return Path((worktree / ".git").read_text().removeprefix("gitdir: ").rstrip("\n"))


def files_of(top: Path) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Everything below a directory and the directory itself: kind and mode, time, and what is in it."""
    for folder, folders, names in os.walk(top):
        for name in ("", *(name for name in folders if (Path(folder) / name).is_symlink()), *names):
            path = Path(folder) / name
            seen = path.lstat()
            yield (
                str(path.relative_to(top)),
                (stat.filemode(seen.st_mode), seen.st_mtime_ns, _content(path, seen.st_mode)),
            )


def _content(path: Path, mode: int) -> str:
    if stat.S_ISLNK(mode):
        return str(path.readlink())
    return hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(mode) else ""


def _bytes_of(top: Path) -> Iterator[tuple[str, bytes | str]]:
    for path in sorted(top.rglob("*")):
        if path.is_symlink():
            yield str(path.relative_to(top)), str(path.readlink())
        elif path.is_file():
            yield str(path.relative_to(top)), path.read_bytes()


def _objects(worktree: Path, admin: Path, seen: Picture) -> list[str]:
    """Every object there is of those that are named by the admin directory, the index or the branch's log, and below.

    So what only a reflog, ORIG_HEAD or an interrupted rebase tells of is in it too.
    """
    texts = [text.decode("utf-8", "replace") for _, text in _bytes_of(admin) if isinstance(text, bytes)]
    texts += [str(seen[name]) for name in ("index", "resolved", "stash")]
    log = seen["branch log"]
    texts += [log.decode()] if isinstance(log, bytes) else []
    words = {
        word
        for text in texts
        for word in text.replace("\0", " ").replace("'", " ").split()
        if len(word) == 40 and set(word) <= set("0123456789abcdef") and set(word) != {"0"}
    }
    asked = "".join(f"{word}\n" for word in sorted(words))
    known = _git(worktree, "cat-file", "--batch-check", stdin=asked).splitlines()
    there = "".join(f"{line.split()[0]}\n" for line in known if not line.endswith("missing"))
    below = _git(worktree, "rev-list", "--objects", "--no-object-names", "--stdin", stdin=there)
    return sorted({*known, *below.splitlines()})


def _submodules(worktree: Path, admin: Path) -> str:
    if not (admin / "modules").exists():
        return ""
    asked = "git --no-optional-locks status --porcelain=v2 --branch; git log -g --format=%H; git fsck --full"
    return _git(worktree, "submodule", "foreach", "--quiet", asked)


def _git(at: Path, *arguments: str, stdin: str = "", is_sure: bool = True) -> str:
    """What git says, in whatever bytes a path may be of."""
    done = subprocess.run(
        ["git", *_LOOKING, *arguments], cwd=at, input=os.fsencode(stdin), capture_output=True, check=False
    )
    assert done.returncode == 0 or not is_sure, f"git {arguments}: {done.stderr!r}"
    return os.fsdecode(done.stdout)
