"""An event is held to what is known of it; a refusal that changed nothing holds only where it was due and proves something."""

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, job, profile

DEPLOYED = profile()
ACCEPTED, REFUSED = job(end={}), (answered(503, error("SYS.1006", details="operation denied")),)


def shown(status):
    return (answered(200, {"inventories": [{"uuid": TICKET, "status": status}]}, method="GET"),)


def judged(event, subject, before, after, *, must=None, **aside):
    trails = {"subject": subject, "before": shown(before), "after": shown(after), **aside}
    return evaluate("event-effect", trails, {"event": event, **({"must": must} if must else {})}, DEPLOYED)


def test_a_cancel_leads_to_cancelled():
    assert judged("cancel", ACCEPTED, "Pending", "Cancelled", must="accept") is None
    assert isinstance(judged("cancel", ACCEPTED, "Pending", "Pending"), Violation)
    assert isinstance(judged("cancel", REFUSED, "Pending", "Pending", must="accept"), Violation)


def test_a_reopening_that_may_be_refused_is_no_proof_then():
    assert isinstance(judged("reopen", REFUSED, "Cancelled", "Cancelled", must="may"), Undecided)
    assert judged("reopen", ACCEPTED, "Cancelled", "Pending", must="may") is None
    assert isinstance(judged("reopen", ACCEPTED, "Cancelled", "Cancelled", must="may"), Violation)
    assert isinstance(judged("reopen", REFUSED, "Cancelled", "Pending", must="may"), Violation)


def test_a_refusal_holds_only_beside_an_accepted_sibling():
    assert judged("unknown", REFUSED, "Pending", "Pending", must="refuse", sibling=ACCEPTED) is None
    assert isinstance(judged("unknown", REFUSED, "Pending", "Pending", must="refuse", sibling=REFUSED), Undecided)
    assert isinstance(judged("unknown", ACCEPTED, "Pending", "Pending", must="refuse", sibling=REFUSED), Violation)


def test_an_event_without_answer_decides_nothing():
    assert isinstance(judged("cancel", (), "Pending", "Pending"), Undecided)


def test_an_own_cancelled_ticket_can_be_deleted():
    done = (answered(200, {}, method="DELETE"),)
    roles = {"before": shown("Cancelled"), "subject": done}
    assert evaluate("own-deletion", roles, {}, DEPLOYED) is None
    refused = {"subject": (answered(503, error("SYS.1006"), method="DELETE"),)}
    assert isinstance(evaluate("own-deletion", roles | refused, {}, DEPLOYED), Violation)
    assert isinstance(evaluate("own-deletion", roles | refused | {"before": ()}, {}, DEPLOYED), Undecided)
    assert isinstance(evaluate("own-deletion", roles | {"subject": ()}, {}, DEPLOYED), Undecided)
