"""What a declared path covers, and when two of them can name the same file."""

import re
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from git_parallel.errors import BadName
from git_parallel.overlap import patterns, segment
from git_parallel.overlap.sequence import covers, intersect

COVERED = {
    "app.py": ("app.py", "app.pyc x/app.py"),
    "src/": ("src/a src/a/b.py", "src lib/src/a srcs/a"),
    "src/*.py": ("src/a.py src/.py src/.hidden.py", "src/a/b.py a.py src/a.pyc"),
    "src/**": ("src/a src/a/b", "src srcs"),
    "**/x.py": ("x.py a/x.py a/b/x.py", "ax.py x.py/b"),
    "a/**/b": ("a/b a/x/b a/x/y/b", "ab a/b/c"),
    "a**b": ("ab axb", "a/b"),
    "?.py": ("a.py", ".py ab.py"),
    "[a-c]x": ("ax bx", "dx [a-c]x.py"),
    "[!a-c]x": ("dx !x", "ax bx"),
    "[^a]x": ("bx", "ax"),
    "[]a]x": ("]x ax", "[x"),
    "[a-]x": ("-x ax", "bx"),
    "a[b": ("a[b", "ab"),
    "[]": ("[]", "]"),
    "x[!]": ("x[!]", "x! xa"),
    "src/{a,b}.py": ("src/a.py src/b.py src/{a,b}.py", "src/c.py src/a,b.py"),
    "{a,{b,c}}/x": ("a/x b/x c/x", "{b,c}/x"),
    "a{,.bak}": ("a a.bak", "a.b"),
    "{src,lib/x}/": ("src/a lib/x/y", "lib/y"),
    "{id}.py": ("{id}.py", "id.py"),
    "app/[id]/page.tsx": ("app/[id]/page.tsx app/i/page.tsx", "app/id/page.tsx"),
    "app/[...slug]/*.tsx": ("app/[...slug]/page.tsx app/s/page.tsx", "app/x/page.tsx"),
    "[z-a]x": ("[z-a]x", "zx ax"),
}


@pytest.mark.parametrize("text", COVERED)
def test_a_pattern_covers_these_paths_and_not_those(text: str) -> None:
    inside, outside = (side.split(" ") for side in COVERED[text])
    pattern = patterns.parse(text)

    assert [path for path in inside if patterns.matches(pattern, path)] == inside
    assert [path for path in outside if patterns.matches(pattern, path)] == []


