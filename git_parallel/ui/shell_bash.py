"""The completion script for bash, as an extension of git's own completion and without it."""

from collections.abc import Iterator

from ..agents import presets
from .verbs import HELP, VERSION, Option, Value, Verb

_HEAD = r"""# bash completion for git-parallel, made by `python -m git_parallel.ui.completions`.
#
# git's completion calls _git_parallel for `git parallel ...`; the end of this file sees to the
# spelling `git-parallel ...`, also where git's completion is not loaded.

__git_parallel_git ()
{
	if declare -f __git >/dev/null; then
		__git "$@"
	else
		git "$@" 2>/dev/null
	fi
}

# The names come from refs and settings; what is no plain word is left out, it could be shell code.
__git_parallel_tasks ()
{
	__git_parallel_git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/tasks |
		sed -n '/^[a-z0-9-]*$/p'
}

__git_parallel_trashed ()
{
	__git_parallel_git for-each-ref --format='%(refname:lstrip=3)' refs/parallel/trash |
		sed -n 's,^\([a-z0-9-]*\)/[0-9]*$,\1,p' | sort -u
}

# The subject of the commit that a record is tells the state.
__git_parallel_conflicted ()
{
	__git_parallel_git for-each-ref --format='%(refname:lstrip=3) %(subject)' refs/parallel/tasks |
		sed -n 's/^\([a-z0-9-]*\) [^ ]* conflicted.*/\1/p'
}

__git_parallel_agents ()
{
	{
		printf '%s\n' PRESETS
		__git_parallel_git config --name-only --get-regexp '^agent\..*\.[a-z]*$' |
			sed -n 's/^agent\.\([A-Za-z0-9_-]*\)\.[a-z]*$/\1/p'
	} | sort -u
}

# Offer the words $1, one a line, for what has been typed of one: $2.
__git_parallel_offer ()
{
	if [ -z "${__git_parallel_alone-}" ] && declare -f __gitcomp_nl >/dev/null; then
		__gitcomp_nl "$1" "" "$2"
		return
	fi
	local word
	COMPREPLY=()
	while IFS= read -r word; do
		case "$word" in
		?*) [ "${word#"$2"}" = "$word" ] && [ -n "$2" ] || COMPREPLY+=("$word") ;;
		esac
	done <<<"$1"
}

# The agent's command begins at word $1; its arguments are completed as file names.
__git_parallel_command ()
{
	compopt +o nospace 2>/dev/null
	if [ "$cword" -eq "$1" ]; then
		# shellcheck disable=SC2207  # bash 3.2, which macOS has, knows no mapfile
		COMPREPLY=($(compgen -c -- "$cur"))
	fi
}

_git_parallel ()
{
	local at=${__git_cmd_idx-} verb="" i option word
	if [ -z "$at" ]; then
		# git before 2.31 does not tell where its subcommand stands.
		at=0
		case "${words[0]##*/}" in
		git-parallel) ;;
		*) while [ "$at" -lt "$cword" ] && [ "${words[at]}" != parallel ]; do at=$((at + 1)); done ;;
		esac
	fi
	for ((i = at + 1; i < cword; i++)); do
		case "${words[i]}" in
		-*) ;;
		*)
			verb=${words[i]}
			break
			;;
		esac
	done
"""
_TAIL = r"""}

__git_parallel_alone ()
{
	local __git_parallel_alone=yes __git_cmd_idx=0 cword=$COMP_CWORD
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local words=("${COMP_WORDS[@]}")
	# readline cuts `--option=value` into three words.
	if [ "$cur" = = ]; then
		cur=""
	elif [ "$prev" = = ]; then
		prev=${COMP_WORDS[COMP_CWORD - 2]}
	fi
	_git_parallel
}

if declare -f __git_complete >/dev/null; then
	__git_complete git-parallel _git_parallel
else
	complete -o bashdefault -o default -F __git_parallel_alone git-parallel
fi
"""
# What prints the words; where nothing does, readline's file names are offered.
_LISTS = {
    Value.TASK: '"$(__git_parallel_tasks)"',
    Value.TRASHED: '"$(__git_parallel_trashed)"',
    Value.CONFLICTED: '"$(__git_parallel_conflicted)"',
    Value.AGENT: '"$(__git_parallel_agents)"',
}


def script(verbs: tuple[Verb, ...]) -> str:
    """The whole script."""
    return "".join(
        [
            _HEAD.replace("PRESETS", " ".join(presets.names())),
            '\tif [ -z "$verb" ]; then\n\t\tcase "$cur" in\n',
            f"\t\t-*) {_offer(_words(_long((HELP, VERSION))), '$cur')} ;;\n",
            f"\t\t*) {_offer(_words([verb.name for verb in verbs]), '$cur')} ;;\n",
            "\t\tesac\n\t\treturn\n\tfi\n",
            *_commands(verbs),
            '\toption=$prev word=$cur\n\tcase "$cur" in\n',
            "\t--*=*) option=${cur%%=*} word=${cur#*=} ;;\n\tesac\n",
            '\tcase "$verb,$option" in\n',
            *_values(verbs),
            '\tesac\n\tcase "$verb,$cur" in\n',
            *(_verb(verb) for verb in verbs),
            "\tesac\n",
            _TAIL,
        ]
    )


def _commands(verbs: tuple[Verb, ...]) -> list[str]:
    names = [verb.name for verb in verbs if verb.has_command]
    if not names:
        return []
    loop = '\t\tfor ((i++; i < cword; i++)); do\n\t\t\tif [ "${words[i]}" = -- ]; then\n'
    call = "\t\t\t\t__git_parallel_command $((i + 1))\n\t\t\t\treturn\n\t\t\tfi\n\t\tdone\n"
    return [f'\tcase "$verb" in\n\t{"|".join(names)})\n', loop, call, "\t\t;;\n\tesac\n"]


def _values(verbs: tuple[Verb, ...]) -> Iterator[str]:
    nothing = []
    for verb in verbs:
        for option in verb.options:
            patterns = "|".join(f"{verb.name},{flag}" for flag in option.flags)
            found = _found(option.kind, option.choices)
            if option.value and found:
                yield f"\t{patterns})\n\t\t{_offer(found, '$word')}\n\t\treturn\n\t\t;;\n"
            elif option.value:
                nothing.append(patterns)
    if nothing:
        yield f"\t{'|'.join(nothing)}) return ;;\n"


def _found(kind: Value, choices: tuple[str, ...]) -> str:
    return _words(choices) if choices else _LISTS.get(kind, "")


def _verb(verb: Verb) -> str:
    found = _found(verb.kind, verb.choices)
    lines = [f"\t{verb.name},-*) {_offer(_words(_long(verb.options)), '$cur')} ;;\n"]
    if found:
        lines.append(f"\t{verb.name},*) {_offer(found, '$cur')} ;;\n")
    return "".join(lines)


def _long(options: tuple[Option, ...]) -> list[str]:
    return [flag for option in options for flag in option.flags if flag.startswith("--")]


def _words(words: list[str] | tuple[str, ...]) -> str:
    # $'...' takes a backslash before a quote, unlike '...'.
    escaped = (word.replace("\\", "\\\\").replace("'", "\\'") for word in words)
    return "$'" + "\\n".join(escaped) + "'"


def _offer(words: str, typed: str) -> str:
    return f'__git_parallel_offer {words} "{typed}"'
