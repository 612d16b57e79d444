"""Who breaks the verification of tasks that were merged together, and with how few verifications."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import combinations
from random import Random

import pytest

from git_parallel.schedule.hunt import hunt
from git_parallel.schedule.probe import Failed, Guilt, Passed, Probe, Result, Verdict, Why

Needs = Mapping[int, Sequence[int]]
Answer = Callable[[Probe, int], Result]


def ask(count: int, answer: Answer, needs: Needs | None = None) -> tuple[Verdict, list[Probe]]:
    """The verdict of a hunt and what it asked; `answer` is given the probe and how many were before it."""
    needs = needs or {}
    asked: list[Probe] = []
    passed: set[tuple[int, ...]] = set()
    steps = hunt(count, needs)
    result = None
    while True:
        try:
            probe = steps.send(result) if result else next(steps)
        except StopIteration as stop:
            verdict: Verdict = stop.value
            break
        assert all(set(needs.get(member, ())) <= set(probe.members) for member in probe.members)
        result = answer(probe, len(asked))
        asked.append(probe)
        if isinstance(result, Passed):
            passed.add(probe.members)
    assert verdict.runs == len(asked)
    assert verdict.good in passed or not verdict.good
    assert max(Counter(probe.members for probe in asked).values(), default=0) <= 2
    told = [*verdict.good, *(guilt.member for guilt in verdict.guilty), *verdict.waiting]
    assert sorted(told) == ([] if verdict.is_target_failing else list(range(count)))
    return verdict, asked


def broken_by(*cores: Collection[int], flakes: Collection[int] = ()) -> Answer:
    """Fails when all of one of the cores are in it, and in the runs that are flakes."""

    def answer(probe: Probe, at: int) -> Result:
        is_broken = any(set(core) <= set(probe.members) for core in cores)
        return Failed() if is_broken or at in flakes else Passed()

    return answer


def find(
    count: int, *cores: Collection[int], flakes: Collection[int] = (), needs: Needs | None = None
) -> Verdict:
    return ask(count, broken_by(*cores, flakes=flakes), needs)[0]


def without(count: int, *gone: int) -> tuple[int, ...]:
    return tuple(member for member in range(count) if member not in gone)


def most_runs(count: int) -> int:
    """What the docstring promises for one bad member."""
    is_odd_one = count >= 65 and (count - 1).bit_count() == 1
    return (count - 1).bit_length() + 3 - is_odd_one


def test_nothing_to_merge_takes_no_run() -> None:
    assert find(0) == Verdict(good=())


@pytest.mark.parametrize("count", [1, 2, 3, 65, 1000])
def test_good_ones_take_one_run(count: int) -> None:
    assert find(count) == Verdict(good=without(count), runs=1)


def test_64_good_ones_and_a_bad_one_take_at_most_9_runs_wherever_it_is() -> None:
    for bad in range(65):
        verdict = find(65, {bad})

        assert verdict.good == without(65, bad)
        assert [guilt.member for guilt in verdict.guilty] == [bad]
        assert verdict.runs <= 9


@pytest.mark.sample(4)
@pytest.mark.parametrize("count", [*range(1, 71), 100, 127, 128, 129, 130, 257])
def test_one_bad_one_takes_about_log2_runs(count: int) -> None:
    runs = []
    for bad in range(count):
        verdict = find(count, {bad})
        runs.append(verdict.runs)

        assert (verdict.good, verdict.waiting) == (without(count, bad), {})
        # For the last but one there may be no run left to ask it alone.
        is_asked = bad != count - 2 or most_runs(count) == (count - 1).bit_length() + 3
        assert verdict.guilty == (Guilt(bad, is_alone=is_asked),)
        assert not verdict.is_flaky
    assert max(runs) <= most_runs(count)
    assert max(runs) == most_runs(count) or count < 5  # the promise is no larger than it must be


def test_what_is_asked_of_one_bad_one_among_eight() -> None:
    _, asked = ask(8, broken_by({2}))

    assert [(probe.members, probe.why) for probe in asked] == [
        ((0, 1, 2, 3, 4, 5, 6, 7), Why.ALL),
        ((0, 1, 2, 3), Why.HALVING),
        ((0, 1), Why.HALVING),
        ((0, 1, 2), Why.HALVING),
        ((0, 1, 3, 4, 5, 6, 7), Why.WITHOUT),
        ((2,), Why.ALONE),
    ]


def test_a_single_one_that_fails_is_asked_once_more() -> None:
    assert find(1, {0}) == Verdict(good=(), guilty=(Guilt(0, is_alone=True),), runs=2)
    assert find(1, flakes=[0]) == Verdict(good=(0,), is_flaky=True, runs=2)


@pytest.mark.parametrize("count", range(2, 15))
def test_of_every_pair_the_later_one_is_set_aside_and_the_earlier_one_named(count: int) -> None:
    for first, second in combinations(range(count), 2):
        verdict = find(count, {first, second})

        assert verdict.guilty == (Guilt(second, (first,)),)
        assert verdict.good == without(count, second)
        assert verdict.runs <= 2 * (count - 1).bit_length() + 5


def test_a_pair_among_65_is_named_but_where_that_would_be_a_run_too_many() -> None:
    for first, second in [*combinations(range(65), 2)][::5]:
        verdict = find(65, {first, second})

        assert verdict.good == without(65, second)
        assert verdict.guilty == (Guilt(second, (first,) if second != 63 else ()),)


def test_three_that_break_it_only_together_are_all_named() -> None:
    for three in combinations(range(9), 3):
        verdict = find(9, three)

        assert verdict.good == without(9, three[2])
        assert verdict.guilty == (Guilt(three[2], three[:2]),)


@pytest.mark.parametrize("count", [2, 3, 5, 8, 13])
@pytest.mark.parametrize("bad_ones", [2, 3])
def test_all_bad_ones_are_found(count: int, bad_ones: int) -> None:
    for bad in combinations(range(count), bad_ones):
        verdict = find(count, *([one] for one in bad))

        assert verdict.guilty == tuple(Guilt(one, is_alone=True) for one in bad)
        assert verdict.good == without(count, *bad)
        assert verdict.runs <= 1 + bad_ones * ((count - 1).bit_length() + 3)


def test_two_bad_ones_among_65_take_few_runs() -> None:
    for bad in [*combinations(range(65), 2)][::5]:
        verdict = find(65, *([one] for one in bad))

        assert verdict.good == without(65, *bad)
        assert [guilt.member for guilt in verdict.guilty] == list(bad)
        assert verdict.runs <= 18


def test_a_pair_and_a_bad_one() -> None:
    for *pair, bad in (order for chosen in combinations(range(9), 3) for order in _turned(chosen)):
        verdict = find(9, pair, {bad})

        assert set(verdict.guilty) == {Guilt(bad, is_alone=True), Guilt(max(pair), (min(pair),))}
        assert verdict.good == without(9, bad, max(pair))


def _turned(three: Sequence[int]) -> list[tuple[int, ...]]:
    return [(*three[at:], *three[:at]) for at in range(3)]


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 33, 65, 70])
def test_a_flake_convicts_nobody(count: int) -> None:
    verdict = find(count, flakes=[0])

    assert (verdict.good, verdict.guilty, verdict.is_flaky) == (without(count), (), True)
    assert verdict.runs <= (count - 1).bit_length() + 3


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 13, 65])
def test_a_flake_at_any_run_of_the_hunt_for_a_bad_one_convicts_nobody_else(count: int) -> None:
    for bad in range(count):
        for flake in range(find(count, {bad}).runs + 1):
            verdict = find(count, {bad}, flakes=[flake])

            assert [guilt.member for guilt in verdict.guilty] == [bad]
            assert verdict.good == without(count, bad)


@pytest.mark.parametrize("count", [2, 3, 5, 9])
def test_a_flake_at_any_run_of_the_hunt_for_a_pair_sets_aside_one_of_the_two(count: int) -> None:
    for pair in combinations(range(count), 2):
        for flake in range(find(count, pair).runs + 1):
            verdict = find(count, pair, flakes=[flake])

            (guilt,) = verdict.guilty
            assert {guilt.member, *guilt.partners} <= set(pair)
            assert verdict.good == without(count, guilt.member)


def test_what_needs_a_bad_one_waits_for_it_and_for_nothing_else() -> None:
    verdict = find(6, {1}, needs={2: [1], 4: [2], 5: [0]})

    assert verdict.good == (0, 3, 5)
    assert verdict.guilty == (Guilt(1, is_alone=True),)
    assert verdict.waiting == {2: 1, 4: 1}


def test_alone_is_with_what_it_needs() -> None:
    _, asked = ask(6, broken_by({4}), needs={4: [2], 2: [1]})

    assert [probe.members for probe in asked if probe.why is Why.ALONE] == [(1, 2, 4)]


def test_one_that_breaks_what_it_needs_is_broken_alone() -> None:
    assert find(5, {1, 3}, needs={3: [1]}).guilty == (Guilt(3, is_alone=True),)


def test_a_need_that_is_not_before_its_member_is_not_heeded() -> None:
    verdict = ask(3, broken_by({0}), {2: [1]})[0]

    assert find(3, {0}).good == verdict.good == (1, 2)
    steps = hunt(2, {0: [1], 1: [1, 7]})
    assert next(steps).members == (0, 1)
    assert steps.send(Failed()).members == (0,)


def test_chains_and_forests_at_random() -> None:
    for seed in range(400):
        chance = Random(seed)
        count = chance.randint(1, 24)
        needs = {
            member: sorted(chance.sample(range(member), chance.randint(0, min(2, member))))
            for member in range(count)
            if chance.random() < 0.4
        }
        bad = chance.sample(range(count), min(count, chance.randint(0, 3)))
        expected: set[int] = set()
        for member in range(count):
            if member in bad or expected.intersection(needs.get(member, ())):
                expected.add(member)

        verdict = find(count, *([one] for one in bad), needs=needs)

        assert verdict.good == without(count, *expected), seed
        assert {guilt.member for guilt in verdict.guilty} <= set(bad), seed
        assert all(verdict.waiting[one] in bad for one in verdict.waiting), seed


def scoped(scopes: Sequence[Collection[int]], *cores: Collection[int]) -> Answer:
    """A command for each scope, run where a member of it is in it; the first that fails ends the verification."""

    def answer(probe: Probe, _: int) -> Result:
        for scope in scopes:
            concerned = frozenset(scope).intersection(probe.members)
            if any(set(core) <= concerned for core in cores):
                return Failed(concerned)
        return Passed()

    return answer


def test_only_who_is_concerned_is_suspected_and_the_others_stay_in() -> None:
    scope = (3, 8, 20, 40)
    verdict, asked = ask(65, scoped([scope, range(65)], {20}))

    assert verdict.good == without(65, 20)
    assert verdict.guilty == (Guilt(20, is_alone=True),)
    assert verdict.runs == 5
    assert all(
        set(without(65, *scope)) <= set(probe.members) for probe in asked if probe.why is not Why.ALONE
    )


def test_bad_ones_in_several_scopes_at_random() -> None:
    for seed in range(400):
        chance = Random(seed)
        count = chance.randint(1, 30)
        scopes = [chance.sample(range(count), chance.randint(1, count)) for _ in range(3)]
        cores = [chance.sample(range(count), min(count, chance.choice((1, 1, 1, 2)))) for _ in range(3)]
        broken = [core for core in cores if any(set(core) <= set(scope) for scope in scopes)]

        verdict = ask(count, scoped(scopes, *cores))[0]

        guilty = {guilt.member for guilt in verdict.guilty}
        assert guilty <= {member for core in broken for member in core}, seed
        assert all(guilty.intersection(core) for core in broken), seed
        assert len(guilty) <= len(broken), seed
        assert verdict.good == without(count, *guilty), seed


def test_scopes_that_say_the_wrong_thing_let_nothing_bad_through() -> None:
    for bad, said in combinations(range(9), 2):
        answer = broken_by({bad})

        def wrong(probe: Probe, at: int, answer: Answer = answer, said: int = said) -> Result:
            return Failed(frozenset({said})) if isinstance(answer(probe, at), Failed) else Passed()

        verdict = ask(9, wrong)[0]

        assert bad not in verdict.good
        assert len(verdict.good) >= 7


def test_a_target_that_fails_by_itself_convicts_nobody() -> None:
    for count in range(2, 66):
        verdict = find(count, ())

        assert verdict.is_target_failing
        assert (verdict.good, verdict.guilty, verdict.waiting) == ((), (), {})
        assert verdict.runs <= count.bit_length() + 5


def test_all_bad_on_a_good_target_are_all_found() -> None:
    verdict = find(20, *([one] for one in range(20)))

    assert verdict.good == ()
    assert verdict.guilty == tuple(Guilt(one, is_alone=True) for one in range(20))


def test_partners_are_not_searched_for_without_end() -> None:
    core = tuple(range(3, 60, 7))
    verdict = find(60, core)

    assert verdict.guilty == (Guilt(core[-1]),)
    assert verdict.good == without(60, core[-1])
    assert verdict.runs <= 9 + 5 * 8


def test_any_results_at_all_end_it_and_land_only_what_passed() -> None:
    for seed in range(600):
        chance = Random(seed)
        count = chance.randint(1, 40)
        needs = {member: [chance.randrange(member)] for member in range(1, count) if chance.random() < 0.2}
        passing = chance.choice((0.05, 0.3, 0.5, 0.9))

        def nonsense(_: Probe, at: int, seed: int = seed, passing: float = passing) -> Result:
            chance = Random(1000 * seed + at)
            if chance.random() < passing:
                return Passed()
            concerned = chance.sample(range(50), chance.randint(0, 9))
            return Failed(chance.choice((None, frozenset(concerned))))

        verdict, _ = ask(count, nonsense, needs)

        # A round of its own for each, in which partners are searched for.
        assert verdict.runs <= count * 6 * (count.bit_length() + 3)
