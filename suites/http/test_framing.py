"""Requests as bytes that no HTTP client writes: lengths in two ways, broken heads, messages that end too early."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

import pytest

from pytest_zstack_ticket import Edit, Message

BROKEN = (
    *("two-lengths", "length-no-number", "length-negative", "blank-before-colon"),
    *("length-without-chunks", "length-without-capital-chunks"),  # the codings count, not the length
)
UNUSUAL = (
    *("no-colon", "bad-method", "no-host"),  # a front end may repair them
    *("two-hosts", "other-host", "folded-header", "bare-cr", "blank-line-first", "length-and-chunks"),
    *("chunk-extension", "unknown-coding"),
)
END = b"\r\n\r\n"
ENDING_EARLY = ("cut-length", "cut-chunks")
pytestmark = pytest.mark.zstack_alone("malformed", cleanup=True)
"""What the target or a front end makes of malformed requests is no other test's concern."""


def sent(endpoint, framing):
    """Send the calibration draft in a framing; return its edit and result."""
    draft = endpoint.calibration_draft
    edit = Edit(kind="breakage", name=f"framing-{framing.removesuffix('-near')}")
    message = Message(edit=edit, headers=draft.headers, body=draft.body, framing=framing)
    return edit, endpoint.send(message)


@pytest.mark.requirement("ZT-HTTP-031")
@pytest.mark.zstack_rounds(most=8)
def test_request_with_a_broken_framing_is_refused(ticket_endpoint, zstack_examine):
    """A request with two lengths, a bad length, broken chunks or a blank before a colon is refused or cut off."""
    _, sibling = sent(ticket_endpoint, "plain")
    for framing in BROKEN:
        edit, result = sent(ticket_endpoint, framing)
        violation = zstack_examine("refused-framing", edit=edit, subject=result.exchanges, sibling=sibling)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-031")
