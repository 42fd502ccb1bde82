"""Requests that are malformed below the body: JSON, paths, methods, headers, sizes."""

import re
import uuid
from itertools import groupby

import pytest

from pytest_zstack_ticket import CanaryTicket, Edit, Message, by_requirement

REFUSED = {
    "ZT-HTTP-001": ["json-truncated*", "json-unbalanced"],
    "ZT-HTTP-002": ["json-trailing-comma*"],
    "ZT-HTTP-003": ["json-trailing-text", "json-trailing-object", "json-trailing-bracket"],
    "ZT-HTTP-004": ["json-garbage*", "json-missing-colon"],
    "ZT-HTTP-005": ["json-top-level-string", "json-top-level-number", "json-top-level-boolean*"],
    "ZT-HTTP-006": ["json-top-level-list*"],
    "ZT-HTTP-008": ["method-put"],
    "ZT-HTTP-009": ["method-delete"],
    "ZT-HTTP-010": ["method-patch", "method-unknown*", "method-trace"],
    "ZT-HTTP-024": ["json-separator-*", "json-unicode-escape-*"],
    "ZT-HTTP-025": ["json-unknown-escape-*"],
    "ZT-HTTP-026": ["body-*"],
}
ANSWERED = {
    "ZT-HTTP-014": ["json-deep-*"],
    "ZT-HTTP-015": ["large-*"],
    "ZT-HTTP-016": ["encoding-*"],
    "ZT-HTTP-022": ["header-*"],
    "ZT-HTTP-023": ["lenient-*", "path-*", "method-head", "method-options"],
}
NUMEROUS = re.compile("json-separator|json-unicode-escape|json-unknown-escape|lenient|path")
pytestmark = pytest.mark.zstack_alone("malformed", cleanup=True)
"""What the target or a front end makes of malformed requests is no other test's concern."""
HARMLESS = {
    "ZT-HTTP-017": (("X-Conformance-Unknown", "1"),),
    "ZT-HTTP-018": (("content-type", "application/json;charset=UTF-8"), ("x-json-schema", "true")),
}
UNKNOWN_PARAMETERS = "conformance=1&callback=conformance"
PARAMETERS = {
    "unknown-parameter": UNKNOWN_PARAMETERS,
    "member-parameter": "name=conformance&description=conformance&params%5Bname%5D=conformance",
}
"""Parameters of a create, which has its members in its body alone."""
EQUIVALENT = {
    "expect": (("Expect", "100-continue"),),
    "quoted-charset": (("Content-Type", 'application/json; charset="utf-8"'),),
    "negotiation": (
        ("Accept", "text/plain;q=0.1, */*"),
        ("Accept-Language", "de, *;q=0.5"),
        ("User-Agent", "conformance"),
    ),
    "sample-agent": (("User-Agent", "curl/8.5.0"),),
    "connection": (("Cookie", "JSESSIONID=conformance"), ("Connection", "close"), ("Accept-Encoding", "identity")),
    "range": (("Range", "bytes=0-1"),),
}
"""Headers that a server may ignore, or that only say how it is spoken to."""
EVENTS = {"accepted": "cancel", "refused": "cancel"}
AT_ONCE = 4
"""Requests of one kind between two siblings, where there are many of a kind."""


def together(results):
    """Group results that have one sibling behind them: several of one kind of JSON or path, each other one alone."""
    for kind, group in groupby(results, lambda pair: bool(NUMEROUS.match(pair[0].name))):
        rows = list(group)
        size = AT_ONCE if kind else 1
        yield from (rows[place : place + size] for place in range(0, len(rows), size))


def each_with_sibling(groups):
    """Yield each request's edit and result with the sibling that was sent after its group."""
    for rows, again in groups:
        yield from ((edit, result, again) for edit, result in rows)


