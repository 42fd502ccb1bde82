"""Tests marked `zstack_rounds` are repeated with varied drafts above effort smoke, until enough inputs were examined."""

from collections.abc import Callable
from typing import Any

import pytest

TEST = '''
import pytest

SEEN = []

@pytest.mark.requirement("OWN-1")
@pytest.mark.zstack_rounds
def test_a_create_is_decided_like_its_sibling(ticket_endpoint, zstack_round, zstack_examine, zstack_once):
    """A create is decided like its sibling."""
    SEEN.append((zstack_round(), ticket_endpoint.calibration_draft.body, zstack_once("place", lambda: len(SEEN))))
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert zstack_examine("sameness", subject=again, sibling=ticket_endpoint.calibration) is None

def test_what_was_seen():
    numbers = sorted(number for number, _, _ in SEEN)
    assert len(SEEN) == ROUNDS
    assert numbers[0] == 0 and len(set(numbers)) == ROUNDS
    assert len({body for _, body, _ in SEEN}) == ROUNDS
'''
OPTIONS = ("--zstack-url=embedded", "--zstack-report=out")


@pytest.mark.parametrize(("effort", "rounds"), [("smoke", 1), ("standard", 2), ("certify", 25)])
def test_there_are_as_many_rounds_as_the_effort_wants(
    effort: str, rounds: int, pytester: pytest.Pytester, report: Callable[[], Any]
):
    test = pytester.makepyfile(TEST.replace("ROUNDS", str(rounds)))
    pytester.runpytest(*OPTIONS, f"--zstack-effort={effort}", test).assert_outcomes(passed=2)
    (requirement,) = report()["requirements"]
    assert (requirement["verdict"], requirement["distinct"]) == ("passed", rounds)


def test_at_most_so_many_as_the_marker_says_and_one_by_one_where_few_tickets_may_exist(pytester: pytest.Pytester):
    few = TEST.replace("zstack_rounds", "zstack_rounds(most=3)", 1).replace("ROUNDS", "3")
    options = (*OPTIONS, "--zstack-effort=certify", "--zstack-max-alive=8")
    pytester.runpytest(*options, pytester.makepyfile(few)).assert_outcomes(passed=2)


def test_a_violation_of_a_further_round_fails_the_test(pytester: pytest.Pytester, report: Callable[[], Any]):
    wrong = TEST.partition("def test_what")[0].replace('"sameness"', '"refusal" if zstack_round() == 7 else "sameness"')
    result = pytester.runpytest(*OPTIONS, "--zstack-effort=certify", pytester.makepyfile(wrong))
    result.assert_outcomes(failed=1)
    assert report()["requirements"][0]["verdict"] == "failed"


def test_drafts_that_the_target_refuses_make_no_round(pytester: pytest.Pytester, report: Callable[[], Any]):
    options = (
        "--zstack-url=embedded?fault=refuse-when:requests-several",
        "--zstack-report=out",
        "--zstack-effort=certify",
    )
    result = pytester.runpytest(*options, pytester.makepyfile(TEST.replace("ROUNDS", "25")))
    result.assert_outcomes(passed=2)
    assert report()["requirements"][0]["verdict"] == "passed"
