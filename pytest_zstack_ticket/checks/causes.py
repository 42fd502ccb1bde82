"""Which requirements explain a violation: those of which the same exchanges show that they are violated.

One defect of a target shows in many tests: a failure that comes with status 200 is no refusal, a ticket that was not
stored is missing in every list. Each rule here knows one symptom and the requirement that is about it. The violation
stands; it is not counted as a failure of its own only where that requirement failed in the same run
(`verdicts.judge`), so a symptom with another cause is never hidden.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote

from pytest_zstack_ticket.api.classify import classify, job_id
from pytest_zstack_ticket.api.messages import answers, rows_of, sent_params
from pytest_zstack_ticket.api.strict_json import text_of
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, outcome_of
from pytest_zstack_ticket.checks.query_conditions import conditions_of, may_meet, parameters_of
from pytest_zstack_ticket.checks.roundtrip import inventory_of, same, trimmed
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
OPTIONAL = "ZT-BODY-050"
"""The requirement that a description may be there; other optional fields have one of their own."""
OTHER_UUID, OTHER_JOB, USED_JOB = "ZT-ANSWER-020", "ZT-JOB-004", "ZT-JOB-014"
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
_FOREIGN = re.compile(r"[^\x00-\x7f]{2,}")


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
        GARBLED: any(map(_renamed, every)) or _garbled(trails),
        HISTORY: rows_of(trails.get("history", ())) == [],
        SEVERAL: check != "only-matching" and _joined_by_or(subject),
        STORED: _doubled(subject) or (check == "refusal" and _same_uuid(subject, trails.get("sibling", ()))),
        OPTIONAL: check == "sameness" and _only_described(violation, subject, trails.get("sibling", ())),
        OTHER_UUID: check != "refusal" and any(map(_other_uuid, every)),
        OTHER_JOB: any(map(_other_job, every)),
        PART_OF_SESSION: accepted(outcome_of(trails, "altered", profile, arguments)),
        SHARED_SESSION: check == "sameness" and _was_ended(subject, trails.get("ended", ())),
        USED_JOB: check != "not-success" and not arguments.get("together") and _used_again(every),
        PAGE: check != "page-size" and _short_page(subject, trails.get("before", ())),
    }
    found.update(requirement for requirement, seen in symptoms.items() if seen)
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


def _joined_by_or(trail: tuple[Exchange, ...]) -> bool:
    """Say whether rows of a query miss its first condition, but each meets some condition."""
    rows, conditions = rows_of(trail), conditions_of(trail[0].request.path) if trail else []
    if not rows or len(conditions) < 2:
        return False
    some = all(any(may_meet(row, [one]) for one in conditions) for row in rows)
    return some and not all(may_meet(row, conditions[:1]) for row in rows)


def _doubled(trail: tuple[Exchange, ...]) -> bool:
    """Say whether rows of a query have one name but several UUIDs."""
    rows = rows_of(trail) or []
    pairs = {(str(row.get("name")), str(row.get("uuid"))) for row in rows}
    return len({name for name, _ in pairs}) < len(pairs)


def _renamed(trail: tuple[Exchange, ...]) -> bool:
    """Say whether the response to a create shows another name than was sent."""
    sent, shown = sent_params(trail).get("name"), (inventory_of(trail) or {}).get("name")
    return isinstance(sent, str) and isinstance(shown, str) and not same(trimmed(sent), trimmed(shown))


def _other_uuid(trail: tuple[Exchange, ...]) -> bool:
    """Say whether the response to a create shows another uuid than its resourceUuid."""
    sent, shown = sent_params(trail).get("resourceUuid"), (inventory_of(trail) or {}).get("uuid")
    return isinstance(sent, str) and isinstance(shown, str) and sent.strip().lower() != shown.lower()


def _same_uuid(trail: tuple[Exchange, ...], sibling: tuple[Exchange, ...]) -> bool:
    """Say whether a create was sent with the resourceUuid of its sibling, which is in use only if that is stored."""
    sent = sent_params(trail).get("resourceUuid")
    return isinstance(sent, str) and sent == sent_params(sibling).get("resourceUuid")


def _only_described(violation: Violation, trail: tuple[Exchange, ...], sibling: tuple[Exchange, ...]) -> bool:
    """Say whether a create was refused that has a description, where its sibling without one was accepted."""
    refused = violation.expected.key == "expect-acceptance"
    return refused and "description" in sent_params(trail) and "description" not in sent_params(sibling)


def _other_job(trail: tuple[Exchange, ...]) -> bool:
    """Say whether a job has another id than its X-Job-UUID."""
    sent = _asked_job(trail)
    return bool(sent and job_id(trail)) and sent != job_id(trail).lower()


def _asked_job(trail: tuple[Exchange, ...]) -> str:
    headers = trail[0].request.headers if trail else ()
    return next((value.lower() for name, value in headers if name.lower() == "x-job-uuid"), "")


def _was_ended(trail: tuple[Exchange, ...], ended: tuple[Exchange, ...]) -> bool:
    """Say whether a call has the session that a log-out has ended, which ought to be another one."""
    gone = ended[0].request.path.rpartition("/")[2] if ended else ""
    sent = [value for name, value in trail[0].request.headers if name.lower() == "authorization"] if trail else []
    return bool(gone) and f"OAuth {gone}" in sent


def _used_again(trails: tuple[tuple[Exchange, ...], ...]) -> bool:
    """Say whether the second of two requests with one X-Job-UUID was accepted."""
    later = sorted((trail for trail in trails if _asked_job(trail)), key=lambda trail: trail[0].started)[1:]
    ids = Counter(map(_asked_job, trails))
    return any(ids[_asked_job(trail)] > 1 and bool(job_id(trail)) for trail in later)


def _short_page(trail: tuple[Exchange, ...], before: tuple[Exchange, ...]) -> bool:
    """Say whether a page has another number of rows than its limit, or than remained of those listed before."""
    rows, known = rows_of(trail), rows_of(before)
    asked = dict(parameters_of(trail[0].request.path)) if trail else {}
    limit, start = asked.get("limit", ""), asked.get("start", "0")
    if rows is None or known is None or not (limit.isdigit() and start.isdigit()):
        return False
    return len(rows) != min(int(limit), max(0, len(known) - int(start)))


def _garbled(trails: Trails) -> bool:
    """Say whether a response shows text that was sent as Latin-1 would read its UTF-8."""
    sent = {text for trail in trails.values() for text in _FOREIGN.findall(text_of(trail[0].request.body or b""))}
    garbled = [text.encode("utf-8", "replace").decode("latin-1") for text in sorted(sent)]
    shown = [text_of(answer.body) for trail in trails.values() for answer in answers(trail)]
    return any(text in body for text in garbled for body in shown)


def _parameters(phrase: Phrase) -> dict[str, str]:
    return dict(phrase.parameters)
