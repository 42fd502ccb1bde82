"""Who may move a ticket is inferred, so what is accepted is only held to its word, and what is refused changes nothing."""

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, job, profile

DEPLOYED = profile()
ACCEPTED, REFUSED = job(end={}), (answered(503, error("SYS.1006", details="operation denied")),)


def shown(status, **more):
    return (answered(200, {"inventories": [{"uuid": TICKET, "status": status, **more}]}, method="GET"),)


def rows(*found):
    return (answered(200, {"inventories": list(found)}, method="GET"),)


def history(*pairs):
    rows = [{"ticketUuid": TICKET, "fromStatus": one, "toStatus": other} for one, other in pairs]
    return (answered(200, {"inventories": rows}, method="GET"),)


def judged(check, event, subject, before, after, *told):
    trails = {"subject": subject, "before": shown(before), "after": shown(after), "history": history(*told)}
    return evaluate(check, trails, {"event": event}, DEPLOYED)


def test_an_approval_leads_to_an_approved_status():
    for status in ("IntermediateApproved", "FinalApproved"):
        assert judged("approver-event", "approve", ACCEPTED, "Pending", status) is None
    assert isinstance(judged("approver-event", "approve", ACCEPTED, "Pending", "Rejected"), Violation)
    assert isinstance(judged("approver-event", "approve", ACCEPTED, "Pending", "Pending"), Violation)
    told = (("Pending", "FinalApproved"),)
    assert isinstance(judged("approver-event", "approve", ACCEPTED, "Pending", "Rejected", *told), Violation)


def test_a_ticket_approved_in_part_waits_for_the_next_approver():
    def judged(status, *flows):
        views = (shown(one, currentFlowUuid=flow) for one, flow in zip(("Pending", status), flows, strict=True))
        trails = dict(zip(("before", "after"), views, strict=True)) | {"subject": ACCEPTED, "history": history()}
        return evaluate("approver-event", trails, {"event": "approve"}, DEPLOYED)

    assert judged("IntermediateApproved", "a" * 32, "b" * 32) is None
    assert judged("IntermediateApproved", None, None) is None  # not shown
    assert judged("FinalApproved", "a" * 32, "a" * 32) is None  # no flow is next
    assert isinstance(judged("IntermediateApproved", "a" * 32, "a" * 32), Violation)


def test_a_ticket_whose_owner_no_longer_sees_it_departs_unless_it_is_archived():
    def judged(archives, *, before=shown("Pending"), after=rows()):
        roles = {"subject": ACCEPTED, "before": before, "after": after, "history": history(("Pending", "Rejected"))}
        return evaluate(
            "approver-event",
            roles | ({} if archives is None else {"archives": archives}),
            {"event": "reject"},
            DEPLOYED,
        )

    gone = judged(rows())
    assert isinstance(gone, Violation)
    assert (gone.expected.key, gone.because) == ("expect-still-shown", ("ZT-LIFECYCLE-032",))
    assert isinstance(judged((answered(404, "no", method="GET"),)), Violation)
    assert judged(rows({"uuid": "a" * 32, "ticketUuid": TICKET})).reason.key == "legal-acceptance"
    assert judged(None).reason.key == "query-unclear"
    assert judged(rows(), before=rows()).reason.key == "query-unclear"
    assert judged(rows(), after=(answered(503, error(), method="GET"),)).reason.key == "query-unclear"


def test_requests_that_fail_may_take_an_approval_back():
    told = (("Pending", "FinalApproved"), ("FinalApproved", "Rejected"))
    assert judged("approver-event", "approve", ACCEPTED, "Pending", "Rejected", *told) is None
    assert isinstance(judged("approver-event", "approve", REFUSED, "Pending", "Rejected", *told), Undecided)
    assert isinstance(judged("wrong-operator", "open", REFUSED, "FinalApproved", "Rejected", told[1]), Undecided)


def test_a_refusal_that_changes_the_status_departs():
    assert isinstance(judged("approver-event", "approve", REFUSED, "Pending", "FinalApproved"), Violation)
    assert isinstance(judged("wrong-operator", "reject", REFUSED, "Pending", "Rejected"), Violation)
    told = (("Pending", "Rejected"),)
    assert isinstance(judged("wrong-operator", "reject", REFUSED, "Pending", "Rejected", *told), Violation)


def test_a_refused_approver_proves_nothing():
    assert isinstance(judged("approver-event", "reject", REFUSED, "Pending", "Pending"), Undecided)


def test_an_event_of_the_wrong_operator_is_refused_or_left_open_if_it_is_told_truly():
    assert judged("wrong-operator", "reject", REFUSED, "Pending", "Pending") is None
    assert isinstance(judged("wrong-operator", "reject", ACCEPTED, "Pending", "Rejected"), Undecided)
    assert isinstance(judged("wrong-operator", "reject", ACCEPTED, "Pending", "Pending"), Violation)
    assert isinstance(judged("wrong-operator", "approve", ACCEPTED, "Pending", "Cancelled"), Violation)


def test_the_history_tells_an_event_once():
    told = ("Pending", "Rejected")
    assert judged("recorded-event", "reject", ACCEPTED, *told, told) is None
    assert isinstance(judged("recorded-event", "reject", ACCEPTED, *told), Violation)
    assert isinstance(judged("recorded-event", "reject", ACCEPTED, *told, told, told), Violation)
    assert isinstance(judged("recorded-event", "reject", REFUSED, *told), Undecided)
    approved = (("Pending", "FinalApproved"), ("FinalApproved", "Rejected"))
    assert judged("recorded-event", "approve", ACCEPTED, "Pending", "Rejected", *approved) is None


def named(status, operator, kind="IAM2VirtualIDVO"):
    row = {"ticketUuid": TICKET, "fromStatus": "Pending", "toStatus": status, "operatorUuid": operator}
    row["operatorType"] = kind
    return (answered(200, {"inventories": [row]}, method="GET"),)


def test_the_history_tells_the_approver_from_the_owner():
    def told(approver, owner, subject=ACCEPTED, kind="IAM2VirtualIDVO"):
        roles = {"own": ACCEPTED, "own-history": named("Cancelled", owner, kind)}
        history = named("Rejected", approver, kind)
        return evaluate("other-operator", roles | {"subject": subject, "history": history}, {}, DEPLOYED)

    assert told("a" * 32, "b" * 32) is None
    assert isinstance(told("a" * 32, "a" * 32), Violation)
    assert isinstance(told(None, "a" * 32), Undecided)
    assert isinstance(told("a" * 32, "a" * 32, REFUSED), Undecided)
    assert isinstance(told("a" * 32, "a" * 32, kind="Account"), Undecided)
    assert isinstance(told("a" * 32, "a" * 32, kind=None), Undecided)
