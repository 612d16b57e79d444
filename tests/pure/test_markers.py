"""Conflict markers: found exactly, whatever the files themselves look like."""

from git_parallel.overlap.markers import Hunk, hunks, left, size_for


def test_the_sides_and_the_lines_of_each_place_are_told() -> None:
    text = (
        "a\n<<<<<<< one\no1\no2\n=======\nt1\n>>>>>>> two\nb\n<<<<<<< one\n=======\nt2\n>>>>>>> two:was.py\n"
    )

    assert hunks(text, ours="one", theirs="two") == (
        Hunk(2, 7, ("o1", "o2"), ("t1",)),
        Hunk(9, 12, (), ("t2",)),
    )


def test_lines_that_look_like_markers_are_lines() -> None:
    ours, theirs = "Heading\n=======\n<<<<<<< one\n", "Other\n>>>>>>>\n"
    size = size_for((ours, theirs))
    text = f"{'<' * 8} one\n{ours}{'=' * 8}\n{theirs}{'>' * 8} two\n"

    assert size == 8
    assert hunks(text, ours="one", theirs="two", size=size) == (
        Hunk(1, 8, ("Heading", "=======", "<<<<<<< one"), ("Other", ">>>>>>>")),
    )


def test_markers_are_as_long_as_they_have_to_be() -> None:
    assert size_for(()) == 7
    assert size_for(("a == b\n", "x\n==========\n")) == 11


def test_line_ends_of_windows_are_no_part_of_a_marker() -> None:
    text = "<<<<<<< one\r\no\r\n=======\r\nt\r\n>>>>>>> two\r\n"

    assert hunks(text, ours="one", theirs="two") == (Hunk(1, 5, ("o",), ("t",)),)


def test_what_nobody_has_closed_is_no_hunk() -> None:
    assert hunks("<<<<<<< one\no\n=======\nt\n", ours="one", theirs="two") == ()


def test_markers_that_are_left_are_found_by_their_lines() -> None:
    assert left("a\n<<<<<<< main\no\n=======\nt\n>>>>>>> topic\n", ()) == (2, 6)
    assert left("a\n<<<<<<<\nb\n", ()) == (2,)
    assert left("a\r\n>>>>>>> topic\r\n", ()) == (2,)


def test_what_a_side_had_already_and_what_underlines_a_heading_is_not_left() -> None:
    manual = "Merging\n=======\n\n<<<<<<< HEAD\nyours\n=======\ntheirs\n>>>>>>> topic\n"

    assert left(manual, (manual, "")) == ()
    assert left(f"{manual}<<<<<<< HEAD\n", (manual, manual)) == (9,)
    assert left("Heading\n=======\n", ()) == ()


def test_what_only_begins_like_a_marker_is_none() -> None:
    assert left("<<<<<<<x\n<<<<<< main\n<<<<<<<<<<<<<<<<\n  <<<<<<< main\n", ()) == ()
