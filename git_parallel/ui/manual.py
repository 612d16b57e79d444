"""The manual: one man page for `git parallel` and one for each verb, made from the command tree.

`python -m git_parallel.ui.manual [DIR]` writes them; `man/` has them committed.
"""

import re
import sys
from pathlib import Path

from .. import __version__
from ..config.settings import Settings
from . import roff
from .reference import (
    AGENT_ENVIRONMENT,
    AGENT_MEANINGS,
    EMPTY_DEFAULTS,
    FILES,
    HOT_MEANINGS,
    JSON,
    MEANINGS,
    PLACES,
    SCOPE_MEANINGS,
    SOURCE_MEANINGS,
    SPEC_FILES,
    STATUSES,
    WAYS_ON,
)
from .verbs import HELP, VERSION, Option, Verb, summary, visible

_JOURNEY = (
    "$ git parallel tasks                      # what is to be done",
    "$ git parallel plan                       # what can run together",
    "$ git parallel run -j 4 -- my-agent       # each in its own worktree",
    "$ git parallel status                     # what has become of it",
    "$ git parallel log 3                      # what one agent printed",
    "$ git parallel merge --verify 'make test' # judged, then verified",
    "$ git parallel prune                      # what is merged goes",
)
_DESCRIPTION = (
    "Tasks are declared in the repository: in `SPEC-*.md` files and a `ROADMAP.md`, each with the files that "
    "it will touch. `git parallel plan` shows what can run together, in what order, and why. `git parallel run` "
    "gives each task a worktree and a branch of its own and starts an agent there: any command that reads a "
    "spec on its standard input. `git parallel merge` judges every commit, merges in memory, verifies the "
    "result, and only then moves the target. `git parallel prune` puts away what is merged, and can bring it "
    "back.",
    "An agent may commit what its task declares and, within what its type owns, whatever no other unfinished "
    "task declares or has taken. Hooks in the agents' worktrees tell it so at `git commit`, and the merge judges "
    "again. Your own worktree and hooks are not touched.",
    "A task is named by its id or by any spelling that a document has for it: `20`, `US-043`, `PRIORITY 20`. "
    "After a crash of anything, the next command puts right what was left half-done.",
)
_STATUS_INTRO = "The same for every verb:"


def pages() -> dict[str, str]:
    """The text of every page by its file name."""
    verbs = visible()
    return {"git-parallel.1": _main_page(verbs)} | {
        f"git-parallel-{verb.name}.1": _verb_page(verb, verbs) for verb in verbs
    }


def write(directory: Path) -> None:
    """Write all pages, and remove those of verbs that are no more."""
    directory.mkdir(parents=True, exist_ok=True)
    made = pages()
    for old in directory.glob("git-parallel*.1"):
        if old.name not in made:
            old.unlink()
    for name, text in made.items():
        (directory / name).write_text(text, "utf-8")


def _main_page(verbs: tuple[Verb, ...]) -> str:
    return "".join(
        [
            _title("git-parallel"),
            roff.section("NAME", _name("git-parallel", summary())),
            roff.section(
                "SYNOPSIS",
                roff.line(f"{roff.bold('git parallel')} {roff.italic('VERB')} [{roff.italic('ARG')}]..."),
                roff.line(f"{roff.bold('git parallel')} {roff.bold('--version')}"),
            ),
            roff.section("DESCRIPTION", roff.paragraph(*_DESCRIPTION)),
            roff.section("OPTIONS", _options((VERSION, HELP))),
            roff.section(
                "COMMANDS",
                roff.items((roff.bold(f"git-parallel-{v.name}") + "(1)", f"{v.summary}.") for v in verbs),
            ),
            roff.section("EXAMPLE", roff.code(_JOURNEY)),
            roff.section("SPEC FILES", _table(SPEC_FILES)),
            roff.section("WHEN A TASK DOES NOT GET THROUGH", _table(WAYS_ON)),
            roff.section("CONFIGURATION", *_configuration()),
            roff.section("FILES", _table(FILES)),
            roff.section(
                "ENVIRONMENT",
                roff.paragraph(
                    "An agent gets these, and no other variable that begins with `GIT_` but `GIT_AUTHOR_*` and "
                    "`GIT_COMMITTER_*`:"
                ),
                _table({f"`{name}`": meaning for name, meaning in AGENT_ENVIRONMENT.items()}),
                roff.paragraph(
                    "A verify command gets `GIT_PARALLEL_TASK` with the ids of all tasks that are verified together, "
                    "`GIT_PARALLEL_WORKTREE` with the path of the merged tree, `GIT_PARALLEL_TARGET` with the name of "
                    "the target, and a `TMPDIR` of its own. A command that makes files anew gets `GIT_PARALLEL_TASK` "
                    "and `GIT_PARALLEL_WORKTREE`."
                ),
            ),
            _exit_status(),
            _see_also(
                [*(f"git-parallel-{verb.name}" for verb in verbs), "git", "git-worktree", "git-config"]
            ),
        ]
    )


