"""The format of each response to CreateTicket, as the page, the product and its SDK define it."""

import uuid

import pytest

from pytest_zstack_ticket import Edit, by_requirement

FORMS = {
    "ZT-ANSWER-002": ["status-no-success"],
    "ZT-ANSWER-003": ["not-json", "not-an-object", "empty-body"],
    "ZT-ANSWER-004": ["error-under-success"],
    "ZT-ANSWER-005": ["stray-result"],
    "ZT-ANSWER-037": ["inventory-no-object"],
}
ERROR_PARTS = {
    "ZT-ANSWER-023": (["error.code"], ["required", "type", "minLength"]),
    "ZT-ANSWER-024": (["error.code"], ["pattern"]),
    "ZT-ANSWER-025": (["error.description"], []),
    "ZT-ANSWER-026": (["error.details"], []),
    "ZT-ANSWER-027": (
        [
            "error.elaboration",
            "error.cost",
            "error.location",
            "error.opaque",
            "error.messages",
            "error.globalErrorCode",
            "error.message",
            "error.retryable",
            "error.httpStatus",
        ],
        [],
    ),
    "ZT-ANSWER-028": (["error.cause", "error.cause.*"], []),
    "ZT-ANSWER-029": (["error.causes", "error.causes.*"], []),
}
REOPEN = {"changeTicketStatus": {"statusEvent": "reopen"}}
UNKNOWN_MEMBER = "query-unknown-member"
NO_ERROR_OBJECT = ["no-error-object", "empty-failure", "text-failure", "page-failure", "not-an-object"]


def denied_query(endpoint):
    """Query by a member that no ticket has; its edit and result."""
    edit = Edit(kind="breakage", name=UNKNOWN_MEMBER, note="a query that is denied")
    return edit, endpoint.call("GET", "/v1/tickets?q=noSuchField%3D1&limit=1")


def denied_events(endpoint):
    """Reopen a pending ticket and one that does not exist; an edit and the result of each."""
    owner = endpoint.as_user("owner")
    if not {"accepted", "query", "cancel"} <= set(owner.profile.capabilities):
        return []
    found = owner.find_by_nonce(owner.create(owner.calibration_draft))
    uuids = {"pending": str(found.rows[0].get("uuid"))} if found and len(found.rows) == 1 else {}
    uuids["unknown"] = uuid.uuid4().hex
    return [
        (
            Edit(kind="breakage", name=f"reopen-{name}", note="an event that is denied"),
            owner.call("PUT", f"/v1/tickets/{one}/actions", body=REOPEN, call="action"),
        )
        for name, one in uuids.items()
    ]


def shared_denied_events(zstack_once, ticket_endpoint):
    """Return these, sent once in a round."""
    return zstack_once("answer: denied events", lambda: denied_events(ticket_endpoint))


def shared_denials(zstack_once, ticket_endpoint):
    """Return these and a query that is denied, sent once in a round."""
    query = zstack_once("answer: a denied query", lambda: denied_query(ticket_endpoint))
    return [*shared_denied_events(zstack_once, ticket_endpoint), query]


@pytest.mark.requirement("ZT-ANSWER-001")
def test_every_response_has_an_allowed_format(ticket_endpoint, zstack_cases, zstack_examine):
    """CreateTicket returns {}, the created inventory or a well-formed error, and nothing else."""
    violation = zstack_examine(
        "form",
        subject=ticket_endpoint.calibration,
        arguments={"structured": True},
        beside=lambda: ticket_endpoint.call("GET", "/v1/tickets?limit=1"),
    )
    assert violation is None, violation
    for catalogue in ("variations", "mutations"):
        for edit, result in zstack_cases.results(catalogue):
            violation = zstack_examine("form", edit=edit, subject=result)
            assert violation is None, violation