def test_target_keeps_working_after_an_unusual_framing(ticket_endpoint, zstack_examine, zstack_observe):
    """What an unusual framing leads to is observed; the target decides the calibration draft as before."""
    for framing in UNUSUAL:
        edit, result = sent(ticket_endpoint, framing)
        zstack_observe(f"framing.{framing}", result.reading, result)
    again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    violation = zstack_examine("same-decision-again", edit=edit, subject=again, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-032")
@pytest.mark.zstack_alone("")  # next to all others, and soon: what got no answer may leave a ticket for a while yet
@pytest.mark.zstack_long
@pytest.mark.zstack_rounds(most=8)
def test_message_that_ends_too_early_makes_no_ticket(ticket_endpoint, zstack_examine):
    """A create whose connection ends before the message does makes no ticket, though its JSON is whole."""
    for framing in ENDING_EARLY:
        edit, result = sent(ticket_endpoint, framing)
        sibling = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        roles = {"named": ticket_endpoint.find_by_name(result), "listed": ticket_endpoint.find_by_name(sibling)}
        if ticket_endpoint.can_be_found(sibling):
            arguments = {"framed": True}
            violation = zstack_examine("reads-only", edit=edit, subject=result.exchanges, arguments=arguments, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-019")
def test_body_in_several_chunks_is_accepted(ticket_endpoint, zstack_examine):
    """A body in several chunks is accepted like one in a single chunk."""
    edit, result = sent(ticket_endpoint, "several-chunks")
    violation = zstack_examine("chunked-body", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-019")
def test_body_in_two_segments_is_read_as_one(ticket_endpoint, zstack_examine):
    """A body of which a character comes in two parts is accepted, and the name is shown as sent."""
    edit, result = sent(ticket_endpoint, "two-segments")
    violation = zstack_examine("chunked-body", edit=edit, subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation
    if "query" in ticket_endpoint.profile.capabilities and ticket_endpoint.can_be_found(result):
        roles = {"subject": result, "shown": ticket_endpoint.find_by_nonce(result)}
        violation = zstack_examine("member-echo", edit=edit, arguments={"member": "name"}, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-028")
def test_whether_a_client_that_waits_is_told_to_go_on(ticket_endpoint, zstack_observe):
    """Whether a client that waits for 100 Continue gets it, or its answer, before it sends a body is observed.

    RFC 9110 section 10.1.1 demands it, but front ends and servers that buffer hold it back, and clients go on at last.
    """
    if "chunks" not in ticket_endpoint.profile.capabilities:
        return  # no word to go on was in HTTP/1.0
    headers = ("Authorization", f"OAuth {uuid.uuid4().hex}")
    edit = Edit(kind="variation", name="header-expect-awaited", note="the body waits for 100 Continue")
    draft = ticket_endpoint.calibration_draft
    message = Message(edit=edit, headers=(*draft.headers, headers), body=draft.body, framing="expecting")
    subject = ticket_endpoint.send(message)
    zstack_observe("http.waiting-client-is-told", subject.reading != "unanswered", subject)


BEGUN, HELD = {"slow-body": 0.5, "slow-body-near": 0.2}, {"slow-body": 2.0, "slow-body-near": 0.6}
"""Seconds after which a slow request has begun; those that a query held up by its pause would take."""
NEAR, TIMES = 0.05, 3
"""Seconds within which a target has to answer for the shorter pause; repetitions."""
LATEST = "/v1/tickets?limit=1"


def query_beside_a_slow_request(endpoint, framing):
    """Send a query while the body of a create is on its way, and one afterwards; return the edit and the results."""
    with ThreadPoolExecutor(max_workers=1) as pool:
        begun = pool.submit(copy_context().run, sent, endpoint, framing)
        time.sleep(BEGUN[framing])
        query = endpoint.call("GET", LATEST)
        edit, slow = begun.result()
    return edit, {"subject": query, "slow": slow, "beside0": endpoint.call("GET", LATEST)}


def was_beside(roles):
    """Say whether the query left in the first half of the slow request: calls of other tests may have delayed either."""
    slow, query = roles["slow"].exchanges[0], roles["subject"].exchanges[0]
    return slow.started < query.started < slow.started + slow.elapsed / 2


@pytest.mark.requirement("ZT-HTTP-035")
@pytest.mark.zstack_alone(cleanup=True)  # neither request may wait long for calls of others
def test_slow_request_holds_up_no_other(ticket_endpoint, zstack_examine):
    """A query is answered while the body of another request is still on its way."""
    roles = held_up = {}
    near = ticket_endpoint.call("GET", LATEST).exchanges[-1].elapsed < NEAR
    framing = "slow-body-near" if near else "slow-body"
    for _ in range(2 * TIMES):
        edit, found = query_beside_a_slow_request(ticket_endpoint, framing)
        if not was_beside(found):
            roles = roles or found
            continue
        place = len(held_up) // len(found)
        further = {"subject": f"again{place}", "slow": f"slow{place}", "beside0": f"beside{place}"}
        roles = held_up = held_up | {further[role] if place else role: one for role, one in found.items()}
        if found["subject"].exchanges[-1].elapsed < HELD[framing] or place == TIMES - 1:
            break
    violation = zstack_examine("not-held-up", edit=edit, arguments={"seconds": HELD[framing]}, **roles)
    assert violation is None, violation


@pytest.mark.requirement("ZT-HTTP-033")
@pytest.mark.zstack_rounds
def test_blanks_around_header_values_do_not_matter(ticket_endpoint, zstack_examine):
    """Blanks and tabs around the value of a header do not matter."""
    edit, result = sent(ticket_endpoint, "padded-values")
    roles, arguments = {"subject": result, "sibling": ticket_endpoint.calibration}, {"framed": True}
    violation = zstack_examine("sameness", edit=edit, arguments=arguments, **roles)
    assert violation is None, violation


def left_unread(draft):
    """Yield messages of which a careless server leaves something unread, and a HEAD, which it answers with a body.

    The blank line behind each body makes what is left a whole head, though one without a request line.
    """
    plain = {"headers": draft.headers, "body": draft.body + END}
    unknown = ("Authorization", f"OAuth {uuid.uuid4().hex}")
    open_ = {
        "without-session": {**plain, "without": ("Authorization",)},
        "unknown-session": {**plain, "headers": (*draft.headers, unknown)},
        "unknown-path": {**plain, "path": "/v1/no-such-api"},
        "unknown-method": {**plain, "method": "CONFORM"},
        "no-json": {**plain, "body": b"{" + draft.body + END},
        "read": {"method": "GET", "path": "/v1/tickets?limit=1", "body": b'{"conformance": 1}' + END},
        "chunks": plain,
        "head": {"method": "HEAD", "path": "/v1/tickets?limit=1"},
        "head-of-archives": {"method": "HEAD", "path": "/v1/tickets/archives?limit=1"},  # where it is no wrong method
    }
    framings = {"chunks": "kept-open-chunks"}
    for name, parts in open_.items():
        edit = Edit(kind="breakage", name=f"kept-open-{name}", note="its connection stays open")
        yield Message(edit=edit, framing=framings.get(name, "kept-open"), **parts)


@pytest.mark.requirement("ZT-HTTP-034")
@pytest.mark.zstack_rounds(most=8)
def test_nothing_of_a_request_is_taken_for_another(ticket_endpoint, zstack_in_window, zstack_examine):
    """A refused request with a body, a GET with one, chunks with a trailer and a HEAD get one answer and no more."""
    for message, result in zstack_in_window(ticket_endpoint.send, left_unread(ticket_endpoint.calibration_draft)):
        violation = zstack_examine("answered-once", edit=message.edit, subject=result)
        assert violation is None, violation
