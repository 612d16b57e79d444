"""Settings: `git config parallel.*` and `agent.<name>.*`, over the team's tracked `.gitparallel` file."""

import re
from collections.abc import Iterable, Iterator
from os import environ

from ..errors import BadInput
from ..git.command import Git
from ..names import Oid, printable
from ..overlap.policy import Policy
from .converting import CONVERT, SPELLING, boolean, one_of, owned, patterns, price
from .settings import AgentType, Settings
from .team import TEAM_FILE, Pairs, TeamFile, commands, is_command, made_anew, scope_of


def read(git: Git) -> list[tuple[str, str]]:
    """The user's own settings, lowest scope first, `git -c` on the command line included."""
    # git hands `-c name=value` to us in these variables; they must not reach any other child.
    passed = {k: v for k, v in environ.items() if k.startswith(("GIT_CONFIG_PARAMETERS", "GIT_CONFIG_COUNT"))}
    passed |= {k: v for k, v in environ.items() if re.fullmatch(r"GIT_CONFIG_(KEY|VALUE)_\d+", k)}
    asked = r"^((parallel|agent)\.|core\.hookspath$)"
    out = git.run("config", "-z", "--get-regexp", asked, answers=(0, 1), environment=passed)
    return list(_pairs(out.fields))


def read_team(git: Git, at: Oid) -> TeamFile:
    """The team's settings, from the `.gitparallel` tracked at a commit, read once."""
    raw = git.run_bytes("cat-file", "blob", f"{at}:{TEAM_FILE}", answers=(0, 128))
    if raw.returncode:
        return TeamFile()
    return TeamFile(raw.stdout, pairs_of(git, raw.stdout))


def pairs_of(git: Git, content: bytes) -> tuple[tuple[str, str], ...]:
    """The keys and values in the bytes of a `.gitparallel`; raises BadInput with the line git cannot read."""
    # A file that it includes could be changed by anybody, and would be no part of what is trusted.
    out = git.run("config", "-z", "--no-includes", "--file", "-", "--list", stdin=content, answers=(0, 128))
    if out.status == 0:
        return tuple(_pairs(out.fields))
    line = re.search(r"bad config line (\d+)", out.stderr)
    raise BadInput(
        f"{TEAM_FILE}:{line[1] if line else 1}: not in the syntax of a git config file",
        hint=f"correct it and commit; 'git config --file {TEAM_FILE} --list' checks it",
    )


def build(own: Pairs, team: Pairs, *, is_trusted: bool = False) -> Settings:
    """Settings from both sources: the user's win over the team's, whose commands count only where trusted."""
    counted = [(key, value) for key, value in team if is_trusted or not is_command(key)]
    trusted = [pair for pair in counted if not _is_elsewhere(*pair)]
    untrusted = "" if is_trusted else _untrusted(team)
    values: dict[str, object] = {}
    # A list that the user sets replaces the team's; within one source a repeated key adds to it.
    for source in (trusted, own):
        seen: dict[str, list[str]] = {}
        for key, value in source:
            # git gives section and key in lower case, whatever the user wrote.
            if key.startswith("parallel.") and (name := SPELLING.get(key.removeprefix("parallel."))):
                seen.setdefault(name, []).append(value)
        for name, given in seen.items():
            attribute, convert = CONVERT[name]
            values[attribute] = convert(f"parallel.{name}", given)
    return Settings(
        **values,  # type: ignore[arg-type]
        files=_files(trusted, own),
        hot=_hot(trusted, own),
        makers=_makers(trusted, own),
        verify_scopes=_scopes(trusted, own),
        agents=_agents(trusted, own),
        hooks=next((value for key, value in reversed(own) if key == _HOOKS), ""),
        untrusted=untrusted,
        is_verify_untrusted=not is_trusted and not _verifying(team) <= _verifying(own),
        warnings=(*((untrusted,) if untrusted else ()), *_elsewhere(counted), *_lost_case((trusted, own))),
    )


def _verifying(pairs: Pairs) -> set[str]:
    """What is set of how merges are verified: the globs of scopes, and the general command as an empty one."""
    general = {"" for key, _ in pairs if key == _VERIFY}
    return general | {glob for key, _ in pairs if (glob := scope_of(key))}


def _is_elsewhere(key: str, value: str) -> bool:
    """Whether a setting would have agents told what is in some file of the user's."""
    return key == "parallel.prompt" and value.startswith(("/", "~"))


