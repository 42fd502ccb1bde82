"""Checks of access: what is done without a session, through another ticket's uuid, or by whom it is not for.

Every ticket is the run's own, so that a target without these rules harms nothing but what the run made. A change is a
violation however the call was answered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_zstack_ticket.api.messages import Row, answers, final_answer, json_object, moment, rows_of
from pytest_zstack_ticket.api.strict_json import text_of
from pytest_zstack_ticket.checks.lifecycle import deleted_ticket, event_effect
from pytest_zstack_ticket.checks.outcomes import (
    Arguments,
    accepted,
    describe,
    no_decision,
    outcome_of,
    refused,
    violation,
)
from pytest_zstack_ticket.checks.persistence import LASTING
from pytest_zstack_ticket.checks.roundtrip import brief, same
from pytest_zstack_ticket.checks.sessions import not_offered
from pytest_zstack_ticket.checks.visibility import only_row
from pytest_zstack_ticket.model.exchange import Exchange, Json, Response, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

_PASSWORD = re.compile(r"(?i)(?:hashed_?|encrypted_?)?(?:password|passwd|pwd)_?(?:hash|digest)?")
FEWEST = 6
"""Letters of the shortest password that is looked for in responses: a shorter one is a word."""


def unchanged_without_session(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call without a valid session (`subject`) is refused, and that the ticket stays as it was.

    `before` and `after` are its owner's queries for it; `sibling` is the same call with the owner's session, without
    whose acceptance the refusal proves nothing. Where a log-out made the session invalid, `ended` is that logout.
    Arguments: `call`, `event`.
    """
    if not_offered(trails.get("ended", ())):
        return Undecided(Phrase.of("no-log-out"))
    outcome = outcome_of(trails, "subject", profile, arguments)
    if changed := changed_ticket(trails, "before", "after"):
        return changed
    if not refused(outcome):
        return no_decision(outcome) or violation(Phrase.of("expect-session-refused"), describe(outcome))
    if unclear := unclear_query(trails, "before", "after"):
        return unclear
    sibling = outcome_of(trails, "sibling", profile, arguments)
    return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def changed_ticket(trails: Trails, before: str, after: str) -> Violation | None:
    """Say what of a ticket is not as it was; nothing where either query shows no single ticket, or no answer."""
    one, rows = only_row(trails, before), rows_of(trails.get(after, ()))
    if one is None or rows is None or len(rows) > 1:
        return None
    other: Row = rows[0] if rows else {}
    for member in (*LASTING, "status"):
        if not same(one.get(member), other.get(member), loose=True):
            expected = Phrase.of("expect-same-value", member=member, value=brief(one.get(member)))
            return violation(expected, Phrase.of("shows", value=brief(other.get(member))))
    return None


def unclear_query(trails: Trails, *roles: str) -> Undecided | None:
    """Name the first query that does not show its one ticket."""
    role = next((one for one in roles if only_row(trails, one) is None), "")
    return Undecided(Phrase.of("query-unclear", role=role)) if role else None


