"""How to get out of the state that a refused git command leaves behind."""

from pathlib import Path

_OUT = {
    "rebase": "the rebase has stopped; this takes you back to before it: git rebase --abort",
    "cherry-pick": "the cherry-pick has stopped; this takes you back to before it: git cherry-pick --abort",
    "revert": "the revert has stopped; this takes you back to before it: git revert --abort",
    "merge": "the merge has stopped; this takes you back to before it: git merge --abort",
    "am": "git am has stopped; this takes you back to before it: git am --abort",
    "pull": "what git pull began has stopped; 'git status' says how to abort it",
    "reset": "HEAD is where it was; files and index may be as the reset wanted them: see 'git status'",
    "checkout": "HEAD is where it was; files and index may be as the checkout wanted them: see 'git status'",
    "switch": "HEAD is where it was; files and index may be as the switch wanted them: see 'git status'",
    "commit": "nothing was committed; what is staged stays so, and leaves the index by 'git restore --staged'",
}
_TAKE_A_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace", "--exec-path", "--config-env")


def way_out(caller: str) -> str:
    """What the git command that is process `caller` leaves behind, and the way back; empty if that is not known."""
    try:
        words = Path(f"/proc/{int(caller)}/cmdline").read_bytes().decode("utf-8", "replace").split("\0")
    except (OSError, ValueError):
        # Without /proc nobody tells; what is refused was said.
        return ""
    return _OUT.get(_command(words[1:]), "")


def _command(words: list[str]) -> str:
    """The command of a git command line, behind the options of git itself."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _TAKE_A_VALUE else 1
    return words[at] if at < len(words) else ""
