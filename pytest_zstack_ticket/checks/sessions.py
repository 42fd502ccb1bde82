"""Checks on sessions, log-in, log-out and access keys."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_zstack_ticket.api.messages import final_answer, json_object
from pytest_zstack_ticket.checks.outcomes import (
    Arguments,
    accepted,
    alike,
    outcome_of,
    refused,
    saw,
    unknown,
    violation,
)
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Accepted, Judgement, Phrase, Refused, Undecided
from pytest_zstack_ticket.model.profile import Profile

UNAUTHORISED = (401, 403)
NOT_FOUND = 404


def refused_session(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call without a valid session is refused, while the same call with ours is not.

    `subject` is the call with the bad session, `sibling` the same with a good one; argument `call`. Where a log-out
    made the session bad, `ended` is that log-out.
    """
    if _not_offered(trails.get("ended", ())):
        return Undecided(Phrase.of("no-log-out"))
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if accepted(subject):
        return violation(Phrase.of("expect-session-refused"), saw(subject))
    if not refused(subject):
        return unknown(subject) or violation(Phrase.of("expect-session-refused"), saw(subject))
    if accepted(sibling) or (refused(sibling) and not alike(subject, sibling)):
        return None
    return Undecided(Phrase.of("sibling-not-accepted", what=saw(sibling).key))


def session_code(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a dead session is called by its name: an ID.* code, or status 401 or 403."""
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if alike(subject, sibling):
        return Undecided(Phrase.of("sibling-not-accepted", what=saw(sibling).key))
    if not isinstance(subject, Refused):
        return Undecided(saw(subject))
    if subject.code.startswith("ID.") or subject.status in UNAUTHORISED:
        return None
    if subject.form != "error":
        return Undecided(saw(subject))
    return violation(Phrase.of("expect-session-code"), saw(subject))


def logged_in(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a log-in with good credentials is accepted and yields a session."""
    subject = outcome_of(trails, "subject", profile, {"call": "login"})
    silent = unknown(subject)
    if silent:
        return silent
    return None if accepted(subject) else violation(Phrase.of("expect-log-in"), saw(subject))


def login_refused(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a log-in with bad credentials (`subject`) is refused while a good one (`sibling`) is accepted."""
    subject = outcome_of(trails, "subject", profile, {"call": "login"})
    sibling = outcome_of(trails, "sibling", profile, {"call": "login"})
    answer = final_answer(trails["subject"])
    inventory = json_object(answer.body if answer else b"").get("inventory")
    if accepted(subject) or (isinstance(inventory, dict) and inventory.get("uuid")):
        return violation(Phrase.of("expect-log-in-refused"), saw(subject))
    if not refused(subject):
        return unknown(subject) or violation(Phrase.of("expect-log-in-refused"), saw(subject))
    return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=saw(sibling).key))


def _not_offered(trail: Sequence[Exchange]) -> bool:
    """Return True if a target has no such call: a gateway may pass on log-in and CreateTicket alone (dossier R1)."""
    answer = final_answer(trail)
    return answer is not None and answer.status == NOT_FOUND


def logged_out(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a log-out is answered with success; `first` is an earlier log-out of the same session."""
    if _not_offered(trails["subject"]) and ("first" not in trails or _not_offered(trails["first"])):
        return Undecided(Phrase.of("no-log-out"))
    subject = outcome_of(trails, "subject", profile, {"call": "logout"})
    silent = unknown(subject)
    if silent:
        return silent
    return None if isinstance(subject, Accepted) else violation(Phrase.of("expect-log-out"), saw(subject))
