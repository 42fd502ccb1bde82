"""A target without log-out breaks no promise about it; one that has it is held to all of them."""

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, profile

DEPLOYED = profile()
ABSENT = (answered(404, b"no api mapping to /v1/accounts/sessions", method="DELETE"),)
ENDED = (answered(200, {}, method="DELETE"),)
REFUSED = (answered(503, error("ID.1001")),)
CREATED = (answered(200, {"inventory": {"uuid": TICKET}}),)


def judged(check, **trails):
    return evaluate(check, trails, {}, DEPLOYED)


def left_open(judgement):
    return isinstance(judgement, Undecided) and judgement.reason.key == "no-log-out"


def test_a_log_out_that_is_not_there_is_left_open():
    assert left_open(judged("logged-out", subject=ABSENT))
    assert left_open(judged("logged-out", subject=ABSENT, first=ABSENT))
    assert left_open(judged("refused-session", subject=CREATED, sibling=CREATED, ended=ABSENT))


def test_a_second_log_out_that_is_not_found_departs():
    assert isinstance(judged("logged-out", subject=ABSENT, first=ENDED), Violation)


def test_a_session_that_outlives_its_log_out_departs():
    assert isinstance(judged("refused-session", subject=CREATED, sibling=CREATED, ended=ENDED), Violation)
    assert judged("refused-session", subject=REFUSED, sibling=CREATED, ended=ENDED) is None


def test_a_log_out_that_fails_departs():
    assert isinstance(judged("logged-out", subject=(answered(503, error("SYS.1000")),)), Violation)
