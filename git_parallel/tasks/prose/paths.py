"""From a piece of Markdown text to the paths it names, and why some of them cannot be used."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from ...names import path_problem
from ..task import Kind
from .spans import Ranges, said_lines, spans

MOST_STARS = 8
MOST_DOUBLE_STARS = 2

# Each alternative either fails at once or is bounded, so that reading a line is linear.
_PIECE = re.compile(
    r"`([^`]{1,4200})`"  # 1 quoted
    r"|\[([^\[\]]{0,300})\]\(([^()\s]{0,1200})[^()\n]{0,100}\)"  # 2, 3 link
    r"|\(([^()]{0,600})\)"  # 4 qualifier
    r"|([^\s,;`()\[\]]+)"  # 5 word
    r"|(\S)"  # 6 separator
)
_QUOTED = re.compile(r"`([^`]{1,4200})`")
_SOLE = re.compile(r"`([^`\s]{1,600})`")
_NO_NAMES = frozenset(("tbd", "todo", "none", "n/a", "various", "multiple"))
_PROSE_BEGINS = frozenset(("", "-", "–", "—"))
_REMARK = re.compile(r"\((?!or )([^()]{0,600})\)")
_BETWEEN = {",", ";", "&", "+", "and", "or", "→", "->", "=>", "to", "|", "/", "", ":"}
_PLACEHOLDER = re.compile(r"[{}<>$=\"']|\.\.\.|…|XXX|YYYY|NNN|path/to/|://")
_ALTERNATIVES = re.compile(r"\{[\w.-]{1,60}(?:,[\w.-]{1,60}){1,20}\}")
_BRANCH = re.compile(r"(?:feature|feat|fix|bugfix|hotfix|release|origin|upstream|refs|heads|chore)/")
# What people say for a file that nearly everywhere has this name.
_SPOKEN = {"README": "README.md", "CHANGELOG": "CHANGELOG.md", "CONTRIBUTING": "CONTRIBUTING.md"}
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
_QUALIFIERS = (
    (
        re.compile(r"\b(?:read[ -]only|reference only|unchanged|no changes?|do not (?:edit|modify))\b"),
        Kind.MENTION,
    ),
    (
        re.compile(r"\b(?:existing|exists|modif|updat|edit|exten|enhance|expand|refactor|changed)"),
        Kind.MODIFY,
    ),
    (re.compile(r"\b(?:new|creat(?:e|ed|es))\b|🆕|✨"), Kind.CREATE),
    (re.compile(r"\b(?:delet|remov|deprecat)"), Kind.DELETE),
    (re.compile(r"\b(?:move|moved|rename|renamed)\b"), Kind.MOVE),
)


@dataclass(frozen=True, slots=True)
class Named:
    """A path as some text names it: what the words beside it say will happen, and why it is unusable."""

    path: str
    kind: Kind | None = None
    problem: str = ""
    is_quoted: bool = False
    ranges: Ranges = ()


def leading(text: str) -> tuple[Named, ...]:
    """The paths with which `text` begins, one after the other; prose ends them."""
    if text.startswith("`") and (simple := _simple(text)) is not None:
        return simple
    found: list[Named] = []
    for piece in _pieces(text):
        quoted, title, target, qualifier, word, mark = piece.groups()
        if qualifier is not None:
            if found and qualifier.startswith("or "):
                found += _alternative(found[-1], qualifier)
            else:
                _qualify(found, qualifier)
            continue
        if (word or mark or "`").strip("*") in _BETWEEN:
            continue
        named = _named(quoted, title, target, word)
        if named is None:
            _qualify(found, text[piece.start() : piece.start() + 24].lstrip("-–— "), sure=True)
            break
        found.append(named)
    return tuple(found)


def _simple(text: str) -> tuple[Named, ...] | None:
    """What `leading` gives for a text of one back-ticked path and prose or a remark, which most items are."""
    end = text.find("`", 1)
    rest = text[end + 1 :].lstrip()
    remark = _REMARK.fullmatch(rest) if rest[:1] == "(" else None
    if end < 2 or (rest[:1] not in _PROSE_BEGINS and remark is None) or rest.startswith("->"):
        return None
    named = _judged(text[1:end].strip(), is_quoted=True)
    if named is None:
        return ()
    found = [named]
    if remark:
        _qualify(found, remark[1])
    else:
        _qualify(found, rest[:24].lstrip("-–— "), sure=True)
    return tuple(found)


def quoted(text: str) -> tuple[Named, ...]:
    """The back-ticked paths anywhere in `text`."""
    named = (_judged(span.strip(), is_quoted=True) for span in _QUOTED.findall(text))
    return tuple(n for n in named if n is not None)


@lru_cache(maxsize=1 << 12)
def qualifier_kind(text: str) -> Kind | None:
    """What a remark like `(NEW)`, `(~20 lines modified)` or `read only` says of a path."""
    folded = text.casefold()
    return next((kind for pattern, kind in _QUALIFIERS if pattern.search(folded)), None)


def is_elsewhere(path: str) -> bool:
    """Whether a path is one of some machine's home or workspace, of which the end may lie in the repository."""
    return _ELSEWHERE.match(path) is not None


def pattern_problem(path: str) -> str:
    """Why a path or glob cannot be declared, in a few words; empty when it can."""
    reason = path_problem(path)
    if reason or ("*" not in path and "?" not in path):
        return reason
    if not path.strip("*/?"):
        return "a pattern that matches everything"
    if path.count("**") > MOST_DOUBLE_STARS:
        return f"more than {MOST_DOUBLE_STARS} '**'"
    return f"more than {MOST_STARS} '*'" if path.count("*") > MOST_STARS else ""


