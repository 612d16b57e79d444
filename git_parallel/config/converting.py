"""From the text of a setting to its value; raises BadInput with the key for what cannot be meant."""

import re
from collections.abc import Callable

from ..errors import BadInput, BadName, ParallelError
from ..names import RefName, printable
from ..overlap.patterns import EVERYTHING, parse
from ..overlap.policy import Level
from ..schedule.strategy import Strategy


def seconds(key: str, text: str) -> float:
    """A duration as people write it: `90`, `90s`, `30m`, `2h`, `1h30m`, `14d`, `2w`; raises BadInput."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhdw]?)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise BadInput(f"{key}: not a duration: '{printable(text)}'", hint="write 90s, 30m, 2h or 1h30m")
    units = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
    total = sum(float(number) * units[unit] for number, unit in parts)
    if not total:
        raise BadInput(f"{key}: '{printable(text)}' is no time at all", hint="write 90s, 30m, 2h or 1h30m")
    return total


def limit(key: str, text: str) -> float | None:
    """A duration as for `seconds`, or None for `off`; raises BadInput."""
    return None if text.strip().casefold() in ("off", "none") else seconds(key, text)


def _string(_key: str, given: list[str]) -> str:
    return given[-1]


def patterns(key: str, given: list[str]) -> tuple[str, ...]:
    for text in given:
        try:
            parse(text)
        except BadName as error:
            raise BadInput(f"{key}: {error.message}", hint=error.hint) from error
    return tuple(given)


def owned(key: str, given: list[str]) -> tuple[str, ...]:
    """The patterns of an agent type, of which one may be everything; raises BadInput for what can be none."""
    patterns(key, [text for text in given if text != EVERYTHING])
    return tuple(given)


def _words(_key: str, given: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in given for word in re.split(r"[\s,]+", text) if word))


def _steps(key: str, given: list[str]) -> tuple[str, ...]:
    from ..schedule.rules import steps

    words = _words(key, given)
    steps(key, words)
    return words


def _size(key: str, given: list[str]) -> str:
    from ..schedule.rules import size

    size(key, given[-1])
    return given[-1]


def _percent(key: str, given: list[str]) -> int:
    if not re.fullmatch(r"0*(100|[0-9]{1,2})", given[-1]):
        raise BadInput(f"{key}: '{printable(given[-1])}' is no number from 0 to 100")
    return int(given[-1])


def _template(key: str, given: list[str]) -> str:
    if "{id}" not in given[-1]:
        raise BadInput(
            f"{key}: '{printable(given[-1])}' has no {{id}}", hint="every task needs a name of its own"
        )
    unknown = set(re.findall(r"\{([^}]*)\}", given[-1])) - {"id", "repo"}
    if unknown:
        raise BadInput(
            f"{key}: unknown placeholder '{{{printable(min(unknown))}}}'", hint="there are {id} and {repo}"
        )
    return given[-1]


def _branch(key: str, given: list[str]) -> str:
    template = _template(key, given)
    try:
        RefName.of_branch(template.replace("{id}", "1").replace("{repo}", "r"))
    except ParallelError as error:
        raise BadInput(f"{key}: '{printable(template)}' makes no branch name") from error
    return template


def _count(key: str, given: list[str]) -> int:
    if not re.fullmatch(r"0*[1-9][0-9]{0,5}", given[-1]):
        raise BadInput(f"{key}: '{printable(given[-1])}' is no number above 0")
    return int(given[-1])


def _seconds(key: str, given: list[str]) -> float:
    return seconds(key, given[-1])


def _limit(key: str, given: list[str]) -> float | None:
    return limit(key, given[-1])


def _whole(key: str, given: list[str]) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", given[-1]):
        raise BadInput(f"{key}: '{printable(given[-1])}' is no number from 0 on")
    return int(given[-1])


def usd(key: str, text: str) -> float:
    """An amount of money in USD: `5`, `0.50`, `$12`; raises BadInput."""
    if not re.fullmatch(r"\$?[0-9]{1,9}(\.[0-9]{1,9})?", text.strip()):
        raise BadInput(f"{key}: not an amount in USD: '{printable(text)}'", hint="write 5 or 0.50")
    return float(text.strip().removeprefix("$"))


def _usd(key: str, given: list[str]) -> float:
    return usd(key, given[-1])


def price(key: str, given: list[str]) -> tuple[float, float, float]:
    """What a million tokens cost in USD: of input, of input from a cache, of output; raises BadInput."""
    words = given[-1].split()
    if len(words) != 3:
        raise BadInput(
            f"{key}: '{printable(given[-1])}' is not three amounts",
            hint="USD for a million tokens of input, of input from a cache, and of output: 1.25 0.125 10",
        )
    whole, cached, out = (usd(key, word) for word in words)
    return whole, cached, out


def boolean(key: str, given: list[str]) -> bool:
    word = given[-1].casefold()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0", ""):
        return False
    raise BadInput(f"{key}: '{printable(given[-1])}' is neither true nor false")


def one_of(*words: str) -> Callable[[str, list[str]], str]:
    def convert(key: str, given: list[str]) -> str:
        if given[-1] not in words:
            raise BadInput(f"{key}: '{printable(given[-1])}' is none of {', '.join(words)}")
        return given[-1]

    return convert


def _strategy(key: str, given: list[str]) -> Strategy:
    return Strategy(one_of(*Strategy)(key, given))


CONVERT: dict[str, tuple[str, Callable[[str, list[str]], object]]] = {
    "branch": ("branch", _branch),
    "worktree": ("worktree", _template),
    "target": ("target", _string),
    "maxParallel": ("max_parallel", _count),
    "admission": ("admission", one_of("auto", "off")),
    "cpuSteps": ("cpu_steps", _steps),
    "memorySteps": ("memory_steps", _steps),
    "loadMargin": ("load_margin", _percent),
    "diskReserve": ("disk_reserve", _size),
    "ownership": ("ownership", one_of("claim", "strict")),
    "push": ("push", boolean),
    "overlap": ("overlap", one_of(*Level)),
    "otherWork": ("other_work", one_of("none", "local", "remote")),
    "specs": ("specs", patterns),
    "roadmap": ("roadmap", patterns),
    "sources": ("sources", _words),
    "agent": ("agent", _string),
    "prompt": ("prompt", _string),
    "verify": ("verify", _string),
    "strategy": ("strategy", _strategy),
    "updateRoadmap": ("update_roadmap", boolean),
    "verifyJobs": ("verify_jobs", _count),
    "verifyTimeout": ("verify_timeout", _limit),
    "timeout": ("timeout", _limit),
    "stallTimeout": ("stall_timeout", _limit),
    "retries": ("retries", _whole),
    "retryDelay": ("retry_delay", _seconds),
    "retryMaxDelay": ("retry_max_delay", _seconds),
    "logLimit": ("log_limit", _size),
    "budget": ("budget", _usd),
    "specAgent": ("spec_agent", _string),
    "grace": ("grace", _seconds),
    "copy": ("copy", patterns),
    "link": ("link", patterns),
    "setup": ("setup", _string),
    "setupTimeout": ("setup_timeout", _limit),
    "submodules": ("submodules", one_of("auto", "off")),
    "fetch": ("fetch", boolean),
    "disposable": ("disposable", patterns),
    "sparse": ("sparse", boolean),
    "sandbox": ("sandbox", one_of("off", "on")),
    "pool": ("pool", _whole),
}
SPELLING = {name.lower(): name for name in CONVERT}
