"""The form of each answer to CreateTicket, as the page, the product and its SDK have it."""

import pytest

from pytest_zstack_ticket import by_requirement

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
NO_ERROR_OBJECT = ["no-error-object", "empty-failure", "text-failure", "page-failure", "not-an-object"]


@pytest.mark.requirement("ZT-ANSWER-001")
def test_every_answer_has_an_allowed_form(ticket_endpoint, zstack_cases, zstack_examine):
    """CreateTicket answers {}, the created inventory or a well-formed error, and nothing else."""
    violation = zstack_examine("form", subject=ticket_endpoint.calibration, arguments={"structured": True})
    assert violation is None, violation
    for catalogue in ("variations", "mutations"):
        for edit, trail in zstack_cases.results(catalogue):
            violation = zstack_examine("form", edit=edit, subject=trail)
            assert violation is None, violation


@pytest.mark.parametrize("reasons", by_requirement(FORMS))
def test_a_success_has_its_form(reasons, ticket_endpoint, zstack_cases, zstack_examine):
    """A success is status 200 with one JSON object that is empty or holds the inventory."""
    trails = [
        (None, ticket_endpoint.calibration),
        *zstack_cases.results("variations"),
        *zstack_cases.results("mutations"),
    ]
    for edit, trail in trails:
        if not trail.refused:
            violation = zstack_examine("form", edit=edit, subject=trail, arguments={"reasons": reasons})
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-022")
def test_a_structured_failure_holds_an_error_object(zstack_cases, zstack_examine):
    """A structured failure holds an object under the key error."""
    for edit, trail in zstack_cases.structured_refusals():
        violation = zstack_examine("form", edit=edit, subject=trail, arguments={"reasons": NO_ERROR_OBJECT})
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-036")
def test_a_failure_shows_no_ticket(zstack_cases, zstack_examine):
    """A failure shows no inventory beside its error."""
    for edit, trail in zstack_cases.structured_refusals():
        violation = zstack_examine("error-alone", edit=edit, subject=trail)
        assert violation is None, violation


@pytest.mark.parametrize("part", by_requirement(ERROR_PARTS))
def test_an_error_part_is_well_formed(part, zstack_cases, zstack_examine):
    """Each part of an error has its type, at any depth."""
    places, keywords = part
    arguments = {"schema": "failure", "places": places, "keywords": keywords}
    for edit, trail in zstack_cases.structured_refusals():
        violation = zstack_examine("facet", edit=edit, subject=trail, arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-030")
def test_every_answer_is_utf8(zstack_cases, zstack_examine, ticket_endpoint):
    """An answer is UTF-8, and names no other character set."""
    violation = zstack_examine("charset", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for catalogue in ("variations", "mutations"):
        for edit, trail in zstack_cases.results(catalogue):
            violation = zstack_examine("charset", edit=edit, subject=trail)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-031")
def test_json_is_not_declared_a_page(zstack_cases, zstack_examine, ticket_endpoint):
    """A JSON answer is not declared to be text/html."""
    violation = zstack_examine("media-type", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for edit, trail in zstack_cases.results("mutations"):
        violation = zstack_examine("media-type", edit=edit, subject=trail)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-032")
def test_schema_paths_lead_to_values(ticket_endpoint, zstack_examine):
    """Each path in an answer's schema leads to a value of the answer."""
    trail = ticket_endpoint.create(ticket_endpoint.calibration_draft, headers=(("X-JSON-Schema", "true"),))
    violation = zstack_examine("schema-paths", subject=trail)
    assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-033")
def test_a_success_is_exactly_empty(zstack_cases, zstack_examine):
    """A success is exactly {} (documented profile)."""
    for edit, trail in zstack_cases.accepted_results():
        violation = zstack_examine("exactly-empty", edit=edit, subject=trail)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-034")
def test_a_failure_is_structured(zstack_cases, zstack_examine):
    """A failure is JSON with an error object, whatever was wrong (documented profile)."""
    for catalogue in ("mutations", "malformed-requests"):
        for edit, trail in zstack_cases.results(catalogue):
            violation = zstack_examine("structured-failure", edit=edit, subject=trail)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ANSWER-035")
def test_an_answer_to_an_open_question_has_an_allowed_form(zstack_cases, zstack_examine, zstack_observe):
    """Where the contract is silent, the decision is only observed; its form is still checked."""
    for edit, trail in zstack_cases.results("open"):
        zstack_observe(f"open.{edit.partition}", type(trail.outcome).__name__.lower(), trail)
        violation = zstack_examine("form", edit=edit, subject=trail)
        assert violation is None, violation
