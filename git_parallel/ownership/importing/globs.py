"""The patterns of CODEOWNERS files as ours: `.gitignore` patterns on GitHub, those of fnmatch on GitLab."""

import re

from ...errors import BadName
from ...names import printable
from ...overlap.patterns import EVERYTHING, parse
from ...tasks.files import Files

_ESCAPED = re.compile(r"\\(.)")
_WILD = frozenset("*?[")
_NO_RANGES = "'[...]' means nothing there"


class Untranslatable(ValueError):
    """What a pattern asks for and ours cannot say, in a few words."""


def of_github(written: str, tree: Files) -> tuple[str, ...]:
    """Our patterns for one of GitHub's; raises Untranslatable.

    With a `/` inside it begins at the root, else it is meant in every directory. Without one at its end it
    may be a directory as well as a file, but for a last `*`; where the tree does not tell, it is both.
    """
    if "[" in written.replace("\\[", ""):
        raise Untranslatable(_NO_RANGES)
    body = _plain(written)
    is_anchored = "/" in body.rstrip("/")
    body = body.removeprefix("/")
    last = body.rpartition("/")[2]
    if last in ("", "*", "**"):
        return _checked(body, is_anchored=is_anchored)
    is_file, is_folder = (False, False) if _WILD & set(last) else _kinds(body, tree, is_anchored=is_anchored)
    if not is_file and not is_folder:
        # It is still to be made, or there may be many; directories seldom have an extension.
        is_file, is_folder = True, "." not in last[1:]
    return tuple(
        glob
        for text, is_one in ((body, is_file), (f"{body}/", is_folder))
        for glob in (_checked(text, is_anchored=is_anchored) if is_one else ())
    )


def of_gitlab(written: str, tree: Files) -> tuple[str, ...]:  # noqa: ARG001
    """Our patterns for one of GitLab's; raises Untranslatable.

    Without a `/` before it, it is meant in every directory; without one behind it, it is no directory.
    """
    body = _plain(written)
    return _checked(body.removeprefix("/"), is_anchored=body.startswith("/"))


def checked(glob: str) -> str:
    """A pattern that an agent type may own; raises Untranslatable for what can be none."""
    if "\ufffd" in glob:
        raise Untranslatable("it is not UTF-8")
    if glob != EVERYTHING:
        try:
            parse(glob)
        except BadName as error:
            raise Untranslatable(error.message) from error
    return glob


def _plain(written: str) -> str:
    """A pattern without its backslashes; what was a wildcard and is none is a class of one letter."""
    if written.startswith("!"):
        raise Untranslatable("what it leaves out cannot be said by a pattern that gives")
    text = written.replace("{", "[{]") if "{" in written else written
    return _ESCAPED.sub(lambda match: f"[{match[1]}]" if match[1] in "*?[" else match[1], text)


def _checked(body: str, *, is_anchored: bool) -> tuple[str, ...]:
    if not body:
        raise Untranslatable("it names no file")
    if body in ("**", "**/*", "**/**") or (body == "*" and not is_anchored):
        return (EVERYTHING,)
    if body == "*":
        # Of the root only, which a bare `*` would say as well, but is refused as a mistake.
        return ("?*",)
    if body in ("*/", "**/"):
        return ("?*/",)
    if body.endswith("/**/"):
        # There is a directory between.
        body = f"{body.removesuffix('**/')}*/"
    is_deep = is_anchored or body.startswith("**/")
    return (checked(body if is_deep else f"**/{body}"),)


def _kinds(body: str, tree: Files, *, is_anchored: bool) -> tuple[bool, bool]:
    """Whether there is a file, and whether there is a directory, of that name."""
    if _WILD & set(body):
        tail = body.rpartition("/")[2]
        return bool(tree.ending(tail)), bool(tree.directories_ending(tail))
    if is_anchored:
        return body in tree, tree.is_directory(body)
    return bool(tree.ending(body)), bool(tree.directories_ending(body))


def said(written: str, why: Exception) -> str:
    """The sentence for a pattern that has no counterpart."""
    return f"not understood: '{printable(written)}': {why}"