def _pieces(text: str) -> Iterator[re.Match[str]]:
    return _PIECE.finditer(text)


def _alternative(first: Named, text: str) -> Iterator[Named]:
    """The other file that may be meant: `a/b.py` (or new `c.py`) names `a/c.py` too."""
    for name in quoted(text)[:1]:
        path = name.path if "/" in name.path else first.path[: first.path.rfind("/") + 1] + name.path
        yield replace(name, path=path, kind=qualifier_kind(text), problem=pattern_problem(path))


def _qualify(found: list[Named], remark: str, *, sure: bool = False) -> None:
    """Let a remark speak of the last path; a remark outside parentheses only when it begins with it."""
    if not found:
        return
    if not sure and not found[-1].ranges and (lines := said_lines(remark)):
        found[-1] = replace(found[-1], ranges=lines)
    if found[-1].kind is not None:
        return
    first = remark.split(" ", 1)[0].strip("*:.,").casefold() if sure else remark
    if sure and first not in ("new", "create", "created", "modified", "updated", "🆕", "✨", "deleted"):
        return
    found[-1] = replace(found[-1], kind=qualifier_kind(first))


def _named(quoted: str | None, title: str | None, target: str | None, word: str | None) -> Named | None:
    if quoted is not None:
        return _judged(quoted.strip(), is_quoted=True)
    if target is not None:
        outside = target.startswith("..") and _judged((title or "").strip("`*"), is_quoted=True)
        return outside or _judged(target, is_quoted=True)
    if not word:
        return None
    bare = _bare(word)
    return _judged(_SPOKEN.get(bare, bare), is_quoted=False)


def _bare(word: str) -> str:
    word = word.rstrip(":.,!?")
    # Bold type that begins or ends here; a glob such as `src/**` keeps its stars.
    if word.endswith("**") and not word.endswith("/**"):
        word = word[:-2]
    if word.startswith("**") and not word.startswith("**/"):
        word = word[2:]
    return word.strip("\"'").rstrip(":.,!?")


@lru_cache(maxsize=1 << 12)
def _judged(token: str, *, is_quoted: bool) -> Named | None:
    path, lines = _without_position(token.removeprefix("./"))
    if not (is_path(path) if is_quoted else _is_surely_path(path)):
        return None
    return Named(path, problem=pattern_problem(path), is_quoted=is_quoted, ranges=lines)


def _without_position(token: str) -> tuple[str, Ranges]:
    """`token` without `:10-20`, `::symbol`, `:function` or `#anchor` behind it, and the lines it gives."""
    token = token.split("::", 1)[0].split("#", 1)[0]
    head, colon, tail = token.rpartition(":")
    if not colon or not tail:
        return token, ()
    if tail.strip("0123456789-–,L ") == "":
        return head, spans(tail)
    return (head, ()) if tail.isidentifier() and _has_extension(head) else (token, ())


def sole(text: str) -> tuple[Named, ...]:
    """The one back-ticked name with which `text` begins, whatever it looks like; for places that hold only paths."""
    match = _SOLE.match(text)
    if match is None or match[1].casefold() in _NO_NAMES or _PLACEHOLDER.search(match[1]):
        return ()
    return (Named(match[1], qualifier_kind(text[match.end() :]), pattern_problem(match[1]), is_quoted=True),)


def is_path(token: str) -> bool:
    """Whether a back-ticked token can only be meant as a path (usable or not)."""
    # `src/{a,b}.py` names two files, `src/{name}.py` none.
    plain = _ALTERNATIVES.sub("x", token) if "{" in token else token
    if not token or _PLACEHOLDER.search(plain) or token[0] in "@-" or token.endswith(")"):
        return False
    if not token.strip("*"):
        return True
    if " " in token and not _is_name_with_spaces(token):
        return False
    if "/" not in token and "\\" not in token:
        return _is_file_name(token)
    if _BRANCH.match(token) or not ("*" in token or any(map(str.isalpha, token))):
        return False
    if token.startswith(("/", "~")):
        return token.strip("~").count("/") > 1
    return True


def _is_surely_path(token: str) -> bool:
    """Whether a word of prose is a path: `and/or`, `hours/priority` and `e.g.` are not."""
    if not token.strip("*") or not is_path(token):
        return False
    if "/" not in token and "\\" not in token:
        return True
    last = token.rstrip("/").rsplit("/", 1)[-1]
    return (
        token.endswith("/")
        or "*" in last
        or _has_extension(last)
        or last in _KNOWN_NAMES
        or token.startswith(("../", ".git/", "/"))
    )


def _is_name_with_spaces(token: str) -> bool:
    """Whether a back-ticked text with spaces is one path, and no command, list or sentence."""
    *before, last = token.split(" ")
    if before[0] in _COMMANDS or "/" not in token or any(map(_has_extension, before)):
        return False
    return _has_extension(last) or token.endswith("/")


def _is_file_name(token: str) -> bool:
    if token in _KNOWN_NAMES:
        return True
    stem, dot, extension = token.rpartition(".")
    if not dot or not extension.isascii():
        return False
    if not stem:
        return len(extension) > 3 and extension.replace("-", "").isalnum() and extension.islower()
    # `config.json` is a file and `logging.basicConfig` is not.
    return extension.casefold() in _KNOWN_EXTENSIONS and not (stem.isdigit() and len(extension) == 1)


def _has_extension(name: str) -> bool:
    dot = name.rfind(".")
    return dot >= 0 and _EXTENSION.fullmatch(name, dot) is not None and not name[dot + 1 :].isdigit()
