"""A finding as plain JSON: the counterexample, its valid sibling, what was expected and what came back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from pytest_zstack_ticket.api.classify import classify
from pytest_zstack_ticket.model.codec import body_to_json, edit_to_json, phrase_to_json
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Json, Response, Trails
from pytest_zstack_ticket.model.outcome import Refused
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.verdict import Example, Finding
from pytest_zstack_ticket.verdicts.judge import calibration_flaw

MAX_BODY_BYTES = 20_000
"""Bytes of a body in a finding; the evidence has the whole of it."""
MAX_WITNESS_BODY_BYTES = 1_500
"""Likewise in an example that passed, of which every requirement has one."""
SIBLING_ROLES = ("sibling", "before", "first")
_AT_ONCE = re.compile(r"together\d+")
"""Roles of calls that were sent at the same time."""


def subject_role(trails: Trails) -> str:
    """Name the role that an example is about: the first call of those that were sent at the same time."""
    if "subject" in trails:
        return "subject"
    return next(iter(roles_at_once(trails)), next(reversed(list(trails)), ""))


def roles_at_once(roles: Iterable[str]) -> list[str]:
    """Name the roles of calls that were sent at the same time, in their order; none for a single one."""
    found = sorted(filter(_AT_ONCE.fullmatch, roles), key=lambda role: (len(role), role))
    return found if len(found) > 1 else []


def status_in_signature(trails: Trails) -> int:
    """Return the status that tells a finding from others; 0 of calls at the same time, where chance says who wins."""
    trail = trails.get(subject_role(trails), ())
    answer = trail[-1].answer if trail and not roles_at_once(trails) else None
    return answer.status if isinstance(answer, Response) else 0


def at_once_json(trails: Trails) -> list[dict[str, Any] | None]:
    """Write the calls that were sent at the same time, each with the beginning of its last answer."""
    return [message_json(trails[one], most=MAX_WITNESS_BODY_BYTES) for one in roles_at_once(trails) if trails[one]]


def sibling_role(trails: Trails) -> str:
    """Name the role of the sibling, empty if there is none."""
    return next((role for role in SIBLING_ROLES if trails.get(role) and role != subject_role(trails)), "")


def deciding_role(trails: Trails) -> str:
    """Name the query that shows what a create led to, empty if the answer to the subject itself decides."""
    subject, sibling = subject_role(trails), sibling_role(trails)
    trail = trails.get(subject, ())
    if not trail or trail[0].request.method == "GET":
        return ""
    queries = (
        role
        for role, found in reversed(list(trails.items()))
        if found and role not in (subject, sibling) and found[0].request.method == "GET"
    )
    return next(queries, "")


def finding_json(finding: Finding, trails: Trails) -> dict[str, Any]:
    """Write a finding with the messages that show it; a body over 20000 bytes is cut, and said so."""
    example = finding.example
    sibling = trails.get(sibling_role(trails), ())
    deciding = trails.get(deciding_role(trails), ())
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
        "deciding": message_json(deciding) if deciding else None,
        **({"at_once": at_once} if (at_once := at_once_json(trails)) else {}),
    }


def witness_json(example: Example, trails: Trails) -> dict[str, Any]:
    """Write an example that passed, with the message that shows it; long bodies stay in the evidence."""
    return {
        "test": example.test,
        "check": example.check,
        "arguments": example.arguments,
        "partition": example.partition,
        "exchanges": {role: list(ids) for role, ids in example.roles.items()},
        "subject": message_json(trails.get(subject_role(trails), ()), most=MAX_WITNESS_BODY_BYTES),
    }


def calibration_json(trail: tuple[Exchange, ...], profile: Profile) -> dict[str, Any]:
    """Write what the calibration request led to, and why it was not accepted if it was not."""
    outcome, accepted = classify(trail, profile), "accepted" in profile.capabilities
    flaw = None if accepted else calibration_flaw(outcome)
    why = f"{outcome.code} {outcome.details}" if isinstance(outcome, Refused) else type(outcome).__name__.lower()
    return {
        "accepted": accepted,
        "reason": why.strip(),
        "flaw": phrase_to_json(flaw) if flaw else None,
        "message": message_json(trail),
    }


def message_json(trail: tuple[Exchange, ...], *, most: int = MAX_BODY_BYTES) -> dict[str, Any] | None:
    """Write the request of a trail with its last answer, None if nothing was sent; `most` bytes of each body."""
    if not trail:
        return None
    first, last = trail[0], trail[-1]
    request, answer = first.request, last.answer
    message: dict[str, Any] = {
        "exchange": first.id,
        "request": {
            "method": request.method,
            "path": request.path,
            "headers": [list(pair) for pair in request.headers],
            "body": body_excerpt(request.body, most),
        },
        "polls": len(trail) - 1,
    }
    if isinstance(answer, Failure):
        message["failure"] = {"kind": answer.kind, "detail": answer.detail}
    else:
        headers = [list(pair) for pair in answer.headers]
        message["answer"] = {"status": answer.status, "headers": headers, "body": body_excerpt(answer.body, most)}
    return message


def body_excerpt(body: bytes | None, most: int = MAX_BODY_BYTES) -> Json:
    """Write a body as JSON, or its beginning with its length in bytes."""
    if body is None or len(body) <= most:
        return body_to_json(body)
    return {"cut": body[:most].decode("utf-8", "backslashreplace"), "bytes": len(body)}
