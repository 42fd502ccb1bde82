"""What a check is asked about is what its exchanges show: no other ticket, event or time turns a failure into a pass.

No answer is edited for it, so a witness of the run sees nothing.
"""

import json
from dataclasses import replace

import pytest

from pytest_zstack_ticket.artifacts.evidence_reader import Evidence
from pytest_zstack_ticket.certify.free_arguments import HOLDERS, other_arguments
from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.exchange import Exchange, Request, Response, Trails
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example
from tests.support.builders import profile

RULES = {one.id: one for one in catalogue()}
OURS, OTHER = "a" * 32, "b" * 32
NONCE = "zt-0123456789abcdef"
NAMED = Edit(kind="mutation", name="drop", path="params.name", fields=("name",))
TAG = Edit(kind="mutation", name="unknown", path="systemTags", fields=("systemTags",))
ROWS = {NAMED.partition: NAMED}


def exchange(
    number: int, method: str, path: str, sent: object, answer: object, *, user: str = "m", **headers: str
) -> Exchange:
    body = json.dumps(sent).encode() if sent is not None else None
    request = Request(method=method, path=path, headers=tuple(headers.items()), body=body)
    found = Response(status=200, body=json.dumps(answer).encode())
    return Exchange(id=f"{user}-{number:06}", request=request, answer=found, started=float(number), elapsed=0.5)


def row(uuid: str, name: str) -> dict:
    return {"uuid": uuid, "name": name, "ticketUuid": uuid}


MADE = exchange(1, "POST", "/v1/tickets", {"params": {"name": NONCE}}, {})
AGAIN = exchange(2, "POST", "/v1/tickets", {"params": {"name": "x", "resourceUuid": OTHER}}, {})
SHOWN = exchange(3, "GET", "/v1/tickets", None, {"inventories": [row(OURS, NONCE), row(OTHER, "zt-aaaaaaaaaaaaaaaa")]})
SEEN = exchange(4, "GET", "/v1/tickets", None, {"inventories": [row(OURS, NONCE)]}, user="m-stranger")
CANCEL = exchange(5, "PUT", f"/v1/tickets/{OURS}/actions", {"changeTicketStatus": {"statusEvent": "cancel"}}, {})
UPDATE = exchange(6, "PUT", f"/v1/tickets/{OURS}/actions", {"updateTicketRequest": {}}, {})
ODD = exchange(7, "PUT", f"/v1/tickets/{OURS}/actions", {"changeTicketStatus": {"statusEvent": "no-such-event"}}, {})
DELETED = exchange(8, "DELETE", f"/v1/tickets/{OURS}?deleteMode=Permissive", None, {}, user="m-end")
TIMED = exchange(10, "POST", "/v1/tickets", {}, {"apiTimeout": 90000}, **{"X-API-Timeout": "77"})
LATER = exchange(900, "DELETE", f"/v1/tickets/{OTHER}?deleteMode=Permissive", None, {}, user="m-end")
ALL = {one.id: one for one in (MADE, AGAIN, SHOWN, SEEN, CANCEL, UPDATE, ODD, DELETED, LATER, TIMED)}
CANARY = {"made": MADE, "shown": SHOWN, "subject": SEEN, "still": SHOWN}


def held(requirement: str, check: str, arguments: dict, *, edit: Edit | None = None, **roles: Exchange) -> bool:
    """Tell whether a signer takes the arguments of an example."""
    example = Example(
        requirement=requirement,
        test="t",
        check=check,
        arguments=arguments,
        roles={role: (one.id,) for role, one in roles.items()},
        judgement=None,
        edit=edit,
        partition=edit.partition if edit else "",
    )
    evidence = Evidence(header={}, exchanges=ALL, examples=(example,), observations=(), complete=True)
    return not list(other_arguments(evidence, [example], RULES, ROWS))


@pytest.mark.parametrize(
    ("requirement", "check", "right", "wrong", "roles"),
    [
        ("ZT-ISOLATION-003", "not-visible", {"uuid": OURS}, {"uuid": OTHER}, CANARY),
        ("ZT-LIFECYCLE-016", "not-archived", {"taken": []}, {"taken": [OTHER]}, {"subject": SHOWN}),
        ("ZT-LIFECYCLE-016", "not-archived", {"taken": [OURS]}, {"taken": "all"}, {"subject": DELETED}),
        ("ZT-LIFECYCLE-012", "not-archived", {"apart": [OTHER]}, {"apart": [OURS]}, {"event0": AGAIN}),
        ("ZT-LIFECYCLE-008", "complete-history", {"events": ["cancel"]}, {"events": ["update"]}, {"event0": CANCEL}),
        ("ZT-LIFECYCLE-008", "complete-history", {"events": ["update"]}, {"events": []}, {"event0": UPDATE}),
        ("ZT-LIFECYCLE-008", "complete-history", {"events": ["unknown"]}, {"events": ["reopen"]}, {"event0": ODD}),
        ("ZT-ACCESS-020", "together-on-one", {"events": ["cancel"]}, {"events": ["delete"]}, {"together0": CANCEL}),
        ("ZT-LIFECYCLE-012", "group-step", {"event": "cancel", "uuid": OURS}, {"event": "update", "uuid": OURS}, {"subject": CANCEL}),
        ("ZT-LIFECYCLE-012", "group-step", {"event": "create", "uuid": ""}, {"event": "create", "uuid": OTHER}, {"subject": MADE}),
        ("ZT-JOB-015", "reported-timeout", {"milliseconds": 77000}, {"milliseconds": 90000}, {"subject": TIMED}),
    ],
)  # fmt: skip
def test_another_argument_is_refused(requirement: str, check: str, right: dict, wrong: dict, roles: dict):
    assert held(requirement, check, right, **roles)
    assert not held(requirement, check, wrong, **roles)


def test_the_members_to_blame_are_those_of_the_row():
    fields = {"fields": ["name"]}
    assert held("ZT-BODY-001", "refusal", fields, edit=NAMED, subject=MADE, sibling=MADE)
    assert not held("ZT-BODY-001", "refusal", {"fields": ["description"]}, edit=NAMED, subject=MADE, sibling=MADE)
    other = replace(NAMED, fields=("description",))
    assert not held("ZT-BODY-001", "refusal", {"fields": ["description"]}, edit=other, subject=MADE, sibling=MADE)
    assert held("ZT-BODY-066", "refusal", {"fields": ["tag"]}, edit=TAG, subject=MADE, sibling=MADE)
    inside = replace(TAG, path="params.systemTags")
    assert held("ZT-BODY-066", "refusal", {"fields": ["tag"]}, edit=inside, subject=MADE, sibling=MADE)
    assert not held("ZT-BODY-066", "refusal", {"fields": []}, edit=TAG, subject=MADE, sibling=MADE)


def test_such_an_argument_would_turn_a_failure_into_a_pass():
    trails: Trails = {role: (one,) for role, one in CANARY.items()}
    seen = evaluate("not-visible", trails, {"uuid": OURS}, profile())
    assert seen is not None
    assert "shows-field-of-other" in str(seen)
    hidden = {**trails, "made": (AGAIN,), "subject": (SEEN,)}
    assert evaluate("not-visible", hidden, {"uuid": OTHER}, profile()) is None


def test_every_argument_with_any_value_is_held():
    free = {name for rule in catalogue() for check in rule.decided_by for name in check.free}
    assert free == HOLDERS.keys()
