"""What agents print, read as events: what it cost, what went wrong, and what people are shown."""

from pathlib import Path

import pytest

from git_parallel.agents import presets
from git_parallel.agents.streams import reading
from git_parallel.agents.streams.event import LONGEST, Usage, lines

RECORDED = {path.stem: path.read_bytes() for path in (Path(__file__).parent.parent / "recorded").iterdir()}

USED = {
    "aider": Usage(0.03, 14_400, 10_000, 1216),
    "claude": Usage(0.002708, 300, 40, 80),
    "codex": Usage(None, 200, 40, 80),
    "copilot": None,
    "cursor": Usage(None, 200, 40, 80),
    "gemini": Usage(None, 200, 40, 80),
    "opencode": Usage(0.001005, 200, 40, 80),
}

SHOWN = {
    "claude": """\
claude 2.1.330, claude-opus-5-5
I will write the file.
> Bash: echo hi > one.py
    (Bash completed with no output)
All done.
""",
    "codex": """\
(Reconnecting... 1/5 (stream disconnected before completion))
I will write the file.
> exec: /bin/sh -c 'echo hi > one.py'
> update: /w/one.py
All done.
""",
    "copilot": """\
I will write the file.
> bash: echo hi > one.py
    <shellId: 0 completed with exit code 0>
All done.
""",
    "cursor": """\
cursor-agent, gpt-5.2
I will write the file.
> shell: echo hi > one.py
All done.
""",
    "gemini": """\
YOLO mode is enabled. All tool calls will be automatically approved.
gemini, gemini-2.5-pro
I will write the file.
> run_shell_command: echo hi > one.py
    (empty)
All done.
""",
    "opencode": """\
I will write the file.
> bash: echo hi > one.py
    (no output)
All done.
""",
}

# What was printed where credentials are missing or wrong, by the versions in presets.toml.
LAST_WORDS = {
    "claude": (
        b'{"type":"result","subtype":"success","is_error":true,"result":"Not logged in \xc2\xb7 Please run /login",'
        b'"total_cost_usd":0,"usage":{"input_tokens":0},"modelUsage":{}}\n',
        "Not logged in · Please run /login",
    ),
    "codex": (
        b'{"type":"error","message":"Reconnecting... 5/5 (unexpected status 401 Unauthorized)"}\n'
        b'{"type":"error","message":"unexpected status 401 Unauthorized: Incorrect API key provided"}\n'
        b'{"type":"turn.failed","error":{"message":"unexpected status 401 Unauthorized: Incorrect API key provided"}}\n'
        b"2026-11-21T15:04:03.548443Z ERROR codex_core: shutting down\n",
        "unexpected status 401 Unauthorized: Incorrect API key provided",
    ),
    "gemini": (
        b"YOLO mode is enabled. All tool calls will be automatically approved.\n"
        b"Please set an Auth method in your settings.json or specify GEMINI_API_KEY\n",
        "Please set an Auth method in your settings.json or specify GEMINI_API_KEY",
    ),
    "copilot": (
        b"Error: No authentication information found.\n\nTo authenticate, you can use any of these:\n"
        b"  - Run 'gh auth login'\n",
        "Error: No authentication information found.",
    ),
    "opencode": (
        b'{"type":"error","error":{"name":"APIError","data":{"message":"Incorrect API key provided"}}}\n',
        "Incorrect API key provided",
    ),
    "": (b"\x1b[31mgoing\x1b[0m\n  \x1b[1mgone:\x07 for   good\x1b[0m  \n\n", "gone:\\x07 for good"),
}


def test_every_preset_has_a_form_of_output_that_is_recorded_here() -> None:
    streams = {found.stream for name in presets.names() if (found := presets.find(name))}
    assert streams == USED.keys() == RECORDED.keys()


@pytest.mark.parametrize("stream", sorted(USED))
def test_what_an_attempt_took(stream: str) -> None:
    assert reading.usage([RECORDED[stream]], stream, is_whole=True) == USED[stream]


@pytest.mark.parametrize("stream", sorted(USED))
def test_it_does_not_matter_how_the_log_is_cut_into_pieces(stream: str) -> None:
    log = RECORDED[stream]
    pieces = [log[at : at + 7] for at in range(0, len(log), 7)]
    assert reading.usage(pieces, stream, is_whole=True) == reading.usage([log], stream, is_whole=True)
    assert b"".join(reading.rendered(pieces, stream)) == b"".join(reading.rendered([log], stream))


