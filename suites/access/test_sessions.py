"""Access needs a living session in its header: without one nothing is read, changed or deleted."""

import json
import re
import uuid
from functools import partial

import pytest

from pytest_zstack_ticket import CanaryTicket, Draft, Edit, Message, by_requirement
from pytest_zstack_ticket.strategies import ANSWERED_COOKIES

WITHOUT = {"no-session": None, "unknown-session": "OAuth {uuid}"}
"""Authorization headers that stand for no session, by name."""
EVENTS = ("cancel", "update", "delete")
READINGS = ("uuid", "path", "history", "archive", "archived-history", "count")
PAST = ("path", "history", "archive", "archived-history")
FAMILY = {
    "types": "/v1/ticket-types?limit=1",
    "flow-collections": "/v1/tickets/flow-collections?limit=1",
}
"""Lists of the family that are of no ticket."""
NAMES = ("session", "sessionUuid", "sessionId", "uuid", "token", "access_token", "Authorization")
"""What a session might be called in a query string, a cookie or a header of its own."""
HEADERS = (
    "X-Auth-Token",
    "X-Access-Token",
    "X-Session-Id",
    "X-Session-Uuid",
    "Session-Id",
    "Session-Uuid",
    "SessionUuid",
)
"""Headers that other APIs name their sessions in."""
ADDRESSES = ("X-Forwarded-For", "X-Real-IP", "X-Client-IP", "X-Originating-IP")
"""Headers in which a proxy names the client: anyone may send them."""
AGENTS = ("curl/8.5.0", "Mozilla/5.0 (X11; Linux x86_64)")
"""Clients other than those that a run looks like."""
REDIRECT = 3


def edit_of(name, event):
    """Name a call without a session as an edit."""
    return Edit(kind="breakage", name=f"{name}-{event}", note="the same call without a session")


def without(name):
    """Return the Authorization header of a name, a fresh one where it names a session."""
    header = WITHOUT[name]
    return header.format(uuid=uuid.uuid4().hex) if header else None


def act_without_session(canary, headers, **more):
    """Send every event for a ticket without a session, and each then as its owner; what to judge of each.

    `headers` make what stands for no session, by name; `more` are further roles. The owner's own event is the sibling,
    and leads to the status in which the next event is one.
    """
    tried = {}
    for event in EVENTS:
        before, calls = canary.find_by_uuid(), []
        for name, header in headers.items():
            subject = canary.send_event(event, authorization=header())
            after = canary.find_by_uuid()
            calls.append((edit_of(name, event), {"before": before, "subject": subject, "after": after, **more}))
            before = after
        lost = canary.was_deleted_for_quota
        sibling = canary.send_event(event)
        tried[event] = [] if lost else [(edit, roles | {"sibling": sibling}) for edit, roles in calls]
    return tried


def anonymous_events(zstack_once, ticket_endpoint):
    """Return what events without a session led to; they are sent once in a run.

    The ticket is that of the run's own user, often an administrator: a target that forgets to ask for a session is
    likely to take a caller without one for a user who may not cancel what others created.
    """

    def act():
        canary = CanaryTicket(ticket_endpoint)
        if not canary.uuid:
            pytest.skip("the ticket cannot be read back")
        return act_without_session(canary, {name: partial(without, name) for name in WITHOUT})

    return zstack_once("access: without a session", act)


def late_events(zstack_once, ticket_endpoint):
    """Return what events with a session that was logged out led to; they are sent once in a run."""

    def act():
        canary = CanaryTicket(ticket_endpoint)
        if not canary.uuid:
            pytest.skip("the ticket cannot be read back")
        session = ticket_endpoint.another_session()
        ticket_endpoint.call("GET", "/v1/tickets?limit=1", authorization=session.authorization)
        ended = ticket_endpoint.logout(session.uuid)
        read = partial(ticket_endpoint.call, "GET")
        paths = {what: path for what, path in readings(canary, ticket_endpoint.profile).items() if what in PAST}
        read_late = [
            (what, {"subject": read(path, authorization=session.authorization), "sibling": read(path), "ended": ended})
            for what, path in paths.items()
        ]
        acts = act_without_session(canary, {"logged-out-session": lambda: session.authorization}, ended=ended)
        return acts | {"read": [(edit_of("logged-out-session", what), roles) for what, roles in read_late]}

    return zstack_once("access: with a session that was logged out", act)


LATE = {"ZT-ACCESS-001": "cancel", "ZT-ACCESS-002": "update", "ZT-ACCESS-003": "delete"}


