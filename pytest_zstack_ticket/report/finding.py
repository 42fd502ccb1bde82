"""One departure as plain JSON: what was sent, what its sibling got, what was expected and what came back."""

from __future__ import annotations

from typing import Any

from pytest_zstack_ticket.model.codec import body_to_json, edit_to_json, phrase_to_json
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Json, Trails
from pytest_zstack_ticket.model.verdict import Example, Finding

SHOWN = 20_000
"""Bytes of a body that a finding shows; the evidence has the whole of it."""
WITNESSED = 1_500
"""Likewise of a witness, of which every requirement has one."""
SIBLINGS = ("sibling", "before", "first")


def subject_role(trails: Trails) -> str:
    """Return the role that an example is about."""
    return "subject" if "subject" in trails else next(reversed(list(trails)), "")


def sibling_role(trails: Trails) -> str:
    """Return the role of the sibling, empty if there is none."""
    return next((role for role in SIBLINGS if trails.get(role) and role != subject_role(trails)), "")


def finding_json(finding: Finding, trails: Trails) -> dict[str, Any]:
    """Return a finding with the messages that show it; a body over 20000 bytes is cut, and said so."""
    example = finding.example
    sibling = trails.get(sibling_role(trails), ())
    return {
        "requirement": finding.requirement,
        "test": example.test,
        "check": example.check,
        "arguments": example.arguments,
        "edit": edit_to_json(example.edit),
        "partition": example.partition,
        "expected": phrase_to_json(finding.expected),
        "actual": phrase_to_json(finding.actual),
        "signature": finding.signature,
        "curl": finding.curl,
        "regenerate": finding.regenerate,
        "seen": finding.seen,
        "tried": finding.tried,
        "exchanges": {role: list(ids) for role, ids in example.roles.items()},
        "subject": message_json(trails.get(subject_role(trails), ())),
        "sibling": message_json(sibling) if sibling else None,
    }


def witness_json(example: Example, trails: Trails) -> dict[str, Any]:
    """Return an example that held, with the message that shows it: long bodies stay in the evidence."""
    return {
        "test": example.test,
        "check": example.check,
        "arguments": example.arguments,
        "partition": example.partition,
        "exchanges": {role: list(ids) for role, ids in example.roles.items()},
        "subject": message_json(trails.get(subject_role(trails), ()), most=WITNESSED),
    }


def message_json(trail: tuple[Exchange, ...], *, most: int = SHOWN) -> dict[str, Any] | None:
    """Return the request of a trail with its last answer, None if nothing was sent; `most` bytes of each body."""
    if not trail:
        return None
    first, last = trail[0], trail[-1]
    request, answer = first.request, last.answer
    told: dict[str, Any] = {
        "exchange": first.id,
        "request": {
            "method": request.method,
            "path": request.path,
            "headers": [list(pair) for pair in request.headers],
            "body": shown_body(request.body, most),
        },
        "polls": len(trail) - 1,
    }
    if isinstance(answer, Failure):
        told["failure"] = {"kind": answer.kind, "detail": answer.detail}
    else:
        headers = [list(pair) for pair in answer.headers]
        told["answer"] = {"status": answer.status, "headers": headers, "body": shown_body(answer.body, most)}
    return told


def shown_body(body: bytes | None, most: int = SHOWN) -> Json:
    """Return a body as JSON, or its beginning with its length in bytes."""
    if body is None or len(body) <= most:
        return body_to_json(body)
    return {"cut": body[:most].decode("utf-8", "backslashreplace"), "bytes": len(body)}
