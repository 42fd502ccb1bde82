"""A call acts on the ticket of its path and on no other, and what only looks like a ticket's uuid is none."""

import json
import uuid
from itertools import product

import pytest

from pytest_zstack_ticket import Draft, Edit

NO_UUIDS = {
    "wildcard": "{part}%25",
    "any-digit": "{part}_",
    "asterisk": "{part}*",
    "part": "{part}",
    "two": "{uuid},{other}",
    "tail": "{uuid}x",
    "condition": "{uuid}%27%20or%20%271%27%3D%271",
}
"""Paths made of the uuids of two tickets of the run: a target that takes one for a pattern changes these alone.

Neither upper case nor a blank at the end is among them: real targets compare by a collation that ignores both.
"""
EVENTS = ("cancel", "delete")


def edit_of(name):
    """Name what is wrong with a call as an edit."""
    return Edit(kind="mutation", name=name, note="the uuid of another ticket, or of none")


def act_with_other_uuid(zstack_canary):
    """Send every event for one ticket with the uuid of another one in body or query; what to judge of each."""
    named, other = zstack_canary(), zstack_canary()
    found = {}
    for event in ("cancel", "update", "delete"):
        if event == "update":
            other.send_event("cancel")
        roles = {"before": named.find_by_uuid(), "bystander-before": other.find_by_uuid()}
        roles["subject"] = named.send_event(event, more={"uuid": other.uuid})
        roles |= {"after": named.find_by_uuid(), "bystander-after": other.find_by_uuid()}
        roles["sibling"] = other.send_event(event) if event == "delete" else zstack_canary().send_event("cancel")
        if not (named.was_deleted_for_quota or other.was_deleted_for_quota):
            found[event] = roles
    return found