def path_counts(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call whose body or query names another ticket acts on that of its path, or is refused.

    `before` and `after` show the ticket of the path, `bystander-before` and `bystander-after` the other one; `sibling`
    is the same event without the other's uuid. Arguments: `call`, `event`.
    """
    if changed := changed_ticket(trails, "bystander-before", "bystander-after"):
        return changed
    outcome = outcome_of(trails, "subject", profile, arguments)
    if unclear := unclear_query(trails, "bystander-before", "bystander-after", "before"):
        return unclear
    if accepted(outcome):
        act = deleted_ticket if arguments["event"] == "delete" else event_effect
        own = {role: trail for role, trail in trails.items() if not role.startswith(("bystander", "sibling"))}
        return act(own, {"event": arguments["event"]}, profile)
    if not refused(outcome):
        return Undecided(describe(outcome))
    sibling = outcome_of(trails, "sibling", profile, arguments)
    return (
        changed_ticket(trails, "before", "after")
        or unclear_query(trails, "after")
        or (None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key)))
    )


def all_unchanged(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call whose path is no ticket's uuid changes none of some tickets, however it is answered.

    `before` and `after` are queries for all of them; `sibling` is the same event by the exact path of one of them,
    later on. Arguments: `call`, `event`.
    """
    one, other = _by_uuid(trails, "before"), _by_uuid(trails, "after")
    if one is None or other is None or not one or not set(other) <= set(one):
        return Undecided(Phrase.of("query-unclear", role="before" if not one else "after"))
    for uuid, ticket in one.items():
        shown = other.get(uuid, {})
        for member in (*LASTING, "status"):
            if not same(ticket.get(member), shown.get(member), loose=True):
                expected = Phrase.of("expect-same-value", member=member, value=brief(ticket.get(member)))
                return violation(expected, Phrase.of("shows", value=brief(shown.get(member))))
    outcome, sibling = (outcome_of(trails, role, profile, arguments) for role in ("subject", "sibling"))
    if silent := no_decision(outcome):
        return silent
    return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def _by_uuid(trails: Trails, role: str) -> dict[str, Row] | None:
    rows = rows_of(trails.get(role, ()))
    return None if rows is None else {str(row.get("uuid")): row for row in rows}


def no_password_quoted(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the response to a login does not repeat the password, or its digest, that the login sent."""
    sent = {text for exchange in trails["subject"] for text in _passwords(json_object(exchange.request.body))}
    seen = [exchange for exchange in trails["subject"] if isinstance(exchange.answer, Response)]
    if not sent or not seen:
        return Undecided(Phrase.of("no-answer"))
    if any(text in shown for text in sent for shown in map(_text, seen)):
        return violation(Phrase.of("expect-no-secret"), Phrase.of("shows-secret", kind="password"))
    return None


def no_password_member(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the response to a login has no member for a password, or for the hash of one, that is filled."""
    answer = final_answer(trails["subject"])
    if answer is None:
        return Undecided(Phrase.of("no-answer"))
    if any(_hashes(json_object(answer.body))):
        return violation(Phrase.of("expect-no-secret"), Phrase.of("shows-secret", kind="password-digest"))
    return None


def _hashes(value: Json) -> Iterator[bool]:
    """Say of each member whether it is named for a password and has a text that is no mask."""
    if isinstance(value, dict):
        for key, item in value.items():
            named = _PASSWORD.fullmatch(key) is not None
            yield named and isinstance(item, str) and len(item) >= FEWEST and len(set(item)) > 1
            yield from _hashes(item)
    elif isinstance(value, list):
        for item in value:
            yield from _hashes(item)


def _passwords(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "password" and isinstance(item, str) and len(item) >= FEWEST:
                yield item
            else:
                yield from _passwords(item)


def _text(exchange: Exchange) -> str:
    answer = exchange.answer
    if not isinstance(answer, Response):
        return ""
    return "\n".join((text_of(answer.body), *(value for _, value in answer.headers)))


def session_dates(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that the session which a login answers ends after it began."""
    answer = next(iter(answers(trails["subject"])), None)
    session = json_object(answer.body if answer else b"").get("inventory")
    dates = session if isinstance(session, dict) else {}
    begin, end = moment(dates.get("createDate")), moment(dates.get("expiredDate"))
    if begin is None or end is None:
        return Undecided(Phrase.of("not-shown", member="expiredDate" if end is None else "createDate"))
    if (begin.tzinfo is None) != (end.tzinfo is None) or end > begin:
        return None
    expected = Phrase.of("expect-session-ends-later", begin=brief(dates["createDate"]))
    return violation(expected, Phrase.of("shows", value=brief(dates["expiredDate"])))


def own_approval_refused(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the approval by the ticket's owner (`subject`) is refused where the owner may not reject it either.

    `control` is the owner's rejection of another ticket: a target that carries it out lets owners decide, which the
    contract leaves open. `before` and `after` show the ticket, `sibling` is the decision of its
    approver: if that is refused too, the ticket is in a flow that is for others.
    """
    action = {"call": "action"}
    outcome, control = (outcome_of(trails, role, profile, action) for role in ("subject", "control"))
    if not refused(control):
        return Undecided(Phrase.of("legal-acceptance") if accepted(control) else describe(control))
    if accepted(outcome):
        return violation(Phrase.of("expect-own-approval-refused"), describe(outcome))
    if changed := changed_ticket(trails, "before", "after"):
        return changed
    if not refused(outcome):
        return Undecided(describe(outcome))
    sibling = outcome_of(trails, "sibling", profile, action)
    if refused(sibling):
        return Undecided(Phrase.of("legal-refusal"))
    return unclear_query(trails, "before", "after") or (None if accepted(sibling) else Undecided(describe(sibling)))
