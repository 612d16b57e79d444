"""The completion script for zsh; its `_git` calls it for `git parallel`, compinit for `git-parallel`."""

from ..agents import presets
from .verbs import HELP, VERSION, Option, Value, Verb, summary

_HEAD = r"""# Made by `python -m git_parallel.ui.completions`.

__git_parallel_git() {
  command git "${git_at[@]}" "$@" 2>/dev/null
}

__git_parallel_tasks() {
  local expl
  local -a ids
  ids=(${(f)"$(__git_parallel_git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/tasks)"})
  _wanted tasks expl task compadd -a ids
}

__git_parallel_trashed() {
  local expl
  local -aU ids
  ids=(${(f)"$(__git_parallel_git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/trash)"})
  ids=(${ids%%/*})
  _wanted trash expl 'pruned task' compadd -a ids
}

__git_parallel_conflicted() {
  local expl
  local -a ids
  ids=(${(f)"$(__git_parallel_git for-each-ref --format='%(refname:lstrip=3) %(subject)' refs/parallel/tasks)"})
  ids=(${${(M)ids:#[^ ]## [^ ]## conflicted*}%% *})
  _wanted tasks expl 'task in conflict' compadd -a ids
}

__git_parallel_agents() {
  local expl
  local -aU names
  names=(${(f)"$(__git_parallel_git config --name-only --get-regexp '^agent\..*\.[a-z]*$')"})
  names=(${${names#agent.}%.*} PRESETS)
  _wanted agents expl 'agent type' compadd -a names
}

_git-parallel() {
  local curcontext=$curcontext state state_descr line
  local -a git_at
  # `git -C DIR parallel`: only our caller knows of DIR, as it was typed.
  if [[ ${(t)opt_args-} == association* && -n ${opt_args[-C]-} ]]; then
    git_at=(-C ${${(Q)opt_args[-C]}/#\~\//$HOME/})
  fi
  integer ret=1 at
  local -A opt_args
  local -a verbs
  verbs=(
"""
_MIDDLE = r"""
  case $state in
    (verb)
      _describe -t commands 'git parallel command' verbs && ret=0
      ;;
    (arguments)
      curcontext=${curcontext%:*:*}:git-parallel-$words[1]:
      case $words[1] in
"""
_TAIL = r"""      esac
      ;;
  esac
  return ret
}

_git-parallel "$@"
"""
_COMMAND = r"""          at=${words[(i)--]}
          if (( at < CURRENT )); then
            shift at words
            (( CURRENT -= at ))
            _normal && ret=0
            return ret
          fi
"""
_ACTIONS = {
    Value.TASK: "__git_parallel_tasks",
    Value.TRASHED: "__git_parallel_trashed",
    Value.CONFLICTED: "__git_parallel_conflicted",
    Value.AGENT: "__git_parallel_agents",
    Value.FILE: "_files",
    Value.DIRECTORY: "_directories",
    Value.COMMAND: "_files",
    # A space: say what is wanted, and offer nothing.
    Value.OTHER: " ",
}


def script(verbs: tuple[Verb, ...]) -> str:
    """The whole script. `_git` reads the second line for its list of commands."""
    what = summary()
    described = "".join(f"    {_quoted(f'{verb.name}:{verb.summary}')}\n" for verb in verbs)
    top = _arguments(
        4,
        [_option(HELP, alone=True), _option(VERSION, alone=True), "'1: :->verb'", "'*:: :->arguments'"],
        "-C",
    )
    return "".join(
        [
            "#compdef git-parallel\n",
            f"#description {what[:1].lower()}{what[1:]}\n",
            _HEAD.replace("PRESETS", " ".join(presets.names())),
            described,
            "  )\n",
            top,
            _MIDDLE,
            *map(_verb, verbs),
            _TAIL,
        ]
    )


def _verb(verb: Verb) -> str:
    specs = [_option(option, alone=option == HELP) for option in verb.options]
    if verb.operands:
        every = "*" if verb.many else ""
        word = verb.operands.strip("[].").split("]")[0].split(" ")[0]
        specs.append(_quoted(f"{every}:{word}:{_action(verb.kind, verb.choices)}"))
    command = _COMMAND if verb.has_command else ""
    return f"        ({verb.name})\n{command}{_arguments(10, specs)}          ;;\n"


def _arguments(indent: int, specs: list[str], *flags: str) -> str:
    space = " " * indent
    # After `--` no more options: -S. Short ones may stand together: -s.
    lines = " \\\n".join(
        [f"{space}_arguments {' '.join((*flags, '-s', '-S'))}", *(f"{space}  {s}" for s in specs)]
    )
    return f"{lines} && ret=0\n"


def _option(option: Option, *, alone: bool = False) -> str:
    rest = f"[{_bracketed(option.help)}]"
    if option.value:
        rest += f":{option.value}:{_action(option.kind, option.choices)}"
    excluded = "- : *" if alone else " ".join(option.flags)
    flags = [_flag(flag, has_value=bool(option.value)) for flag in option.flags]
    spelled = flags[0] if len(flags) == 1 else "{" + ",".join(flags) + "}"
    head = _quoted(f"({excluded})") if alone or len(flags) > 1 else ""
    many = "'*'" if option.many else ""
    return f"{many or head}{spelled}{_quoted(rest)}"


def _flag(flag: str, *, has_value: bool) -> str:
    if not has_value:
        return flag
    return f"{flag}=" if flag.startswith("--") else f"{flag}+"


def _action(kind: Value, choices: tuple[str, ...]) -> str:
    return f"({' '.join(choices)})" if choices else _ACTIONS[kind]


def _bracketed(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").removesuffix(".")


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
