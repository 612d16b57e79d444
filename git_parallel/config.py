"""Settings: `git config parallel.*` and `agent.<name>.*`, over the team's tracked `.gitparallel` file."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from os import environ
from typing import TYPE_CHECKING

from .errors import BadInput, BadName, ParallelError
from .git.command import Git
from .names import Oid, RefName, printable
from .overlap.patterns import parse
from .overlap.policy import Level, Policy

if TYPE_CHECKING:
    from .overlap.exclusion import Exclusion
    from .schedule.rules import Rules

TEAM_FILE = ".gitparallel"


@dataclass(frozen=True, slots=True)
class AgentType:
    """A kind of agent: what it may change (empty: anything), whether only one may run, how it is started."""

    name: str
    owns: tuple[str, ...] = ()
    singleton: bool = False
    command: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; the names in git config are the same in camelCase.

    `files` are the globs of `parallel.<source>.files`, by the name of the source; `hot` those of
    `parallel.hotFile.<glob>` with their policies, the team's first.
    """

    branch: str = "feature/{id}"
    worktree: str = "../{repo}-wt{id}"
    target: str = ""
    max_parallel: int = 4
    admission: str = "auto"
    cpu_steps: tuple[str, ...] = ("50:100%", "70:75%", "80:50%")
    memory_steps: tuple[str, ...] = ("80:100%", "95:50%")
    load_margin: int = 5
    disk_reserve: str = "256m"
    ownership: str = "claim"
    overlap: str = "file"
    other_work: str = "local"
    hot: tuple[tuple[str, Policy], ...] = ()
    specs: tuple[str, ...] = ()
    roadmap: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    agent: str = ""
    verify: str = ""
    timeout: float | None = None
    grace: float = 10.0
    disposable: tuple[str, ...] = (
        "**/__pycache__/",
        "**/*.pyc",
        "**/.pytest_cache/",
        "**/.mypy_cache/",
        "**/.ruff_cache/",
        "**/node_modules/",
    )
    agents: Mapping[str, AgentType] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def exclusion(self, level: str = "") -> "Exclusion":
        """What keeps two tasks apart, at the level that is set or the one given."""
        # Hooks and `status` read settings too, and have no use for it.
        from .overlap.exclusion import Exclusion

        return Exclusion(Level(level or self.overlap), self.hot)

    def rules(self) -> "Rules":
        """The rules by which the load admits agents."""
        # Only `run` has a use for them.
        from .schedule.rules import Rules, size, steps

        return Rules(
            steps("parallel.cpuSteps", self.cpu_steps),
            steps("parallel.memorySteps", self.memory_steps),
            self.load_margin,
            size("parallel.diskReserve", self.disk_reserve),
        )


def read(git: Git) -> list[tuple[str, str]]:
    """The user's own settings, lowest scope first, `git -c` on the command line included."""
    # git hands `-c name=value` to us in these variables; they must not reach any other child.
    passed = {k: v for k, v in environ.items() if k.startswith(("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"))}
    passed |= {k: v for k, v in environ.items() if re.fullmatch(r"GIT_CONFIG_(KEY|VALUE)_\d+", k)}
    out = git.run("config", "-z", "--get-regexp", r"^(parallel|agent)\.", answers=(0, 1), environment=passed)
    return list(_pairs(out.fields))


def read_team(git: Git, at: Oid) -> list[tuple[str, str]]:
    """The team's settings, from the `.gitparallel` tracked at a commit."""
    blob = f"{at}:{TEAM_FILE}"
    out = git.run("config", "-z", "--blob", blob, "--list", answers=(0, 128))
    if out.status == 0:
        return list(_pairs(out.fields))
    if "unable to resolve" in out.stderr:
        return []
    line = re.search(r"bad config line (\d+)", out.stderr)
    raise BadInput(
        f"{TEAM_FILE}:{line[1] if line else 1}: not in the syntax of a git config file",
        hint=f"correct it and commit; 'git config --file {TEAM_FILE} --list' checks it",
    )


def build(own: list[tuple[str, str]], team: list[tuple[str, str]]) -> Settings:
    """Settings from both sources: the user's win over the team's, and only the user may say what is run."""
    warnings = []
    trusted = []
    for key, value in team:
        if (key.startswith("agent.") and key.endswith(".command")) or key == "parallel.verify":
            warnings.append(
                f"{TEAM_FILE}: '{printable(key)}' is a command and is ignored; set it with 'git config'"
            )
        else:
            trusted.append((key, value))
    values: dict[str, object] = {}
    # A list that the user sets replaces the team's; within one source a repeated key adds to it.
    for source in (trusted, own):
        seen: dict[str, list[str]] = {}
        for key, value in source:
            # git gives section and key in lower case, whatever the user wrote.
            if key.startswith("parallel.") and (name := _SPELLING.get(key.removeprefix("parallel."))):
                seen.setdefault(name, []).append(value)
        for name, given in seen.items():
            attribute, convert = _CONVERT[name]
            values[attribute] = convert(f"parallel.{name}", given)
    return Settings(
        **values,  # type: ignore[arg-type]
        files=_files(trusted, own),
        hot=_hot(trusted, own),
        agents=_agents(trusted, own),
        warnings=(*warnings, *_lost_case((trusted, own))),
    )


