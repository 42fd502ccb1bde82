"""The created ticket, as the response to its create or a later query shows it."""

import pytest

from pytest_zstack_ticket import by_requirement

INVENTORY_PARTS = {
    "ZT-ANSWER-006": ["inventory", "inventory.uuid"],
    "ZT-ANSWER-007": ["inventory.status"],
    "ZT-ANSWER-008": [
        "inventory.name",
        "inventory.description",
        "inventory.accountSystemType",
        "inventory.ticketTypeUuid",
        "inventory.currentFlowUuid",
        "inventory.flowCollectionUuid",
    ],
    "ZT-ANSWER-009": ["inventory.request", "inventory.request.*"],
    "ZT-ANSWER-010": ["inventory.createDate", "inventory.lastOpDate"],
}
ECHOED = {
    "ZT-ANSWER-012": "name",
    "ZT-ANSWER-013": "description",
    "ZT-ANSWER-018": "accountSystemType",
    "ZT-ANSWER-019": "accountSystemContext",
}
REQUEST_MEMBERS = {
    "ZT-ANSWER-014": ["count"],
    "ZT-ANSWER-015": ["requestName", "apiName"],
    "ZT-ANSWER-016": ["executeTimes"],
    "ZT-ANSWER-017": ["apiBody"],
}


@pytest.mark.parametrize("places", by_requirement(INVENTORY_PARTS))
def test_inventory_fields_have_their_types(places, zstack_cases, zstack_examine):
    """Each field of the inventory has its type if present."""
    arguments = {"schema": "create-result", "places": places}
    for edit, result in zstack_cases.accepted_results():
        violation = zstack_examine("schema-part", edit=edit, subject=result, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-011")
def test_last_op_date_is_not_before_create_date(ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """A ticket's lastOpDate is not earlier than its createDate."""
    accepted = zstack_cases.accepted_results()
    for (edit, _), shown in zstack_in_window(lambda pair: ticket_endpoint.find_ticket(pair[1]), accepted):
        if shown is not None:
            violation = zstack_examine("date-order", edit=edit, subject=shown)
            assert violation is None, violation


@pytest.mark.parametrize("member", by_requirement(ECHOED))
@pytest.mark.zstack_rounds
def test_created_ticket_shows_the_members_sent(member, zstack_cases, zstack_in_window, zstack_examine, ticket_endpoint):
    """The created ticket shows each member of params exactly as sent."""
    accepted = (pair for pair in zstack_cases.accepted_results() if pair[1].sent(member) is not None)
    for (edit, result), shown in zstack_in_window(lambda pair: ticket_endpoint.find_ticket(pair[1]), accepted):
        if shown is not None:
            violation = zstack_examine(
                "member-echo", edit=edit, subject=result, shown=shown, arguments={"member": member}
            )
            assert violation is None, violation


@pytest.mark.parametrize("members", by_requirement(REQUEST_MEMBERS))
def test_created_ticket_shows_the_requests_sent(
    members, zstack_cases, zstack_in_window, zstack_examine, ticket_endpoint
):
    """The created ticket shows its requests in order, with each member as sent."""
    accepted = zstack_cases.accepted_results()
    for (edit, result), shown in zstack_in_window(lambda pair: ticket_endpoint.find_ticket(pair[1]), accepted):
        for member in members if shown is not None else ():
            arguments = {"member": member}
            violation = zstack_examine("request-echo", edit=edit, subject=result, shown=shown, arguments=arguments)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-020")
@pytest.mark.zstack_rounds
def test_created_ticket_has_the_resource_uuid_sent(zstack_cases, zstack_round, zstack_examine, ticket_endpoint):
    """A ticket created with a resourceUuid has that uuid."""
    rows = ("params.resourceUuid/*", "optional/*")
    accepted = zstack_cases.results("variations", *rows) if zstack_round() else zstack_cases.accepted_results()
    for edit, result in accepted:
        shown = ticket_endpoint.find_ticket(result) if result.sent("resourceUuid") is not None else None
        if shown is not None:
            violation = zstack_examine("requested-uuid", edit=edit, subject=result, shown=shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-021")
@pytest.mark.zstack_rounds
def test_two_creates_yield_two_uuids(ticket_endpoint, zstack_examine):
    """Two creates yield tickets with different UUIDs."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    second = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    violation = zstack_examine("distinct-uuids", calibration=ticket_endpoint.calibration, first=first, second=second)
    assert violation is None, violation
