"""Outer blanks are held against a target only where it is seen to take them off."""

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, profile

DEPLOYED = profile()
FULL = f"  {'n' * 255}  "
SHORT = "  a ticket  "
CALIBRATION = (
    answered(200, {"inventory": {"uuid": TICKET, "name": "a ticket"}}, sent={"params": {"name": "a ticket"}}),
)


def sent(name, *, shown=None, status=200):
    body = error() if status != 200 else {} if shown is None else {"inventory": {"uuid": TICKET, "name": shown}}
    return (answered(status, body, sent={"params": {"name": name}}),)


def judged(subject, trimmed):
    roles = {"subject": subject, "trimmed": trimmed, "sibling": CALIBRATION}
    return evaluate("trimmed-length", roles, {}, DEPLOYED)


def test_a_target_that_takes_blanks_off_may_not_count_them():
    assert isinstance(judged(sent(FULL, status=400), sent(SHORT, shown="a ticket")), Violation)
    assert judged(sent(FULL, shown=FULL.strip()), sent(SHORT, shown="a ticket")) is None


def test_a_target_that_keeps_blanks_may_count_them():
    for plain in (sent(SHORT, shown=SHORT), sent(SHORT)):
        judgement = judged(sent(FULL, status=400), plain)
        assert isinstance(judgement, Undecided)
        assert judgement.reason.key == "legal-refusal"


def test_a_target_that_refuses_short_names_with_blanks_gains_nothing():
    assert isinstance(judged(sent(FULL, status=400), sent(SHORT, status=400)), Violation)
