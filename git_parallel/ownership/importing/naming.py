"""Which agent type stands for an owner."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from ...errors import BadInput
from ...names import printable

_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_OTHER = re.compile(r"[^A-Za-z0-9_.-]+")
_MOST_TOLD = 5


def agent_types(owners: Iterable[str], given: Iterable[str] = ()) -> dict[str, str]:
    """The agent type of each owner: as `given` (`OWNER=TYPE`), else by its own name.

    `@org/team` is `team`, and `org-team` where another owner would be called the same. Raises BadInput for a
    `given` that is none, and for an owner that the document does not have.
    """
    known = dict.fromkeys(owners)
    wanted = _wanted(given, known)
    left = [owner for owner in known if owner not in wanted]
    times = Counter(_short(owner) for owner in left)
    made = {owner: _short(owner) if times[_short(owner)] == 1 else _slug(owner) for owner in left}
    return {owner: wanted.get(owner) or made[owner] for owner in known}


def _wanted(given: Iterable[str], known: Mapping[str, None]) -> dict[str, str]:
    found = {}
    for text in given:
        owner, _, name = text.rpartition("=")
        if not owner or not _TYPE.fullmatch(name):
            raise BadInput(
                f"--agent: '{printable(text)}' is not OWNER=TYPE",
                hint="a type begins with a letter or a digit; '_', '.' and '-' may follow",
            )
        spelled = next((one for one in (owner, f"@{owner}") if one in known), None)
        if spelled is None:
            names = ", ".join(map(printable, list(known)[:_MOST_TOLD]))
            more = f" and {len(known) - _MOST_TOLD} more" if len(known) > _MOST_TOLD else ""
            raise BadInput(
                f"--agent: there is no owner '{printable(owner)}'", hint=f"there are {names}{more}"
            )
        found[spelled] = name
    return found


def _short(owner: str) -> str:
    name = owner.lstrip("@")
    return _slug(name.partition("@")[0].rpartition("/")[2])


def _slug(text: str) -> str:
    return _OTHER.sub("-", text).strip("-._") or "owner"
