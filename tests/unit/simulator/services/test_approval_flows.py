from __future__ import annotations

from typing import Any

import pytest

from pytest_zstack_ticket.model.exchange import Response
from pytest_zstack_ticket.simulator.storage import seed_data
from tests.support.simulator_endpoint import Endpoint, body, code, details
from tests.support.simulator_probe import message

COLLECTIONS = "/v1/tickets/flow-collections"
LAST = {"name": "last", "approverUuid": seed_data.ADMIN_ACCOUNT}
FIRST = {"name": "first", "approverUuid": seed_data.CAROL, "approverTitle": "SystemAdmin", "description": "d"}


def call(endpoint: Endpoint, method: str, path: str, sent: object = None) -> Response:
    return endpoint.finish(endpoint.send(method, path, sent))


def make(endpoint: Endpoint, **changes: Any) -> Response:
    params = {"name": "steps", "projectUuid": seed_data.PROJECT_ONE, "flows": [FIRST, LAST]} | changes
    return call(endpoint, "POST", COLLECTIONS, {"params": params})


def test_a_collection_is_made_with_its_steps_and_used_by_its_project() -> None:
    endpoint = Endpoint()
    shown = body(make(endpoint, ticketTypeUuids=[seed_data.CREATE_VM_TYPE], description="d"))["inventory"]
    assert [flow["name"] for flow in shown["flows"]] == ["first", "last"]
    assert shown["flows"][1]["parentFlowUuid"] == shown["flows"][0]["uuid"]
    assert (shown["projectUuid"], shown["state"], shown["isDefault"]) == (seed_data.PROJECT_ONE, "Enabled", False)
    endpoint.token = endpoint.log_in("alice", "p1")
    ticket = endpoint.created()
    assert ticket["flowCollectionUuid"] == shown["uuid"]
    assert ticket["currentFlowUuid"] == shown["flows"][0]["uuid"]
    endpoint.token = endpoint.log_in("carol")
    assert body(endpoint.event(ticket["uuid"], "approve"))["inventory"]["status"] == "IntermediateApproved"


REFUSED = [
    ({"flows": ...}, "at least one flow is needed"),
    ({"flows": []}, "at least one flow is needed"),
    ({"flows": [None]}, "at least one flow is needed"),
    ({"flows": [{"approverUuid": seed_data.ADMIN_ACCOUNT}]}, "name is needed when create a flow"),
    ({"flows": [{"name": "x"}]}, "approverUuid cannot be null"),
    ({"flows": [LAST | {"approverTitle": "t"}]}, "wrong approver title t, valid value is ["),
    ({"flows": [LAST | {"approverUuid": "x"}]}, "can not find IAM2VirtualIDVO[uuid:x]"),
    ({"flows": [LAST | {"approverUuid": seed_data.BOB}]}, "not belong to project"),
    ({"flows": [FIRST]}, "admin or iam2 operation is required as approver of the last flow"),
    ({"projectUuid": "x"}, "resource[uuid:x, type:IAM2ProjectVO] not found"),
    ({"name": ...}, "field[name]"),
    ({"resourceUuid": seed_data.DEFAULT_FLOW}, "ConstraintViolationException"),
    ({"ticketTypeUuids": ["x"]}, "type:TicketTypeVO"),
]


@pytest.mark.parametrize(("changes", "text"), REFUSED)
def test_a_collection_is_refused(changes: dict[str, Any], text: str) -> None:
    endpoint = Endpoint()
    params = {"name": "steps", "projectUuid": seed_data.PROJECT_ONE, "flows": [FIRST, LAST]} | changes
    sent = {"params": {key: value for key, value in params.items() if value is not ...}}
    assert text in details(call(endpoint, "POST", COLLECTIONS, sent))
    assert len(endpoint.rows(path=COLLECTIONS)) == 3


def test_a_list_of_flows_needs_objects() -> None:
    answer = make(Endpoint(), flows=["x"])
    assert (answer.status, "Expected BEGIN_OBJECT but was STRING" in answer.body.decode()) == (500, True)


def test_an_operator_may_be_last_from_4_6_on() -> None:
    last = [LAST | {"approverUuid": seed_data.OPERATOR}]
    assert make(Endpoint(), flows=last).status == 200
    assert "admin is required as approver" in details(make(Endpoint("embedded:deployed@4.5"), flows=last))


def test_one_type_has_one_collection_per_project() -> None:
    endpoint = Endpoint()
    assert make(endpoint, ticketTypeUuids=[seed_data.CREATE_VM_TYPE]).status == 200
    assert "one ticket type can only have one matches flow collection" in details(
        make(endpoint, ticketTypeUuids=[seed_data.CREATE_VM_TYPE])
    )


def test_a_collection_can_be_changed_disabled_and_deleted() -> None:
    endpoint = Endpoint()
    uuid = body(make(endpoint))["inventory"]["uuid"]
    path = f"{COLLECTIONS}/{uuid}/actions"
    sent = {"updateIAM2TicketFlowCollection": {"name": "new", "flows": [LAST], "isDefault": True}}
    shown = body(call(endpoint, "PUT", path, sent))["inventory"]
    assert (shown["name"], len(shown["flows"]), shown["isDefault"]) == ("new", 1, True)
    shown = body(call(endpoint, "PUT", path, {"updateIAM2TicketFlowCollection": {"description": "d"}}))["inventory"]
    assert (shown["name"], shown["description"], shown["isDefault"]) == ("new", "d", True)
    for event, state in (("disable", "Disabled"), ("enable", "Enabled")):
        shown = body(call(endpoint, "PUT", path, {"changeTicketFlowCollectionState": {"stateEvent": event}}))[
            "inventory"
        ]
        assert shown["state"] == state
    bad = call(endpoint, "PUT", path, {"changeTicketFlowCollectionState": {"stateEvent": "x"}})
    assert "valid value for field[stateEvent]" in details(bad)
    for _ in range(2):
        assert call(endpoint, "DELETE", f"{COLLECTIONS}/{uuid}").body == b"{}"
    assert len(endpoint.rows(path="/v1/tickets/flow")) == 4


