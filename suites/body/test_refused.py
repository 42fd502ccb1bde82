"""Invalid bodies are refused for the right reason: one mutation at a time, compared with the accepted sibling."""

import json
import uuid

import pytest

from pytest_zstack_ticket import Draft, Edit, by_requirement

REFUSED = {
    "ZT-BODY-001": ["params.name/drop"],
    "ZT-BODY-002": ["params.name/null"],
    "ZT-BODY-003": ["params.name/type-*"],
    "ZT-BODY-004": ["params.name/too-long*"],
    "ZT-BODY-005": ["params.requests/drop"],
    "ZT-BODY-006": ["params.requests/null"],
    "ZT-BODY-007": ["params.requests/empty-list"],
    "ZT-BODY-008": ["params.requests*/null-element*"],
    "ZT-BODY-009": ["params.requests/type-*"],
    "ZT-BODY-010": ["params.requests[0]/type-*"],
    "ZT-BODY-011": ["params.accountSystemType/drop"],
    "ZT-BODY-012": ["params.accountSystemType/null"],
    "ZT-BODY-013": ["params.accountSystemType/unknown"],
    "ZT-BODY-014": ["params.accountSystemContext/drop"],
    "ZT-BODY-015": ["params.accountSystemContext/null"],
    "ZT-BODY-016": ["params.description/too-long*"],
    "ZT-BODY-017": ["params.description/type-*"],
    "ZT-BODY-018": ["params.requests[*].executeTimes/type-*", "params.requests[0].executeTimes/fraction"],
    "ZT-BODY-019": ["params.requests[0].executeTimes/too-large*", "params.requests[0].executeTimes/too-small"],
    "ZT-BODY-020": ["params.requests[0].requestName/type-*", "params.requests[0].apiName/type-*"],
    "ZT-BODY-021": [
        "params.requests[*].apiName/unknown",
        "params.requests[0].apiName/empty",
        "params.requests[0].apiName/other-class",
    ],
    "ZT-BODY-022": ["params.resourceUuid/*"],
    "ZT-BODY-024": ["params.flowCollectionUuid/type-*"],
    "ZT-BODY-025": [
        "params.flowCollectionUuid/unknown",
        "params.flowCollectionUuid/malformed",
        "params.flowCollectionUuid/empty",
    ],
    "ZT-BODY-026": ["params.tagUuids/unknown"],
    "ZT-BODY-027": ["systemTags/type-*", "userTags/type-*"],
    "ZT-BODY-028": ["params/drop", "params/null"],
    "ZT-BODY-029": ["params/type-*"],
    "ZT-BODY-030": ["*/wrong-case"],
    "ZT-BODY-031": ["*/wrong-nesting"],
    "ZT-BODY-035": ["params.accountSystemType/type-*"],
    "ZT-BODY-036": ["params.tagUuids/type-*"],
    "ZT-BODY-064": ["params.name/key-*", "params.accountSystemType/looks-like-*"],
    "ZT-BODY-065": ["params.tagUuids/null-element"],
}
GENERIC = (
    "params.name/drop",
    "params.name/null",
    "params.name/too-long*",
    "params.description/too-long*",
    "params.requests/drop",
    "params.requests/null",
    "params.requests/empty-list",
    "params.requests*/null-element*",
    "params.accountSystemType/drop",
    "params.accountSystemContext/drop",
)
"""What the platform's generic validator refuses, with one code."""


@pytest.mark.parametrize("rows", by_requirement(REFUSED))
@pytest.mark.zstack_rounds
def test_invalid_body_is_refused(rows, ticket_endpoint, zstack_cases, zstack_examine):
    """A body with one invalid field is refused, while its sibling without the edit is accepted."""
    for edit, result in zstack_cases.results("mutations", *rows):
        arguments = {"fields": list(edit.fields)}
        violation = zstack_examine(
            "refusal", edit=edit, subject=result, sibling=ticket_endpoint.calibration, arguments=arguments
        )
        assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-066")
@pytest.mark.zstack_rounds
def test_unknown_system_tag_is_refused(ticket_endpoint, zstack_cases, zstack_examine):
    """A system tag that is defined nowhere is refused, beside params as the page has it and inside as the SDK does."""
    for edit, result in zstack_cases.results("open", "systemTags/unknown", "params.systemTags/unknown"):
        arguments = {"fields": ["tag"]}
        violation = zstack_examine(
            "refusal", edit=edit, subject=result, sibling=ticket_endpoint.calibration, arguments=arguments
        )
        assert violation is None, violation


