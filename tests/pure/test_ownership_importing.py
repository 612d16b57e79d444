"""Documents of owners: CODEOWNERS of three hosts and Markdown tables, line by line, and what becomes of their order."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from git_parallel.errors import BadInput
from git_parallel.overlap.patterns import matches, trusted
from git_parallel.ownership.importing.codeowners import Dialect, dialect_of, read_codeowners
from git_parallel.ownership.importing.matrix import read_matrix
from git_parallel.ownership.importing.naming import agent_types
from git_parallel.ownership.importing.rule import Reading
from git_parallel.ownership.importing.stanzas import appended, missing, stanzas
from git_parallel.ownership.importing.weighing import Weighed, parsed, patterns_of
from git_parallel.ownership.survey import Survey
from git_parallel.tasks.document import decode
from git_parallel.tasks.files import Files

TREE = (
    "README.md",
    "app.py",
    "docs/a.md",
    "docs/deep/b.md",
    "src/lib/x.c",
    "src/lib",
    "logs/1.txt",
    "Makefile",
)


def read(text: str, path: str = "CODEOWNERS", tree: Sequence[str] = TREE) -> Reading:
    document, _ = decode(path, text.encode())
    assert document is not None
    is_table = path.endswith(".md")
    return read_matrix(document, Files(tree)) if is_table else read_codeowners(document, Files(tree))


def globs(text: str, path: str = "CODEOWNERS") -> tuple[str, ...]:
    """What one pattern becomes; the complaint where it becomes nothing."""
    reading = read(f"{text} @x\n", path)
    if not reading.rules:
        return tuple(problem.message for problem in reading.problems)
    return reading.rules[0].globs


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("*", ("**",)),
        ("**", ("**",)),
        ("/**", ("**",)),
        ("/*", ("?*",)),
        ("*.js", ("**/*.js",)),
        ("/build/logs/", ("build/logs/",)),
        ("docs/*", ("docs/*",)),
        ("docs/**", ("docs/**",)),
        ("apps/", ("**/apps/",)),
        ("/docs/", ("docs/",)),
        ("/docs", ("docs/",)),
        ("docs/deep", ("docs/deep/",)),
        ("/README.md", ("README.md",)),
        ("README.md", ("**/README.md",)),
        ("/new", ("new", "new/")),
        ("/new.py", ("new.py",)),
        ("/.new", (".new", ".new/")),
        ("**/logs", ("**/logs/",)),
        ("te*", ("**/te*", "**/te*/")),
        ("cmd/init_*.go", ("cmd/init_*.go",)),
        ("/src/**/", ("src/*/",)),
        ("**/", ("?*/",)),
        ("/src/**/x.c", ("src/**/x.c",)),
        (r"/a\ b.md", ("a b.md",)),
        (r"/c\#.md", ("c#.md",)),
        (r"/star\*.md", ("star[*].md",)),
        ("/{a,b}.md", ("[{]a,b}.md",)),
    ],
)
def test_a_pattern_of_github(written: str, ours: tuple[str, ...]) -> None:
    assert globs(written) == ours


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        ("docs", ("**/docs",)),
        ("/docs", ("docs",)),
        ("/docs/", ("docs/",)),
        ("docs/a.md", ("**/docs/a.md",)),
        ("/docs/**/*.md", ("docs/**/*.md",)),
        ("*", ("**",)),
        ("/[abc].md", ("[abc].md",)),
    ],
)
def test_a_pattern_of_gitlab(written: str, ours: tuple[str, ...]) -> None:
    assert globs(written, ".gitlab/CODEOWNERS") == ours


@pytest.mark.parametrize(
    ("written", "ours"),
    [
        (".*", ("**",)),
        (r".*\.go", ("**/*.go",)),
        (r"docs/.*", ("docs/",)),
        (r"^docs/readme\.md$", ("docs/readme.md",)),
        (r"docs/[^/]*\.md", ("docs/*.md",)),
        (r"src/foo.*", ("src/foo*", "src/foo*/")),
        (r"a/.*/b\.py", ("a/**/b.py",)),
        (r"src/.*_test\.go", ("src/**/*_test.go",)),
        (r"(a|b)/.*", ("not understood: '(a|b)/.*': this regular expression is no path with wildcards",)),
        (r"a.*b", ("not understood: 'a.*b': '.*' goes across directories in the middle of a name",)),
        (
            "!docs/.*",
            ("not understood: '!docs/.*': what it leaves out cannot be said by a pattern that gives",),
        ),
    ],
)
def test_a_pattern_of_gitea(written: str, ours: tuple[str, ...]) -> None:
    assert globs(written, ".gitea/CODEOWNERS") == ours


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("!docs/", "'!docs/': what it leaves out cannot be said by a pattern that gives"),
        ("/[ab].md", "'/[ab].md': '[...]' means nothing there"),
        ("/", "'/': it names no file"),
        ("/../x", "'/../x': not a path pattern: '../x' (leaves the repository)"),
        ("/.git/hooks/", "'/.git/hooks/': not a path pattern: '.git/hooks/' (inside .git)"),
        (
            "/a/**/b/**/c/**/d",
            "'/a/**/b/**/c/**/d': not a path pattern: 'a/**/b/**/c/**/d' (more than 2 '**')",
        ),
    ],
)
def test_what_has_no_counterpart_is_named_with_its_line(written: str, why: str) -> None:
    reading = read(f"# first\n{written} @x\n")

    assert reading.rules == ()
    assert [str(problem) for problem in reading.problems] == [f"CODEOWNERS:2: not understood: {why}"]


@pytest.mark.parametrize(
    ("path", "text", "dialect"),
    [
        ("CODEOWNERS", "*.go @x", Dialect.GITHUB),
        ("CODEOWNERS", "/docs/.* @dotfiles", Dialect.GITHUB),
        (".github/CODEOWNERS", r".*\.go @x", Dialect.GITHUB),
        ("CODEOWNERS", r".*\.go @x", Dialect.GITEA),
        (".forgejo/CODEOWNERS", "*.go @x", Dialect.GITEA),
        (".gitlab/CODEOWNERS", "*.go @x", Dialect.GITLAB),
        ("docs/CODEOWNERS", "[Docs] @x\n*.md", Dialect.GITLAB),
        ("CODEOWNERS", "^[Docs][2]\n*.md @x", Dialect.GITLAB),
        ("CODEOWNERS", "[abc].md @x", Dialect.GITHUB),
        ("CODEOWNERS", "", Dialect.GITHUB),
    ],
)
def test_whose_file_it_is(path: str, text: str, dialect: Dialect) -> None:
    document, _ = decode(path, text.encode())
    assert document is not None
    assert dialect_of(document) is dialect


def test_owners_comments_and_blanks() -> None:
    reading = read(
        "# comment\n\n  /a.py\t@one  @org/two three@example.com # @four\n/b.py # nobody\n/c.py someone @five @five\n"
    )

    assert [(rule.line, rule.written, rule.owners) for rule in reading.rules] == [
        (3, "/a.py", ("@one", "@org/two", "three@example.com")),
        (4, "/b.py", ()),
        (5, "/c.py", ("@five",)),
    ]
    assert [str(problem) for problem in reading.problems] == [
        "CODEOWNERS:5: 'someone' is no owner: write @user, @org/team or an address"
    ]


def test_a_line_whose_owners_are_none_takes_nothing_away() -> None:
    assert read("/a.py someone\n").rules == ()


def test_sections_have_default_owners_and_each_counts_for_itself() -> None:
    reading = read(
        "* @all\n[Docs] @writers\ndocs/\n/docs/a.md @editor\n^[C Code][2] @c\n*.c\n[DOCS]\n*.txt\n",
        ".gitlab/CODEOWNERS",
    )

    assert [(rule.line, rule.owners, rule.group) for rule in reading.rules] == [
        (1, ("@all",), ""),
        (3, ("@writers",), "docs"),
        (4, ("@editor",), "docs"),
        (6, ("@c",), "c code"),
        (8, (), "docs"),
    ]


def told(
    text: str, tree: Sequence[str], path: str = "CODEOWNERS"
) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """The patterns of each type, and the files of which the answer would be another."""
    reading = read(text, path, tree)
    weighed = Weighed(reading, tree)
    types = agent_types(owner for rule in reading.rules for owner in rule.owners)
    owns = patterns_of(weighed.kept, types)
    return owns, [f"{one.line}: {one}" for one in weighed.differences(types, parsed(owns))]


def test_where_the_last_match_is_the_most_specific_nothing_is_another() -> None:
    tree = ["a.py", "docs/a.md", "docs/deep/b.md", "src/x.c"]

    owns, differences = told("* @all\n/docs/ @writer\n/docs/deep/ @deep\n/src/x.c @c @d\n", tree)

    assert owns == {
        "all": ("**",),
        "writer": ("docs/",),
        "deep": ("docs/deep/",),
        "c": ("src/x.c",),
        "d": ("src/x.c",),
    }
    assert differences == []


def test_what_a_later_line_covers_is_overruled_and_left_out() -> None:
    text = "/src/x.c @a\n/src/ @b\n/docs/*.md @c\n/docs/ @d\n/docs/ @e\n*.py @f\n*.py @g\n"
    tree = ["src/x.c", "docs/a.md", "app.py"]

    owns, differences = told(text, tree)

    assert owns == {"b": ("src/",), "e": ("docs/",), "g": ("**/*.py",)}
    assert differences == []


def test_a_later_line_that_covers_only_a_part_makes_a_difference_that_is_named() -> None:
    owns, differences = told("/src/ @core\n*.c @c\n", ["src/a.c", "src/b.c", "src/x.py", "y.c"])

    assert owns == {"core": ("src/",), "c": ("**/*.c",)}
    assert differences == ["2: 'src/a.c' and 1 more are of c by this document, and would be of core"]


def test_a_line_without_an_owner_makes_a_difference_that_is_named() -> None:
    owns, differences = told("/apps/ @o\n/apps/github\n", ["apps/a.py", "apps/github/b.py"])

    assert owns == {"o": ("apps/",)}
    assert differences == ["2: 'apps/github/b.py' is nobody's by this document, and would be of o"]


def test_owners_of_several_sections_own_together_there_and_not_here() -> None:
    _, differences = told("[A] @a\n/src/\n[B] @b\n*.c\n", ["src/x.c"], ".gitlab/CODEOWNERS")

    assert differences == ["4: 'src/x.c' is of a and b by this document, and would be of a"]


def test_on_gitea_every_line_that_fits_counts() -> None:
    _, differences = told(".* @all\nsrc/.* @src\n", ["src/x.c", "y"], ".gitea/CODEOWNERS")

    assert differences == ["2: 'src/x.c' is of all and src by this document, and would be of src"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                ["*", "*.c", "/src/", "/src/*.c", "/src/x.c", "src/", "/docs/", "/src/**/*.c", "/y"]
            ),
            st.sampled_from(["@a", "@b", ""]),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_every_file_of_another_owner_is_named_and_no_other(lines: list[tuple[str, str]]) -> None:
    tree = ["a.c", "src/x.c", "src/deep/y.c", "docs/src/z.py", "docs/a.md", "src/n.py", "y"]
    reading = read("".join(f"{pattern} {owner}\n" for pattern, owner in lines), tree=tree)
    types = {"@a": "a", "@b": "b"}
    weighed = Weighed(reading, tree)
    owns = parsed(patterns_of(weighed.kept, types))
    named = {path for one in weighed.differences(types, owns) for path in one.paths}

    for path in tree:
        fitting = [rule for rule in reading.rules if any(matches(trusted(glob), path) for glob in rule.globs)]
        there = {types[owner] for owner in fitting[-1].owners} if fitting else set()
        here = set(Survey({}, owns).at(path).types)
        assert (path in named) == (bool(fitting) and there != here)


TABLE = """\
# Who owns what