def _files(*sources: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """The globs of each source of tasks; those that the user sets replace the team's."""
    found: dict[str, tuple[str, ...]] = {}
    for source in sources:
        mine: dict[str, list[str]] = {}
        for key, value in source:
            name = key.removeprefix("parallel.").removesuffix(".files")
            if key == f"parallel.{name}.files":
                mine.setdefault(name, []).append(value)
        found |= {name: _patterns(f"parallel.{printable(name)}.files", given) for name, given in mine.items()}
    return found


_HOT = "parallel.hotfile."


def _lost_case(sources: Iterable[list[tuple[str, str]]]) -> Iterator[str]:
    """What to say of globs whose capital letters git may have taken away."""
    for source in sources:
        for key, _ in source:
            name = key[len(_HOT) :]
            if key.casefold().startswith(_HOT) and "." not in name:
                yield (
                    f"parallel.hotFile.{printable(name)}: git gives this in lower case, whatever was written; "
                    "if the file is spelled otherwise, set 'parallel.hotFile.<glob>.policy'"
                )


def _hot(*sources: list[tuple[str, str]]) -> tuple[tuple[str, Policy], ...]:
    """The policies of hot files; what the user sets comes last, since the last that matches counts.

    git takes the last part of a key for its name: only letters, digits and `-`, and in lower case. That
    will do for `CHANGELOG.md`; other globs are written `parallel.hotFile.<glob>.policy`.
    """
    found: dict[str, Policy] = {}
    for source in sources:
        for key, value in source:
            if not key.casefold().startswith(_HOT):
                continue
            glob = key[len(_HOT) :].removesuffix(".policy")
            shown = f"parallel.hotFile.{printable(glob)}"
            _patterns(shown, [glob])
            word = _one_of(*Policy)(shown, [value.casefold()])
            found.pop(glob, None)
            found[glob] = Policy(word)
    return tuple(found.items())


def _agents(*sources: list[tuple[str, str]]) -> dict[str, AgentType]:
    found: dict[str, dict[str, list[str]]] = {}
    for source in sources:
        mine: dict[str, dict[str, list[str]]] = {}
        for key, value in source:
            if key.startswith("agent.") and key.count(".") >= 2:
                name, _, what = key.removeprefix("agent.").rpartition(".")
                mine.setdefault(name, {}).setdefault(what, []).append(value)
        for name, values in mine.items():
            found.setdefault(name, {}).update(values)
    return {
        name: AgentType(
            name,
            owns=_patterns(f"agent.{name}.owns", values.get("owns", [])),
            singleton=_boolean(f"agent.{name}.singleton", values.get("singleton", ["false"])),
            command=values.get("command", [""])[-1],
        )
        for name, values in found.items()
    }


def seconds(key: str, text: str) -> float:
    """A duration as people write it: `90`, `90s`, `30m`, `2h`, `1h30m`; raises BadInput."""
    parts = re.findall(r"(\d+(?:\.\d+)?)([smhd]?)", text)
    if not parts or "".join(number + unit for number, unit in parts) != text.strip():
        raise BadInput(f"{key}: not a duration: '{printable(text)}'", hint="write 90s, 30m, 2h or 1h30m")
    units = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
    total = sum(float(number) * units[unit] for number, unit in parts)
    if not total:
        raise BadInput(f"{key}: '{printable(text)}' is no time at all", hint="write 90s, 30m, 2h or 1h30m")
    return total


def _pairs(fields: list[str]) -> Iterator[tuple[str, str]]:
    for entry in fields:
        key, separator, value = entry.partition("\n")
        # A key without '=' is git's short form of a true boolean.
        yield key, value if separator else "true"


def _string(_key: str, given: list[str]) -> str:
    return given[-1]


def _patterns(key: str, given: list[str]) -> tuple[str, ...]:
    for text in given:
        try:
            parse(text)
        except BadName as error:
            raise BadInput(f"{key}: {error.message}", hint=error.hint) from error
    return tuple(given)


def _words(_key: str, given: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for text in given for word in re.split(r"[\s,]+", text) if word))


def _steps(key: str, given: list[str]) -> tuple[str, ...]:
    from .schedule.rules import steps

    words = _words(key, given)
    steps(key, words)
    return words


def _size(key: str, given: list[str]) -> str:
    from .schedule.rules import size

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


def _boolean(key: str, given: list[str]) -> bool:
    word = given[-1].casefold()
    if word in ("true", "yes", "on", "1"):
        return True
    if word in ("false", "no", "off", "0", ""):
        return False
    raise BadInput(f"{key}: '{printable(given[-1])}' is neither true nor false")


def _one_of(*words: str) -> Callable[[str, list[str]], str]:
    def convert(key: str, given: list[str]) -> str:
        if given[-1] not in words:
            raise BadInput(f"{key}: '{printable(given[-1])}' is none of {', '.join(words)}")
        return given[-1]

    return convert


_CONVERT: dict[str, tuple[str, Callable[[str, list[str]], object]]] = {
    "branch": ("branch", _branch),
    "worktree": ("worktree", _template),
    "target": ("target", _string),
    "maxParallel": ("max_parallel", _count),
    "admission": ("admission", _one_of("auto", "off")),
    "cpuSteps": ("cpu_steps", _steps),
    "memorySteps": ("memory_steps", _steps),
    "loadMargin": ("load_margin", _percent),
    "diskReserve": ("disk_reserve", _size),
    "ownership": ("ownership", _one_of("claim", "strict")),
    "overlap": ("overlap", _one_of(*Level)),
    "otherWork": ("other_work", _one_of("none", "local", "remote")),
    "specs": ("specs", _patterns),
    "roadmap": ("roadmap", _patterns),
    "sources": ("sources", _words),
    "agent": ("agent", _string),
    "verify": ("verify", _string),
    "timeout": ("timeout", _seconds),
    "grace": ("grace", _seconds),
    "disposable": ("disposable", _patterns),
}
_SPELLING = {name.lower(): name for name in _CONVERT}
