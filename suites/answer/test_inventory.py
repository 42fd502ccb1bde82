"""The created ticket, as the answer or a query afterwards shows it."""

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
def test_an_inventory_part_is_well_formed(places, zstack_cases, zstack_examine):
    """Each part of the inventory that is shown has its type."""
    arguments = {"schema": "create-result", "places": places}
    for edit, trail in zstack_cases.accepted_results():
        violation = zstack_examine("facet", edit=edit, subject=trail, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-011")
def test_a_ticket_is_not_changed_before_it_is_created(zstack_cases, zstack_examine):
    """A ticket's lastOpDate is not before its createDate."""
    for edit, trail in zstack_cases.accepted_results():
        violation = zstack_examine("dates", edit=edit, subject=trail)
        assert violation is None, violation


@pytest.mark.parametrize("member", by_requirement(ECHOED))
def test_the_ticket_shows_what_was_sent(member, zstack_cases, zstack_examine, ticket_endpoint):
    """The created ticket shows a member of params as it was sent."""
    for edit, trail in zstack_cases.accepted_results():
        if trail.sent(member) is not None:
            shown = ticket_endpoint.find_ticket(trail)
            if shown is not None:
                violation = zstack_examine("echo", edit=edit, subject=trail, shown=shown, arguments={"member": member})
                assert violation is None, violation


@pytest.mark.parametrize("members", by_requirement(REQUEST_MEMBERS))
def test_the_ticket_shows_the_requests_that_were_sent(members, zstack_cases, zstack_examine, ticket_endpoint):
    """The created ticket shows its requests in order, each member by value."""
    for edit, trail in zstack_cases.accepted_results():
        shown = ticket_endpoint.find_ticket(trail)
        for member in members if shown is not None else ():
            arguments = {"member": member}
            violation = zstack_examine("request-echo", edit=edit, subject=trail, shown=shown, arguments=arguments)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-020")
def test_a_ticket_has_the_uuid_that_was_asked_for(zstack_cases, zstack_examine, ticket_endpoint):
    """A ticket created with resourceUuid has that uuid."""
    for edit, trail in zstack_cases.accepted_results():
        shown = ticket_endpoint.find_ticket(trail) if trail.sent("resourceUuid") is not None else None
        if shown is not None:
            violation = zstack_examine("own-uuid", edit=edit, subject=trail, shown=shown)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-021")
def test_two_tickets_have_two_uuids(ticket_endpoint, zstack_examine):
    """Two creates make tickets with different UUIDs."""
    first = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    second = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    violation = zstack_examine("distinct", calibration=ticket_endpoint.calibration, first=first, second=second)
    assert violation is None, violation
