"""Which requirements explain a violation: those of which the same exchanges show that they are violated.

One defect of a target shows in many tests: a failure that comes with status 200 is no refusal, a ticket that was not
stored is missing in every list. Each rule here knows one symptom and the requirement that is about it. The violation
stands; it is not counted as a failure of its own only where that requirement failed in the same run
(`verdicts.judge`), so a symptom with another cause is never hidden.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from pytest_zstack_ticket.api.classify import classify
from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, outcome_of
from pytest_zstack_ticket.checks.query_conditions import conditions_of, may_meet
from pytest_zstack_ticket.checks.symptoms import (
    doubled,
    ended_empty,
    ended_otherwise,
    garbled,
    joined_by_or,
    only_described,
    other_job,
    other_uuid,
    renamed,
    same_uuid,
    short_page,
    used_again,
    was_ended,
)
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Malformed, Phrase, Violation
from pytest_zstack_ticket.model.profile import Profile

ABOUT_FORM = frozenset({"schema-part", "structured-failure", "success-format"})
"""Checks of one part of the format, as is `form` with `reasons`: none of them explains another."""
FORMS = {
    "status-no-success": "ZT-ANSWER-002",
    "not-json": "ZT-ANSWER-003",
    "not-an-object": "ZT-ANSWER-003",
    "empty-body": "ZT-ANSWER-003",
    "error-under-success": "ZT-ANSWER-004",
    "stray-result": "ZT-ANSWER-005",
    "inventory-no-object": "ZT-ANSWER-037",
    "no-error-object": "ZT-ANSWER-022",
    "no-location": "ZT-JOB-001",
}
"""The requirement that is about each defect of form which the classifier names."""
PARTS = (
    ("inventory.uuid", ("ZT-ANSWER-006",)),
    ("inventory.status", ("ZT-ANSWER-007",)),
    ("inventory.request", ("ZT-ANSWER-009",)),
    ("inventory.createDate", ("ZT-ANSWER-010",)),
    ("inventory.lastOpDate", ("ZT-ANSWER-010",)),
    ("inventory.", ("ZT-ANSWER-008",)),
    ("error.code", ("ZT-ANSWER-023", "ZT-ANSWER-024")),
    ("error.description", ("ZT-ANSWER-025",)),
    ("error.details", ("ZT-ANSWER-026",)),
    ("error.causes", ("ZT-ANSWER-029",)),
    ("error.cause", ("ZT-ANSWER-028",)),
    ("error.", ("ZT-ANSWER-027",)),
)
"""The requirements on each part of a response that has a schema, the first that fits."""
STORED, LEFT_NOTHING = "ZT-STORE-001", "ZT-STORE-002"
SHOWN = {
    "name": "ZT-ANSWER-012",
    "description": "ZT-ANSWER-013",
    "requests": "ZT-ANSWER-014",
    "accountSystemType": "ZT-ANSWER-018",
    "accountSystemContext": "ZT-ANSWER-019",
    "requestName": "ZT-ANSWER-015",
    "apiName": "ZT-ANSWER-015",
    "executeTimes": "ZT-ANSWER-016",
    "apiBody": "ZT-ANSWER-017",
}
"""The requirement by which a created ticket shows each member as it was sent."""
EVENTS = {
    ("cancel", "Cancelled"): "ZT-LIFECYCLE-001",
    ("reopen", "Pending"): "ZT-LIFECYCLE-004",
    ("reject", "Rejected"): "ZT-LIFECYCLE-032",
}
"""The requirement by which an accepted event leads to a status."""
APPROVED, DELETED, HISTORY = "ZT-LIFECYCLE-034", "ZT-LIFECYCLE-010", "ZT-LIFECYCLE-008"
STILL_SHOWN = EVENTS["reject", "Rejected"]
"""The requirement on the event of another user that most runs may send."""
ABOUT = {"expect-still-shown": STILL_SHOWN, "expect-approved": APPROVED, "expect-gone": DELETED}
"""The requirement that is about a violation, whatever values it names."""
TOTAL, COUNTED = "total", "ZT-QUERY-021"
SEVERAL, PAGE = "ZT-QUERY-015", "ZT-QUERY-019"
_SIGNS = ("=", "!=", "~=", "!~=", "?=", "!?=", "is null", "not null", ">", "<", ">=", "<=")
OPERATORS = {sign: f"ZT-QUERY-{number:03}" for number, sign in enumerate(_SIGNS, 3)}
"""The requirement on each operator of a condition."""
OPTIONAL = "ZT-BODY-050"
"""The requirement that a description may be there; other optional fields have one of their own."""
OTHER_UUID, OTHER_JOB, USED_JOB = "ZT-ANSWER-020", "ZT-JOB-004", "ZT-JOB-014"
ENDED, TOO_EARLY = "ZT-JOB-007", "ZT-JOB-009"
"""How a job that is known ends, and that its result stays: a result may be read before it is there."""
NO_TICKET, OTHERS_COUNTED = "ZT-QUERY-017", "ZT-ISOLATION-007"
PART_OF_SESSION, SHARED_SESSION = "ZT-SESSION-004", "ZT-SESSION-036"
GARBLED = "ZT-ANSWER-012"
VISIBLE = (
    (re.compile(r"/v1/tickets\?(?:limit=\d+&)?q=uuid=[0-9a-f]{32}(?:&limit=\d+)?(?![\s\S])"), "ZT-ISOLATION-003"),
    (re.compile(r"/v1/tickets\?(?:limit=\d+&)?q=name=[^&]*(?:&limit=\d+)?(?![\s\S])"), "ZT-ISOLATION-004"),
    (re.compile(r"/v1/tickets(?:\?limit=\d+)?(?![\s\S])"), "ZT-ISOLATION-005"),
    (re.compile(r"/v1/tickets/[0-9a-f]{32}(?![\s\S])"), "ZT-ISOLATION-006"),
    (re.compile(r"/v1/tickets/histories\?"), "ZT-ISOLATION-008"),
)
"""The ways to a ticket that a requirement of its own closes to a stranger."""
CALLS = {"POST": "create", "PUT": "action", "DELETE": "delete", "GET": "query"}


def causes_of(
    check: str, violation: Violation, trails: Trails, arguments: Arguments, profile: Profile
) -> tuple[str, ...]:
    """List the requirements that explain a violation of a check, in order; a role without exchanges shows nothing."""
    trails = {role: trail for role, trail in trails.items() if trail}
    found = {*_by_value(violation), *_by_way(check, violation, trails)}
    subject = trails.get("subject", ())
    # the requirements on the format are about creates, and explain a login with the same defect
    itself = check in ABOUT_FORM or (check == "form" and bool(arguments.get("reasons")))
    if not itself or (subject and _call_of(subject) == "login"):
        found.update(_by_form(trails, profile))
    every = tuple(trails.values())
    symptoms = {
        GARBLED: any(map(renamed, every)) or garbled(trails),
        HISTORY: rows_of(trails.get("history", ())) == [],
        SEVERAL: check != "only-matching" and joined_by_or(subject),
        STORED: doubled(subject) or (check == "refusal" and same_uuid(subject, trails.get("sibling", ()))),
        OPTIONAL: check == "sameness" and only_described(violation, subject, trails.get("sibling", ())),
        OTHER_UUID: check != "refusal" and any(map(other_uuid, every)),
        OTHER_JOB: any(map(other_job, every)),
        PART_OF_SESSION: accepted(outcome_of(trails, "altered", profile, arguments)),
        SHARED_SESSION: check == "sameness" and was_ended(subject, trails.get("ended", ())),
        USED_JOB: check != "not-success" and not arguments.get("together") and used_again(every),
        PAGE: check != "page-size" and short_page(subject, trails.get("before", ())),
        ENDED: any(map(ended_otherwise, every)),
        TOO_EARLY: "inventory" in profile.capabilities and any(map(ended_empty, every)),
    }
    found.update(requirement for requirement, seen in symptoms.items() if seen)
    if check == "count-independent":  # what grows by the tickets of others is a leak, whatever else totals are
        found.discard(COUNTED)
    if SEVERAL not in found:
        found.update(_by_operator(check, subject))
    found.update(one for role, trail in trails.items() if role != "subject" for one in _by_strays(trail))
    return tuple(sorted(found))


def _by_form(trails: Trails, profile: Profile) -> Iterator[str]:
    """Yield the requirements on the format of responses that some response of an example violates."""
    for trail in trails.values():
        outcome = classify(trail, profile, call=_call_of(trail)) if trail else None
        reasons = outcome.reasons if isinstance(outcome, Malformed) else ()
        yield from (FORMS[reason.key] for reason in reasons if reason.key in FORMS)
        paths = [_parameters(reason)["path"] for reason in reasons if reason.key == "schema-defect"]
        yield from (one for path in paths for one in _on_part(path))


def _on_part(path: str) -> tuple[str, ...]:
    """List the requirements on the part of a response at a path."""
    return next((requirements for beginning, requirements in PARTS if path.startswith(beginning)), ())


def _call_of(trail: tuple[Exchange, ...]) -> str:
    """Say what kind of call a trail is."""
    request = trail[0].request
    if "/v1/accounts/" in request.path or "/v1/iam2/" in request.path:
        return {"DELETE": "logout", "GET": "query"}.get(request.method, "login")
    return CALLS.get(request.method, "query")


def _by_value(violation: Violation) -> Iterator[str]:
    """Yield the requirement on what is stored, or on the member that is not shown as it was sent."""
    expected, actual = _parameters(violation.expected), _parameters(violation.actual)
    match violation.expected.key, violation.actual.key:
        case "expect-stored", "stored":
            yield LEFT_NOTHING if expected["count"] == "0" else STORED
        case "expect-selection" | "expect-same-tickets", "selection" if actual["missing"] != "-":
            yield STORED
        case "expect-one-row", _ if actual.get("value") == "[]":
            yield STORED
        case ("expect-zero-total" | "expect-all-rows", _) | ("expect-value", _) if (
            expected.get("member", TOTAL) == TOTAL
        ):
            yield COUNTED
            yield from [OTHERS_COUNTED] if violation.expected.key == "expect-all-rows" else ()
        case "expect-value", _:
            yield from _by_member(expected["member"])
        case "expect-status-after", _ if (expected["event"], expected["status"]) in EVENTS:
            yield EVENTS[expected["event"], expected["status"]]
        case key, _ if key in ABOUT:
            yield ABOUT[key]
        case "expect-history" | "expect-history-of", "history-has" if actual["count"] == "0":
            yield HISTORY


def _by_member(member: str) -> Iterator[str]:
    """Yield the requirement on a member, such as `name` or `request[0].apiBody.x`."""
    words = re.findall(r"[A-Za-z]+", member)
    if words[:1] == ["request"]:
        words = words[1:] or ["requests"]
    if words and words[0] in SHOWN:
        yield SHOWN[words[0]]


def _by_way(check: str, violation: Violation, trails: Trails) -> Iterator[str]:
    """Yield the requirement on the way by which a stranger saw a ticket."""
    if check == "not-visible" and violation.actual.key == "shows-field-of-other":
        path = unquote(trails["subject"][0].request.path)
        yield from (requirement for way, requirement in VISIBLE if way.match(path))


def _by_operator(check: str, trail: tuple[Exchange, ...]) -> Iterator[str]:
    """Yield the requirement on the only condition that rows of a query do not meet, or on all that were counted by."""
    conditions = conditions_of(trail[0].request.path) if trail else []
    if check == "selection":
        unmet = [[one for one in conditions if not may_meet(row, [one])] for row in rows_of(trail) or []]
        signs = {one.sign for some in unmet for one in some}
        conditions = [one for some in unmet for one in some] if len(signs) == 1 and max(map(len, unmet)) == 1 else []
    elif check != "total-count":
        return
    yield from (OPERATORS[one.sign] for one in conditions)


def _by_strays(trail: tuple[Exchange, ...]) -> Iterator[str]:
    """Yield the requirements on a query that shows tickets which do not meet its conditions."""
    rows, conditions = rows_of(trail) or [], conditions_of(trail[0].request.path)
    unmet = {one.sign for row in rows for one in conditions if not may_meet(row, [one])}
    yield from (OPERATORS[sign] for sign in unmet)
    if unmet and not any(may_meet(row, conditions) for row in rows):
        yield NO_TICKET


def _parameters(phrase: Phrase) -> dict[str, str]:
    return dict(phrase.parameters)
