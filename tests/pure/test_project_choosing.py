"""Which files are task documents: what the chooser takes a short way to is what the patterns say."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from git_parallel.errors import BadName
from git_parallel.overlap import patterns
from git_parallel.project.choosing import chooser
from git_parallel.tasks.draft import Parsed
from git_parallel.tasks.sources import BUILT_IN, Source

NAMES = st.sampled_from(
    ("a", "b", "ab", "a.md", "SPEC-.md", "SPEC-1.md", "SPEC-1-a.md", ".md", "tasks.md", "[ab]")
)
PARTS = st.sampled_from(
    (
        "a",
        "b",
        "ab",
        "**",
        "*",
        "*.md",
        "a*",
        "*b",
        "a*b",
        "SPEC-*.md",
        "*-*.md",
        "?",
        "[ab]",
        "{a,b}",
        "{a,*b}.md",
        "**.md",
    )
)
GLOBS = st.lists(PARTS, min_size=1, max_size=4).map("/".join)
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)


@settings(max_examples=300)
@given(globs=st.lists(GLOBS, min_size=1, max_size=3), paths=st.lists(PATHS, min_size=1, max_size=20))
@example(
    globs=["**/SPEC-*.md"], paths=["SPEC-.md", "a/SPEC-1.md", "a/b/SPEC-1-a.md", "SPEC-1.md/a", "a/SPEC-.m"]
)
@example(globs=["a*a"], paths=["a", "aa", "aba"])
def test_a_document_is_chosen_where_and_only_where_a_pattern_of_its_source_matches(
    globs: list[str], paths: list[str]
) -> None:
    try:
        read = [patterns.parse(glob) for glob in globs]
    except BadName:
        return
    source = Source("x", tuple(globs), lambda _: Parsed())
    choose = chooser((source,))

    assert [path for path in paths if choose(path)] == [
        path for path in paths if any(patterns.matches(pattern, path) for pattern in read)
    ]


def test_the_sources_of_a_path_keep_their_order() -> None:
    chosen = chooser(BUILT_IN)

    assert [source.name for source in chosen("x/tasks/tasks.md")] == ["spec-kit", "kiro"]
    assert [source.name for source in chosen("tasks/tasks.md")] == ["spec-kit", "kiro", "front-matter"]
    assert chosen("archive/tasks.md") == chosen("x/SPEC-template.md") == chosen("x/readme.md") == ()
