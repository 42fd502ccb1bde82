"""An event is held to what is known of it; a refusal that changed nothing holds only where it was due and proves something."""

import json
from dataclasses import replace

import pytest

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


@pytest.mark.parametrize("status", ["Pending", "IntermediateApproved", "Rejected"])
def test_an_update_of_a_ticket_that_was_not_cancelled_departs(status):
    assert isinstance(judged("update", ACCEPTED, status, status), Violation)
    assert judged("update", REFUSED, status, status) is None


def test_an_event_without_answer_decides_nothing():
    assert isinstance(judged("cancel", (), "Pending", "Pending"), Undecided)


def test_a_refusal_with_the_status_of_a_success_departs_where_a_refusal_is_due():
    told = (answered(200, {"error": {"code": "SYS.1007", "description": "no", "details": "no"}}, method="PUT"),)
    wrong = judged("update", told, "Cancelled", "Cancelled", must="refuse", sibling=ACCEPTED)
    assert (wrong.expected.key, wrong.actual.key) == ("expect-denied", "error-under-success")
    assert isinstance(judged("update", told, "Cancelled", "Cancelled"), Undecided)


def test_a_ticket_that_an_event_of_its_owner_takes_away_departs():
    nothing = (answered(200, {"inventories": []}, method="GET"),)
    gone = {"subject": ACCEPTED, "before": shown("Cancelled"), "after": nothing}
    assert isinstance(evaluate("event-effect", gone, {"event": "update"}, DEPLOYED), Violation)
    assert isinstance(evaluate("event-effect", gone, {"event": "reject"}, DEPLOYED), Undecided)
    lost = gone | {"after": (answered(503, error("SYS.1000"), method="GET"),)}
    assert isinstance(evaluate("event-effect", lost, {"event": "update"}, DEPLOYED), Undecided)


def test_an_own_cancelled_ticket_can_be_deleted():
    done = (answered(200, {}, method="DELETE"),)
    roles = {"before": shown("Cancelled"), "subject": done}
    assert evaluate("own-deletion", roles, {}, DEPLOYED) is None
    refused = {"subject": (answered(503, error("SYS.1006"), method="DELETE"),)}
    assert isinstance(evaluate("own-deletion", roles | refused, {}, DEPLOYED), Violation)
    assert isinstance(evaluate("own-deletion", roles | refused | {"before": ()}, {}, DEPLOYED), Undecided)
    assert isinstance(evaluate("own-deletion", roles | {"subject": ()}, {}, DEPLOYED), Undecided)


@pytest.mark.parametrize(("total", "wrong"), [(0, False), (0.0, False), ("0", False), (None, False), (1, True)])
def test_a_deleted_ticket_is_not_counted(total, wrong):
    answer = {"inventories": []} if total is None else {"inventories": [], "total": total}
    roles = {"before": shown("Cancelled"), "subject": (answered(200, {}, method="DELETE"),)}
    roles["after"] = (answered(200, answer, method="GET"),)
    assert isinstance(evaluate("deleted-ticket", roles, {}, DEPLOYED), Violation) is wrong


def requests_shown(*requests, **members):
    rows = [{"uuid": TICKET, "request": list(requests), **members}]
    return (answered(200, {"inventories": rows}, method="GET"),)


def updated(sent, after, *, gone=""):
    body = json.dumps({"updateTicketRequest": {"requests": [sent]}}).encode()
    subject = (answered(200, {}, method="PUT", sent=body),)
    return evaluate("updated-requests", {"subject": subject, "after": after}, {"gone": gone}, DEPLOYED)


def test_an_update_is_held_to_what_comes_back_of_an_api_body():
    sent = {"requestName": "a", "apiBody": {"name": "new"}}
    for shown in ({"name": "new"}, {"name": "new", "strategy": "InstantStart"}, {}, None):
        assert updated(sent, requests_shown({"requestName": "a", "apiBody": shown})) is None
    assert updated(sent, requests_shown({"requestName": "a"})) is None
    old = requests_shown({"requestName": "a", "apiBody": {"name": "old"}})
    assert isinstance(updated(sent, old), Violation)


def test_an_update_leaves_nothing_of_what_it_leaves_out():
    sent = {"requestName": "a", "apiBody": {"name": "new"}}
    merged = requests_shown({"requestName": "a", "apiBody": {"name": "new", "extra": "token"}})
    found = updated(sent, merged, gone="token")
    assert isinstance(found, Violation)
    assert found.expected.key == "expect-left-out"
    assert updated(sent, merged) is None
    assert updated(sent, requests_shown(sent), gone="token") is None


def test_the_description_of_an_update_is_the_tickets():
    def described(shown, *, status=200):
        body = b'{"updateTicketRequest": {"requests": [{}], "description": "new"}}'
        answer = {} if status == 200 else error("SYS.1006", details="operation denied")
        subject = (answered(status, answer, method="PUT", sent=body),)
        roles = {"subject": subject, "after": requests_shown({}, **shown)}
        return evaluate("updated-description", roles, {}, DEPLOYED)

    assert described({"description": "new"}) is None
    assert isinstance(described({"description": "old"}), Violation)
    assert isinstance(described({}), Violation)
    assert isinstance(described({"description": "old"}, status=503), Undecided)


def kept(before, after, *, sent=None, status=200):
    body = json.dumps({"updateTicketRequest": {"requests": [{}], **(sent or {})}}).encode()
    answer = {} if status == 200 else error("SYS.1006", details="operation denied")
    subject = (answered(status, answer, method="PUT", sent=body),)
    roles = {"before": requests_shown({}, **before), "subject": subject, "after": requests_shown({}, **after)}
    return evaluate("kept-description", roles, {}, DEPLOYED)


def test_an_update_keeps_the_description_that_it_does_not_name():
    assert kept({"description": "d"}, {"description": "d"}) is None
    assert isinstance(kept({"description": "d"}, {}), Violation)
    assert isinstance(kept({"description": "d"}, {"description": "another"}), Violation)
    for one in ({"status": 503}, {"sent": {"description": "e"}}):
        assert isinstance(kept({"description": "d"}, {}, **one), Undecided)
    unnamed = kept({}, {})
    assert isinstance(unnamed, Undecided)
    assert unnamed.reason.key == "not-shown"


def commented(comment, subject=ACCEPTED, *, sibling=None, history=()):
    body = {"changeTicketStatus": {"statusEvent": "cancel", "comment": comment}}
    sent = tuple(replace(one, request=replace(one.request, body=json.dumps(body).encode())) for one in subject)
    rows = [{"uuid": f"{place:032}", "comment": one} for place, one in enumerate(history)]
    trails = {"subject": sent, "history": (answered(200, {"inventories": rows}, method="GET"),)}
    return evaluate("recorded-comment", trails | ({"sibling": sibling} if sibling else {}), {}, DEPLOYED)


def test_a_comment_is_recorded_for_its_event_alone():
    assert commented("first", history=["first", "second", None]) is None
    assert isinstance(commented("first", history=["second", None]), Violation)
    assert isinstance(commented("first", history=["first", "first"]), Violation)


def test_a_comment_is_no_reason_to_refuse_an_event():
    assert isinstance(commented("long", REFUSED), Undecided)
    assert isinstance(commented("long", REFUSED, sibling=REFUSED), Undecided)
    assert isinstance(commented("long", REFUSED, sibling=ACCEPTED), Violation)
