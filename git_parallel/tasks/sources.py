"""The forms in which tasks are declared: their names, where their documents lie, and who reads them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .document import ROADMAP_LIMIT, SPEC_LIMIT, Document
from .draft import Parsed

_JSON_LIMIT = 8 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """One form of task document.

    `globs` say where such documents lie (patterns of `overlap.patterns`). `parse` gives None for a
    document that is of another form, so that the next source is asked. A document has at most `limit`
    bytes; `is_prose` ones are skipped line by line where a line is too long to be looked at.
    """

    name: str
    globs: tuple[str, ...]
    parse: Callable[[Document], Parsed | None]
    limit: int = SPEC_LIMIT
    is_prose: bool = True

    def at(self, globs: tuple[str, ...]) -> "Source":
        """The same form at other places."""
        return replace(self, globs=globs)


def _spec(document: Document) -> Parsed:
    from .forms import spec

    return spec.parse(document)


def _roadmap(document: Document) -> Parsed:
    from .forms import roadmap

    return roadmap.parse(document)


def _matter(document: Document) -> Parsed | None:
    from .forms import matter

    return matter.parse(document)


def _taskmaster(document: Document) -> Parsed | None:
    from .forms import taskmaster

    return taskmaster.parse(document)


def _beads(document: Document) -> Parsed | None:
    from .forms import beads

    return beads.parse(document)


def _spec_kit(document: Document) -> Parsed | None:
    from .forms import spec_kit

    return spec_kit.parse(document)


def _kiro(document: Document) -> Parsed | None:
    from .forms import kiro

    return kiro.parse(document)


def _superpowers(document: Document) -> Parsed | None:
    from .forms import superpowers

    return superpowers.parse(document)


def _packet(document: Document) -> Parsed | None:
    from .forms import packet

    return packet.parse(document)


# A spec may be a directory of its own, with an overview and a file a phase.
_SPEC_GLOBS = (
    "**/SPEC-*.md",
    "**/SPEC-*/*.md",
    "**/REFACTOR-*.md",
    "**/REFACTOR-*/*.md",
    "**/BUG-*.md",
)
_LIST_GLOBS = ("**/tasks.md", "**/*.tasks.md")

_MATTER_GLOBS = (
    "**/*-PLAN.md",
    ".planning/**/*-SUMMARY.md",
    ".claude/epics/*/*.md",
    "backlog/tasks/*.md",
    "backlog/completed/*.md",
    "tasks/**/*.md",
    "docs/tasks/**/*.md",
    ".tasks/**/*.md",
    "**/tickets/**/*.md",
)

# In the order in which they are asked for a document that lies where several look.
BUILT_IN = (
    Source("spec", _SPEC_GLOBS, _spec),
    Source("roadmap", ("ROADMAP.md", "docs/**/ROADMAP.md"), _roadmap, limit=ROADMAP_LIMIT),
    Source("spec-kit", _LIST_GLOBS, _spec_kit),
    Source("kiro", _LIST_GLOBS, _kiro),
    Source("superpowers", ("**/plans/*.md",), _superpowers),
    Source("packet", ("**/PROMPT.md", "**/*.PROMPT.md"), _packet),
    Source("front-matter", _MATTER_GLOBS, _matter),
    Source("taskmaster", (".taskmaster/tasks/tasks.json", "**/tasks.json"), _taskmaster, _JSON_LIMIT, False),
    Source("beads", (".beads/issues.jsonl", "**/issues.jsonl"), _beads, _JSON_LIMIT, False),
)