@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
@pytest.mark.parametrize("event", by_requirement(LATE))
def test_ended_session_acts_no_more(event, zstack_once, ticket_endpoint, zstack_examine):
    """An event or a deletion with a session that was logged out is refused and changes nothing."""
    if "log-in" not in ticket_endpoint.profile.capabilities:
        return
    arguments = {"call": "delete" if event == "delete" else "action", "event": event}
    for edit, roles in late_events(zstack_once, ticket_endpoint)[event]:
        violation = zstack_examine("unchanged-without-session", edit=edit, arguments=arguments, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-001")
@pytest.mark.zstack_rounds
def test_nobody_cancels_without_a_session(zstack_once, ticket_endpoint, zstack_examine):
    """A cancel without a session, or with one that does not exist, is refused and changes nothing."""
    arguments = {"call": "action", "event": "cancel"}
    for edit, roles in anonymous_events(zstack_once, ticket_endpoint)["cancel"]:
        violation = zstack_examine("unchanged-without-session", edit=edit, arguments=arguments, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-002")
@pytest.mark.zstack_rounds
def test_nobody_updates_without_a_session(zstack_once, ticket_endpoint, zstack_examine):
    """An update of requests without a session, or with one that does not exist, is refused and changes nothing."""
    arguments = {"call": "action", "event": "update"}
    for edit, roles in anonymous_events(zstack_once, ticket_endpoint)["update"]:
        violation = zstack_examine("unchanged-without-session", edit=edit, arguments=arguments, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-003")
@pytest.mark.zstack_rounds
def test_nobody_deletes_without_a_session(zstack_once, ticket_endpoint, zstack_examine):
    """A deletion without a session, or with one that does not exist, is refused and the ticket stays."""
    arguments = {"call": "delete", "event": "delete"}
    for edit, roles in anonymous_events(zstack_once, ticket_endpoint)["delete"]:
        violation = zstack_examine("unchanged-without-session", edit=edit, arguments=arguments, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-004")
@pytest.mark.zstack_rounds
def test_nobody_reads_without_a_session(ticket_endpoint, zstack_profile, zstack_canary, zstack_examine):
    """A ticket's path, its history, archives and counts are refused without a session, or with one that does not exist."""
    for what, path in readings(zstack_canary(), zstack_profile).items():
        good = ticket_endpoint.as_user("owner").call("GET", path)
        for name in WITHOUT:
            bad = ticket_endpoint.call("GET", path, authorization=without(name))
            violation = zstack_examine(
                "refused-session", edit=edit_of(name, what), subject=bad, sibling=good, arguments={"call": "query"}
            )
            assert violation is None, violation


def readings(canary, profile):
    """Return what somebody may read of a ticket and of its family, by name."""
    whole = {what: canary.queries[what] for what in READINGS} | FAMILY
    return {what: path for what, path in whole.items() if "history" not in what or "histories" not in profile.absent}


@pytest.mark.requirement("ZT-ACCESS-004")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
def test_ended_session_reads_no_more(zstack_once, ticket_endpoint, zstack_examine):
    """A ticket's path, its history and archives are refused with a session that was logged out."""
    if "log-in" not in ticket_endpoint.profile.capabilities:
        return
    for edit, roles in late_events(zstack_once, ticket_endpoint)["read"]:
        violation = zstack_examine("refused-session", edit=edit, **roles, arguments={"call": "query"})
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-026")
def test_nothing_stands_for_a_session(ticket_endpoint, zstack_effort, zstack_examine):
    """No header that names an address, no word for nothing and no spelling of the path stands for a session."""
    for query in ("limit=1", *(() if zstack_effort == "smoke" else ("count=true", "fields=uuid&limit=2"))):
        plain = f"/v1/tickets?{query}"
        good = ticket_endpoint.call("GET", plain)
        for name, (path, headers, authorization) in stand_ins(plain, query).items():
            bad = ticket_endpoint.call("GET", path, headers=headers, authorization=authorization)
            answer = bad.exchanges[-1].answer
            if getattr(answer, "status", 0) // 100 == REDIRECT:
                continue  # to the plain path, which is refused
            if path != plain and not bad.refused and not bad.rows:
                continue  # another path may be another page, such as that of a user interface: it shows no ticket
            violation = zstack_examine(
                "refused-session", edit=edit_of(name, "query"), subject=bad, sibling=good, arguments={"call": "query"}
            )
            assert violation is None, violation


def stand_ins(plain, query):
    """Return what a target might take for a session: the path, headers and Authorization of a call, by name."""
    own_address = tuple((name, "127.0.0.1") for name in ADDRESSES)
    return {
        "own-address": (plain, own_address, None),
        # which client asks is no reason to let it in
        **{f"agent-{agent.partition('/')[0]}": (plain, (("User-Agent", agent),), None) for agent in AGENTS},
        "own-address-and-session": (plain, own_address, f"OAuth {uuid.uuid4().hex}"),
        **{f"session-{word}": (plain, (), f"OAuth {word}") for word in ("null", "undefined", "0" * 32)},
        "double-slash": (f"/v1//tickets?{query}", (), None),
        "path-parameter": (f"/v1/tickets;conformance=1?{query}", (), None),
        "encoded-letter": (f"/v1/ticket%73?{query}", (), None),
        "suffix": (f"/v1/tickets.json?{query}", (), None),
        "slash-at-the-end": (f"/v1/tickets/?{query}", (), None),
        "capital-letter": (f"/v1/Tickets?{query}", (), None),
        # below the paths that need no session
        "dots-below-jobs": (f"/v1/api-jobs/%2e%2e/tickets?{query}", (), None),
        "parameter-below-jobs": (f"/v1/api-jobs/..;conformance/tickets?{query}", (), None),
        "slashes-below-login": (f"/v1/accounts/login/..%2f..%2ftickets?{query}", (), None),
    }


def cookies_of(*results):
    """Return the names of the cookies that the target set in its responses: it may look for a session there."""
    answers = [exchange.answer for result in results for exchange in result.exchanges]
    headers = [pair for answer in answers for pair in getattr(answer, "headers", ())]
    found = [value.partition("=")[0].strip() for name, value in headers if name.lower() == "set-cookie"]
    return list(dict.fromkeys(name for name in found if re.fullmatch(r"[\w.-]{1,64}", name)))


@pytest.mark.requirement("ZT-ACCESS-005")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
def test_session_counts_only_in_its_header(ticket_endpoint, zstack_effort, zstack_examine):
    """A living session in the query string, a cookie or another header, without Authorization, is refused."""
    session = ticket_endpoint.another_session()
    plain = "/v1/tickets?limit=1"
    answered = ticket_endpoint.call("GET", plain, authorization=session.authorization)
    set_by_target = cookies_of(ticket_endpoint.good_login, answered)
    path = "/v1/tickets?limit=1&" + "&".join(f"{name}={session.uuid}" for name in NAMES)
    cookie = "; ".join(f"{name}={session.uuid}" for name in (*NAMES, *set_by_target))
    headers = (("Cookie", cookie), *((f"X-{name.title()}", session.uuid) for name in NAMES[:5]))
    headers += tuple((name, session.uuid) for name in HEADERS)
    good = ticket_endpoint.call("GET", path, headers=headers, authorization=session.authorization)
    places = [("query", (path, ())), ("cookie", (plain, headers))]
    places += [("cookie-of-an-answer", (plain, (("Cookie", ANSWERED_COOKIES),)))] if set_by_target else []
    if zstack_effort != "smoke":
        places += [("query", (f"{plain}&{name}={session.uuid}", ())) for name in NAMES]
        places += [("cookie", (plain, (("Cookie", f"{name}={session.uuid}"),))) for name in NAMES]
        places += [("header", (plain, ((name, session.uuid),))) for name in HEADERS]
    for place, asked in places:
        bad = ticket_endpoint.call("GET", asked[0], headers=asked[1], authorization=None)
        edit = Edit(kind="breakage", name=f"session-in-{place}", note="the session is nowhere else")
        violation = zstack_examine("refused-session", edit=edit, subject=bad, sibling=good, arguments={"call": "query"})
        assert violation is None, violation
    ticket_endpoint.logout(session.uuid)


@pytest.mark.requirement("ZT-ACCESS-006")
@pytest.mark.zstack_alone(cleanup="sessions", in_turn=True)
@pytest.mark.zstack_rounds(most=8)
def test_session_does_not_count_in_the_body(ticket_endpoint, zstack_examine):
    """A create with a living session in its query, body or trailer, without Authorization or beside another, is refused."""
    session, draft = ticket_endpoint.another_session(), ticket_endpoint.calibration_draft
    body = json.loads(draft.body)
    body["session"] = body["params"]["session"] = {"uuid": session.uuid}
    sent = Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)
    sibling = ticket_endpoint.create(sent, session=session)
    unknown = ("Authorization", f"OAuth {uuid.uuid4().hex}")
    query = "&".join(f"{name}={session.uuid}" for name in NAMES)
    plain = {"body": draft.body, "headers": draft.headers, "without": ("Authorization",)}
    forms = {
        "session-in-query": {"path": f"/v1/tickets?{query}", **plain},
        "session-in-body": {"body": sent.body, "headers": sent.headers, "without": ("Authorization",)},
        "session-beside-header": {"body": sent.body, "headers": (*sent.headers, unknown)},
    }
    if "chunks" in ticket_endpoint.profile.capabilities:
        trailing = ("X-Trailing-Authorization", session.authorization)
        parts = {"headers": (*draft.headers, trailing), "without": ("Authorization",), "framing": "trailing-headers"}
        forms["framing-session-in-trailer"] = {"body": draft.body, **parts}
    for name, parts in forms.items():
        edit = Edit(kind="breakage", name=name, note="the session is nowhere else")
        subject = ticket_endpoint.send(Message(edit=edit, **parts))
        roles = {"subject": subject, "sibling": sibling, **ticket_endpoint.named_by(subject)}
        if "framing" in parts and subject.reading == "unanswered":
            continue  # what drops such a message does not carry it out for its trailer
        violation = zstack_examine("refused-session", edit=edit, **roles)
        assert violation is None, violation
    ticket_endpoint.logout(session.uuid)