REPEATED = {
    "name": "params.name/too-long",
    "description": "params.description/too-long",
    "requests": "params.requests/empty-list",
}
"""Members that are sent twice, and the row in which the last value stands alone."""


@pytest.mark.requirement("ZT-BODY-069")
@pytest.mark.zstack_rounds
def test_invalid_value_behind_a_valid_one_is_not_stored(ticket_endpoint, zstack_cases, zstack_examine):
    """A value that is refused alone is not stored where it stands behind a valid value of the same member."""
    for member, row in REPEATED.items():
        alone = next((result for _, result in zstack_cases.results("mutations", row)), None)
        for edit, result in zstack_cases.results("open", f"params.{member}/repeated-*") if alone else ():
            roles = {"subject": result, "alone": alone}
            if not result.refused:
                roles["shown"] = ticket_endpoint.find_by_nonce(result)
            violation = zstack_examine("first-of-two", edit=edit, arguments={"member": member}, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-023")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds(most=8)
def test_resource_uuid_in_use_is_refused(ticket_endpoint, zstack_examine):
    """A resourceUuid that is already in use is refused."""
    draft = with_resource_uuid(ticket_endpoint.calibration_draft, uuid.uuid4().hex)
    first, second = ticket_endpoint.create(draft), ticket_endpoint.create(draft)
    roles, arguments = {"subject": second, "sibling": first}, {"because": True}
    violation = zstack_examine("refusal", edit=draft.edit, arguments=arguments, **roles)
    assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-033")
def test_refusal_blames_only_the_invalid_field(ticket_endpoint, zstack_cases, zstack_examine):
    """A refusal gives the right reason: it blames only the invalid field, and not the session."""
    for edit, result in zstack_cases.results("mutations"):
        if result.refused:
            arguments = {"fields": list(edit.fields)}
            violation = zstack_examine(
                "blames-edited-field",
                edit=edit,
                subject=result,
                sibling=ticket_endpoint.calibration,
                arguments=arguments,
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-034")
def test_missing_or_overlong_field_is_refused_with_sys_1007(ticket_endpoint, zstack_cases, zstack_examine):
    """A missing, null, overlong or empty field is refused with code SYS.1007."""
    for edit, result in zstack_cases.results("mutations", *GENERIC):
        if result.refused_with_error:
            violation = zstack_examine(
                "error-code",
                edit=edit,
                subject=result,
                sibling=ticket_endpoint.calibration,
                arguments={"codes": ["SYS.1007"]},
            )
            assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-070")
def test_flow_collection_that_is_of_no_use_is_refused(ticket_endpoint, zstack_examine):
    """A create in a flow collection that is disabled, invalid or for other ticket types is refused."""
    collections = ticket_endpoint.call("GET", "/v1/tickets/flow-collections?limit=100")
    plain = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    roles = {"sibling": plain, "plain": ticket_endpoint.find_by_name(plain), "collections": collections}
    of = next((row.get("ticketTypeUuid") for row in roles["plain"].rows), None)
    of_no_use = {
        "flow-disabled": [row for row in collections.rows if row.get("state") not in ("Enabled", None)],
        "flow-invalid": [row for row in collections.rows if row.get("status") not in ("Valid", None)],
        "flow-of-others": [row for row in collections.rows if is_of_others(row, of)],
    }
    for name, rows in of_no_use.items():
        drafts = [ticket_endpoint.draft(flowCollectionUuid=row.get("uuid")) for row in rows[:1]]
        subject = ticket_endpoint.create(drafts[0]) if drafts else plain  # without one, nothing is shown
        edit = Edit(kind="mutation", name=name, fields=("flowCollectionUuid",))
        violation = zstack_examine("unusable-collection", edit=edit, subject=subject, **roles)
        assert violation is None, violation


def is_of_others(collection, kind):
    """Say whether a flow collection is for some ticket types, of which a type is none."""
    kinds = collection.get("ticketTypeUuids")
    return isinstance(kinds, list) and bool(kinds) and kind not in kinds and not collection.get("isDefault")


def with_resource_uuid(draft, value):
    """Return a draft with a resourceUuid."""
    body = json.loads(draft.body)
    body["params"]["resourceUuid"] = value
    edit = Edit(kind="mutation", name="in-use", path="params.resourceUuid", fields=("resourceUuid",))
    return Draft(body=json.dumps(body, ensure_ascii=False).encode(), edit=edit, headers=draft.headers)