@pytest.mark.requirement("ZT-ACCESS-010")
@pytest.mark.zstack_rounds
def test_uuid_of_the_path_counts(zstack_once, zstack_canary, zstack_examine):
    """A call whose body or query names another ticket acts on the ticket of its path or is refused, never on the other."""
    sent = zstack_once("access: another uuid beside the path", lambda: act_with_other_uuid(zstack_canary))
    for event, roles in sent.items():
        arguments = {"call": "delete" if event == "delete" else "action", "event": event}
        violation = zstack_examine("path-counts", edit=edit_of(f"other-uuid-{event}"), arguments=arguments, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-011")
@pytest.mark.zstack_rounds
def test_stranger_cannot_reach_a_ticket_through_their_own(zstack_concurrently, zstack_canary, zstack_examine):
    """A stranger's call on their own ticket that names another user's in its body or query leaves that unchanged."""
    own, foreign, sibling = zstack_concurrently("stranger")[0], zstack_canary(), zstack_canary().send_event("cancel")
    if not own.uuid:
        pytest.skip("the stranger's ticket cannot be read back")
    for event in EVENTS:
        roles = {"before": foreign.find_by_uuid()}
        roles |= {"subject": own.send_event(event, more={"uuid": foreign.uuid}), "after": foreign.find_by_uuid()}
        if foreign.was_deleted_for_quota:
            return
        arguments = {"call": own.call_kind(event), "event": event, "may_succeed": True}
        roles |= {"sibling": sibling} if event == "cancel" else {}
        edit = edit_of(f"foreign-uuid-{event}")
        violation = zstack_examine("unchanged-by-stranger", edit=edit, arguments=arguments, **roles)
        assert violation is None, violation


def act_on_no_uuid(canary, other):
    """Send every event to paths that are no uuid, and then to that of a ticket; what to judge of each."""
    uuids = f"uuid?={canary.uuid},{other.uuid}"
    tried, shown = {}, canary.owner.query(uuids, limit=3)
    for event in EVENTS:
        calls = []
        for name, form in NO_UUIDS.items():
            path = form.format(uuid=canary.uuid, other=other.uuid, part=canary.uuid[:31])
            subject = canary.send_event(event, uuid=path)
            after = canary.owner.query(uuids, limit=3)
            calls.append((f"{name}-{event}", {"before": shown, "subject": subject, "after": after}))
            shown = after
        lost = canary.was_deleted_for_quota or other.was_deleted_for_quota
        sibling = canary.send_event(event)
        tried[event] = [] if lost else [(name, roles | {"sibling": sibling}) for name, roles in calls]
        shown = canary.owner.query(uuids, limit=3)
    return tried


@pytest.mark.requirement("ZT-ACCESS-012")
@pytest.mark.zstack_rounds
def test_event_needs_the_exact_uuid(zstack_once, zstack_canary, zstack_examine):
    """An event whose path holds a wildcard, a part of a uuid, two uuids or a uuid with a tail changes no ticket."""
    sent = zstack_once("access: paths that are no uuid", lambda: act_on_no_uuid(zstack_canary(), zstack_canary()))
    for name, roles in sent["cancel"]:
        arguments = {"call": "action", "event": "cancel"}
        violation = zstack_examine("all-unchanged", edit=edit_of(name), arguments=arguments, **roles)
        assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-013")
@pytest.mark.zstack_rounds
def test_deletion_needs_the_exact_uuid(zstack_once, zstack_canary, zstack_examine):
    """A deletion whose path holds a wildcard, a part of a uuid, two uuids or a uuid with a tail removes no ticket."""
    sent = zstack_once("access: paths that are no uuid", lambda: act_on_no_uuid(zstack_canary(), zstack_canary()))
    for name, roles in sent["delete"]:
        arguments = {"call": "delete", "event": "delete"}
        violation = zstack_examine("all-unchanged", edit=edit_of(name), arguments=arguments, **roles)
        assert violation is None, violation


def namesakes(endpoint):
    """Create two tickets of one name, each with a nonce in its requests; the creates, and uuids in a query's order."""
    draft, name = endpoint.calibration_draft, f"conformance {uuid.uuid4().hex[:12]} {endpoint.certifier}".strip()
    body = json.loads(draft.body)
    body["params"]["name"] = name
    sent = Draft(body=json.dumps(body, ensure_ascii=False).encode(), headers=draft.headers)
    created = [endpoint.create(sent) for _ in range(2)]
    return created, [str(row.get("uuid")) for row in endpoint.query(f"name={name}", limit=3).rows]


def shared_namesakes(zstack_once, endpoint):
    """Return two tickets of one name, created once in a run."""
    owner = endpoint.as_user("owner")
    return zstack_once("access: two tickets of one name", lambda: namesakes(owner))


@pytest.mark.requirement("ZT-BODY-068")
@pytest.mark.zstack_rounds
def test_name_of_another_ticket_is_accepted(zstack_once, ticket_endpoint, zstack_examine):
    """A name that another ticket has is accepted."""
    first, second = shared_namesakes(zstack_once, ticket_endpoint)[0]
    edit = Edit(kind="variation", name="taken-name")
    violation = zstack_examine("sameness", edit=edit, subject=second, sibling=first)
    assert violation is None, violation


@pytest.mark.requirement("ZT-ACCESS-014")
@pytest.mark.zstack_rounds
def test_calls_leave_tickets_of_the_same_name(zstack_once, ticket_endpoint, zstack_examine):
    """An event and a deletion affect one ticket; another one of the same name stays as it was."""
    owner = ticket_endpoint.as_user("owner")
    uuids = shared_namesakes(zstack_once, ticket_endpoint)[1]
    if len(set(uuids)) != 2 or owner.was_deleted_for_quota(*uuids):
        # what tests share goes where few tickets may exist
        uuids = namesakes(owner)[1]
    if len(set(uuids)) != 2:
        pytest.skip("two tickets of one name cannot be read back")
    other, one = uuids  # what is looked up by its name is the first one, mostly
    looks = [(owner.query(f"uuid={one}", limit=3), owner.query(f"uuid={other}", limit=3))]
    calls = {
        "cancel": ("PUT", f"{one}/actions", {"changeTicketStatus": {"statusEvent": "cancel"}}),
        "update": ("PUT", f"{one}/actions", {"updateTicketRequest": {"requests": changed_requests(ticket_endpoint)}}),
        "delete": ("DELETE", f"{one}?deleteMode=Permissive", None),
    }
    for name, (method, path, body) in calls.items():
        if name == "delete":  # what goes by the name may go by the status, too
            owner.call("PUT", f"/v1/tickets/{other}/actions", body={"changeTicketStatus": {"statusEvent": "cancel"}})
            looks.append((owner.query(f"uuid={one}", limit=3), owner.query(f"uuid={other}", limit=3)))
        subject = owner.call(method, f"/v1/tickets/{path}", body=body)
        looks.append((owner.query(f"uuid={one}", limit=3), owner.query(f"uuid={other}", limit=3)))
        (before, bystander), (after, left) = looks[-2:]
        roles = {"before": before, "bystander-before": bystander, "after": after, "bystander-after": left}
        if owner.was_deleted_for_quota(one, other):
            return
        check, arguments = ("deleted-ticket", {}) if name == "delete" else ("event-effect", {"event": name})
        edit = edit_of(f"same-name-{name}")
        violation = zstack_examine(check, edit=edit, subject=subject, arguments=arguments, **roles)
        assert violation is None, violation
        if name == "cancel" and "histories" in ticket_endpoint.profile.capabilities:
            history = owner.call("GET", f"/v1/tickets/histories?q=ticketUuid%3D{one}&limit=200")
            violation = zstack_examine(
                "recorded-event", edit=edit, subject=subject, arguments=arguments, history=history, **roles
            )
            assert violation is None, violation


def changed_requests(endpoint):
    """Return the requests of the calibration draft under another name."""
    first = json.loads(endpoint.calibration_draft.body)["params"]["requests"][0]
    return [{**first, "requestName": f"changed {uuid.uuid4().hex}"}]


FILE = "WEB-INF/web.xml"
OUTSIDE = {
    "encoded-slash": f"/v1/tickets/..%2f..%2f{FILE}",
    "encoded-dots": f"/v1/tickets/%2e%2e/%2e%2e/{FILE}",
    "parameters": f"/v1/tickets/..;/..;/{FILE}",
    "twice-encoded": f"/v1/tickets/%252e%252e%252f%252e%252e%252f{FILE}",
    "overlong": f"/v1/tickets/%c0%ae%c0%ae/%c0%ae%c0%ae/{FILE}",
    "root": "/v1/tickets/..%2f..%2f..%2f..%2f..%2f..%2f..%2f..%2fetc/hosts",
}
"""Paths that lead out of the API where dots are resolved too late, to files in which no secret stands."""


@pytest.mark.requirement("ZT-ACCESS-027")
def test_no_path_leads_to_a_file(ticket_endpoint, zstack_effort, zstack_examine):
    """A path with `..`, in whatever encoding, shows no file of the server."""
    ends = ("",) if zstack_effort == "smoke" else ("", "?limit=1", "?conformance=.html")
    for (name, path), end in product(OUTSIDE.items(), ends):
        subject = ticket_endpoint.call("GET", f"{path}{end}", follow=False)
        edit = Edit(kind="breakage", name=f"dots-{name}", note="a path that leads out of the API")
        violation = zstack_examine("shows-no-file", edit=edit, subject=subject)
        assert violation is None, violation
