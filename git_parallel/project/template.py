"""The template that prompts are made from: ours, or the one that `parallel.prompt` names."""

import re
from collections.abc import Mapping
from pathlib import Path

from ..errors import BadInput, in_words
from ..git.refs import read_blobs
from ..names import path_problem, printable
from .open import Project

FIELDS = frozenset(
    ("spec", "id", "title", "source", "agent", "branch", "worktree", "target", "attempt", "owned", "neighbours",
     "landed", "check")
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([A-Za-z_]+)\}")
_SETTING = "parallel.prompt"


def read_template(project: Project) -> str:
    """The template of this repository; raises BadInput for one that cannot be read or that names what is not there.

    A relative path is one of the target's commit, so that what agents are told is what the team has agreed on;
    only the user can set an absolute one.
    """
    name = project.settings.prompt
    text = _text(project, name) if name else Path(__file__).with_name("prompt.md").read_text("utf-8")
    known = ", ".join(f"{{{field}}}" for field in sorted(FIELDS))
    for match in _PLACEHOLDER.finditer(text):
        if match[1] and match[1] not in FIELDS:
            line = text.count("\n", 0, match.start()) + 1
            raise BadInput(
                f"{printable(name)}:{line}: nothing is called {{{match[1]}}} in a prompt",
                hint=f"there are {known}; write {{{{ and }}}} for braces",
            )
    if not any(match[1] == "spec" for match in _PLACEHOLDER.finditer(text)):
        raise BadInput(f"{printable(name)}: without {{spec}} an agent is not told its task")
    return text


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with every `{field}` replaced; `{{` and `}}` are braces."""
    return _PLACEHOLDER.sub(lambda match: values[match[1]] if match[1] else match[0][0], template)


def _text(project: Project, name: str) -> str:
    if name.startswith(("/", "~")):
        try:
            return Path(name).expanduser().read_text("utf-8", "replace")
        except (OSError, RuntimeError) as error:
            why = in_words(error) if isinstance(error, OSError) else str(error)
            raise BadInput(f"{_SETTING}: {why}") from error
    if why := path_problem(name):
        raise BadInput(f"{_SETTING}: not a path in this repository: '{printable(name)}' ({why})")
    blob = read_blobs(project.git, [f"{project.base}:{name}"])[0]
    if blob is None:
        raise BadInput(
            f"{_SETTING}: '{printable(name)}' is not in the commits of '{project.target.short}'",
            hint=f"git add {printable(name)} && git commit, or give an absolute path",
        )
    return blob.decode("utf-8", "replace")
