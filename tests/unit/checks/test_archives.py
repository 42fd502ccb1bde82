"""A deleted ticket is archived as it was or nowhere, and nothing comes of what is done to it."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, profile

UUID = "1" * 32
TICKET = {"uuid": UUID, "name": "a", "description": "d", "request": [{"requestName": "r"}], "status": "Cancelled"}
ARCHIVED = {**TICKET, "uuid": "2" * 32, "ticketUuid": UUID}
ROW = {"ticketUuid": UUID, "fromStatus": "Pending", "toStatus": "Cancelled", "comment": "c", "sequence": 1}


def rows(*found: Json, path: str = "/v1/tickets") -> tuple[Exchange, ...]:
    return (answered(200, {"inventories": list(found)}, method="GET", path=path),)


def deleted(status: int = 200, body: Json = None) -> tuple[Exchange, ...]:
    return (answered(status, {} if body is None else body, method="DELETE", path=f"/v1/tickets/{UUID}"),)


def reason(judgement: Judgement) -> str:
    assert isinstance(judgement, Undecided), judgement
    return judgement.reason.key


def undecided(judgement: Judgement, member: str) -> bool:
    return reason(judgement) == "not-shown" and f"'{member}'" in str(judgement)


def departs(judgement: Judgement) -> str:
    assert isinstance(judgement, Violation), judgement
    return judgement.expected.key


def archived(*found: Json, subject: tuple[Exchange, ...] = (), archives: tuple[Exchange, ...] = ()) -> Judgement:
    trails = {"subject": subject or deleted(), "before": rows(TICKET), "archives": archives or rows(*found)}
    return evaluate("archived-unchanged", trails, {}, profile())


def test_an_archive_is_what_the_ticket_was():
    assert archived(ARCHIVED) is None
    assert archived({**ARCHIVED, "status": "Deleted", "createDate": "Nov 14, 2017 10:20:57 PM"}) is None


@pytest.mark.parametrize("member", ["name", "description", "request"])
def test_an_archive_that_lost_something_departs(member):
    assert departs(archived({**ARCHIVED, member: None})) == "expect-archived"


@pytest.mark.parametrize("status", ["Pending", "Rejected", "FinalApproved"])
def test_an_archive_of_a_cancelled_ticket_with_another_status_departs(status: str):
    assert departs(archived({**ARCHIVED, "status": status})) == "expect-archived"


def shown(one: str, other: str, **more: tuple[Exchange, ...]) -> Judgement:
    roles = {"subject": deleted(), "before": rows({**TICKET, "status": one}), **more}
    return evaluate("archived-status", {"archives": rows({**ARCHIVED, "status": other}), **roles}, {}, profile())


def test_an_archive_shows_the_status_that_its_ticket_had():
    assert shown("Pending", "Pending") is None
    assert shown("Cancelled", "Cancelled") is None
    assert departs(shown("Pending", "Cancelled")) == "expect-archived"
    assert departs(shown("Cancelled", "Pending")) == "expect-archived"


def test_a_deletion_that_closes_a_ticket_says_so_in_its_history():
    assert reason(shown("Pending", "Cancelled", history=rows(ROW))) == "legal-acceptance"
    assert reason(shown("Pending", "Cancelled", history=rows(), left=rows(ROW))) == "legal-acceptance"
    assert departs(shown("Pending", "Rejected", history=rows(ROW))) == "expect-archived"
    again = {**ROW, "fromStatus": "Cancelled", "toStatus": "Pending"}
    assert departs(shown("Cancelled", "Pending", history=rows(ROW, again))) == "expect-archived"


def test_a_status_of_the_archives_own_decides_nothing():
    assert reason(shown("Pending", "Deleted")) == "not-shown"
    assert reason(shown("Pending", "Pending", archives=rows())) == "not-shown"
    assert reason(shown("Pending", "Pending", archives=(answered(404, b"no", method="GET"),))) == "legal-refusal"
    assert reason(shown("Pending", "Pending", subject=deleted(503, error()))) == "legal-refusal"
    assert reason(shown("Pending", "Pending", before=rows())) == "query-unclear"


def test_a_ticket_that_is_archived_twice_departs():
    assert departs(archived(ARCHIVED, ARCHIVED)) == "expect-archived-once"


def test_whether_a_deletion_archives_is_left_open():
    assert reason(archived()) == "not-shown"
    assert reason(archived(archives=(answered(404, b"no api mapping", method="GET"),))) == "legal-refusal"
    assert reason(archived(archives=(answered(503, error(), method="GET"),))) == "legal-refusal"
    assert reason(archived(ARCHIVED, subject=deleted(503, error()))) == "legal-refusal"


def test_a_list_is_offered_or_not_there():
    assert evaluate("returns-list", {"subject": rows()}, {}, profile()) is None
    assert reason(evaluate("returns-list", {"subject": (answered(404, b"no", method="GET"),)}, {}, profile()))
    broken = (answered(200, {"inventories": None}, method="GET"),)
    assert departs(evaluate("returns-list", {"subject": broken}, {}, profile())) == "expect-rows"


def history(*told: Json, **more: tuple[Exchange, ...]) -> Judgement:
    path = f"/v1/tickets/histories/archives?q=ticketUuid%3D{UUID}"
    roles = {"subject": rows(*told, path=path), "history": rows(ROW)} | more
    return evaluate("archived-history", roles, {}, profile())


def test_an_archived_history_has_every_row_and_only_its_own():
    assert history({**ROW, "historyUuid": "x"}) is None
    assert history(ROW, {**ROW, "fromStatus": "Cancelled", "toStatus": "Deleted"}) is None
    assert departs(history({**ROW, "comment": None})) == "expect-archived-row"
    assert departs(history(ROW, {**ROW, "ticketUuid": "9" * 32})) == "expect-own-history"
    assert undecided(history(), "archives")


def test_the_history_of_an_archived_ticket_is_archived_or_stays_where_it_was():
    archive = rows(ARCHIVED)
    assert departs(history(archives=archive, left=rows())) == "expect-archived-row"
    assert departs(history(archives=archive, left=rows({**ROW, "comment": None}))) == "expect-archived-row"
    assert history(archives=archive, left=rows(ROW)) is None
    assert history(ROW, archives=archive, left=rows()) is None
    assert undecided(history(archives=rows(), left=rows()), "archives")
    assert undecided(history(ROW, history=rows()), "history")
    assert reason(history(archives=archive, left=(answered(503, error(), method="GET"),))) == "query-unclear"
    refusal = (answered(503, error(), method="GET"),)
    roles = {"subject": refusal, "history": rows(ROW), "archives": archive, "left": rows()}
    assert reason(evaluate("archived-history", roles, {}, profile())) == "legal-refusal"


def test_no_living_ticket_is_archived_unless_its_uuid_was_used_again():
    trails = {"subject": rows(ARCHIVED), "shown": rows(TICKET)}
    assert departs(evaluate("not-archived", trails, {}, profile())) == "expect-not-archived"
    assert evaluate("not-archived", trails, {"apart": [UUID]}, profile()) is None
    assert (
        evaluate("not-archived", {"subject": rows(ARCHIVED), "shown": rows({"uuid": "9" * 32})}, {}, profile()) is None
    )


def late(subject: tuple[Exchange, ...], *after: Json, other: Json = None) -> Judgement:
    trails = {"deleted": deleted(), "subject": subject, "after": rows(*after)}
    if other is not None:
        trails |= {"bystander-before": rows({"uuid": "9" * 32, "status": "Pending"}), "bystander-after": rows(*other)}
    return evaluate("stays-deleted", trails, {"event": "reopen", "call": "action"}, profile())


def test_nothing_comes_of_what_is_too_late():
    assert late(deleted(503, error())) is None
    assert late(deleted()) is None
    assert departs(late(deleted(503, error()), TICKET)) == "expect-no-effect"
    assert departs(late(deleted(), other=())) == "expect-other-unchanged"
    assert departs(late(deleted(), other=({"uuid": "9" * 32, "status": "Cancelled"},))) == "expect-other-unchanged"


ENTITY = "org.zstack.ticket.entity."


@pytest.mark.parametrize(
    ("path", "named", "wrong"),
    [
        ("/v1/tickets/archives", ENTITY + "ArchiveTicketInventory", False),
        ("/v1/tickets/archives", ENTITY + "TicketInventory", True),
        ("/v1/tickets/archives", "org.zstack.ticket.iam2.entity.IAM2TicketInventory", True),
        ("/v1/tickets?limit=3", ENTITY + "TicketInventory", False),
        ("/v1/tickets?limit=3", ENTITY + "TicketStatusHistoryInventory", True),
        ("/v1/tickets", "org.zstack.ticket.iam2.entity.IAM2TicketInventory", False),
        ("/v1/tickets", "com.elsewhere.Row", False),
        ("/v1/tickets/histories/archives", ENTITY + "TicketStatusHistoryInventory", False),
    ],
)
def test_rows_have_the_class_of_their_list(path: str, named: str, wrong: bool):
    body = {"schema": {"inventories[0]": named}, "inventories": [ROW]}
    found = evaluate("row-classes", {"subject": (answered(200, body, method="GET", path=path),)}, {}, profile())
    assert isinstance(found, Violation) if wrong else found is None


def test_rows_without_a_class_decide_nothing():
    assert reason(evaluate("row-classes", {"subject": rows(ROW)}, {}, profile())) == "not-shown"
    refusal = (answered(503, error("SYS.1006"), method="GET", path="/v1/tickets/archives"),)
    assert reason(evaluate("row-classes", {"subject": refusal}, {}, profile())) == "legal-refusal"