@pytest.mark.parametrize("rows", by_requirement(REFUSED))
@pytest.mark.zstack_rounds
def test_malformed_request_is_refused(rows, ticket_endpoint, zstack_cases, zstack_examine):
    """A malformed request is refused, while the calibration draft is accepted."""
    for edit, result in zstack_cases.results("malformed-requests", *rows):
        violation = zstack_examine("refusal", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-007")
@pytest.mark.zstack_rounds
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
@pytest.mark.zstack_rounds(most=2)
def test_unusual_request_gets_a_response(rows, ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """An unusual request gets a response in an allowed format, and the target keeps working."""
    groups = together(zstack_cases.results("unusual-requests", *rows))
    siblings = zstack_in_window(lambda _: ticket_endpoint.create(ticket_endpoint.calibration_draft), groups)
    for edit, result, again in each_with_sibling(siblings):
        violation = zstack_examine("answered", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation
        violation = zstack_examine("same-decision-again", edit=edit, subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-023")
def test_unusual_requests_are_reported(zstack_cases, zstack_observe, zstack_examine):
    """What an unusual request leads to is observed."""
    for edit, result in zstack_cases.results("unusual-requests"):
        zstack_observe(f"unusual.{edit.partition}", result.reading, result)
    for edit, result in zstack_cases.results("unusual-requests", *ANSWERED["ZT-HTTP-023"]):
        violation = zstack_examine("answered", edit=edit, subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-027")
@pytest.mark.zstack_rounds(most=3)
def test_ill_formed_utf8_does_not_become_another_character(ticket_endpoint, zstack_cases, zstack_examine):
    """A body that is no UTF-8 is refused, or its bytes are not stored as the character that they stand for."""
    for edit, result in zstack_cases.results("unusual-requests", "utf8-*"):
        shown = {} if result.refused else {"shown": ticket_endpoint.find_by_nonce(result)}
        arguments = {"kind": edit.name}
        violation = zstack_examine(
            "ill-formed-text",
            edit=edit,
            subject=result,
            sibling=ticket_endpoint.calibration,
            arguments=arguments,
            **shown,
        )
        assert violation is None, violation


@pytest.mark.parametrize("headers", by_requirement(HARMLESS))
@pytest.mark.zstack_rounds
def test_unknown_headers_and_header_case_do_not_matter(headers, ticket_endpoint, zstack_examine):
    """Unknown headers, and the case of known ones, do not matter."""
    draft = ticket_endpoint.calibration_draft
    named = {name.lower() for name, _ in headers}
    kept = tuple(pair for pair in draft.headers if pair[0].lower() not in named)
    result = ticket_endpoint.create_bytes(draft.body, headers=(*kept, *headers))
    violation = zstack_examine("sameness", subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-018")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
@pytest.mark.zstack_rounds(most=4)
def test_authorization_may_be_written_in_lower_case(ticket_endpoint, zstack_examine):
    """A create whose Authorization header is written in lower case is accepted."""
    if "log-in" not in ticket_endpoint.profile.capabilities:
        return
    session, draft = ticket_endpoint.another_session(), ticket_endpoint.calibration_draft
    edit = Edit(kind="variation", name="authorization-in-lower-case")
    headers = (*draft.headers, ("authorization", session.authorization))
    result = ticket_endpoint.send(Message(edit=edit, body=draft.body, headers=headers))
    violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation
    ticket_endpoint.logout(session.uuid)


@pytest.mark.requirement("ZT-HTTP-028")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds
def test_equivalent_headers_and_unknown_parameters_do_not_matter(ticket_endpoint, zstack_examine, zstack_observe):
    """Headers that only say how the server is spoken to, and unknown query parameters, do not matter."""
    draft = ticket_endpoint.calibration_draft
    for name, headers in EQUIVALENT.items():
        named = {header.lower() for header, _ in headers}
        kept = tuple(pair for pair in draft.headers if pair[0].lower() not in named)
        result = ticket_endpoint.create_bytes(draft.body, headers=(*kept, *headers))
        if ("Accept-Encoding", "identity") in headers:
            zstack_observe("http.compressed-though-declined", is_compressed(result), result)
        edit = Edit(kind="variation", name=f"header-{name}")
        violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation
        shows = "query" in ticket_endpoint.profile.capabilities and ticket_endpoint.can_be_found(result)
        if name == "quoted-charset" and shows:
            roles = {"subject": result, "shown": ticket_endpoint.find_by_nonce(result)}
            violation = zstack_examine("member-echo", edit=edit, arguments={"member": "name"}, **roles)
            assert violation is None, violation
    for name, parameters in PARAMETERS.items():
        edit = Edit(kind="variation", name=name)
        result = ticket_endpoint.send(Message(edit=edit, path=f"/v1/tickets?{parameters}", body=draft.body))
        violation = zstack_examine("sameness", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
        assert violation is None, violation
        if "query" in ticket_endpoint.profile.capabilities and ticket_endpoint.is_kept(result):
            roles = {"subject": result, "shown": ticket_endpoint.find_by_mark(result)}
            violation = zstack_examine("member-echo", edit=edit, arguments={"member": "name"}, **roles)
            assert violation is None, violation
    if "query" in ticket_endpoint.profile.capabilities:
        edit = Edit(kind="variation", name="unknown-parameter-of-query")
        listed = ticket_endpoint.call("GET", f"/v1/tickets?limit=1&{UNKNOWN_PARAMETERS}")
        violation = zstack_examine("returns-list", edit=edit, subject=listed)
        assert violation is None, violation


def is_compressed(result):
    """Return True if the last answer came in a content coding that was not asked for; a front end may have done that."""
    headers = getattr(result.exchanges[-1].answer, "headers", ())
    return any(name.lower() == "content-encoding" and value.lower() != "identity" for name, value in headers)


@pytest.mark.requirement("ZT-HTTP-019")
@pytest.mark.zstack_rounds
def test_chunked_body_is_accepted(ticket_endpoint, zstack_examine):
    """A chunked body is accepted like one sent with a Content-Length."""
    draft = ticket_endpoint.calibration_draft
    headers = (*draft.headers, ("Transfer-Encoding", "chunked"))
    result = ticket_endpoint.create_bytes(draft.body, headers=headers)
    violation = zstack_examine("chunked-body", subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-020")
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds(most=8)
def test_target_keeps_working_after_every_malformed_request(
    ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine
):
    """After every malformed request the target still decides the calibration draft as before."""
    groups = together(zstack_cases.results("malformed-requests"))
    siblings = zstack_in_window(lambda _: ticket_endpoint.create(ticket_endpoint.calibration_draft), groups)
    for edit, _, again in each_with_sibling(siblings):
        violation = zstack_examine("same-decision-again", edit=edit, subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-021")
def test_every_malformed_request_gets_an_allowed_response(zstack_cases, zstack_examine):
    """Every malformed request gets a response in one of the allowed formats."""
    for edit, result in zstack_cases.results("malformed-requests"):
        violation = zstack_examine("form", edit=edit, subject=result)
        assert violation is None, violation


def other_calls(endpoint, once):
    """Return calls besides a create, answered or refused, each with an edit; they are sent once in a run."""

    def act():
        if not {"query", "accepted"} <= set(endpoint.profile.capabilities):
            return {}
        canary = CanaryTicket(endpoint)
        events = {f"event-{name}": canary.send_event(event) for name, event in EVENTS.items()} if canary.uuid else {}
        refused = endpoint.call("GET", "/v1/tickets?q=noSuchField%3D1&limit=1")
        return events | {"ticket": canary.find_by_uuid(), "history": canary.history(), "query": refused}

    found = once("http: calls besides a create", act)
    return [(Edit(kind="variation", name=name), result) for name, result in found.items()]


@pytest.mark.requirement("ZT-HTTP-012")
def test_no_response_contains_a_stack_trace(ticket_endpoint, zstack_once, zstack_cases, zstack_examine):
    """No response contains a stack trace, be it to a create, a query or an event."""
    # what a database refuses is worded by libraries
    again = ticket_endpoint.draft(resourceUuid=uuid.uuid4().hex)
    ticket_endpoint.create(again)
    taken = (Edit(kind="breakage", name="used-resource-uuid"), ticket_endpoint.create(again))
    for edit, result in (*other_calls(ticket_endpoint, zstack_once), taken):
        violation = zstack_examine("no-stack-trace", edit=edit, subject=result)
        assert violation is None, violation
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
def test_no_response_contains_a_secret(ticket_endpoint, zstack_once, zstack_cases, zstack_examine):
    """No response contains a session, a password or a key, be it to a create, a query or an event."""
    for edit, result in other_calls(ticket_endpoint, zstack_once):
        violation = zstack_examine("no-secret", edit=edit, subject=result)
        assert violation is None, violation
    violation = zstack_examine("no-secret", subject=ticket_endpoint.calibration)
    assert violation is None, violation
    for catalogue in ("variations", "mutations", "malformed-requests"):
        for edit, result in zstack_cases.results(catalogue):
            violation = zstack_examine("no-secret", edit=edit, subject=result)
            assert violation is None, violation
