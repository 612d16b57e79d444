"""`git parallel merge` from the command line to the exit status."""

from pathlib import Path
from typing import Any

from ..commands.merge import Asked, merge
from ..errors import ANSWER_IS_NO
from .show_merge import show_merge, voice


def land(tasks: tuple[str, ...], *, as_json: bool = False, **options: Any) -> int:
    """Merge, with the options as `Asked` calls them, and show what became of it; the exit status."""
    asked = Asked(tasks, **options)
    agents = None
    if asked.resolver:
        # What runs agents is large, and most merges have no use for it.
        from .voices import agents_voice

        agents = agents_voice(as_json=as_json)
    answer = merge(Path.cwd(), asked, voice(is_rehearsal=asked.is_rehearsal, as_json=as_json), agents)
    show_merge(answer, as_json=as_json)
    return 0 if answer.is_success else ANSWER_IS_NO