def _verb_page(verb: Verb, verbs: tuple[Verb, ...]) -> str:
    name = f"git-parallel-{verb.name}"
    json = ""
    if verb.has_json:
        keys = {f"`{key}`": meaning for key, meaning in JSON[verb.name].items()}
        json = roff.section(
            "JSON", roff.paragraph("The document of `--json` is an object with these keys:"), _table(keys)
        )
    others = [f"git-parallel-{other.name}" for other in verbs if other != verb]
    return "".join(
        [
            _title(name),
            roff.section("NAME", _name(name, verb.summary)),
            roff.section("SYNOPSIS", roff.line(_synopsis(verb))),
            roff.section("DESCRIPTION", roff.paragraph(f"{verb.summary}.", *verb.description)),
            roff.section("OPTIONS", _options(verb.options)),
            json,
            _exit_status(),
            _see_also(["git-parallel", *others]),
        ]
    )


def _title(name: str) -> str:
    head = '.\\" Made by `python -m git_parallel.ui.manual`; change the command tree, not this file.\n'
    return head + roff.title(name, version=f"git-parallel {__version__}", manual="Git Parallel Manual")


def _name(page: str, what: str) -> str:
    return roff.name(page, what[:1].lower() + what[1:])


def _synopsis(verb: Verb) -> str:
    words = [roff.bold(f"git parallel {verb.name}")]
    for option in verb.options:
        if option != HELP:
            value = f" {roff.italic(option.value)}" if option.value else ""
            many = "..." if option.many else ""
            words.append(f"[{' | '.join(map(roff.bold, option.flags))}{value}]{many}")
    if verb.operands:
        # The words in capitals stand for something; brackets, dots and `--` are to be read as they are.
        words.append(re.sub(r"[A-Z]+|--", lambda m: _operand(m[0]), verb.operands))
    return "\n".join(words)


def _operand(word: str) -> str:
    return roff.bold(word) if word == "--" else roff.italic(word)


def _options(options: tuple[Option, ...]) -> str:
    return roff.items((_spelling(option), option.help) for option in options)


def _spelling(option: Option) -> str:
    value = f" {roff.italic(option.value)}" if option.value else ""
    return ", ".join(map(roff.bold, option.flags)) + value


def _configuration() -> list[str]:
    return [
        roff.paragraph(
            "Settings are read from `git config` in all its scopes, and from the tracked file `.gitparallel`."
        ),
        _table({f"`{key}`": f"{meaning} {_default(key)}" for key, meaning in MEANINGS.items()}),
        _table({f"`{key}`": meaning for key, meaning in {**SCOPE_MEANINGS, **HOT_MEANINGS}.items()}),
        roff.paragraph("Each form of task document may be looked for elsewhere:"),
        _table({f"`{key}`": meaning for key, meaning in SOURCE_MEANINGS.items()}),
        _table({f"`{name}`": _places(globs) for name, globs in PLACES.items()}),
        roff.paragraph(
            "A package can bring a form of its own under the entry-point group `git_parallel.sources`. It is "
            "looked for only when `parallel.sources` or `--source` name it, so that a plan does not change "
            "because a package was installed."
        ),
        roff.paragraph("Each type of agent may have a section of its own:"),
        _table({f"`{key}`": meaning for key, meaning in AGENT_MEANINGS.items()}),
    ]


def _default(key: str) -> str:
    if key in EMPTY_DEFAULTS:
        return f"Default: {EMPTY_DEFAULTS[key]}."
    value = getattr(Settings(), attribute(key))
    values = value if isinstance(value, tuple) else (f"{value:g}s" if isinstance(value, float) else value,)
    return f"Default: {', '.join(f'`{one}`' for one in values)}."


def _places(globs: tuple[str, ...]) -> str:
    return ", ".join(f"`{glob}`" for glob in globs)


def attribute(key: str) -> str:
    """The field of `Settings` that a setting fills: `parallel.maxParallel` -> `max_parallel`."""
    return re.sub("[A-Z]", lambda m: f"_{m[0].lower()}", key.removeprefix("parallel."))


def _exit_status() -> str:
    return roff.section(
        "EXIT STATUS",
        roff.paragraph(_STATUS_INTRO),
        _table({f"`{status}`": meaning for status, meaning in STATUSES.items()}),
    )


def _see_also(names: list[str]) -> str:
    return roff.section("SEE ALSO", roff.line(",\n".join(f"{roff.bold(name)}(1)" for name in names)))


def _table(entries: dict[str, str]) -> str:
    return roff.items((roff.prose(term), meaning) for term, meaning in entries.items())


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "man"))
