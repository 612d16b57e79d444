"""Directory trees drawn in a code fence, in which a remark says what happens to a file."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from .paths import Named, is_path, pattern_problem, qualifier_kind
from .task import Kind

_DEEPEST = 40


@dataclass(slots=True)
class Tree:
    """Reads one fence line by line; only files with a remark such as `# NEW` are declared."""

    root: str = ""
    parents: list[str] = field(default_factory=list)

    def named(self, text: str) -> Iterator[Named]:
        """The path that this line of the drawing declares, if it does."""
        at = text.find("── ")
        if at < 0:
            self._begin(text.strip())
            return
        name, remark = _split(text[at + 3 :].strip())
        depth = min(at // 4, len(self.parents))
        del self.parents[depth:]
        path = self.root + "".join(self.parents) + name
        if name.endswith("/") and len(self.parents) < _DEEPEST:
            self.parents.append(name)
        kind = _kind(remark)
        if kind is not None and not name.endswith("/") and is_path(path):
            yield Named(path, kind, pattern_problem(path), is_quoted=True)

    def _begin(self, line: str) -> None:
        """A line without branches is a new root, or the end of the drawing."""
        root = line.split(" ", 1)[0].removeprefix("./")
        if line.strip("│| "):
            self.root = root if root.endswith("/") else ""
            self.parents = []


def _split(entry: str) -> tuple[str, str]:
    name, _, remark = entry.partition(" ")
    return name, remark.strip(" #(←⬅️-–—")


def _kind(remark: str) -> Kind | None:
    first = remark[:12].casefold()
    if first.startswith(("future", "existing", "already", "unchanged")):
        return None
    if first.startswith(
        ("new", "create", "modif", "updat", "expand", "extend", "refactor", "delet", "remov", "✨", "🆕")
    ):
        return qualifier_kind(remark[:12])
    return None
