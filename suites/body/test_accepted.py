"""Variations that must not matter, one at a time: each is decided like its sibling."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket import Edit, by_requirement
from pytest_zstack_ticket.strategies import calibration_draft

ACCEPTED = {
    "ZT-BODY-040": ["params.name/limit*"],
    "ZT-BODY-041": ["params.name/shortest*"],
    "ZT-BODY-042": ["params.name/script-*", "params.requests[0].requestName/script-*"],
    "ZT-BODY-043": ["params.name/looks-like-*"],
    "ZT-BODY-044": ["params.description/limit*", "params.description/shortest"],
    "ZT-BODY-046": ["params.requests/count-*"],
    "ZT-BODY-047": ["params.requests[0].apiBody/*"],
    "ZT-BODY-048": ["params.requests[0].apiBody/number-*"],
    "ZT-BODY-049": ["params.requests[0].executeTimes/*"],
    "ZT-BODY-051": ["tags/*"],
    "ZT-BODY-052": ["*/key-order*"],
    "ZT-BODY-053": ["*/white-space*"],
    "ZT-BODY-054": ["*/extra-key*"],
    "ZT-BODY-055": ["*/escape*"],
    "ZT-BODY-056": ["params.resourceUuid/*"],
    "ZT-BODY-057": ["params.description/script-*"],
    "ZT-BODY-058": ["*/content-type*"],
}


UNMATCHED = ["ticket type", "工单类型", "flow collection", "工单流程"]
"""From 3.6 on a set of requests has to match a ticket type of the cloud (TicketApiInterceptor.java, lines 74 to 90)."""


@pytest.mark.parametrize("rows", by_requirement(ACCEPTED))
@pytest.mark.zstack_rounds
def test_variation_does_not_change_the_decision(rows, ticket_endpoint, zstack_cases, zstack_examine):
    """A variation that must not matter gets the same decision as its sibling."""
    for edit, result in zstack_cases.results("variations", *rows):
        arguments = {"unless": UNMATCHED} if edit.path == "params.requests" else {}
        violation = zstack_examine(
            "sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration, arguments=arguments
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-050")
@pytest.mark.zstack_rounds
def test_optional_fields_do_not_change_the_decision(ticket_endpoint, zstack_cases, zstack_context, zstack_examine):
    """Optional fields in any combination, and tags that the context names, get the same decision as their sibling."""
    rows = ["optional/*", *(["params.tagUuids/known"] if zstack_context.tags else [])]
    for edit, result in zstack_cases.results("variations", *rows):
        violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


NULLS = [
    *("params.description/null", "params.resourceUuid/null", "params.flowCollectionUuid/null"),
    *("params.tagUuids/null", "systemTags/null", "userTags/null"),
]


@pytest.mark.requirement("ZT-BODY-067")
@pytest.mark.zstack_rounds
def test_null_of_an_optional_field_does_not_change_the_decision(ticket_endpoint, zstack_cases, zstack_examine):
    """An optional field that is null gets the same decision as one that is absent."""
    for edit, result in zstack_cases.results("open", *NULLS):
        violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-050")
def test_optional_fields_may_all_be_absent(ticket_endpoint, zstack_context, zstack_examine):
    """A create without any optional field is accepted, also where only one with them could be calibrated with."""
    added = ", ".join(sorted(zstack_context.added)) or "any optional field"
    edit = Edit(kind="variation", name="absent", path="optional", note=f"without {added}")
    result = ticket_endpoint.create(calibration_draft(replace(zstack_context, added={})))
    violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-049")
def test_execute_times_may_be_written_as_whole_number(ticket_endpoint, zstack_context, zstack_examine):
    """An executeTimes of 1 is accepted, also where only one of 1.0 could be calibrated with."""
    context = replace(zstack_context, execute_times=int(zstack_context.execute_times))
    edit = Edit(kind="variation", name="whole", path="params.requests[0].executeTimes")
    result = ticket_endpoint.create(calibration_draft(context))
    violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-045")
@pytest.mark.zstack_rounds
def test_trimmed_white_space_does_not_count_towards_the_limit(ticket_endpoint, zstack_cases, zstack_examine):
    """Leading and trailing white space that a target trims does not count towards the length of a name."""
    roles = {}
    for edit, result in zstack_cases.results("variations", "params.name/outer-space*"):
        violation = zstack_examine(
            "trimmed-length" if roles else "sameness",
            edit=edit,
            subject=result,
            sibling=ticket_endpoint.calibration,
            **roles,
        )
        assert violation is None, violation
        roles = roles or {"trimmed": result}
