"""Many merges in memory one after the other, each of which may build on those before: one process for all."""

import select

from ..names import Oid
from .command import Conversation, Git
from .mergetree import Conflicted, Merged, answers, merge_tree
from .scratch import HURRIED

# After so many seconds without an answer nobody knows whether it is only held back in a buffer.
_PATIENCE = 2.0


class Merger:
    """Merges one after the other through one `git merge-tree --stdin`, each as soon as it is asked for.

    Where git holds its answers back (no `stdbuf`, or one that has no effect), each gets a process of its own.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._child: Conversation | None = None
        self._is_prompt = True

    def __enter__(self) -> "Merger":
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def merge(self, ours: Oid, theirs: Oid) -> Merged | Conflicted:
        """Merge two commits; raises GitFailed where they share no history."""
        if self._is_prompt:
            answer = self._asked(ours, theirs)
            if answer is not None:
                return answer
            # An answer that never came: git itself says why, where it is asked by itself.
            self._end()
        return merge_tree(self._git, ours=ours, theirs=theirs)

    def _asked(self, ours: Oid, theirs: Oid) -> Merged | Conflicted | None:
        if self._child is None:
            self._child = self._git.conversing(
                *HURRIED, "merge-tree", "--write-tree", "--stdin", "-z", "--name-only", "--no-messages"
            )
        stdin, stdout = self._child.stdin, self._child.stdout
        said = b""
        try:
            stdin.write(f"{ours} {theirs}\n".encode())
            while (answer := _whole(said)) is None:
                if not select.select([stdout], [], [], _PATIENCE)[0]:
                    self._is_prompt = False
                    # At its end it says all that it has held back.
                    stdin.close()
                more = stdout.read(1 << 16)
                if not more:
                    return None
                said += more
        except BrokenPipeError:
            return None
        return answer

    def _end(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end()


def _whole(said: bytes) -> Merged | Conflicted | None:
    """One answer of `merge-tree --stdin`, if it is there to its end."""
    return next(answers(said.decode("utf-8", "surrogateescape")), None) if said.endswith(b"\0") else None
