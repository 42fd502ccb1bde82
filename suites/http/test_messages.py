"""Requests that are malformed below the body: JSON, paths, methods, headers, sizes."""

import pytest

from pytest_zstack_ticket import by_requirement

REFUSED = {
    "ZT-HTTP-001": ["json-truncated*"],
    "ZT-HTTP-002": ["json-trailing-comma*"],
    "ZT-HTTP-003": ["json-trailing-text*"],
    "ZT-HTTP-004": ["json-garbage*"],
    "ZT-HTTP-005": ["json-top-level-string", "json-top-level-number", "json-top-level-boolean*"],
    "ZT-HTTP-006": ["json-top-level-list*"],
    "ZT-HTTP-008": ["method-put"],
    "ZT-HTTP-009": ["method-delete"],
    "ZT-HTTP-010": ["method-patch", "method-unknown*"],
}
ANSWERED = {
    "ZT-HTTP-014": ["json-deep-*"],
    "ZT-HTTP-015": ["large-*"],
    "ZT-HTTP-016": ["encoding-*"],
    "ZT-HTTP-022": ["header-*"],
}
pytestmark = pytest.mark.zstack_alone("malformed")
"""What the target or a front end makes of malformed requests is no other test's concern."""
HARMLESS = {
    "ZT-HTTP-017": (("X-Conformance-Unknown", "1"),),
    "ZT-HTTP-018": (("content-type", "application/json;charset=UTF-8"), ("x-json-schema", "true")),
}


@pytest.mark.parametrize("rows", by_requirement(REFUSED))
def test_malformed_request_is_refused(rows, ticket_endpoint, zstack_cases, zstack_examine):
    """A malformed request is refused, while the calibration draft is accepted."""
    for edit, result in zstack_cases.results("malformed-requests", *rows):
        violation = zstack_examine("refusal", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-007")
def test_unknown_path_is_not_found(ticket_endpoint, zstack_cases, zstack_examine):
    """An unknown path is answered with 404."""
    for edit, result in zstack_cases.results("malformed-requests", "path-unknown*"):
        violation = zstack_examine(
            "expected-status",
            edit=edit,
            subject=result,
            sibling=ticket_endpoint.calibration,
            arguments={"statuses": [404]},
        )
        assert violation is None, violation


@pytest.mark.parametrize("rows", by_requirement(ANSWERED))
def test_unusual_request_gets_a_response(rows, ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """An unusual request gets a response in an allowed format, and the target keeps working."""
    for catalogue in ("malformed-requests", "unusual-requests"):
        results = zstack_cases.results(catalogue, *rows, missing_ok=True)
        siblings = zstack_in_window(lambda _: ticket_endpoint.create(ticket_endpoint.calibration_draft), results)
        for (edit, result), again in siblings:
            violation = zstack_examine("answered", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
            assert violation is None, violation
            violation = zstack_examine(
                "same-decision-again", edit=edit, subject=again, sibling=ticket_endpoint.calibration
            )
            assert violation is None, violation


@pytest.mark.parametrize("headers", by_requirement(HARMLESS))
def test_unknown_headers_and_header_case_do_not_matter(headers, ticket_endpoint, zstack_examine):
    """Unknown headers, and the case of known ones, do not matter."""
    draft = ticket_endpoint.calibration_draft
    named = {name.lower() for name, _ in headers}
    kept = tuple(pair for pair in draft.headers if pair[0].lower() not in named)
    result = ticket_endpoint.create_bytes(draft.body, headers=(*kept, *headers))
    violation = zstack_examine("sameness", subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-019")
def test_chunked_body_is_accepted(ticket_endpoint, zstack_examine):
    """A chunked body is accepted like one sent with a Content-Length."""
    draft = ticket_endpoint.calibration_draft
    headers = (*draft.headers, ("Transfer-Encoding", "chunked"))
    result = ticket_endpoint.create_bytes(draft.body, headers=headers)
    violation = zstack_examine("chunked-body", subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-020")
def test_target_keeps_working_after_every_malformed_request(
    ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine
):
    """After every malformed request the target still decides the calibration draft as before."""
    results = zstack_cases.results("malformed-requests")
    siblings = zstack_in_window(lambda _: ticket_endpoint.create(ticket_endpoint.calibration_draft), results)
    for (edit, _), again in siblings:
        violation = zstack_examine("same-decision-again", edit=edit, subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-021")
def test_every_malformed_request_gets_an_allowed_response(zstack_cases, zstack_examine):
    """Every malformed request gets a response in one of the allowed formats."""
    for edit, result in zstack_cases.results("malformed-requests"):
        violation = zstack_examine("form", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-012")
def test_no_response_contains_a_stack_trace(zstack_cases, zstack_examine):
    """No response contains a stack trace."""
    for catalogue in ("mutations", "malformed-requests"):
        for edit, result in zstack_cases.results(catalogue):
            violation = zstack_examine("no-stack-trace", edit=edit, subject=result)
            assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-011")
def test_refusal_by_the_api_is_not_an_html_page(zstack_cases, zstack_examine):
    """The API does not refuse a request with an HTML page."""
    for edit, result in zstack_cases.results("mutations"):
        violation = zstack_examine("no-html-page", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-013")
def test_no_response_contains_a_secret(ticket_endpoint, zstack_cases, zstack_examine):
    """No response contains a session, a password or a key."""
    violation = zstack_examine("no-secret", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for catalogue in ("variations", "mutations", "malformed-requests"):
        for edit, result in zstack_cases.results(catalogue):
            violation = zstack_examine("no-secret", edit=edit, subject=result)
            assert violation is None, violation
