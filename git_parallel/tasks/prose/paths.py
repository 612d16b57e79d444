"""From a piece of Markdown text to the paths it names, and what the words beside them say."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from ..task import Kind
from .pathlike import PLACEHOLDER, has_extension, is_path, is_surely_path, pattern_problem
from .spans import Ranges, said_lines, spans

# Each alternative either fails at once or is bounded, so that reading a line is linear.
_PIECE = re.compile(
    r"`([^`]{1,4200})`"  # 1 quoted
    r"|\[([^\[\]]{0,300})\]\(([^()\s]{0,1200})[^()\n]{0,100}\)"  # 2, 3 link
    r"|\(([^()]{0,600})\)"  # 4 qualifier
    r"|((?:[^\s,;`()\[\]]|(?<=/)\[[^\s\[\]()]{1,60}\])+)"  # 5 word
    r"|(\S)"  # 6 separator
)
_QUOTED = re.compile(r"`([^`]{1,4200})`")
_SOLE_BARE = re.compile(r"([\w.][\w./-]{0,300})")
_SOLE = re.compile(r"`([^`\s]{1,600})`")
_NO_NAMES = frozenset(("tbd", "todo", "none", "n/a", "various", "multiple"))
_PROSE_BEGINS = frozenset(("", "-", "–", "—"))
_REMARK = re.compile(r"\((?!or |and )([^()]{0,600})\)")
_BETWEEN = {
    ",",
    ";",
    "&",
    "+",
    "and",
    "or",
    "→",
    "->",
    "=>",
    "to",
    "|",
    "/",
    "",
    ":",
    "plus",
    "well",
    "as",
    "into",
    "<br>",
    "<br/>",
}
# What people say for a file that nearly everywhere has this name.
_SPOKEN = {"README": "README.md", "CHANGELOG": "CHANGELOG.md", "CONTRIBUTING": "CONTRIBUTING.md"}
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
            if found and qualifier.startswith(("or ", "and ")):
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


def _pieces(text: str) -> Iterator[re.Match[str]]:
    return _PIECE.finditer(text)


def _alternative(first: Named, text: str) -> Iterator[Named]:
    """The other file that may be meant: `a/b.py` (or new `c.py`) names `a/c.py` too."""
    for name in quoted(text)[:1] or leading(text.partition(" ")[2])[:1]:
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
    if word.endswith("/.."):
        return word
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
    if not (is_path(path) if is_quoted else is_surely_path(path)):
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
    return (head, ()) if tail.isidentifier() and has_extension(head) else (token, ())


def sole(text: str) -> tuple[Named, ...]:
    """The one back-ticked name with which `text` begins, whatever it looks like; for places that hold only paths."""
    match = _SOLE.match(text) or _SOLE_BARE.fullmatch(text.strip())
    if match is None or match[1].casefold() in _NO_NAMES or PLACEHOLDER.search(match[1]):
        return ()
    return (Named(match[1], qualifier_kind(text[match.end() :]), pattern_problem(match[1]), is_quoted=True),)
