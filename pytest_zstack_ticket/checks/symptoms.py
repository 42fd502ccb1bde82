"""Signs in the exchanges of a violation that a requirement of its own is about: each says yes or no of some trails."""

from __future__ import annotations

import re
from collections import Counter

from pytest_zstack_ticket.api.classify import job_id
from pytest_zstack_ticket.api.messages import SUCCESS, answers, json_object, rows_of, sent_params
from pytest_zstack_ticket.api.strict_json import text_of
from pytest_zstack_ticket.checks.query_conditions import conditions_of, may_meet, parameters_of
from pytest_zstack_ticket.checks.roundtrip import inventory_of, same, trimmed
from pytest_zstack_ticket.model.exchange import Exchange, Response, Trails
from pytest_zstack_ticket.model.outcome import Violation

ENDS = (200, 202, 503)
"""Statuses of a job: done, under way, failed."""
_FOREIGN = re.compile(r"[^\x00-\x7f]{2,}")


def joined_by_or(trail: tuple[Exchange, ...]) -> bool:
    """Say whether rows of a query miss its first condition, but each meets some condition."""
    rows, conditions = rows_of(trail), conditions_of(trail[0].request.path) if trail else []
    if not rows or len(conditions) < 2:
        return False
    some = all(any(may_meet(row, [one]) for one in conditions) for row in rows)
    return some and not all(may_meet(row, conditions[:1]) for row in rows)


def ended_otherwise(trail: tuple[Exchange, ...]) -> bool:
    """Say whether a job that was started ended with a status that no end has."""
    answer = trail[-1].answer
    return _is_poll(trail) and isinstance(answer, Response) and answer.status not in ENDS


def ended_empty(trail: tuple[Exchange, ...]) -> bool:
    """Say whether the job of a create ended without a ticket and without an error."""
    answer = trail[-1].answer
    if not (_is_poll(trail) and isinstance(answer, Response) and answer.status == SUCCESS):
        return False
    made = trail[0].request.method == "POST" and trail[0].request.path.endswith("/v1/tickets")
    return made and not {"inventory", "error"} & set(json_object(answer.body))


def _is_poll(trail: tuple[Exchange, ...]) -> bool:
    return len(trail) > 1 and bool(job_id(trail))


def doubled(trail: tuple[Exchange, ...]) -> bool:
    """Say whether rows of a query have one name but several UUIDs."""
    rows = rows_of(trail) or []
    pairs = {(str(row.get("name")), str(row.get("uuid"))) for row in rows}
    return len({name for name, _ in pairs}) < len(pairs)


def renamed(trail: tuple[Exchange, ...]) -> bool:
    """Say whether the response to a create shows another name than was sent."""
    sent, shown = sent_params(trail).get("name"), (inventory_of(trail) or {}).get("name")
    return isinstance(sent, str) and isinstance(shown, str) and not same(trimmed(sent), trimmed(shown))


def other_uuid(trail: tuple[Exchange, ...]) -> bool:
    """Say whether the response to a create shows another uuid than its resourceUuid."""
    sent, shown = sent_params(trail).get("resourceUuid"), (inventory_of(trail) or {}).get("uuid")
    return isinstance(sent, str) and isinstance(shown, str) and sent.strip().lower() != shown.lower()


def same_uuid(trail: tuple[Exchange, ...], sibling: tuple[Exchange, ...]) -> bool:
    """Say whether a create was sent with the resourceUuid of its sibling, which is in use only if that is stored."""
    sent = sent_params(trail).get("resourceUuid")
    return isinstance(sent, str) and sent == sent_params(sibling).get("resourceUuid")


def only_described(violation: Violation, trail: tuple[Exchange, ...], sibling: tuple[Exchange, ...]) -> bool:
    """Say whether a create was refused that has a description, where its sibling without one was accepted."""
    refused = violation.expected.key == "expect-acceptance"
    return refused and "description" in sent_params(trail) and "description" not in sent_params(sibling)


def other_job(trail: tuple[Exchange, ...]) -> bool:
    """Say whether a job has another id than its X-Job-UUID."""
    sent = _asked_job(trail)
    return bool(sent and job_id(trail)) and sent != job_id(trail).lower()


def _asked_job(trail: tuple[Exchange, ...]) -> str:
    headers = trail[0].request.headers if trail else ()
    return next((value.lower() for name, value in headers if name.lower() == "x-job-uuid"), "")


def was_ended(trail: tuple[Exchange, ...], ended: tuple[Exchange, ...]) -> bool:
    """Say whether a call has the session that a log-out has ended, which ought to be another one."""
    gone = ended[0].request.path.rpartition("/")[2] if ended else ""
    sent = [value for name, value in trail[0].request.headers if name.lower() == "authorization"] if trail else []
    return bool(gone) and f"OAuth {gone}" in sent


def used_again(trails: tuple[tuple[Exchange, ...], ...]) -> bool:
    """Say whether the second of two requests with one X-Job-UUID was accepted."""
    later = sorted((trail for trail in trails if _asked_job(trail)), key=lambda trail: trail[0].started)[1:]
    ids = Counter(map(_asked_job, trails))
    return any(ids[_asked_job(trail)] > 1 and bool(job_id(trail)) for trail in later)


def short_page(trail: tuple[Exchange, ...], before: tuple[Exchange, ...]) -> bool:
    """Say whether a page has another number of rows than its limit, or than remained of those listed before."""
    rows, known = rows_of(trail), rows_of(before)
    asked = dict(parameters_of(trail[0].request.path)) if trail else {}
    limit, start = asked.get("limit", ""), asked.get("start", "0")
    if rows is None or known is None or not (limit.isdigit() and start.isdigit()):
        return False
    return len(rows) != min(int(limit), max(0, len(known) - int(start)))


def garbled(trails: Trails) -> bool:
    """Say whether a response shows text that was sent as Latin-1 would read its UTF-8."""
    sent = {text for trail in trails.values() for text in _FOREIGN.findall(text_of(trail[0].request.body or b""))}
    garbled = [text.encode("utf-8", "replace").decode("latin-1") for text in sorted(sent)]
    shown = [text_of(answer.body) for trail in trails.values() for answer in answers(trail)]
    return any(text in body for text in garbled for body in shown)
