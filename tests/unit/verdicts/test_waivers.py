"""What a waiver is worth: decided by replays, and never by luck."""

import random
from datetime import date

import pytest

from pytest_zstack_ticket.model.profile import Release
from pytest_zstack_ticket.model.waiver import Waiver
from pytest_zstack_ticket.verdicts.judge import Judged, Result
from pytest_zstack_ticket.verdicts.tally import Tally
from pytest_zstack_ticket.verdicts.waivers import (
    MOST_REPLAYS,
    covered,
    decide,
    lowest_rate,
    replays_needed,
    with_waivers,
)
from tests.support.builders import profile

OURS, ANOTHER = "0123456789abcdef", "fedcba9876543210"
TODAY = date(2026, 11, 23)
RARE = 1 / 200


def waiver(**more):
    report = {
        "requirement": "ZT-BODY-004",
        "signature": OURS,
        "kind": "product-bug",
        "reason": "fixed in 5.3",
        "owner": "li",
        "approver": "wang",
        "expires": date(2027, 1, 31),
        "seen": 8,
        "tried": 8,
    }
    return Waiver(**report | more)


def state(outcomes=(), findings=(), *, today=TODAY, target=None, **more):
    at = target or profile()
    return decide(waiver(**more), today=today, profile=at, outcomes=list(outcomes), findings=findings).state


def test_a_replay_that_still_fails_is_waived():
    assert state(["", OURS]) == "waived"


def test_as_many_passing_replays_as_are_needed_make_it_stale():
    needed = replays_needed(8, 8)
    assert state([""] * needed) == "stale"
    assert state([""] * (needed - 1)) == "waived"


def test_a_failure_that_the_search_found_again_is_never_stale():
    assert state([""] * MOST_REPLAYS, [OURS]) == "waived"


def test_another_failure_in_the_replay_is_not_covered():
    assert state([ANOTHER]) == "not-covered"


def test_undecided_replays_decide_nothing():
    assert state([None, None]) == "inconclusive"
    assert state([None], [OURS]) == "waived"


def test_without_a_counterexample_it_is_kept():
    assert state() == "waived"


def test_the_last_day_counts_and_the_day_after_does_not():
    assert state([OURS], today=date(2027, 1, 31)) == "waived"
    assert state([OURS], today=date(2027, 2, 1)) == "expired"


def test_it_counts_for_its_releases_only():
    at = profile(oldest=Release(5, 2), newest=Release(5, 2))
    assert state([OURS], target=at, releases=("5.2",)) == "waived"
    assert state([OURS], target=at, releases=("4.8", "5.1")) == "other-release"
    assert state([OURS], target=profile(), releases=("5.2",)) == "other-release"


@pytest.mark.parametrize(("seen", "tried"), [(0, 0), (0, 8), (1, 1), (1, 8), (4, 8)])
def test_a_failure_that_was_not_regular_is_never_stale(seen, tried):
    assert replays_needed(seen, tried) is None


def test_a_failure_that_was_seen_every_time_is_stale_after_26_passes():
    assert replays_needed(8, 8) == 26
    assert lowest_rate(8, 8) == pytest.approx(0.001 ** (1 / 8))


def test_a_waiver_on_a_bug_of_one_in_200_keeps_its_state_in_1000_runs():
    draw = random.Random(4)
    states, seen_in = set(), 0
    for _ in range(1000):
        seen = sum(draw.random() < RARE for _ in range(8))
        outcomes = [OURS if draw.random() < RARE else "" for _ in range(replays_needed(seen, 8) or MOST_REPLAYS)]
        found = [OURS] if draw.random() < 0.3 else []
        states.add(state(outcomes, found, seen=seen))
        seen_in += OURS in outcomes
    assert states == {"waived"}
    assert 100 < seen_in < 900


def decisions(*states):
    return [
        decide(waiver(signature=key), today=TODAY, profile=profile(), outcomes=[key], findings=()) for key in states
    ]


def test_a_requirement_is_covered_when_every_finding_is():
    found = {"ZT-BODY-004": {OURS, ANOTHER}}
    assert covered(decisions(OURS), found) == frozenset()
    assert covered(decisions(OURS, ANOTHER), found) == {"ZT-BODY-004"}


def result(**verdicts):
    judged = tuple(
        Judged(id=key, verdict=verdict, reason=None, tally=Tally(requirement=key)) for key, verdict in verdicts.items()
    )
    return Result(verdict="failed", partial=False, judged=judged)


def test_waived_failures_do_not_decide_the_verdict_and_others_do():
    assert with_waivers(result(A="failed", B="passed"), ["A"]).verdict == "passed"
    assert with_waivers(result(A="failed", B="failed"), ["A"]).verdict == "failed"
    assert with_waivers(result(A="failed", B="inconclusive"), ["A"]).verdict == "inconclusive"
    assert with_waivers(result(A="failed"), ["A"], cut_short=True).verdict == "inconclusive"
    assert with_waivers(result(A="failed"), []).verdict == "failed"
