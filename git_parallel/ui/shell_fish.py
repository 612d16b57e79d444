"""The completion script for fish: all of it for `git-parallel`, and a bridge to it for `git parallel`."""

from ..agents import presets
from .verbs import HELP, VERSION, Option, Value, Verb

_HEAD = r"""# fish completion for git-parallel, made by `python -m git_parallel.ui.completions`.

# fish's own git.fish would send `git parallel ...` here, but not in all versions (3.6.0 looks for a command
# `git git-parallel`), and only if git-parallel was on PATH when it was read. So this file is best put into
# conf.d, and does it by itself.
function __git_parallel_of_git
    set -l words (commandline -opc)
    set -l at (contains -i -- parallel $words)
    or return
    set -e words[1..$at]
    complete -C "git-parallel "(string join ' ' -- (string escape -- $words) '')(commandline -ct)
end
complete -c git -f -n '__fish_git_using_command parallel' -a '(__git_parallel_of_git)'

function __git_parallel_verb -d 'The verb that has been typed, if there is one'
    set -l words (commandline -opc)
    set -e words[1]
    for word in $words
        if not string match -q -- '-*' $word
            echo $word
            return
        end
    end
    return 1
end

function __git_parallel_needs_verb
    not __git_parallel_verb >/dev/null
end

function __git_parallel_using
    set -l verb (__git_parallel_verb)
    and test $verb = $argv[1]
    and not __git_parallel_in_command
end

function __git_parallel_in_command_of
    set -l verb (__git_parallel_verb)
    and test $verb = $argv[1]
    and __git_parallel_in_command
end

function __git_parallel_in_command -d 'Whether a command of the user has begun, after --'
    contains -- -- (commandline -opc)
end

function __git_parallel_command
    set -l words (commandline -opc)
    set -l at (contains -i -- -- $words)
    or return
    set -e words[1..$at]
    complete -C (string join ' ' -- (string escape -- $words) '')(commandline -ct)
end

function __git_parallel_tasks
    git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/tasks 2>/dev/null
end

function __git_parallel_trashed
    git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/trash 2>/dev/null |
        string replace -r '/.*' '' | sort -u
end

function __git_parallel_conflicted
    git for-each-ref --format='%(refname:lstrip=3) %(subject)' refs/parallel/tasks 2>/dev/null |
        string replace -rf '^(\S+) \S+ conflicted.*' '$1'
end

function __git_parallel_agents
    begin
        printf '%s\n' PRESETS
        git config --name-only --get-regexp '^agent\..*\.[a-z]*$' 2>/dev/null |
            string replace -r '^agent\.(.*)\.[a-z]*$' '$1'
    end | sort -u
end

complete -c git-parallel -f
"""
_LISTS = {
    Value.TASK: "(__git_parallel_tasks)",
    Value.TRASHED: "(__git_parallel_trashed)",
    Value.CONFLICTED: "(__git_parallel_conflicted)",
    Value.AGENT: "(__git_parallel_agents)",
    Value.DIRECTORY: "(__fish_complete_directories)",
}


def script(verbs: tuple[Verb, ...]) -> str:
    """The whole script."""
    before = "__git_parallel_needs_verb"
    lines = [_option(before, HELP), _option(before, VERSION)]
    lines += [f"-n {before} -a {verb.name} -d {_quoted(verb.summary)}" for verb in verbs]
    for verb in verbs:
        lines += _verb(verb)
    head = _HEAD.replace("PRESETS", " ".join(presets.names()))
    return head + "".join(f"complete -c git-parallel {line}\n" for line in lines)


def _verb(verb: Verb) -> list[str]:
    when = f"'__git_parallel_using {verb.name}'"
    lines = [_option(when, option) for option in verb.options]
    if verb.kind is Value.FILE:
        lines.append(f"-n {when} -F")
    elif found := _found(verb.kind, verb.choices):
        lines.append(f"-n {when} -a {_quoted(found)}")
    if verb.has_command:
        lines.append(f"-n '__git_parallel_in_command_of {verb.name}' -a '(__git_parallel_command)'")
    return lines


def _option(when: str, option: Option) -> str:
    flags = [f"-l {flag[2:]}" if flag.startswith("--") else f"-s {flag[1:]}" for flag in option.flags]
    words = [f"-n {when}", *flags]
    if option.value:
        found = _found(option.kind, option.choices)
        # -x: a value and no file names; -r -F: a value, and file names.
        words.append(f"-x -a {_quoted(found)}" if found else "-x" if option.kind is Value.OTHER else "-r -F")
    return " ".join([*words, f"-d {_quoted(option.help.removesuffix('.'))}"])


def _found(kind: Value, choices: tuple[str, ...]) -> str:
    return " ".join(choices) or _LISTS.get(kind, "")


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
