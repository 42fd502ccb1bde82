"""Checks of sessions, login, logout and access keys."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_zstack_ticket.api.messages import final_answer, json_object
from pytest_zstack_ticket.checks.outcomes import (
    Arguments,
    accepted,
    describe,
    no_decision,
    outcome_of,
    refused,
    same_refusal,
    violation,
)
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Accepted, Judgement, Phrase, Refused, Undecided
from pytest_zstack_ticket.model.profile import Profile

UNAUTHORISED = (401, 403)
NOT_FOUND = 404


def refused_session(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call without a valid session is refused, while the same call with the run's session is not.

    `subject` is the call with the bad session, `sibling` the same with a good one; argument `call`. Where a log-out
    made the session invalid, `ended` is that logout.
    """
    if _not_offered(trails.get("ended", ())):
        return Undecided(Phrase.of("no-log-out"))
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if accepted(subject):
        return violation(Phrase.of("expect-session-refused"), describe(subject))
    if not refused(subject):
        return no_decision(subject) or violation(Phrase.of("expect-session-refused"), describe(subject))
    if accepted(sibling) or (refused(sibling) and not same_refusal(subject, sibling)):
        return None
    return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def session_code(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the refusal of an invalid session says so: an ID.* code, or status 401 or 403."""
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if same_refusal(subject, sibling):
        return Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))
    if not isinstance(subject, Refused):
        return Undecided(describe(subject))
    if subject.code.startswith("ID.") or subject.status in UNAUTHORISED:
        return None
    if subject.form != "error":
        return Undecided(describe(subject))
    return violation(Phrase.of("expect-session-code"), describe(subject))


def logged_in(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a login with correct credentials is accepted and returns a session."""
    subject = outcome_of(trails, "subject", profile, {"call": "login"})
    silent = no_decision(subject)
    if silent:
        return silent
    return None if accepted(subject) else violation(Phrase.of("expect-log-in"), describe(subject))


def login_refused(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a login with wrong credentials (`subject`) is refused while a correct one (`sibling`) is accepted."""
    subject = outcome_of(trails, "subject", profile, {"call": "login"})
    sibling = outcome_of(trails, "sibling", profile, {"call": "login"})
    answer = final_answer(trails["subject"])
    inventory = json_object(answer.body if answer else b"").get("inventory")
    if accepted(subject) or (isinstance(inventory, dict) and inventory.get("uuid")):
        return violation(Phrase.of("expect-log-in-refused"), describe(subject))
    if not refused(subject):
        return no_decision(subject) or violation(Phrase.of("expect-log-in-refused"), describe(subject))
    return None if accepted(sibling) else Undecided(Phrase.of("sibling-not-accepted", what=describe(sibling).key))


def _not_offered(exchanges: Sequence[Exchange]) -> bool:
    """Say whether a target has no such call: a gateway may pass on only login and CreateTicket (dossier R1)."""
    answer = final_answer(exchanges)
    return answer is not None and answer.status == NOT_FOUND


def logged_out(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a logout is answered with success; `first` is an earlier logout of the same session."""
    if _not_offered(trails["subject"]) and ("first" not in trails or _not_offered(trails["first"])):
        return Undecided(Phrase.of("no-log-out"))
    subject = outcome_of(trails, "subject", profile, {"call": "logout"})
    silent = no_decision(subject)
    if silent:
        return silent
    return None if isinstance(subject, Accepted) else violation(Phrase.of("expect-log-out"), describe(subject))