def _elsewhere(team: Pairs) -> Iterator[str]:
    for key, value in team:
        if _is_elsewhere(key, value):
            yield f"{TEAM_FILE}: {key} names a file outside the repository and is ignored"


def _untrusted(team: Pairs) -> str:
    """What to say of commands that do not count; empty where there are none."""
    keys = ", ".join(printable(key) for key in dict.fromkeys(key for key, _ in commands(team)))
    if not keys:
        return ""
    return (
        f"{TEAM_FILE}: its commands are ignored ({keys}); 'git parallel trust' shows them and has them count"
    )


def _files(*sources: Pairs) -> dict[str, tuple[str, ...]]:
    """The globs of each source of tasks; those that the user sets replace the team's."""
    found: dict[str, tuple[str, ...]] = {}
    for source in sources:
        mine: dict[str, list[str]] = {}
        for key, value in source:
            name = key.removeprefix("parallel.").removesuffix(".files")
            if key == f"parallel.{name}.files":
                mine.setdefault(name, []).append(value)
        found |= {name: patterns(f"parallel.{printable(name)}.files", given) for name, given in mine.items()}
    return found


_HOT = "parallel.hotfile."
_VERIFY = "parallel.verify"
_HOOKS = "core.hookspath"


def _lost_case(sources: Iterable[Pairs]) -> Iterator[str]:
    """What to say of globs whose capital letters git may have taken away."""
    for source in sources:
        for key, _ in source:
            name = key[len(_HOT) :]
            if key.casefold().startswith(_HOT) and "." not in name:
                yield (
                    f"parallel.hotFile.{printable(name)}: git gives this in lower case, whatever was written; "
                    "if the file is spelled otherwise, set 'parallel.hotFile.<glob>.policy'"
                )


def _hot(*sources: Pairs) -> tuple[tuple[str, Policy], ...]:
    """The policies of hot files; what the user sets comes last, since the last that matches counts.

    git takes the last part of a key for its name: only letters, digits and `-`, and in lower case. That
    will do for `CHANGELOG.md`; other globs are written `parallel.hotFile.<glob>.policy`.
    """
    found: dict[str, Policy] = {}
    for source in sources:
        for key, value in source:
            if not key.casefold().startswith(_HOT) or made_anew(key):
                continue
            glob = key[len(_HOT) :].removesuffix(".policy")
            shown = f"parallel.hotFile.{printable(glob)}"
            patterns(shown, [glob])
            word = one_of(*Policy)(shown, [value.casefold()])
            found.pop(glob, None)
            found[glob] = Policy(word)
    for glob, _ in _makers(*sources):
        # Who says how it is made means that it is.
        found.setdefault(glob, Policy.REGENERATE)
    return tuple(found.items())


def _makers(*sources: Pairs) -> tuple[tuple[str, str], ...]:
    """The commands by which hot files are made anew; what the user sets comes last, and counts."""
    found: dict[str, str] = {}
    for source in sources:
        for key, command in source:
            if glob := made_anew(key):
                patterns(f"parallel.hotFile.{printable(glob)}.command", [glob])
                found.pop(glob, None)
                found[glob] = command
    return tuple(found.items())


def _scopes(*sources: Pairs) -> tuple[tuple[str, str], ...]:
    """The verify commands of scopes; for one glob the user's goes before the team's."""
    found: dict[str, str] = {}
    for source in sources:
        for key, command in source:
            if glob := scope_of(key):
                owned(f"parallel.verify.{printable(glob)}.command", [glob])
                found[glob] = command
    return tuple(found.items())


def _agents(*sources: Pairs) -> dict[str, AgentType]:
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
            owns=owned(f"agent.{name}.owns", values.get("owns", [])),
            singleton=boolean(f"agent.{name}.singleton", values.get("singleton", ["false"])),
            command=values.get("command", [""])[-1],
            preset=values.get("preset", [""])[-1],
            args=values.get("args", [""])[-1],
            price=price(f"agent.{name}.price", values["price"]) if "price" in values else None,
        )
        for name, values in found.items()
    }


def _pairs(fields: list[str]) -> Iterator[tuple[str, str]]:
    for entry in fields:
        key, separator, value = entry.partition("\n")
        # A key without '=' is git's short form of a true boolean.
        yield key, value if separator else "true"
