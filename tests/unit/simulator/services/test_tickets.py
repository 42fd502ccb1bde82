from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import message, request

STATUSES = ("Pending", "IntermediateApproved", "Cancelled", "Rejected", "FinalApproved")
ALLOWED = {
    ("Pending", "approve"): "FinalApproved",
    ("Pending", "reject"): "Rejected",
    ("Pending", "cancel"): "Cancelled",
    ("IntermediateApproved", "approve"): "FinalApproved",
    ("IntermediateApproved", "reject"): "Rejected",
    ("IntermediateApproved", "cancel"): "Cancelled",
    ("Cancelled", "reopen"): "Pending",
    ("Rejected", "reopen"): "Pending",
}


def in_status(endpoint: Endpoint, status: str) -> str:
    """Make a ticket of the administrator in a status."""
    uuid = str(endpoint.created()["uuid"])
    tickets = endpoint.engine.state.store.tickets
    flow = None if status in ("Cancelled", "Rejected", "FinalApproved") else seed_data.DEFAULT_FLOW
    tickets[uuid] = replace(tickets[uuid], status=status, flow=flow)
    return uuid


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("event", ["open", "approve", "cancel", "reject", "reopen"])
def test_every_event_in_every_status(status: str, event: str) -> None:
    endpoint = Endpoint()
    uuid = in_status(endpoint, status)
    answer = endpoint.event(uuid, event, comment="why")
    after = ALLOWED.get((status, event))
    if after is None:
        assert (
            details(answer)
            == f"operation denied. the ticket is in status of {status}, cannot do the operation[{event}]"
        )
        assert endpoint.rows(f"uuid={uuid}")[0]["status"] == status
        assert endpoint.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories") == []
    else:
        assert body(answer)["inventory"]["status"] == after
        assert endpoint.rows(f"uuid={uuid}")[0]["status"] == after
        row = endpoint.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories")[0]
        assert (row["fromStatus"], row["toStatus"], row["comment"]) == (status, after, "why")


@pytest.mark.parametrize(
    ("choice", "status", "event", "after"),
    [
        ("reopen-rejected:denied", "Rejected", "reopen", None),
        ("cancel-rejected:allowed", "Rejected", "cancel", "Cancelled"),
        ("open-cancelled:allowed", "Cancelled", "open", "Pending"),
        ("reject-final:allowed", "FinalApproved", "reject", "Rejected"),
    ],
)
def test_an_unknown_transition_can_be_chosen(choice: str, status: str, event: str, after: str | None) -> None:
    endpoint = Endpoint(f"embedded?choice={choice}")
    uuid = in_status(endpoint, status)
    answer = endpoint.event(uuid, event)
    if after is None:
        assert code(answer) == "SYS.1006"
    else:
        assert body(answer)["inventory"]["status"] == after


def test_the_chinese_text_prints_the_status_twice() -> None:
    endpoint = Endpoint("embedded?locale=zh")
    answer = endpoint.event(in_status(endpoint, "Pending"), "reopen")
    assert details(answer) == "操作无效。当前工单状态为Pending，无法进行操作[Pending]"


def test_an_unknown_event_reads_as_none() -> None:
    endpoint = Endpoint()
    for fields in ({}, {"statusEvent": "bogus"}, {"statusEvent": "Cancel"}):
        answer = endpoint.act(endpoint.created()["uuid"], "changeTicketStatus", **fields)
        assert "field[statusEvent]" in details(answer)
        assert "mandatory" in details(answer)


def test_a_comment_has_a_limit_in_units_and_one_in_bytes() -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    assert "expected was <= 65535" in details(endpoint.event(uuid, "cancel", comment="x" * 65536))
    assert "DataException" in details(endpoint.event(uuid, "cancel", comment="工" * 30_000))
    assert endpoint.event(uuid, "cancel", comment="x" * 65535).status == 200