@pytest.mark.parametrize("reasons", by_requirement(FORMS))
def test_success_is_status_200_with_one_json_object(reasons, ticket_endpoint, zstack_cases, zstack_examine):
    """Success is status 200 with one JSON object that is empty or contains the inventory."""
    results = [
        (None, ticket_endpoint.calibration),
        *zstack_cases.results("variations"),
        *zstack_cases.results("mutations"),
    ]
    for edit, result in results:
        if not result.refused:
            violation = zstack_examine("form", edit=edit, subject=result, arguments={"reasons": reasons})
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-004")
@pytest.mark.zstack_rounds
def test_denied_event_is_not_answered_as_a_success(zstack_once, ticket_endpoint, zstack_examine):
    """The refusal of an event is not reported with status 200 either."""
    arguments = {"call": "action", "reasons": FORMS["ZT-ANSWER-004"]}
    for edit, result in shared_denied_events(zstack_once, ticket_endpoint):
        violation = zstack_examine("form", edit=edit, subject=result, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-022")
def test_structured_failure_has_an_error_object(zstack_once, ticket_endpoint, zstack_cases, zstack_examine):
    """A structured failure response has an object under the key error, whatever was refused."""
    denials = shared_denials(zstack_once, ticket_endpoint)
    for edit, result in zstack_cases.structured_refusals(denials):
        arguments = {"reasons": NO_ERROR_OBJECT}
        if any(result is one for _, one in denials):
            arguments["call"] = "query" if edit.name == UNKNOWN_MEMBER else "action"
        violation = zstack_examine("form", edit=edit, subject=result, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-036")
def test_failure_has_no_inventory(zstack_once, ticket_endpoint, zstack_cases, zstack_examine):
    """A failure response contains no inventory alongside its error, whatever was refused."""
    for edit, result in zstack_cases.structured_refusals(shared_denials(zstack_once, ticket_endpoint)):
        violation = zstack_examine("no-inventory-with-error", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.parametrize("part", by_requirement(ERROR_PARTS))
def test_error_fields_have_their_types(part, zstack_once, ticket_endpoint, zstack_cases, zstack_examine):
    """Each field of an error has its type, at any nesting depth, whatever was refused."""
    places, keywords = part
    arguments = {"schema": "failure", "places": places, "keywords": keywords}
    for edit, result in zstack_cases.structured_refusals(shared_denials(zstack_once, ticket_endpoint)):
        violation = zstack_examine("schema-part", edit=edit, subject=result, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-030")
def test_every_response_is_utf8(zstack_cases, zstack_examine, ticket_endpoint):
    """A response is encoded in UTF-8 and declares no other character set."""
    violation = zstack_examine("charset", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for catalogue in ("variations", "mutations"):
        for edit, result in zstack_cases.results(catalogue):
            violation = zstack_examine("charset", edit=edit, subject=result)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-031")
def test_json_is_not_declared_as_html(zstack_cases, zstack_examine, ticket_endpoint):
    """A JSON response is not declared as text/html."""
    violation = zstack_examine("media-type", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for edit, result in zstack_cases.results("mutations"):
        violation = zstack_examine("media-type", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-032")
@pytest.mark.zstack_rounds
def test_schema_paths_resolve_to_values(ticket_endpoint, zstack_examine):
    """Each path in a response's schema resolves to a value in that response."""
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft, headers=(("X-JSON-Schema", "true"),))
    violation = zstack_examine("schema-paths", subject=result)
    assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-033")
def test_success_is_exactly_an_empty_object(zstack_cases, zstack_examine):
    """A success response is exactly {}."""
    for edit, result in zstack_cases.accepted_results():
        violation = zstack_examine("exactly-empty", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-034")
def test_failure_is_structured(zstack_cases, zstack_examine):
    """A failure response is JSON with an error object, whatever was wrong with the request."""
    for catalogue in ("mutations", "malformed-requests"):
        for edit, result in zstack_cases.results(catalogue):
            violation = zstack_examine("structured-failure", edit=edit, subject=result)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-035")
def test_response_has_an_allowed_format_where_the_contract_is_silent(zstack_cases, zstack_examine, zstack_observe):
    """Where the contract says nothing about a body, the decision is only observed, but the response has an allowed format."""
    for edit, result in zstack_cases.results("open"):
        zstack_observe(f"open.{edit.partition}", result.reading, result)
        violation = zstack_examine("form", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-038")
def test_failure_does_not_ask_to_be_sent_again(zstack_once, ticket_endpoint, zstack_cases, zstack_examine):
    """The failure of a create, or of a query by a member that no ticket has, does not ask to be sent again at once."""
    _, refused = zstack_once("answer: a denied query", lambda: denied_query(ticket_endpoint))
    violation = zstack_examine("no-call-to-repeat", partition="query", subject=refused)
    assert violation is None, violation
    for edit, result in zstack_cases.results("mutations"):
        violation = zstack_examine("no-call-to-repeat", edit=edit, subject=result)
        assert violation is None, violation