REFUSED = {
    "": "empty",
    "*": "covers everything",
    "**/*": "covers everything",
    "{*,a}": "covers everything",
    "/etc/*": "absolute",
    "../*.py": "leaves the repository",
    "{..,a}/x*": "leaves the repository",
    ".git/*": "inside .git",
    "a//*": "empty or '.' segment",
    ":(glob)*": "begins with ':'",
    "a*b*c*d*e*f*g*h*i*j": "more than 8 '*'",
    "**/a/**/b/**/c": "more than 2 '**'",
    "{a,b}" * 7: "more than 64 alternatives",
    "x\n*": "control characters",
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_no_document_may_declare_is_refused_with_the_reason(text: str) -> None:
    with pytest.raises(BadName) as refused:
        patterns.parse(text)

    assert f"({REFUSED[text]})" in refused.value.message


def test_the_limits_themselves_are_allowed() -> None:
    assert len(patterns.parse("{a,b}" * 6).shapes) == 65  # and the text itself
    assert patterns.matches(patterns.parse("a*b*c*d*e*f*g*h*i"), "abcdefghi")
    assert patterns.matches(patterns.parse("**/a/**/*.py"), "a/x.py")


def test_too_many_alternatives_in_a_text_that_was_let_in_are_letters() -> None:
    text = "{a,b}" * 7

    assert patterns.trusted(text) == patterns.Pattern(text, ((text,),))


def test_a_path_that_git_named_is_no_wildcard() -> None:
    assert not patterns.matches(patterns.exact("src/*.py"), "src/a.py")
    assert patterns.exact("app/[id].tsx").is_exact


MEETING = [
    ("src/", "src/db/", True),
    ("src/", "srcs/", False),
    ("src", "src/", False),
    ("src/*.py", "src/a*", True),
    ("src/*.py", "src/*/*.py", False),
    ("**/a.py", "src/", True),
    ("**/a.py", "src/*.txt", False),
    ("a/**/z", "**/b/*", True),
    ("a/**/b/c", "a/*/c", True),
    ("a/**/b/c", "a/x/c", False),
    ("[a-m]*", "[n-z]*", False),
    ("[a-m]*", "[!b-z]?", True),
    ("*ab", "*ba", False),
    ("a*c", "*b*", True),
    ("{a,b}.py", "{b,c}.py", True),
    ("{a,b}.py", "{c,d}.py", False),
    ("app/[id]/x", "app/[[]id]/*", True),
]


@pytest.mark.parametrize(("left", "right", "answer"), MEETING)
def test_two_patterns_meet_when_a_file_could_be_in_both(left: str, right: str, *, answer: bool) -> None:
    a, b = patterns.parse(left), patterns.parse(right)

    assert (patterns.meets(a, b), patterns.meets(b, a)) == (answer, answer)


def test_the_worst_patterns_end() -> None:
    deep = patterns.trusted("**/a/" * 200 + "b")
    stars = patterns.trusted("*a" * 200 + "b")

    assert not patterns.matches(deep, "/".join("a" * 300))
    assert not patterns.matches(stars, "a" * 4000)
    assert not patterns.meets(deep, patterns.trusted("a/" * 300 + "c"))
    assert patterns.meets(deep, patterns.trusted("**/" + "*/a/" * 150 + "**/b"))
    assert not patterns.meets(stars, patterns.trusted("*" + "?b" * 200 + "c"))
    assert not patterns.matches(patterns.trusted("{" * 2000 + "[" * 2000), "x")


names = st.text("ab", min_size=1, max_size=3)
paths = st.lists(names, min_size=1, max_size=4).map("/".join)
parts = st.one_of(
    st.just("**"), st.lists(st.sampled_from(["a", "b", "*", "?", "[a]", "[!a]", "[ab]"]), min_size=1, max_size=3)
    .map("".join),
)  # fmt: skip
globs = st.builds(
    lambda segments, end: "/".join(segments) + end,
    st.lists(parts, min_size=1, max_size=4),
    st.sampled_from(["", "", "/"]),
)
braced = st.builds(
    "{}{{{},{}}}{}".format, st.sampled_from(["", "a/"]), globs, globs, st.sampled_from(["", "b"])
)
texts = st.one_of(globs, braced, paths)
SMALL = [
    "/".join(p) for size in (1, 2, 3, 4) for p in product(["a", "b", "aa", "ab", "ba", "bb"], repeat=size)
]


def reference(text: str) -> re.Pattern[str]:
    """A glob as a plain regular expression, good enough for small ones."""
    cut = re.fullmatch(r"(.*?)\{(.*),(.*)\}(.*)", text)
    if cut:
        options = [cut[1] + cut[n] + cut[4] for n in (2, 3)]
        return re.compile("|".join(reference(option).pattern for option in options))
    text = re.sub(r"/$", "/**", text)
    text = re.sub(r"(^|(?<=/))\*\*$", "**/*", text)
    found = ""
    for token in re.findall(r"(?:(?:^|(?<=/))\*\*/)|\*+|\?|\[!?[^]]*\]|.", text):
        wild = {"**/": "(?:[^/]+/)*", "?": "[^/]"}.get(token)
        if wild is None:
            wild = "[^/]*" if token.startswith("*") else token.replace("[!", "[^/")
        found += wild
    return re.compile(found)


@given(texts, paths)
@example("**/**/a", "a")
@example("a/**", "a")
def test_matches_is_what_a_regular_expression_says(text: str, path: str) -> None:
    assert patterns.matches(patterns.trusted(text), path) == (reference(text).fullmatch(path) is not None)


@settings(max_examples=300, deadline=None)
@given(st.one_of(globs, paths), st.one_of(globs, paths))
def test_meets_is_what_trying_small_paths_says(left: str, right: str) -> None:
    a, b = reference(left), reference(right)
    witness = next((path for path in SMALL if a.fullmatch(path) and b.fullmatch(path)), None)
    answer = patterns.meets(patterns.trusted(left), patterns.trusted(right))

    assert answer == patterns.meets(patterns.trusted(right), patterns.trusted(left))
    if witness is not None:
        assert answer, witness
    # Four segments with two letters each hold a witness of all but the longest of these patterns.
    if answer and left.count("/") + right.count("/") < 4 and not re.search(r"[^/]{3}", left + "/" + right):
        assert witness is not None


parts_of_sequence = st.lists(st.sampled_from([None, "a", "b", "ab"]), max_size=5)


@given(parts_of_sequence, parts_of_sequence)
def test_sequences_intersect_exactly_when_some_sequence_is_in_both(
    left: list[str | None], right: list[str | None]
) -> None:
    def has(part: str, item: str) -> bool:
        return item in part

    # A shortest witness is no longer than the parts of both together.
    size = sum(part is not None for part in left + right)
    words = ["".join(word) for length in range(min(size, 8) + 1) for word in product("ab", repeat=length)]
    expected = any(covers(left, word, has) and covers(right, word, has) for word in words)

    assert intersect(left, right, lambda a, b: bool(set(a) & set(b))) == expected


@given(paths, globs)
def test_what_is_literal_at_the_ends_of_a_glob_is_so_in_all_it_covers(path: str, text: str) -> None:
    for shape in patterns.trusted(text).shapes:
        folder, head, tail = patterns.literal_ends(shape)
        if covers(shape, path.split("/"), segment.accepts):
            assert path.startswith(folder + head)
            assert f"/{path}".endswith(tail)