def test_two_steps_lead_over_an_intermediate_approval_to_the_result_of_the_requests() -> None:
    bob, admin = Endpoint(name=""), None
    bob.token = bob.log_in("bob", "p2")
    context = {"projectUuid": seed_data.PROJECT_TWO, "virtualIDUuid": seed_data.BOB}
    uuid = bob.created(accountSystemContext=context, requests=[request(executeTimes=3)])["uuid"]
    admin = bob.log_in("admin")
    approver, bob.token = bob.token, admin
    assert "the operator needs to be done by account/virtual ID" in details(bob.event(uuid, "approve"))
    bob.token = approver
    shown = body(bob.event(uuid, "approve"))["inventory"]
    assert (shown["status"], shown["currentFlowUuid"]) == ("IntermediateApproved", seed_data.FOREIGN_FLOWS[1])
    assert code(bob.event(uuid, "approve")) == "SYS.1006"
    bob.token = admin
    shown = body(bob.event(uuid, "approve"))["inventory"]
    assert (shown["status"], "currentFlowUuid" in shown) == ("FinalApproved", False)
    last = bob.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories")[-1]
    assert last["operationContext"] == {
        "requestResults": [{"requestName": seed_data.CREATE_VM_API, "successTimes": 3, "failureTimes": 0, "errors": []}]
    }
    assert last["flowName"] == "admin"


def test_requests_of_an_approved_ticket_may_fail() -> None:
    endpoint = Endpoint("embedded?choice=failing-request:fails")
    uuid = endpoint.created()["uuid"]
    endpoint.event(uuid, "approve")
    row = endpoint.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories")[0]
    assert row["operationContext"]["requestResults"][0]["failureTimes"] == 1


def test_only_the_owner_may_cancel_and_update() -> None:
    endpoint = Endpoint(name="")
    endpoint.token = endpoint.log_in("alice", "p1")
    uuid = endpoint.created()["uuid"]
    endpoint.token = endpoint.log_in("carol", "p1")
    assert "is not the owner of the ticket" in details(endpoint.event(uuid, "cancel"))
    assert "is not the owner of the ticket" in details(endpoint.delete(uuid))
    endpoint.token = endpoint.log_in("admin")
    assert "the operator needs to be done by" in details(endpoint.event(uuid, "cancel"))
    endpoint.token = endpoint.log_in("alice", "p1")
    assert code(endpoint.event(uuid, "approve")) == "SYS.1006"
    assert endpoint.event(uuid, "cancel").status == 200


def test_requests_change_only_while_the_ticket_is_cancelled() -> None:
    endpoint = Endpoint()
    uuid = endpoint.created(description="old")["uuid"]
    other = [request(requestName="other")]
    answer = endpoint.act(uuid, "updateTicketRequest", requests=other)
    assert "can only be updated after being cancelled, current status is Pending" in details(answer)
    endpoint.event(uuid, "cancel")
    shown = body(endpoint.act(uuid, "updateTicketRequest", requests=other, description="new"))["inventory"]
    assert (shown["request"], shown["description"], shown["status"]) == (other, "new", "Cancelled")
    assert "nonempty" in details(endpoint.act(uuid, "updateTicketRequest", requests=[]))
    assert "mandatory" in details(endpoint.act(uuid, "updateTicketRequest"))
    old = Endpoint("embedded:deployed@4.6")
    uuid = old.created(description="old")["uuid"]
    old.event(uuid, "cancel")
    assert (
        body(old.act(uuid, "updateTicketRequest", requests=other, description="x" * 3000))["inventory"]["description"]
        == "old"
    )


def test_calls_on_a_ticket_that_does_not_exist() -> None:
    endpoint = Endpoint()
    gone = "0" * 12 + "4" + "0" * 3 + "8" + "0" * 15
    for wrapper, fields in (
        ("changeTicketStatus", {"statusEvent": "cancel"}),
        ("updateTicketRequest", {"requests": [request()]}),
    ):
        assert "invalid field[uuid], resource[uuid:" in details(endpoint.act(gone, wrapper, **fields))
    assert endpoint.delete(gone).body == b"{}"
    assert details(endpoint.delete("nonsense")) == "invalid value[nonsense] of field [uuid]"
    assert code(Endpoint("embedded?choice=delete-missing:refused").delete(gone)) == "SYS.1003"
    assert Endpoint("embedded:documented").delete(gone).status == 404


