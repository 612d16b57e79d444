"""Control files: what decides over other files, or is run, so that no wildcard and no claim gives it."""

import re
from collections.abc import Collection, Iterable

from ..names import file_system_name, is_dot_git

# What git reads of a tree, then git-lfs, ourselves, and what many have git include into its configuration. What else
# begins with `.git` (`.gitkeep`, `.github/`, `.gitlab-ci.yml`) decides over nothing here.
_READ = frozenset((".gitattributes", ".gitmodules", ".gitignore", ".lfsconfig", ".gitparallel", ".gitconfig"))
# The names that NTFS gives to those that are longer than eight letters; git guards against the last three as well.
_SHORT = re.compile(r"(?:git(?:att|mod|ign|par|con)|lfscon)~[0-9]+|gi(?:7eba|7d29|250a)~[0-9]+")
# A prefix of those three and a number of more digits; it has eight letters, too.
_SHORTER = re.compile(r"(?:g|gi|gi7|gi7e|gi7eb|gi7d|gi7d2|gi2|gi25|gi250)~[1-9][0-9]*")
_SHORT_LENGTH = 8
_HOOK_FOLDERS = frozenset((".husky", ".githooks", ".overcommit"))
_LEFTHOOK = frozenset(
    f"{folder}{dot}lefthook{local}.{extension}"
    for folder, dot in (("", ""), ("", "."), (".config/", ""))
    for local in ("", "-local")
    for extension in ("yml", "yaml", "toml", "json", "jsonc")
)
_HOOK_FILES = _LEFTHOOK | {
    ".pre-commit-config.yaml",
    ".pre-commit-config.yml",
    "prek.toml",
    ".overcommit.yml",
    ".simple-git-hooks.json",
    ".simple-git-hooks.js",
    ".simple-git-hooks.cjs",
}
GIT, HOOKS = "git", "git hooks"


def control_of(path: str, hooks: Collection[str] = ()) -> str:
    """Whose control file a path is: that of `GIT`, which reads it, or of `HOOKS`; empty for an ordinary file.

    `hooks` are directories (with `/` at their end) from which hooks are run besides those that tools have.
    """
    if _is_suspect(path):
        *folders, last = segments = [file_system_name(segment) for segment in path.split("/")]
        if _is_read(last) or any(map(is_dot_git, segments)):
            return GIT
        if not _HOOK_FOLDERS.isdisjoint(folders) or "/".join(segments) in _HOOK_FILES:
            return HOOKS
    return HOOKS if hooks and _lies_below(path, hooks) else ""


def is_control_file(path: str, hooks: Collection[str] = ()) -> bool:
    """Whether only an exact declaration gives a path; `hooks` as for `control_of`."""
    return bool(control_of(path, hooks))


def _is_suspect(path: str) -> bool:
    """Whether to look closer: all names here begin with a dot, are short names of NTFS, or are one of two tools'."""
    if path[:1] == "." or "/." in path or "~" in path or not path.isascii():
        return True
    folded = path.casefold()
    return "lefthook" in folded or "prek.toml" in folded


def _is_read(name: str) -> bool:
    if name in _READ or _SHORT.fullmatch(name):
        return True
    return len(name) == _SHORT_LENGTH and _SHORTER.fullmatch(name) is not None


def _lies_below(path: str, folders: Iterable[str]) -> bool:
    first = tuple(folder[: folder.index("/")].casefold() for folder in folders)
    if path.isascii() and not path.casefold().startswith(first):
        return False
    folded = "/".join(map(file_system_name, path.split("/")))
    return any(folded.startswith(folder.casefold()) for folder in folders)
