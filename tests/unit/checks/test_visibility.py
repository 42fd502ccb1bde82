"""What somebody else sees and does is judged by the ticket's own tokens, and by its owner's looks around it."""

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import TICKET, answered, error, failed, job, profile

DEPLOYED = profile()
TOKENS = {"name": "zt-0123456789abcdef", "description": "zs-aaaaaaaaaaaa", "request": "zs-bbbbbbbbbbbb"}
PARAMS = {
    "name": f"conformance {TOKENS['name']}",
    "description": f"of its owner alone {TOKENS['description']}",
    "requests": [{"requestName": f"request {TOKENS['request']}"}],
}
MADE = job(sent={"params": PARAMS}, end={"inventory": {"uuid": TICKET}})
BY_UUID = f"/v1/tickets?q=uuid%3D{TICKET}"


def rows(*those, path=BY_UUID, **more):
    return (answered(200, {"inventories": list(those)} | more, method="GET", path=path),)


def ticket(**changes):
    return {"uuid": TICKET, "name": PARAMS["name"], "status": "Pending"} | changes


def seen(subject, *, check="not-visible", shown=None, still=None, **arguments):
    trails = {
        "made": MADE,
        "subject": subject,
        "shown": shown or rows(ticket()),
        "still": rows(ticket()) if still is None else still,
    }
    return evaluate(check, trails, {"uuid": TICKET} | arguments, DEPLOYED)


def moved(subject, *, before=None, after=None, **more):
    roles = {key: value for key, value in more.items() if key in ("sibling", "history-before", "history-after")}
    told = {"call": more.get("call", "action"), "event": "cancel"} | more.get("told", {})
    trails = {"subject": subject, "before": before or rows(ticket()), "after": after or rows(ticket()), **roles}
    return evaluate("unchanged-by-stranger", trails, told, DEPLOYED)


def refusal(details="permission denied", code="SYS.1006"):
    path = f"/v1/tickets/{TICKET}/actions"
    return (answered(503, error(code, details=details), sent={"x": 1}, method="PUT", path=path),)


def test_an_empty_list_is_nothing_seen():
    assert seen(rows()) is None


def test_a_row_of_the_ticket_is_seen():
    assert isinstance(seen(rows(ticket())), Violation)


def test_a_history_row_of_the_ticket_is_seen():
    assert isinstance(seen(rows({"uuid": "1" * 32, "ticketUuid": TICKET})), Violation)


@pytest.mark.parametrize(
    ("paths", "leaks"), [(("inventories[0]", "inventories[1]"), True), (("inventories[1]",), False)]
)
def test_a_schema_of_more_rows_than_are_shown_tells_of_others_and_one_that_counts_from_one_does_not(paths, leaks):
    own = {"uuid": "1" * 32, "name": "own"}
    judgement = seen(rows(own, schema=dict.fromkeys(paths, "org.zstack.ticket.entity.TicketInventory")))
    assert isinstance(judgement, Violation) is leaks


def test_a_text_of_the_ticket_anywhere_is_seen():
    assert isinstance(seen((answered(503, error(details=f"no right to {PARAMS['name']}")),)), Violation)


def test_what_the_query_itself_said_is_no_leak():
    refused = (answered(503, error(details=f"not the owner of [{TICKET}]"), method="GET", path=BY_UUID),)
    assert seen(refused) is None


@pytest.mark.parametrize("role", ["shown", "still"])
def test_what_its_owner_does_not_find_proves_nothing(role):
    judgement = seen(rows(), **{role: rows()})
    assert isinstance(judgement, Undecided)
    assert judgement.reason.key == "not-shown"


def test_a_query_without_an_answer_proves_nothing():
    assert isinstance(seen((failed(),)), Undecided)


@pytest.mark.parametrize(("total", "departs"), [(0, False), (1, True), (7, True)])
def test_a_total_tells(total, departs):
    judgement = seen(rows(total=total), check="not-counted", shown=rows(total=1))
    assert isinstance(judgement, Violation) == departs


def test_a_total_that_its_owner_does_not_see_proves_nothing():
    assert isinstance(seen(rows(total=1), check="not-counted", shown=rows(total=0)), Undecided)


def test_a_refusal_that_leaves_the_ticket_holds():
    assert moved(refusal()) is None


@pytest.mark.parametrize(
    "after", [rows(ticket(status="Cancelled")), rows(ticket(name="x")), rows()], ids=["status", "name", "gone"]
)
def test_a_refusal_that_changes_the_ticket_departs(after):
    assert isinstance(moved(refusal(), after=after), Violation)


def test_a_refusal_that_is_recorded_departs():
    told = {"history-before": rows(), "history-after": rows({"ticketUuid": TICKET})}
    assert isinstance(moved(refusal(), **told), Violation)


def test_an_acceptance_departs_though_nothing_changed():
    assert isinstance(moved(job(end={"inventory": ticket()})), Violation)


def test_a_delete_may_succeed_as_if_there_were_no_ticket():
    assert moved(job(end={}), call="delete", told={"may_succeed": True}) is None


def test_a_refusal_of_somebody_who_may_do_nothing_proves_nothing():
    judgement = moved(refusal(), call="create", sibling=refusal())
    assert isinstance(judgement, Undecided)
    assert judgement.reason.key == "sibling-not-accepted"


def test_a_refusal_may_name_the_ticket_but_not_tell_its_texts():
    def told(details):
        return evaluate("discloses-nothing", {"subject": refusal(details), "made": MADE}, {"call": "action"}, DEPLOYED)

    assert told(f"not the owner of the ticket[uuid:{TICKET}, name:{PARAMS['name']}]") is None
    assert isinstance(told(PARAMS["description"]), Violation)
    assert isinstance(told(TOKENS["request"]), Violation)