def test_a_ticket_that_vanishes_between_the_202_and_the_job_is_not_found() -> None:
    endpoint = Endpoint("embedded?latency=0.015")
    answer = endpoint.send("POST", "/v1/tickets", {"params": message()})
    endpoint.now += 1
    uuid = body(endpoint.finish(answer))["inventory"]["uuid"]
    deleting = endpoint.send("DELETE", f"/v1/tickets/{uuid}")
    endpoint.now -= 0.009
    changing = endpoint.send("PUT", f"/v1/tickets/{uuid}/actions", {"changeTicketStatus": {"statusEvent": "cancel"}})
    endpoint.now += 1
    assert endpoint.finish(deleting).status == 200
    assert code(endpoint.finish(changing)) == "SYS.1003"


def test_a_deleted_ticket_moves_to_the_archives_with_its_history() -> None:
    endpoint = Endpoint()
    uuid = endpoint.created()["uuid"]
    endpoint.event(uuid, "cancel")
    assert endpoint.delete(uuid).body == b"{}"
    assert endpoint.rows(f"uuid={uuid}") == []
    assert endpoint.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories") == []
    archived = endpoint.rows(f"ticketUuid={uuid}", path="/v1/tickets/archives")[0]
    assert (archived["accountUuid"], archived["uuid"] != uuid) == (seed_data.ADMIN_ACCOUNT, True)
    row = endpoint.rows(f"ticketUuid={uuid}", path="/v1/tickets/histories/archives")[0]
    assert row["historyUuid"] != row["uuid"]
    endpoint.token = endpoint.log_in("bob", "p2")
    for path in ("/v1/tickets/archives", "/v1/tickets/histories/archives"):
        assert endpoint.rows(path=path) == []
    never = Endpoint("embedded?choice=archive:never")
    uuid = never.created()["uuid"]
    never.delete(uuid)
    assert never.rows(path="/v1/tickets/archives") == []


def test_an_open_ticket_may_be_kept_from_deletion() -> None:
    endpoint = Endpoint("embedded?choice=delete-open:refused")
    uuid = endpoint.created()["uuid"]
    assert "cannot do the operation[delete]" in details(endpoint.delete(uuid))
    endpoint.event(uuid, "cancel")
    assert endpoint.delete(uuid).status == 200


@pytest.mark.parametrize(("text", "error"), [("embedded", "SYS.1006"), ("embedded?choice=foreign:hidden", "SYS.1003")])
def test_tickets_of_another_project_are_out_of_reach(text: str, error: str) -> None:
    endpoint = Endpoint(text, name="alice")
    pending, cancelled = seed_data.FOREIGN_TICKETS
    assert endpoint.rows() == []
    assert endpoint.rows(path=f"/v1/tickets/{pending}") == []
    assert endpoint.rows(path="/v1/tickets/histories") == []
    assert code(endpoint.event(pending, "cancel")) == error
    assert code(endpoint.act(cancelled, "updateTicketRequest", requests=[request()])) == error
    assert code(endpoint.delete(pending)) == error
    assert [one["name"] for one in endpoint.rows(path="/v1/tickets/flow-collections")] == ["default", "switched off"]
    assert len(endpoint.rows(path="/v1/tickets/flow")) == 2
    admin = Endpoint()
    assert {row["uuid"] for row in admin.rows()} == set(seed_data.FOREIGN_TICKETS)


def test_who_sees_a_ticket() -> None:
    endpoint = Endpoint(name="")
    endpoint.token = endpoint.log_in("alice", "p1")
    uuid = endpoint.created()["uuid"]
    seen = {}
    for name, project in (
        ("alice", ""),
        ("alice", "p1"),
        ("carol", ""),
        ("carol", "p1"),
        ("operator", "p1"),
        ("operator", "p2"),
    ):
        endpoint.token = endpoint.log_in(name, project)
        seen[name, project] = [row["uuid"] for row in endpoint.rows()]
    endpoint.token = endpoint.log_in("tenant")
    assert endpoint.rows() == []
    assert seen["alice", ""] == seen["alice", "p1"] == seen["carol", "p1"] == seen["operator", "p1"] == [uuid]
    assert seen["carol", ""] == []
    assert set(seen["operator", "p2"]) == set(seed_data.FOREIGN_TICKETS)


def test_a_tenant_owns_what_it_makes() -> None:
    endpoint = Endpoint(name="tenant")
    uuid = endpoint.created()["uuid"]
    assert [row["uuid"] for row in endpoint.rows()] == [uuid]
    assert endpoint.event(uuid, "cancel").status == 200
    assert endpoint.delete(uuid).status == 200
    assert endpoint.rows(path="/v1/tickets/archives")