| File/Directory | Owner | Can Modify? |
|---|:-:|---|
| **User Interface** | listener | **ONLY UI** |
| **docs/*.md** | project_manager | YES - top level |
| `docs/deep` | [architect](agents.md) | YES |
| `src/lib/x.c`, `app.py` | `coder`, Code Reviewer | EXCLUSIVE |
| docs/notes (with remarks)/ | writer (only typos) | YES |
| tests/ (all of them) | coder | YES |
| `Makefile` | nobody | YES |
| README.md | coder | READ-ONLY |
| src/a\\|b.py | coder | YES |
| ../up/ | coder | YES |
| short |

```
| Path | Owner |
|---|---|
| fenced.py | nobody-at-all |
```

| Skill | Owner |
|---|---|
| search | coder |

| Path | Team |
|---|---|
| Makefile | build |
| tests/ | qa |
"""


def test_the_tables_of_owners_in_a_document() -> None:
    reading = read(TABLE, "OWNERS.md", [*TREE, "tests/t.py"])

    assert [(rule.line, rule.owners, rule.globs) for rule in reading.rules] == [
        (6, ("project_manager",), ("docs/*.md",)),
        (7, ("architect",), ("docs/deep/",)),
        (8, ("coder", "Code Reviewer"), ("src/lib/x.c",)),
        (8, ("coder", "Code Reviewer"), ("app.py",)),
        (9, ("writer",), ("docs/notes (with remarks)/",)),
        (10, ("coder",), ("tests/",)),
        (13, ("coder",), ("src/a|b.py",)),
        (29, ("build",), ("Makefile",)),
        (30, ("qa",), ("tests/",)),
    ]
    assert [str(problem) for problem in reading.problems] == [
        "OWNERS.md:5: skipped, no path: 'User Interface'",
        "OWNERS.md:9: what is in brackets is left out of the owner: 'writer (only typos)'",
        "OWNERS.md:11: skipped, no owner: 'nobody'",
        "OWNERS.md:12: skipped, its owner may not write: 'README.md'",
        "OWNERS.md:14: not understood: '../up/': not a path pattern: '../up/' (leaves the repository)",
        "OWNERS.md:23: a table of owners without a column of paths, skipped",
        "OWNERS.md:30: line 10 has other owners for 'tests/'; all of them own it",
    ]
    assert not reading.is_ordered


def test_the_agent_type_of_an_owner() -> None:
    owners = ["@me", "@org/team", "@a/core", "@b/core", "joe.x@example.com", "@@developer", "Code Reviewer"]

    assert agent_types(owners) == {
        "@me": "me",
        "@org/team": "team",
        "@a/core": "a-core",
        "@b/core": "b-core",
        "joe.x@example.com": "joe.x",
        "@@developer": "developer",
        "Code Reviewer": "Code-Reviewer",
    }
    given = ["@a/core=core", "org/team=coder", "Code Reviewer=reviewer"]
    types = agent_types(owners, given)
    assert [types[owner] for owner in ("@a/core", "@b/core", "@org/team", "Code Reviewer")] == [
        "core", "core", "coder", "reviewer"
    ]  # fmt: skip


@pytest.mark.parametrize("given", ["@me", "=coder", "@me=", "@me=a b", '@me=a"b', "@me=-x", "@you=coder"])
def test_a_type_that_cannot_be_given(given: str) -> None:
    with pytest.raises(BadInput, match="--agent: "):
        agent_types(["@me"], [given])


def test_stanzas_are_read_back_as_they_are_meant() -> None:
    assert stanzas({"a": ("src/", "a b.md", "c#.md", 'd".md', " e", "f;g"), "b": ("*.py",)}) == (
        '[agent "a"]\n\towns = src/\n\towns = a b.md\n\towns = "c#.md"\n\towns = "d\\".md"\n\towns = " e"\n'
        '\towns = "f;g"\n[agent "b"]\n\towns = *.py\n'
    )


def test_what_is_said_already_in_another_spelling_is_not_said_again() -> None:
    known = {"a": ["src/**", "x.py"]}

    assert missing({"a": ["src/", "x.py", "y.py"], "b": ["src/"]}, known) == {"a": ("y.py",), "b": ("src/",)}
    assert missing({"a": ["src/"]}, known) == {}


def test_nothing_of_a_file_changes_when_something_is_added() -> None:
    assert appended(b"", "x\ny\n") == b"x\ny\n"
    assert appended(b"# no newline", "x\n") == b"# no newline\nx\n"
    assert appended(b"[a]\r\n\tb = c\r\n", "x\ny\n") == b"[a]\r\n\tb = c\r\nx\r\ny\r\n"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), st.sampled_from(["CODEOWNERS", "x.md"]))
def test_any_text_is_read_to_its_end(text: str, path: str) -> None:
    document, _ = decode(path, text.encode())
    if document is not None:
        reading = read_matrix(document, Files()) if path == "x.md" else read_codeowners(document, Files())
        assert all(0 < one.line <= len(document.lines) for one in (*reading.rules, *reading.problems))