def test_ticket_types_are_added_and_removed() -> None:
    endpoint = Endpoint()
    uuid = body(make(endpoint))["inventory"]["uuid"]
    path = f"{COLLECTIONS}/{uuid}/ticket-types"
    assert call(endpoint, "POST", path, {"params": {"ticketTypeUuids": [seed_data.RESIZE_VM_TYPE]}}).body == b"{}"
    assert endpoint.rows(f"uuid={uuid}", path=COLLECTIONS)[0]["ticketTypeUuids"] == [seed_data.RESIZE_VM_TYPE]
    assert call(endpoint, "DELETE", f"{path}?ticketTypeUuids={seed_data.RESIZE_VM_TYPE}").body == b"{}"
    assert endpoint.rows(f"uuid={uuid}", path=COLLECTIONS)[0]["ticketTypeUuids"] == []
    assert "field[ticketTypeUuids]" in details(call(endpoint, "DELETE", path))


def test_steps_are_added_behind_their_parent_or_at_the_end() -> None:
    endpoint = Endpoint()
    shown = body(make(endpoint))["inventory"]
    params = {"name": "between", "approverUuid": seed_data.CAROL, "collectionUuid": shown["uuid"]}
    added = body(
        call(endpoint, "POST", "/v1/tickets/flow", {"params": params | {"parentFlowUuid": shown["flows"][0]["uuid"]}})
    )
    assert added["inventory"]["parentFlowUuid"] == shown["flows"][0]["uuid"]
    assert "last flow" in details(call(endpoint, "POST", "/v1/tickets/flow", {"params": params}))
    last = params | {"approverUuid": seed_data.ADMIN_ACCOUNT, "name": "end"}
    assert call(endpoint, "POST", "/v1/tickets/flow", {"params": last}).status == 200
    names = [flow["name"] for flow in endpoint.rows(f"uuid={shown['uuid']}", path=COLLECTIONS)[0]["flows"]]
    assert names == ["first", "between", "last", "end"]


def test_a_step_can_be_changed_and_deleted_but_not_the_last_one() -> None:
    endpoint = Endpoint()
    shown = body(make(endpoint))["inventory"]
    first, last = (flow["uuid"] for flow in shown["flows"])
    sent = {"updateIAM2TicketFlow": {"name": "new", "approverUuid": seed_data.ALICE, "approverTitle": "ProjectAdmin"}}
    changed = body(call(endpoint, "PUT", f"/v1/tickets/flow/{first}/actions", sent))["inventory"]
    assert (changed["name"], changed["approverUuid"]) == ("new", seed_data.ALICE)
    kept = body(
        call(endpoint, "PUT", f"/v1/tickets/flow/{first}/actions", {"updateIAM2TicketFlow": {"description": "d"}})
    )
    assert (kept["inventory"]["name"], kept["inventory"]["description"]) == ("new", "d")
    for _ in range(2):
        assert call(endpoint, "DELETE", f"/v1/tickets/flow/{first}").body == b"{}"
    assert code(call(endpoint, "DELETE", f"/v1/tickets/flow/{last}")) == "SYS.1007"


def test_results_of_flows_have_a_schema_if_asked() -> None:
    endpoint = Endpoint()
    params = {"name": "steps", "projectUuid": seed_data.PROJECT_ONE, "flows": [LAST]}
    answer = endpoint.finish(endpoint.send("POST", COLLECTIONS, {"params": params}), X_JSON_Schema="x")
    schema = body(answer)["schema"]
    assert schema["inventory"].endswith("IAM2TicketFlowCollectionInventory")
    assert schema["inventory.flows[0]"].endswith("IAM2TicketFlowInventory")
    sent = {"name": "x", "approverUuid": seed_data.ADMIN_ACCOUNT, "collectionUuid": body(answer)["inventory"]["uuid"]}
    answer = endpoint.finish(endpoint.send("POST", "/v1/tickets/flow", {"params": sent}), X_JSON_Schema="x")
    assert body(answer)["schema"] == {"inventory": "org.zstack.ticket.iam2.entity.IAM2TicketFlowInventory"}


def test_a_ticket_whose_collection_is_gone_has_no_next_step() -> None:
    endpoint = Endpoint()
    uuid = body(make(endpoint, ticketTypeUuids=[seed_data.CREATE_VM_TYPE]))["inventory"]["uuid"]
    ticket = endpoint.created()
    assert ticket["flowCollectionUuid"] == uuid
    call(endpoint, "DELETE", f"{COLLECTIONS}/{uuid}")
    assert body(endpoint.event(ticket["uuid"], "cancel"))["inventory"]["status"] == "Cancelled"
    shown = body(endpoint.event(ticket["uuid"], "reopen"))["inventory"]
    assert "currentFlowUuid" not in shown
    assert message()["name"] == shown["name"]
