"""`git parallel run --stack`: tasks begun at the work of others that has not landed yet, and what may land of them."""

from collections.abc import Callable, Sequence

from tests.conftest import Cli, Repo

Agent = Callable[..., Sequence[str]]

# Writes its own file with what it sees of the others'.
SEES = (
    'cat *.txt > ../seen-$GIT_PARALLEL_TASK 2>/dev/null; echo "$GIT_PARALLEL_TASK" > $GIT_PARALLEL_TASK.txt'
)


def chain(repo: Repo) -> None:
    """Three tasks, each after the one before."""
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt", after="SPEC-1")
    repo.spec("3", "3.txt", after="SPEC-2")


def seen(repo: Repo, task: str) -> str:
    return (repo.path.parent / f"seen-{task}").read_text()


def test_a_chain_runs_in_one_go_each_on_the_work_of_the_one_before(
    repo: Repo, cli: Cli, agent: Agent
) -> None:
    chain(repo)
    main = repo.git("rev-parse", "main")

    ran = cli("run", "--stack", "--json", "--", *agent(SEES))

    assert {task["id"]: task["state"] for task in ran.json["tasks"]} == dict.fromkeys("123", "succeeded")
    assert (ran.status, ran.stderr) == (0, "")
    assert [seen(repo, task) for task in "123"] == ["", "1\n", "1\n2\n"]
    assert repo.git("rev-parse", "feature/2^") == repo.git("rev-parse", "feature/1")
    assert repo.git("rev-parse", "feature/3^") == repo.git("rev-parse", "feature/2")
    assert repo.git("rev-parse", "main") == main


def test_what_is_stacked_lands_only_after_what_it_stands_on(repo: Repo, cli: Cli, agent: Agent) -> None:
    chain(repo)
    cli("run", "--stack", "--", *agent(SEES))
    main = repo.git("rev-parse", "main")

    early = cli("merge", "2")

    assert early.status == 1
    assert "it stands on '1', which is not on 'main' as it was then" in early.stdout + early.stderr
    assert (repo.git("rev-parse", "main"), repo.state("2")) == (main, "succeeded")
    assert cli("merge", "1").status == 0
    assert cli("merge", "2", "3").status == 0
    assert [repo.git("show", f"main:{task}.txt") for task in "123"] == ["1", "2", "3"]
    assert repo.is_sound()


def test_a_merge_of_all_lands_a_stack_in_order(repo: Repo, cli: Cli, agent: Agent) -> None:
    chain(repo)
    cli("run", "--stack", "--", *agent(SEES))

    assert cli("merge").status == 0

    assert [repo.state(task) for task in "123"] == ["merged"] * 3


def test_two_that_a_task_stands_on_are_put_together_for_it(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "1.txt")
    repo.spec("2", "2.txt")
    repo.spec("3", "3.txt", after="SPEC-1, SPEC-2")

    ran = cli("run", "--stack", "--json", "--", *agent(SEES))

    assert ran.json["success"], ran
    assert seen(repo, "3") == "1\n2\n"
    early = cli("merge", "3")
    assert "it stands on '1', '2', which are not on 'main' as it was then" in early.stdout + early.stderr
    cli("merge", "1")
    assert cli("merge", "3").status == 1, "the other one is still missing"
    assert cli("merge", "2", "3").status == 0
    assert [repo.git("show", f"main:{task}.txt") for task in "123"] == ["1", "2", "3"]
    assert repo.is_sound()


def test_what_cannot_be_put_together_is_told_and_nothing_is_made(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.spec("1", "app.py")
    repo.spec("2", "app.py")
    repo.spec("3", "3.txt", after="SPEC-1, SPEC-2")

    ran = cli("run", "--stack", "--json", "--", *agent('echo "$GIT_PARALLEL_TASK" > app.py'))

    assert ran.status == 1
    (left,) = [task for task in ran.json["tasks"] if task["id"] == "3"]
    assert left["reason"] == (
        "'1', '2' and 'main' cannot be put together without a conflict (merge them first, then run this again)"
    )
    assert repo.refs("refs/heads/feature/3") == []
    assert not repo.worktree("3").exists()


def test_a_base_that_an_agent_makes_up_is_refused(repo: Repo, cli: Cli, agent: Agent) -> None:
    repo.commit("more", **{"secret.txt": "mine\n"})
    repo.spec("other", "secret.txt")
    for task, before in (("1", ""), ("amends", "1"), ("adds", "1"), ("merges", "1")):
        repo.spec(task, f"{task}.txt", after=before)
    script = """
        [ $GIT_PARALLEL_TASK = 1 ] && { echo 1 > 1.txt; exit; }
        git() { command git -c core.hooksPath=/dev/null "$@"; }
        case $GIT_PARALLEL_TASK in
            amends) echo forged > 1.txt; git commit -qa --amend --no-edit ;;
            adds) echo forged > secret.txt; git commit -qa -m forged ;;
            merges) git checkout -q -b side main; echo forged > secret.txt; git commit -qa -m side
                 git checkout -q feature/merges; git merge -q --no-edit side; git branch -q -D side ;;
        esac
        echo x > $GIT_PARALLEL_TASK.txt
    """

    ran = cli("run", "1", "amends", "adds", "merges", "--stack", "-j", "4", "--json", "--", *agent(script))

    told = {task["id"]: (task["state"], task["reason"]) for task in ran.json["tasks"]}
    assert told.pop("1") == ("succeeded", "")
    for task, forged in (("amends", "1.txt"), ("adds", "secret.txt"), ("merges", "secret.txt")):
        assert told[task][0] == "failed"
        assert told[task][1].startswith("commits touch what is not its own: ")
        assert forged in told[task][1]
    assert cli("merge", "1").status == 0
    for task in ("amends", "adds", "merges"):
        assert cli("merge", task).status == 1
        # What landed is nobody's any more, so the amended file is only in conflict with it.
        assert repo.state(task) == ("conflicted" if task == "amends" else "rejected")
    assert repo.git("show", "main:secret.txt") == "mine"
    assert repo.git("show", "main:1.txt") == "1"


def test_what_changes_below_a_stack_keeps_it_from_landing(repo: Repo, cli: Cli, agent: Agent) -> None:
    chain(repo)
    cli("run", "--stack", "--", *agent(SEES))
    worktree = repo.worktree("1")
    (worktree / "1.txt").write_text("another way\n")
    repo.git("commit", "--quiet", "--all", "--amend", "--no-edit", at=worktree)
    assert cli("merge", "1").status == 0

    ran = cli("merge", "2")

    assert ran.status == 1
    assert "it stands on '1', which is not on 'main' as it was then" in ran.stdout + ran.stderr
    assert repo.git("show", "main:1.txt") == "another way"


def test_with_merge_a_stack_lands_as_it_goes(repo: Repo, cli: Cli, agent: Agent) -> None:
    chain(repo)

    ran = cli("run", "--stack", "--merge", "--json", "--", *agent(SEES))

    assert (ran.status, ran.json["merge_results"]) == (0, {"1": "merged", "2": "merged", "3": "merged"}), ran
    assert [seen(repo, task) for task in "123"] == ["", "1\n", "1\n2\n"]
    assert repo.git("show", "main:3.txt") == "3"
    assert repo.is_sound()


def test_what_had_succeeded_before_is_stacked_on_by_a_later_run(repo: Repo, cli: Cli, agent: Agent) -> None:
    chain(repo)
    cli("run", "1", "--", *agent(SEES))

    ran = cli("run", "2", "--stack", "--", *agent(SEES))

    assert ran.status == 0, ran
    assert seen(repo, "2") == "1\n"
