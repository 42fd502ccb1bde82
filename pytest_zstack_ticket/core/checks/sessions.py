"""Checks on sessions, log-in, log-out and access keys."""

from __future__ import annotations

from pytest_zstack_ticket.core.checks.reading import (
    Arguments,
    Trails,
    accepted,
    alike,
    departure,
    final_answer,
    json_object,
    outcome_of,
    refused,
    saw,
    unknown,
)
from pytest_zstack_ticket.model.outcome import Accepted, Judgement, Phrase, Refused, Undecided
from pytest_zstack_ticket.model.profile import Profile

UNAUTHORISED = (401, 403)


def refused_session(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call without a valid session is refused, while the same call with ours is not.

    `subject` is the call with the bad session, `sibling` the same with a good one; argument `call`.
    """
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if accepted(subject):
        return departure(Phrase.of("expect-session-refused"), saw(subject))
    if not refused(subject):
        return unknown(subject) or departure(Phrase.of("expect-session-refused"), saw(subject))
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
    return departure(Phrase.of("expect-session-code"), saw(subject))


def logged_in(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a log-in with good credentials is accepted and yields a session."""
    subject = outcome_of(trails, "subject", profile, {"call": "login"})
    silent = unknown(subject)
    if silent:
        return silent
    return None if accepted(subject) else departure(Phrase.of("expect-log-in"), saw(subject))


def login_refused(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a log-in with bad credentials (`subject`) is refused while a good one (`sibling`) is accepted."""
    subject = outcome_of(trails, "subject", profile, {"call": "login"})
    sibling = outcome_of(trails, "sibling", profile, {"call": "login"})
    answer = final_answer(trails["subject"])
    inventory = json_object(answer.body if answer else b"").get("inventory")
    if accepted(subject) or (isinstance(inventory, dict) and inventory.get("uuid")):
        return departure(Phrase.of("expect-log-in-refused"), saw(subject))
    if not refused(subject):
        return unknown(subject) or departure(Phrase.of("expect-log-in-refused"), saw(subject))
    return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=saw(sibling).key))


def logged_out(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a log-out is answered with success."""
    subject = outcome_of(trails, "subject", profile, {"call": "logout"})
    silent = unknown(subject)
    if silent:
        return silent
    return None if isinstance(subject, Accepted) else departure(Phrase.of("expect-log-out"), saw(subject))
