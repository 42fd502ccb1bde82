"""Messages that are broken below the body: JSON, paths, methods, headers, sizes."""

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
HARMLESS = {
    "ZT-HTTP-017": (("X-Conformance-Unknown", "1"),),
    "ZT-HTTP-018": (("content-type", "application/json;charset=UTF-8"), ("x-json-schema", "true")),
}


@pytest.mark.parametrize("rows", by_requirement(REFUSED))
def test_a_broken_message_is_refused(rows, ticket_endpoint, zstack_cases, zstack_examine):
    """A broken message is refused, while the calibration draft is accepted."""
    for edit, trail in zstack_cases.results("malformed-requests", *rows):
        violation = zstack_examine("refusal", edit=edit, subject=trail, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-007")
def test_an_unknown_path_is_not_found(ticket_endpoint, zstack_cases, zstack_examine):
    """An unknown path is not found (404)."""
    for edit, trail in zstack_cases.results("malformed-requests", "path-unknown*"):
        violation = zstack_examine(
            "status", edit=edit, subject=trail, sibling=ticket_endpoint.calibration, arguments={"statuses": [404]}
        )
        assert violation is None, violation


@pytest.mark.parametrize("rows", by_requirement(ANSWERED))
def test_an_odd_message_is_answered(rows, ticket_endpoint, zstack_cases, zstack_examine):
    """An odd message is answered in an allowed form, and the target lives on."""
    for catalogue in ("malformed-requests", "unusual-requests"):
        for edit, trail in zstack_cases.results(catalogue, *rows, missing_ok=True):
            violation = zstack_examine("answered", edit=edit, subject=trail, sibling=ticket_endpoint.calibration)
            assert violation is None, violation
            again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
            violation = zstack_examine("steadiness", edit=edit, subject=again, sibling=ticket_endpoint.calibration)
            assert violation is None, violation


@pytest.mark.parametrize("headers", by_requirement(HARMLESS))
def test_a_header_does_not_matter(headers, ticket_endpoint, zstack_examine):
    """Unknown headers, and the case of known ones, do not matter."""
    draft = ticket_endpoint.calibration_draft
    named = {name.lower() for name, _ in headers}
    kept = tuple(pair for pair in draft.headers if pair[0].lower() not in named)
    trail = ticket_endpoint.create_bytes(draft.body, headers=(*kept, *headers))
    violation = zstack_examine("sameness", subject=trail, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-019")
def test_a_chunked_body_is_accepted(ticket_endpoint, zstack_examine):
    """A body sent in chunks is accepted like one sent whole."""
    draft = ticket_endpoint.calibration_draft
    headers = (*draft.headers, ("Transfer-Encoding", "chunked"))
    trail = ticket_endpoint.create_bytes(draft.body, headers=headers)
    violation = zstack_examine("chunked", subject=trail, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-020")
def test_the_target_lives_on_after_every_broken_message(ticket_endpoint, zstack_cases, zstack_examine):
    """After every broken message the target decides the calibration draft as before."""
    for edit, _ in zstack_cases.results("malformed-requests"):
        again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("steadiness", edit=edit, subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-021")
def test_every_broken_message_gets_an_allowed_answer(zstack_cases, zstack_examine):
    """Every broken message is answered in an allowed form."""
    for edit, trail in zstack_cases.results("malformed-requests"):
        violation = zstack_examine("form", edit=edit, subject=trail)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-012")
def test_no_answer_shows_a_stack_trace(zstack_cases, zstack_examine):
    """No answer shows a stack trace."""
    for catalogue in ("mutations", "malformed-requests"):
        for edit, trail in zstack_cases.results(catalogue):
            violation = zstack_examine("no-trace", edit=edit, subject=trail)
            assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-011")
def test_a_refusal_by_the_api_is_no_page(zstack_cases, zstack_examine):
    """A refusal by the API is no HTML page."""
    for edit, trail in zstack_cases.results("mutations"):
        violation = zstack_examine("no-page", edit=edit, subject=trail)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-013")
def test_no_answer_shows_a_secret(ticket_endpoint, zstack_cases, zstack_examine):
    """No answer shows a session, a password or a key."""
    violation = zstack_examine("no-leak", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for catalogue in ("variations", "mutations", "malformed-requests"):
        for edit, trail in zstack_cases.results(catalogue):
            violation = zstack_examine("no-leak", edit=edit, subject=trail)
            assert violation is None, violation
