"""Nothing has an effect that is not its own: texts, reading calls, events at the same time."""

import json
import time
import uuid
from itertools import product
from urllib.parse import quote

import pytest

from pytest_zstack_ticket import Edit, Message

WIDER = (
    "name={own}' or 1=1",
    "name={own}' or '1'='1",
    "name={own}' OR 1=1 -- ",
    "name={own}') or ('1'='1",
    'name={own}" or "1"="1',
    "name={own} or 1=1",
    "name={own}' || '1'='1",
    "name={own}' or name like '%",
    "name={own}\\' or 1=1 -- ",
    "name={own}\u2019 or 1=1",
    "name={own}%27 or 1=1",
    "name={own}*",
    "name?={own}' or 1=1,{own}",
    "name?={own}') or ('1'='1",
    "name~={own}-none or 1=1",
    "name~={own}-none' or '1'='1",
    "createDate>2999-01-01' or '1'='1",
    "1=1 or name={own}",
    "uuid={own}' or 1=1",
    "uuid={own} or uuid not null",
    "description={own}' or 1=1",
    "uuid?=",
)
"""Conditions that no ticket meets, each with a text that would meet all of them if it were carried out."""
WIDER_PATHS = ("{none}' or '1'='1", "{none} or 1=1", "%")
"""What stands for the uuid in the path of a ticket that does not exist, likewise."""
FETCHED = ("name", "description", "requestName", "apiBody")
SECONDS, LATER = 10.0, 1.0
"""Seconds that a target has to call a URL after it delivered the webhook of the same create."""
ORIGIN = "https://conformance.invalid"
ORIGINS = (
    *("http://conformance.invalid", "https://conformance.invalid:8443", "https://a.b.conformance.invalid"),
    *("https://localhost.conformance.invalid", "http://127.0.0.1.conformance.invalid", "null"),
)
PATHS = ("/v1/tickets?limit=1", "/v1/tickets?count=true", "/v1/tickets/archives?limit=1", "/v1/no-such-api")
"""Origins that are no page of the target, and paths that one might ask, for efforts above smoke."""
INJECTED, MARKUP = "X-Conformance-Injected", "<b>conformance"


def edit_of(name, kind="variation", note="has no effect of its own"):
    """Name what is special about a call as an edit."""
    return Edit(kind=kind, name=name, note=note)


@pytest.mark.requirement("ZT-ACCESS-017")
@pytest.mark.zstack_alone("queries")
def test_text_of_a_condition_widens_nothing(ticket_endpoint, zstack_tickets, zstack_examine):
    """A condition or path whose text contains quotes, `or 1=1`, wildcards or conditions shows no ticket, or is refused."""
    before = zstack_tickets.first_listing
    for condition in WIDER:
        result = zstack_tickets.query(condition)
        violation = zstack_examine("not-widened", edit=edit_of("wider"), subject=result, before=before)
        assert violation is None, violation
    for text in (*WIDER_PATHS, *(one[:8] for one in zstack_tickets.uuids()[:1])):
        result = ticket_endpoint.call("GET", f"/v1/tickets/{quote(text.format(none=uuid.uuid4().hex))}")
        violation = zstack_examine("not-widened", edit=edit_of("wider-path"), subject=result, before=before)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-018")
