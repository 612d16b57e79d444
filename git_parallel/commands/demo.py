"""`git parallel demo`: a throw-away repository with eight specs, and the commands of the whole journey."""

from dataclasses import dataclass
from pathlib import Path

from ..errors import Unusable
from ..git.command import Git
from ..names import printable

VERIFY = "python3 -m unittest -q"

STEPS = (
    "ls specs",
    "cat specs/SPEC-3-cart-total.md",
    "git parallel plan",
    "git parallel run -j 4 -- python3 agent.py",
    "git parallel status",
    f"git parallel merge --verify '{VERIFY}'",
    "git parallel run -- python3 agent.py",
    f"git parallel merge --verify '{VERIFY}'",
    "git parallel prune",
    "git parallel status",
    "git worktree list",
    "git log --oneline --first-parent",
)

_SPEC = """\
# SPEC-{id}: {title}

**Status**: 📝 Planned
{after}**File**: `{path}`

The function `{name}` is missing. Its body:

    {body}
"""

_AGENT = '''\
"""A scripted agent: reads a spec on its standard input and writes the function that it asks for."""

import pathlib
import re
import sys
import time

spec = sys.stdin.read()
path = pathlib.Path(re.search(r"\\*\\*File\\*\\*: `(.+?)`", spec)[1])
name = re.search(r"The function `(\\w+)`", spec)[1]
body = re.search(r"Its body:\\n\\n    (.+)", spec)[1]
print(f"writing {name} in {path}", flush=True)
time.sleep(1)
code = path.read_text()
stub = re.search(rf"(def {name}\\(.*?\\):\\n)    raise NotImplementedError\\n", code)
path.write_text(code.replace(stub[0], f"{stub[1]}    {body}\\n"))
print("done", flush=True)
'''

_TEST = """\
import unittest

from shop import cart, mail, money, names, stock, tax


class Shop(unittest.TestCase):
    def test_all_that_is_there_works(self):
        for function, arguments, expected in (
            (money.euros, (250,), "2.50 EUR"),
            (names.greeting, ("Ada",), "Dear Ada"),
            (cart.total, ([1, 2, 3],), 6),
            (cart.count, ([1, 2, 3],), 3),
            (stock.has, ({"tea": 1}, "tea"), True),
            (tax.rate, ("book",), 7),
            (mail.subject, ("order",), "Your order"),
            (money.round_up, (199,), 200),
        ):
            try:
                self.assertEqual(function(*arguments), expected)
            except NotImplementedError:
                pass  # its task has not been merged yet


if __name__ == "__main__":
    unittest.main()
"""


@dataclass(frozen=True, slots=True)
class _Piece:
    id: int
    slug: str
    title: str
    path: str
    name: str
    arguments: str
    body: str
    after: str = ""


# Specs 3 and 4 meet in one file, spec 8 comes after spec 1.
_PIECES = (
    _Piece(
        1,
        "euros",
        "Show amounts in euros",
        "shop/money.py",
        "euros",
        "cents",
        'return f"{cents / 100:.2f} EUR"',
    ),
    _Piece(2, "greeting", "Greet customers", "shop/names.py", "greeting", "name", 'return f"Dear {name}"'),
    _Piece(3, "cart-total", "Sum up a cart", "shop/cart.py", "total", "prices", "return sum(prices)"),
    _Piece(4, "cart-count", "Count a cart", "shop/cart.py", "count", "prices", "return len(prices)"),
    _Piece(
        5, "in-stock", "Ask the stock", "shop/stock.py", "has", "stock, item", "return stock.get(item, 0) > 0"
    ),
    _Piece(
        6,
        "tax-rate",
        "Know the tax rates",
        "shop/tax.py",
        "rate",
        "kind",
        'return 7 if kind == "book" else 19',
    ),
    _Piece(7, "subject", "Write mail subjects", "shop/mail.py", "subject", "what", 'return f"Your {what}"'),
    _Piece(
        8,
        "round-up",
        "Round amounts up",
        "shop/money.py",
        "round_up",
        "cents",
        "return -(-cents // 100) * 100",
        "1",
    ),
)


def prepare(directory: Path) -> None:
    """Make the throw-away repository; raises Unusable where the directory holds something."""
    if directory.exists() and any(directory.iterdir()):
        raise Unusable(
            f"'{printable(str(directory))}' is not empty", hint="name a directory that does not exist yet"
        )
    for path, text in _files().items():
        (directory / path).parent.mkdir(parents=True, exist_ok=True)
        (directory / path).write_text(text, "utf-8")
    git = Git(directory)
    git.run("init", "--quiet", "--initial-branch=main")
    for key, value in (
        ("user.name", "Demo"),
        ("user.email", "demo@example.com"),
        ("parallel.admission", "off"),
    ):
        git.run("config", key, value)
    git.run("add", "--all")
    git.run("commit", "--quiet", "--no-gpg-sign", "--message=A small shop with eight specs")


def _files() -> dict[str, str]:
    files = {
        "agent.py": _AGENT,
        "test_shop.py": _TEST,
        "shop/__init__.py": "",
        ".gitignore": "__pycache__/\n",
    }
    for piece in _PIECES:
        after = f"**Depends on**: SPEC-{piece.after}\n" if piece.after else ""
        files[f"specs/SPEC-{piece.id}-{piece.slug}.md"] = _SPEC.format(
            id=piece.id, title=piece.title, after=after, path=piece.path, name=piece.name, body=piece.body
        )
        stub = f"def {piece.name}({piece.arguments}):\n    raise NotImplementedError\n"
        files[piece.path] = f"{files[piece.path]}\n\n{stub}" if piece.path in files else stub
    return files
