"""The forms in which tasks are declared: their names, where their documents lie, and who reads them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from .document import ROADMAP_LIMIT, SPEC_LIMIT, Document
from .draft import Parsed


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
    from . import spec

    return spec.parse(document)


def _roadmap(document: Document) -> Parsed:
    from . import roadmap

    return roadmap.parse(document)


# In the order in which they are asked for a document that lies where several look.
BUILT_IN = (
    Source("spec", ("**/SPEC-*.md",), _spec),
    Source("roadmap", ("ROADMAP.md", "docs/**/ROADMAP.md"), _roadmap, limit=ROADMAP_LIMIT),
)
