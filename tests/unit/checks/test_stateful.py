"""A step changes the ticket that it is about, as it must, and no other."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, failed, profile

LISTING = "/v1/tickets?q=name~%3D%25zf1%25&limit=100"


def row(place: int, **more: Json) -> dict[str, Json]:
    first = {"requestName": "r"}
    return {"uuid": str(place) * 32, "name": f"zf1 {place}", "status": "Pending", "request": [first], **more}


ONE, OTHER = row(1), row(2)


def listed(*rows: dict[str, Json], path: str = LISTING) -> tuple[Exchange, ...]:
    return (answered(200, {"inventories": list(rows)}, method="GET", path=path),)


def acted(status: int = 200, body: Json = None, *, sent: Json = b"") -> tuple[Exchange, ...]:
    return (answered(status, {} if body is None else body, sent=sent, method="PUT", path="/v1/tickets/x/actions"),)


def step(
    event: str,
    before: tuple[Exchange, ...],
    after: tuple[Exchange, ...],
    subject: tuple[Exchange, ...],
    taken: tuple[str, ...] = (),
) -> Judgement:
    told = {"event": event, "uuid": ONE["uuid"], "taken": list(taken)}
    return evaluate("group-step", {"subject": subject, "before": before, "after": after}, told, profile())


def departs(judgement: Judgement) -> str:
    assert isinstance(judgement, Violation), judgement
    return judgement.expected.key


def test_a_step_that_does_what_it_must_holds():
    after = listed({**ONE, "status": "Cancelled"}, OTHER)
    assert step("cancel", listed(ONE, OTHER), after, acted()) is None


def test_a_refused_step_changes_nothing():
    assert step("cancel", listed(ONE), listed(ONE), acted(503, error())) is None
    assert departs(step("cancel", listed(ONE), listed({**ONE, "status": "Cancelled"}), acted(503, error())))


def test_an_accepted_cancel_leads_to_cancelled():
    assert departs(step("cancel", listed(ONE), listed(ONE), acted())) == "expect-status-after"


def test_an_event_of_which_nobody_knows_the_way_may_lead_anywhere():
    rejected = {**ONE, "status": "Rejected"}
    assert step("cancel", listed(rejected), listed({**ONE, "status": "Cancelled"}), acted()) is None
    assert step("reopen", listed(rejected), listed(rejected), acted(503, error())) is None


def test_another_ticket_that_moves_departs():
    after = listed({**ONE, "status": "Cancelled"}, {**OTHER, "status": "Cancelled"})
    assert departs(step("cancel", listed(ONE, OTHER), after, acted())) == "expect-other-unchanged"


def test_another_ticket_that_vanishes_departs_unless_we_took_it_away():
    after = listed({**ONE, "status": "Cancelled"})
    assert departs(step("cancel", listed(ONE, OTHER), after, acted())) == "expect-same-tickets"
    assert step("cancel", listed(ONE, OTHER), after, acted(), taken=(OTHER["uuid"],)) is None


def test_a_deleted_ticket_is_gone_and_a_refused_deletion_leaves_it():
    assert step("delete", listed(ONE, OTHER), listed(OTHER), acted()) is None
    assert step("delete", listed(ONE, OTHER), listed(ONE, OTHER), acted(503, error())) is None
    assert departs(step("delete", listed(ONE), listed(ONE), acted())) == "expect-gone"
    assert departs(step("delete", listed(ONE, OTHER), listed(), acted())) == "expect-same-tickets"


def test_nothing_comes_of_an_event_on_a_ticket_that_is_not_there():
    shown = {"inventory": {**ONE, "createDate": "Nov 14, 2017 10:20:57 PM", "lastOpDate": "Nov 14, 2017 10:20:57 PM"}}
    assert step("reopen", listed(OTHER), listed(OTHER), acted()) is None
    assert departs(step("reopen", listed(OTHER), listed(ONE, OTHER), acted())) == "expect-no-effect"
    assert departs(step("reopen", listed(OTHER), listed(OTHER), acted(200, shown))) == "expect-no-effect"


@pytest.mark.parametrize("shown", [[], [ONE, ONE]])
def test_a_create_adds_one_ticket(shown):
    sent = {"params": {"name": "zf1 1", "requests": ONE["request"]}}
    create = (answered(200, {}, sent=sent),)
    assert step("create", listed(OTHER), listed(OTHER, ONE), create) is None
    assert departs(step("create", listed(OTHER), listed(OTHER, *shown), create)) == "expect-stored"


def test_a_create_shows_nothing_of_what_had_its_uuid_before():
    sent = {"params": {"name": "zf1 1", "requests": ONE["request"], "resourceUuid": ONE["uuid"]}}
    create = (answered(200, {}, sent=sent),)
    assert step("create", listed(), listed(ONE), create) is None
    assert departs(step("create", listed(), listed({**ONE, "description": "old"}), create)) == "expect-value"
    assert departs(step("create", listed(), listed({**ONE, "uuid": "9" * 32}), create)) == "expect-value"


def test_an_accepted_update_is_what_the_ticket_asks_for():
    cancelled = {**ONE, "status": "Cancelled"}
    subject = acted(sent={"updateTicketRequest": {"requests": [{"requestName": "new"}]}})
    assert (
        step("update", listed(cancelled), listed({**cancelled, "request": [{"requestName": "new"}]}), subject) is None
    )
    assert departs(step("update", listed(cancelled), listed(cancelled), subject)) == "expect-value"


def test_a_listing_that_shows_strangers_says_nothing():
    stranger = {**OTHER, "name": "somebody's"}
    assert isinstance(step("cancel", listed(ONE), listed(ONE, stranger), acted()), Undecided)
    assert isinstance(step("cancel", listed(ONE), (failed(),), acted()), Undecided)
    assert isinstance(step("cancel", listed(ONE), listed(ONE), (failed(),)), Undecided)


def asked(path: str, *shown: dict[str, Json]) -> Judgement:
    trails = {"subject": listed(*shown, path=path), "before": listed(ONE, {**OTHER, "status": "Cancelled"})}
    return evaluate("group-query", trails, {"taken": []}, profile())


def test_a_query_shows_those_that_it_asks_for():
    pending = "/v1/tickets?q=name~%3D%25zf1%25&q=status%3DPending&limit=9"
    assert asked(pending, ONE) is None
    assert departs(asked(pending)) == "expect-same-tickets"
    assert departs(asked(pending, ONE, OTHER)) == "expect-same-tickets"
    assert departs(asked(pending, {**ONE, "description": "?"})) == "expect-other-unchanged"


def test_a_path_shows_its_ticket_and_none_once_it_is_gone():
    assert asked(f"/v1/tickets/{ONE['uuid']}", ONE) is None
    assert asked(f"/v1/tickets/{'9' * 32}") is None
    assert departs(asked(f"/v1/tickets/{ONE['uuid']}")) == "expect-same-tickets"
