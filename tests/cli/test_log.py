"""`git parallel log`: what agents print for programs is shown to people, or raw."""

from tests.cli.beside import Beside, waits_for
from tests.cli.programs import RECORDED, Programs
from tests.conftest import Cli, Repo

SHOWN = """\
claude 2.1.330, claude-opus-5-5
I will write the file.
> Bash: echo hi > one.py
    (Bash completed with no output)
All done.
"""


def test_a_stream_is_made_readable_and_raw_is_as_it_was(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    programs.install("claude")
    cli("run", "--agent", "claude", env=programs.env)

    assert cli("log", "1").stdout == SHOWN
    assert cli("log", "1", "--raw").stdout == (RECORDED / "claude.jsonl").read_text()
    assert cli("log", "1", "-f").stdout == SHOWN


def test_each_attempt_is_read_as_its_own_agent_printed_it(repo: Repo, cli: Cli, programs: Programs) -> None:
    repo.spec("1", "1.py")
    programs.install("claude")
    programs.install("codex")
    cli("run", "--agent", "claude", env={**programs.env, "FAKE_STATUS": "1"})
    cli("run", "1", "--agent", "codex", env=programs.env)

    assert cli("log", "1", "--attempt", "1").stdout == SHOWN
    assert "> update: /w/one.py\n" in cli("log", "1").stdout
    told = (repo.path / ".git/parallel/tasks/1.prompt").read_text()
    assert "    > Bash: echo hi > one.py\n" in told
    assert "tool_use" not in told, "nor does the next agent read what was for programs"


def test_following_shows_each_line_as_it_comes(repo: Repo, beside: Beside) -> None:
    repo.spec("1", "1.py")
    text = '{"type":"message","role":"assistant","content":"%s"}'
    go = repo.path.parent / "go"
    script = repo.write(
        "../agent.sh",
        f"""\
        echo '{text % "first"}'
        {waits_for(go)}
        echo '{text % "second"}'
        echo x > 1.py
        """,
    )
    repo.config("agent.mine.command", f"/bin/sh {script}")
    repo.config("agent.mine.preset", "gemini")
    run = beside("run", "--agent", "mine")
    run.read_until("1 launched")

    follow = beside("log", "-f", "1")
    follow.read_until("first")
    go.touch()
    status, rest = follow.end()

    assert (status, rest) == (0, "second\n")
    assert run.end()[0] == 0


def test_plain_text_is_not_touched(repo: Repo, cli: Cli) -> None:
    repo.spec("1", "1.py")
    odd = r'{"type":"result"}\nno end of line, \0001\377'

    cli("run", "--", "/bin/sh", "-c", f"printf '{odd}'; echo x > 1.py")

    assert cli("log", "1").stdout == cli("log", "1", "--raw").stdout
    assert cli("log", "1").stdout.startswith('{"type":"result"}\nno end of line, ')
