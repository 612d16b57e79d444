"""Whether a piece of text is a path at all, and whether it can be declared."""

import re

from ...names import path_problem, printable

MOST_STARS = 8
MOST_DOUBLE_STARS = 2

PLACEHOLDER = re.compile(r"[{}<>$=\"']|\.\.\.|…|XXX|YYYY|NNN|path/to/|://")
_ALTERNATIVES = re.compile(r"\{[\w.-]{1,60}(?:,[\w.-]{1,60}){1,20}\}")
_BRANCH = re.compile(r"(?:feature|feat|fix|bugfix|hotfix|release|origin|upstream|refs|heads|chore)/")
_ELSEWHERE = re.compile(r"(?:~|/(?:Users|home|workspaces?|root|mnt|Volumes|opt|srv)|[A-Za-z]:)/[^/]+/[^/]")
_EXTENSION = re.compile(r"\.[A-Za-z0-9_]{1,12}")
_KNOWN_EXTENSIONS = frozenset(
    re.findall(
        r"\w+",
        "bash bat c cc cfg cjs conf cpp cs css csv dart diff env erb ex exs fish go gradle graphql h hpp hs html "
        "ini ipynb java js json jsonl jsx kt kts less lock lua m md mdx mjs mk ml mod nix patch php pl plist po "
        "proto ps1 py pyi pyx r rake rb rs rst sass scala scss sh sol spec sql sum svelte svg swift tf toml "
        "ts tsx txt vue xml yaml yml zig zsh",
    )
)
# Libraries that are called like a file.
_LIBRARIES = re.compile(
    r"(?:node|next|vue|nuxt|express|d3|three|react|angular|ember|backbone|moment|chart|socket|alpine|p5|"
    r"require|underscore|handlebars|mustache|knockout|passport|discord|tensorflow|brain|ml5|nest|electron)\.js",
    re.IGNORECASE,
)
_HOST = re.compile(r"[\w.-]+\.(?:com|org|net|io|dev|ai|app|co)/", re.IGNORECASE)
_KNOWN_NAMES = frozenset(
    re.findall(
        r"\w+",
        "Makefile Dockerfile Gemfile Rakefile Procfile Justfile Vagrantfile LICENSE NOTICE CODEOWNERS README "
        "CHANGELOG Containerfile Jenkinsfile Brewfile Pipfile AUTHORS VERSION",
    )
)
# First words by which a back-ticked text with spaces is something to type.
_COMMANDS = frozenset(
    re.findall(
        r"\w+",
        "bash black bun cargo cat cd chmod cp curl deno docker echo find gh git go gradle grep head jest less ls "
        "make mkdir mv mvn mypy node npm npx pip pip3 pipx pnpm poetry pre pytest python python3 rm rsync ruff "
        "scp sed sh source ssh sudo tail tar touch uv uvx vi vim vitest wget yarn",
    )
)


def is_elsewhere(path: str) -> bool:
    """Whether a path is one of some machine's home or workspace, of which the end may lie in the repository."""
    return _ELSEWHERE.match(path) is not None


def pattern_problem(path: str) -> str:
    """Why a path or glob cannot be declared, in a few words; empty when it can."""
    reason = path_problem(path)
    if not reason and not path.isascii() and printable(path) != path:
        return "characters that cannot be seen"
    if reason or ("*" not in path and "?" not in path):
        return reason
    if not path.strip("*/?"):
        return "a pattern that matches everything"
    if path.count("**") > MOST_DOUBLE_STARS:
        return f"more than {MOST_DOUBLE_STARS} '**'"
    return f"more than {MOST_STARS} '*'" if path.count("*") > MOST_STARS else ""


def is_path(token: str) -> bool:
    """Whether a back-ticked token can only be meant as a path (usable or not)."""
    # `src/{a,b}.py` names two files, `src/{name}.py` none.
    plain = _ALTERNATIVES.sub("x", token) if "{" in token else token
    if not token or PLACEHOLDER.search(plain) or token[0] in "@-" or token.endswith(")"):
        return False
    if not token.strip("*"):
        return True
    if " " in token and not _is_name_with_spaces(token):
        return False
    if "/" not in token and "\\" not in token:
        return _is_file_name(token)
    if _BRANCH.match(token) or _HOST.match(token) or not ("*" in token or any(map(str.isalpha, token))):
        return False
    if token[0] in "/~":
        return token.count("/") > 1 or (token[0] == "~" and "/" in token)
    return True


def is_doubtful(path: str) -> bool:
    """Whether a path may as well be something else with a slash in it: `text/html`, `client/server`."""
    return "/" in path and not is_surely_path(path)


def is_surely_path(token: str) -> bool:
    """Whether a word of prose is a path: `and/or`, `hours/priority` and `e.g.` are not."""
    if not token.strip("*") or not is_path(token):
        return False
    if "/" not in token and "\\" not in token:
        return True
    last = token.rstrip("/").rsplit("/", 1)[-1]
    return (
        token.endswith("/")
        or "*" in last
        or has_extension(last)
        or last in _KNOWN_NAMES
        or token.startswith(("../", ".git/", "/"))
    )


def _is_name_with_spaces(token: str) -> bool:
    """Whether a back-ticked text with spaces is one path, and no command, list or sentence."""
    *before, last = token.split(" ")
    if before[0] in _COMMANDS or "/" not in token or any(map(has_extension, before)):
        return False
    return has_extension(last) or token.endswith("/")


def _is_file_name(token: str) -> bool:
    if token in _KNOWN_NAMES:
        return True
    if _LIBRARIES.fullmatch(token):
        return False
    stem, dot, extension = token.rpartition(".")
    if not dot or not extension.isascii():
        return False
    if not stem:
        if extension == "git":
            return True  # and refused, with a word
        return len(extension) > 3 and extension.replace("-", "").isalnum() and extension.islower()
    # `config.json` is a file and `logging.basicConfig` is not.
    return extension.casefold() in _KNOWN_EXTENSIONS and not (stem.isdigit() and len(extension) == 1)


def has_extension(name: str) -> bool:
    dot = name.rfind(".")
    return dot >= 0 and _EXTENSION.fullmatch(name, dot) is not None and not name[dot + 1 :].isdigit()
