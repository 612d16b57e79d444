"""Foreign changes that are none: a commit has a path as the target had it since they parted, as after a cherry-pick.

Nothing of the agent's comes to the target by that. Whether something would be taken back is for the merged result to
show, which may differ from the target in what is the task's only.
"""

from collections.abc import Iterable, Sequence

from ..git.command import Git
from ..names import Oid
from .violation import Violation

_LITERAL = {"GIT_LITERAL_PATHSPECS": "1"}
_ABSENT = "000000"
# Who changes more than this in one commit has picked nothing.
_MOST = 200


def not_picked(git: Git, violations: Iterable[Violation], onto: Oid) -> tuple[Violation, ...]:
    """The violations but for those in which the target, `onto`, had the very same."""
    found = list(violations)
    paths: dict[Oid, list[str]] = {}
    for one in found:
        if one.commit and one.foreign.path:
            paths.setdefault(one.commit, []).append(one.foreign.path)
    same = {
        (commit, path)
        for commit, some in paths.items()
        if len(some) <= _MOST
        for path in _as_the_target_had(git, commit, some, onto)
    }
    return tuple(one for one in found if (one.commit, one.foreign.path) not in same)


def _as_the_target_had(git: Git, commit: Oid, paths: Sequence[str], onto: Oid) -> set[str]:
    here = dict.fromkeys(paths, (_ABSENT, ""))
    for line in git.run("ls-tree", "-z", "--full-tree", commit, "--", *paths, environment=_LITERAL).fields:
        words, _, path = line.partition("\t")
        mode, _, oid = words.split(" ")
        here[path] = (mode, oid)
    out = git.run(
        "log", "-m", "--format=", "--raw", "--no-abbrev", "--no-renames", "--no-ext-diff", "--ignore-submodules=none",
        "-z", onto, "--not", f"{commit}^@", "--", *paths, environment=_LITERAL, answers=(0, 128),
    )  # fmt: skip
    fields = iter(out.fields if out.status == 0 else ())
    had = set()
    for words in fields:
        if words.startswith(":"):
            _, mode, _, oid, _ = words.split(" ")
            had.add((next(fields), mode, oid if mode != _ABSENT else ""))
    return {path for path, (mode, oid) in here.items() if (path, mode, oid) in had}