@pytest.mark.parametrize("stream", sorted(USED))
def test_what_does_not_belong_there_changes_nothing(stream: str) -> None:
    log = RECORDED[stream]
    foreign = b"".join(
        (
            b"\xff\xfe\x00binary\x00\n",
            b'{"type":"result","usage":{"input_tokens":\n',
            b'{"type":["result"],"usage":[1],"part":7,"data":null}\n',
            b'{"type":"result"}\n{"type":"turn.completed","usage":null}\n{"type":"step_finish"}\n',
            b"[" * 100_000 + b"\n",
            b'{"a":' * 100_000 + b"\n",
            b'{"type":"assistant","message":{"content":[1,null,{"type":"text","text":5}]}}\n',
            b"x" * (2 * LONGEST) + b"\n",
            b"\n[git-parallel: 12345 bytes left out here]\n",
        )
    )
    lines_of = log.splitlines(keepends=True)
    if stream != "opencode":  # a step that tells nothing is one all the same
        assert reading.usage([foreign, *lines_of, foreign], stream, is_whole=True) == reading.usage(
            [log], stream, is_whole=True
        )
    list(reading.rendered([foreign], stream))
    assert isinstance(reading.last_words(foreign, stream), str)


def test_amounts_that_cannot_be_are_not_told() -> None:
    for wrong in (b"-1", b"1e13", b"1e999", b"NaN", b"true", b'"5"', b"null", b"[]", b"1" * 400):
        line = b'{"type":"result","total_cost_usd":%s,"modelUsage":{}}' % wrong
        assert reading.usage([line], "claude", is_whole=True) is None, wrong


def test_a_sum_of_which_a_part_is_missing_is_no_sum() -> None:
    assert reading.usage([RECORDED["opencode"]], "opencode", is_whole=False) is None
    assert reading.usage([RECORDED["aider"]], "aider", is_whole=False) == Usage(0.03)
    for stream in ("claude", "codex", "gemini", "cursor"):
        assert reading.usage([RECORDED[stream]], stream, is_whole=False) == USED[stream]


def test_an_agent_that_was_killed_before_its_result_tells_nothing() -> None:
    log = b"".join(RECORDED["claude"].splitlines(keepends=True)[:-1])
    assert reading.usage([log], "claude", is_whole=True) is None


def test_of_several_results_the_last_is_the_whole_session() -> None:
    first = b'{"type":"result","total_cost_usd":0.5,"usage":{"input_tokens":1,"output_tokens":2}}\n'
    last = b'{"type":"result","total_cost_usd":0.7,"usage":{"input_tokens":3,"output_tokens":4}}\n'
    assert reading.usage([first, last], "claude", is_whole=True) == Usage(0.7, 3, 0, 4)


@pytest.mark.parametrize("stream", sorted(SHOWN))
def test_what_people_are_shown(stream: str) -> None:
    assert b"".join(reading.rendered([RECORDED[stream]], stream)).decode() == SHOWN[stream]


@pytest.mark.parametrize("stream", ["aider", "", "no such form"])
def test_text_is_shown_as_it_is(stream: str) -> None:
    assert b"".join(reading.rendered([RECORDED["aider"]], stream)) == RECORDED["aider"]


def test_much_that_a_tool_answers_is_shown_in_short() -> None:
    answer = "\\n".join(f"line {number}" for number in range(20))
    line = f'{{"type":"tool_result","output":"{answer}"}}'.encode()
    shown = b"".join(reading.rendered([line], "gemini")).decode().splitlines()
    assert shown[:2] == ["    line 0", "    line 1"]
    assert shown[-1] == "    (8 more lines)"


@pytest.mark.parametrize("stream", sorted(LAST_WORDS))
def test_what_an_agent_said_last(stream: str) -> None:
    log, words = LAST_WORDS[stream]
    assert reading.last_words(log, stream) == words


def test_an_error_of_long_ago_is_not_what_was_said_last() -> None:
    log = b"error: the first try\n" + b"".join(b"line %d\n" % number for number in range(20))
    assert reading.last_words(log, "") == "line 19"
    assert reading.last_words(log[:-8], "").startswith("error: the first try")


def test_a_line_that_is_too_long_is_cut_and_the_next_one_is_whole() -> None:
    assert [len(line) for line in lines([b"x" * (LONGEST + 5), b"yy\nzz"])] == [LONGEST, 2]
