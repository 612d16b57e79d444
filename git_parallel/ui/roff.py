"""roff for man pages: text in, the macros of man(7) out. Everything that roff could misread is escaped here."""

import re
import textwrap
from collections.abc import Iterable

_SPECIAL = {
    "\\": r"\e",
    "-": r"\-",
    "'": r"\(aq",
    "`": r"\(ga",
    "^": r"\(ha",
    "~": r"\(ti",
    '"': r"\(dq",
}
# In prose a hyphen inside a word may break a line and an apostrophe may be typeset; options stay as typed.
_IN_PROSE = re.compile(r"[\\`^~\"]|(?<!\w)-|-(?!\w)|(?<!\w)'|'(?!\w)")
# `literal`, and 'git parallel ...' as the help texts quote commands.
_QUOTED = re.compile(r"`([^`]+)`|(?<!\w)'(git[ -][^']+)'")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)")


def literal(text: str) -> str:
    """Text exactly as it would be typed."""
    return "".join(_SPECIAL.get(character, character) for character in text)


def bold(text: str) -> str:
    """Text as typed, in bold."""
    return rf"\fB{literal(text)}\fR"


def italic(text: str) -> str:
    """A word that stands for something else, as the user's terminal shows such words."""
    return rf"\fI{literal(text)}\fR"


def prose(text: str) -> str:
    """Running text, a sentence a line; what stands in backticks comes out as typed, in bold."""
    return _lines("\n".join(map(_folded, _inline(text))))


def name(page: str, what: str) -> str:
    """The line under NAME, which has a fixed form that `apropos` reads."""
    return f"{literal(page)} \\- {' '.join(_inline(what))}\n"


def _inline(text: str) -> list[str]:
    """The sentences of a text, marked up."""
    pieces, at = [], 0
    # What stands in backticks holds no end of a sentence, so the text can be cut as it is written.
    text = _SENTENCE_END.sub("\n", text)
    for quoted in _QUOTED.finditer(text):
        pieces += [_plain(text[at : quoted.start()]), bold(quoted[1] or quoted[2])]
        at = quoted.end()
    return "".join([*pieces, _plain(text[at:])]).split("\n")


def _folded(text: str) -> str:
    return textwrap.fill(text, 78, break_long_words=False, break_on_hyphens=False)


def title(page: str, *, version: str, manual: str) -> str:
    """The head of a page. No date, so that the same tree always makes the same page."""
    # Left-aligned and without hyphenation: most of what stands here is to be typed.
    return f'.TH "{literal(page.upper())}" "1" "" "{literal(version)}" "{literal(manual)}"\n.nh\n.ad l\n'


def section(name: str, *blocks: str) -> str:
    """A section; nothing where it would be empty."""
    body = "".join(blocks)
    # A paragraph right after the heading would be one too many.
    return f".SH {name}\n{body.removeprefix('.PP' + chr(10))}" if body else ""


def paragraph(*texts: str) -> str:
    """A paragraph for each text."""
    return "".join(f".PP\n{prose(text)}\n" for text in texts)


def line(markup: str) -> str:
    """A paragraph of ready markup."""
    return f".PP\n{_lines(markup)}\n"


def items(entries: Iterable[tuple[str, str]]) -> str:
    """A list of terms (ready markup), each with what it means."""
    return "".join(f".TP\n{_lines(term)}\n{prose(meaning)}\n" for term, meaning in entries)


def code(lines: Iterable[str]) -> str:
    """Lines as they are, indented."""
    body = "\n".join(_lines(literal(text)) for text in lines)
    return f".PP\n.RS 4\n.nf\n{body}\n.fi\n.RE\n"


def _plain(text: str) -> str:
    return _IN_PROSE.sub(lambda found: _SPECIAL[found[0]], text)


def _lines(text: str) -> str:
    # A line of text must not begin with what roff takes for a request.
    return re.sub(r"(?m)^(?=[.'])", lambda _: r"\&", text)