@pytest.mark.zstack_rounds
def test_reading_call_with_a_body_creates_nothing(ticket_endpoint, zstack_examine):
    """A GET with the body of a create creates no ticket."""
    draft, edit = ticket_endpoint.calibration_draft, edit_of("get-with-create", kind="breakage")
    message = Message(edit=edit, method="GET", path="/v1/tickets?limit=1", body=draft.body, headers=draft.headers)
    subject = ticket_endpoint.send(message)
    named = ticket_endpoint.find_by_nonce(subject)
    for row in named.rows if named else ():
        # it carries the nonce that was just made for it, and no ledger knows of it
        ticket_endpoint.call("DELETE", f"/v1/tickets/{row.get('uuid')}?deleteMode=Permissive")
    if named:
        roles = {"subject": subject, "named": named, "sibling": ticket_endpoint.calibration}
        violation = zstack_examine("nothing-came-of-it", edit=edit, arguments={"call": "create"}, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-019")
@pytest.mark.zstack_rounds
def test_reading_call_with_a_body_changes_nothing(zstack_canary, zstack_examine):
    """A GET of a ticket, or of its actions, with the body of an event neither changes nor deletes the ticket."""
    canary, arguments = zstack_canary(), {"call": "action"}
    body, found, before = canary.body_of("cancel"), {}, canary.find_by_uuid()
    for name, path in {"ticket": canary.uuid, "actions": f"{canary.uuid}/actions"}.items():
        subject = canary.owner.call("GET", f"/v1/tickets/{path}", body=body)
        after = canary.find_by_uuid()
        found[name], before = {"before": before, "subject": subject, "after": after}, after
    sibling = canary.send_event("cancel")
    for name, roles in found.items():
        edit = edit_of(f"get-with-event-{name}", kind="breakage")
        violation = zstack_examine("nothing-came-of-it", edit=edit, arguments=arguments, **roles, sibling=sibling)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-020")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_rounds
def test_events_at_once_leave_one_history(zstack_canary, zstack_examine):
    """Cancels of one ticket at the same time leave one unbroken history that ends in the status shown."""
    for _ in range(2):
        canary, events = zstack_canary(), ["cancel"] * 4
        calls = canary.send_together(*events)
        roles = {
            "later": canary.send_event("cancel"),
            "after": canary.find_by_uuid(),
            "history": canary.history(),
            **calls,
        }
        if not canary.was_deleted_for_quota:
            edit, arguments = edit_of("cancels-at-once"), {"events": events}
            violation = zstack_examine("together-on-one", edit=edit, arguments=arguments, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-021")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_rounds
def test_updates_and_deletions_at_once_are_whole(zstack_canary, zstack_examine):
    """Updates at the same time leave the requests of one, whole; accepted deletions leave nothing but one archive."""
    for events in (["update"] * 3, ["cancel", "delete", "cancel"], ["delete", "update", "delete"]):
        canary = zstack_canary()
        if "update" in events:
            canary.send_event("cancel")
        calls = canary.send_together(*events)
        roles = {"after": canary.find_by_uuid(), "history": canary.history(), **calls}
        if events.count("delete") > 1:
            path = f"/v1/tickets/archives?q=ticketUuid%3D{canary.uuid}&limit=5"
            roles["archives"] = canary.owner.call("GET", path)
        if not canary.was_deleted_for_quota:
            edit, arguments = edit_of(f"{events[0]}-at-once"), {"events": events}
            violation = zstack_examine("together-on-one", edit=edit, arguments=arguments, **roles)
            assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-022")
@pytest.mark.zstack_rounds
def test_url_in_a_text_is_not_called(ticket_endpoint, zstack_webhook, zstack_examine):
    """No URL in a ticket's name, description or requests is called by the target."""
    tokens = {place: uuid.uuid4().hex for place in (*FETCHED, "hook")}
    urls = {place: zstack_webhook.url(token) for place, token in tokens.items()}
    draft = ticket_endpoint.calibration_draft
    params = json.loads(draft.body)["params"]
    request = params["requests"][0]
    named = {"name": f"{params['name']} {urls['name']}", "description": urls["description"]}
    request["requestName"] = f"{request['requestName']} {urls['requestName']}"
    request["apiBody"] = {**request.get("apiBody", {}), "description": urls["apiBody"]}
    sent = ticket_endpoint.draft(**named, requests=[request])
    subject = ticket_endpoint.create(sent, headers=(("X-Web-Hook", urls["hook"]),))
    hook = zstack_webhook.wait(tokens["hook"], seconds=SECONDS)
    time.sleep(LATER)
    for place in FETCHED:
        visit = zstack_webhook.visits(tokens[place])
        edit = edit_of(f"url-in-{place}")
        violation = zstack_examine("not-fetched", edit=edit, subject=subject, hook=hook, visit=visit)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-023")
def test_owner_cannot_approve_their_ticket(ticket_endpoint, zstack_canary, zstack_examine):
    """Where a ticket's owner may not reject it, they may not approve it either: both are for its approver."""
    canary, control = zstack_canary(), zstack_canary().send_event("reject")
    before, subject = canary.find_by_uuid(), canary.send_event("approve")
    roles = {"before": before, "subject": subject, "after": canary.find_by_uuid()}
    roles["control"] = control
    roles["sibling"] = canary.send_event("reject", by=ticket_endpoint.as_user("approver"))
    if not canary.was_deleted_for_quota:
        edit = edit_of("owner-approve", kind="mutation", note="the ticket's owner approves it, who may not reject it")
        violation = zstack_examine("own-approval-refused", edit=edit, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-024")
def test_no_origin_is_allowed_to_read_with_credentials(ticket_endpoint, zstack_effort, zstack_examine, zstack_observe):
    """No response allows the page of any origin that names itself to read it with credentials."""
    origin = (("Origin", ORIGIN), ("Access-Control-Request-Method", "POST"))
    asked = {"query": ticket_endpoint.call("GET", "/v1/tickets?limit=1", headers=origin[:1])}
    # the origin of a page in a sandbox, which any page can open
    asked["null"] = ticket_endpoint.call("GET", "/v1/tickets?limit=1", headers=(("Origin", "null"),))
    asked["preflight"] = ticket_endpoint.call("OPTIONS", "/v1/tickets", headers=origin, authorization=None)
    for name, result in asked.items():
        violation = zstack_examine("no-origin-echo", edit=edit_of(f"origin-{name}"), subject=result)
        assert violation is None, violation
    for named, path in product(ORIGINS, PATHS) if zstack_effort != "smoke" else ():
        result = ticket_endpoint.call("GET", path, headers=(("Origin", named),))
        violation = zstack_examine("no-origin-echo", edit=edit_of("origin-query"), subject=result)
        assert violation is None, violation
    observe_headers(zstack_observe, asked["query"], asked["preflight"])


@pytest.mark.requirement("ZT-ACCESS-028")
@pytest.mark.zstack_rounds
def test_no_reading_is_kept_for_others(ticket_endpoint, zstack_canary, zstack_examine):
    """No response to a query, to a ticket's path or to a poll may be kept by a cache that users share."""
    canary = zstack_canary()
    asked = {"list": ticket_endpoint.call("GET", "/v1/tickets?limit=1"), "ticket": canary.find_by_uuid()}
    created = ticket_endpoint.calibration
    if created.job:
        asked["poll"] = ticket_endpoint.poll_again(created)
    for name, result in asked.items():
        violation = zstack_examine("not-for-shared-caches", edit=edit_of(f"cached-{name}"), subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-025")
@pytest.mark.zstack_rounds
def test_line_end_in_a_text_makes_no_header(ticket_endpoint, zstack_examine):
    """A line end in a text, a path or a query string never adds a header to a response, nor markup one to a page."""
    text, quoted = f"x\r\n{INJECTED}: 1\r\n", f"x%0d%0a{INJECTED}:%201%0d%0a"
    name = json.loads(ticket_endpoint.calibration_draft.body)["params"]["name"]
    asked = {
        "name": ticket_endpoint.create(ticket_endpoint.draft(name=f"{text}{MARKUP} {name}")),
        "refused-text": ticket_endpoint.create(ticket_endpoint.draft(accountSystemType=text)),
        "path": ticket_endpoint.call("GET", f"/v1/tickets/{quoted}"),
        "query": ticket_endpoint.call("GET", f"/v1/tickets?limit=1&q=name={quoted}"),
        "job": ticket_endpoint.call("GET", f"/v1/api-jobs/{quoted}", follow=False),
        # without line ends, over which some refuse what they would have repeated
        "marked-job": ticket_endpoint.call("GET", f"/v1/api-jobs/{quote(MARKUP)}", follow=False),
        "marked-path": ticket_endpoint.call("GET", f"/v1/no-such-api/{quote(MARKUP)}"),
        "field": ticket_endpoint.call("GET", f"/v1/tickets?limit=1&q={quote(MARKUP)}%3D1"),
        "unknown-path": ticket_endpoint.call("GET", f"/v1/no-such-api/{quoted}"),
    }
    asked["listed"] = ticket_endpoint.find_by_nonce(asked["name"]) or asked["name"]
    for place, result in asked.items():
        edit, arguments = edit_of(f"line-end-in-{place}"), {"header": INJECTED}
        violation = zstack_examine("no-header-of-text", edit=edit, subject=result, arguments=arguments)
        assert violation is None, violation
    for place in ("marked-path", "marked-job", "field", "listed"):
        edit, subject = edit_of(f"markup-in-{place}"), asked[place]
        violation = zstack_examine("no-markup-of-text", edit=edit, subject=subject, arguments={"markup": MARKUP})
        assert violation is None, violation


SEEN = (
    *("server", "strict-transport-security", "x-content-type-options", "cache-control", "content-encoding"),
    *("retry-after", "ratelimit-limit", "x-ratelimit-limit", "x-rate-limit-limit"),
)


def observe_headers(observe, query, preflight):
    """Record the headers that operators ask for, and that no requirement is about."""
    for name in SEEN:
        observe(f"header-{name}", header(query, name), query)
    observe("allowed-methods", header(preflight, "allow"), preflight)
    observe("allowed-origin", header(preflight, "access-control-allow-origin"), preflight)


def header(result, name):
    """Return a header of the last response, `absent` if it has none."""
    return getattr(result.exchanges[-1].answer, "header", lambda _: None)(name) or "absent"
