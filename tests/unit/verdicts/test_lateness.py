"""Late requirements: examined after every other test had begun, or inconclusive."""

import pytest

from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request
from pytest_zstack_ticket.model.outcome import Phrase
from pytest_zstack_ticket.model.verdict import Example
from pytest_zstack_ticket.verdicts.judge import doubts_of, judge
from pytest_zstack_ticket.verdicts.lateness import first_seen, too_early
from pytest_zstack_ticket.verdicts.tally import tallies
from tests.unit.verdicts.test_judge import ACCEPTING, DEPARTED, RULE, example

LATE = frozenset({"ZT-STORE-017"})


def exchange(number: int, started: float) -> Exchange:
    request = Request(method="GET", path="/v1/tickets", headers=())
    return Exchange(id=f"m-{number:06}", request=request, answer=Failure(kind="reset", detail="reset"), started=started)


def seen(requirement: str, test: str, *numbers: int) -> Example:
    roles = {"subject": tuple(f"m-{number:06}" for number in numbers)}
    return Example(requirement=requirement, test=test, check="x", arguments={}, roles=roles, judgement=None)


@pytest.mark.parametrize(
    ("found", "early"),
    [
        ({("ZT-BODY-001", "a"): 1.0, ("ZT-STORE-017", "z"): 2.0}, False),
        ({("ZT-BODY-001", "a"): 2.0, ("ZT-STORE-017", "z"): 1.0}, True),
        ({("ZT-BODY-001", "a"): 1.0, ("ZT-BODY-002", "b"): 3.0, ("ZT-STORE-017", "z"): 2.0}, True),
        ({("OWN-1", "own"): 3.0, ("ZT-STORE-017", "z"): 2.0}, True),
        ({("ZT-STORE-017", "z"): 2.0}, False),
        ({("ZT-BODY-001", "a"): 2.0}, False),
        ({("ZT-BODY-001", "a"): 1.0, ("ZT-STORE-016", "z"): 3.0, ("ZT-STORE-017", "z"): 2.0}, False),
    ],
    ids=["last", "first", "between", "own test after it", "alone", "not run", "drift judged while it runs"],
)
def test_what_came_before_another_test_is_too_early(found: dict[tuple[str, str], float], early: bool):
    assert too_early(found, LATE) == (LATE if early else frozenset())


def test_an_example_came_when_its_last_request_was_sent_and_a_test_with_its_first_example():
    exchanges = {one.id: one for one in (exchange(1, 10.0), exchange(2, 30.0), exchange(3, 20.0))}
    found = first_seen([seen("A", "a", 1, 2), seen("A", "a", 3), seen("B", "b", 1), seen("C", "c")], exchanges)
    assert found == {("A", "a"): 20.0, ("B", "b"): 10.0}


def test_what_was_examined_too_early_does_not_pass_but_may_fail():
    doubts = doubts_of(cut=(), early={RULE.id})
    (held,) = judge([RULE], tallies([example(None)]), ACCEPTING, doubts=doubts).judged
    assert (held.verdict, held.reason) == ("inconclusive", Phrase.of("examined-too-early"))
    (failed,) = judge([RULE], tallies([example(DEPARTED)]), ACCEPTING, doubts=doubts).judged
    assert failed.verdict == "failed"
