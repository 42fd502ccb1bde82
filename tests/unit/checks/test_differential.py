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


def test_what_only_its_sibling_makes_wrong_is_judged_where_that_took_effect():
    again = sent(SHORT, shown=SHORT)
    for sibling, wrong in ((CALIBRATION, True), (sent(SHORT, status=503), False)):
        roles = {"subject": again, "sibling": sibling}
        judgement = evaluate("refusal", roles, {"because": True}, DEPLOYED)
        assert isinstance(judgement, Violation if wrong else Undecided)
        assert isinstance(evaluate("refusal", roles, {}, DEPLOYED), Violation)


def test_a_job_id_is_used_only_where_a_job_was_started():
    job = {"location": f"/zstack/v1/api-jobs/{TICKET}"}
    for first, wrong in ((answered(202, job), True), (answered(503, error()), False)):
        roles = {"subject": (answered(202, job),), "sibling": (first,)}
        judgement = evaluate("not-success", roles, {"because": True}, DEPLOYED)
        assert isinstance(judgement, Violation if wrong else Undecided)
