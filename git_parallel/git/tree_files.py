"""Files of trees read and replaced without an index: through one process, whatever is asked."""

from ..errors import GitFailed
from ..names import Oid
from .command import Conversation, Git
from .scratch import Scratch

_TREE, _FILE = b"40000", b"100644"


class TreeFiles:
    """Reads objects one by one through one `git cat-file --batch`, and writes into a scratch repository."""

    def __init__(self, git: Git, room: Scratch) -> None:
        self._git, self._room = git, room
        self._child: Conversation | None = None

    def __enter__(self) -> "TreeFiles":
        return self

    def __exit__(self, *_: object) -> None:
        if self._child is not None:
            self._child.end()

    def read(self, oid: Oid) -> bytes:
        """The content of one object; raises GitFailed where there is none."""
        written = self._room.find(oid)
        if written is not None:
            return written[1]
        if self._child is None:
            self._child = self._git.conversing("cat-file", "--batch")
        try:
            self._child.stdin.write(f"{oid}\n".encode())
            header = self._until_newline(self._child)
            size = int(header.rsplit(b" ", 1)[1])
        except (BrokenPipeError, IndexError, ValueError) as error:
            raise GitFailed(f"object {oid} cannot be read", hint="'git fsck' tells more") from error
        return self._exactly(self._child, size + 1)[:-1]

    def find(self, tree: Oid, path: str) -> Oid | None:
        """The blob of a plain file in a tree; None where there is none."""
        parts = path.encode("utf-8", "surrogateescape").split(b"/")
        at = tree
        for number, name in enumerate(parts):
            mode, at_next = self._entries(at).get(name, (b"", None))
            wanted = mode.startswith(b"100") if number == len(parts) - 1 else mode == _TREE
            if at_next is None or not wanted:
                return None
            at = at_next
        return at

    def tree_of(self, commit: Oid) -> Oid:
        """The tree of a commit."""
        return Oid(self.read(commit)[5:].split(b"\n", 1)[0].decode("ascii"))

    def replaced(self, tree: Oid, path: str, blob: Oid) -> Oid:
        """A tree in which a file that is there has another content."""
        return self._replaced(tree, path.encode("utf-8", "surrogateescape").split(b"/"), blob)

    def _replaced(self, tree: Oid, parts: list[bytes], blob: Oid) -> Oid:
        entries = self._entries(tree)
        mode, old = entries[parts[0]]
        new = blob if len(parts) == 1 else self._replaced(old, parts[1:], blob)
        entries[parts[0]] = (mode, new)
        body = b"".join(
            mode + b" " + name + b"\0" + bytes.fromhex(oid) for name, (mode, oid) in entries.items()
        )
        return self._room.write("tree", body)

    def _entries(self, tree: Oid) -> dict[bytes, tuple[bytes, Oid]]:
        data, size, at = self.read(tree), len(tree) // 2, 0
        found = {}
        while at < len(data):
            end = data.index(b"\0", at)
            mode, _, name = data[at:end].partition(b" ")
            found[name] = (mode, Oid(data[end + 1 : end + 1 + size].hex()))
            at = end + 1 + size
        return found

    @staticmethod
    def _until_newline(child: Conversation) -> bytes:
        said = b""
        while not said.endswith(b"\n"):
            more = child.stdout.read(1)
            if not more:
                break
            said += more
        return said

    @staticmethod
    def _exactly(child: Conversation, size: int) -> bytes:
        parts = []
        while size:
            more = child.stdout.read(size)
            if not more:
                raise GitFailed("git cat-file ended in the middle of an object")
            parts.append(more)
            size -= len(more)
        return b"".join(parts)
