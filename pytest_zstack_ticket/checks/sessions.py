"""Checks of sessions, login, logout and access keys."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace

from pytest_zstack_ticket.api.capabilities import NO_ROUTE
from pytest_zstack_ticket.api.messages import SUCCESS, Row, final_answer, json_object, rows_of
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
from pytest_zstack_ticket.checks.roundtrip import brief
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN
from pytest_zstack_ticket.model.outcome import Accepted, Judgement, Outcome, Phrase, Refused, Unanswered, Undecided
from pytest_zstack_ticket.model.profile import Profile

UNAUTHORISED = (401, 403)
NOT_FOUND = 404
NAMES = frozenset({"accountName", "username", "name"})
"""Members of a login that name the user."""
SLOWED_DOWN = ("LOGIN_CONTROL.1002", "LOGIN_CONTROL.1003")
"""Codes of a login that is refused for a while, or without a captcha (conf/errorCodes/loginControl.xml)."""


def refused_session(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a call without a valid session is refused, while the same call with the run's session is not.

    `subject` is the call with the bad session, `sibling` the same with a good one; argument `call`. Where a log-out
    made the session invalid, `ended` is that logout. `named` is a query for the ticket of a create: what is answered
    with a refusal is carried out all the same where there is one. `altered` is the call with a session that nothing
    leads to: where it is accepted too, no guess opened the door (`causes`). A query that a target does not offer at
    all, such as that of archives, is answered alike with and without a session: that decides nothing, and is legal.
    """
    if not_offered(trails.get("ended", ())):
        return Undecided(Phrase.of("no-log-out"))
    subject = outcome_of(trails, "subject", profile, arguments)
    sibling = outcome_of(trails, "sibling", profile, arguments)
    if accepted(subject):
        return violation(Phrase.of("expect-session-refused"), _what_came(trails, subject))
    if not refused(subject):
        return no_decision(subject) or violation(Phrase.of("expect-session-refused"), describe(subject))
    if made := _made_by(trails["subject"], rows_of(trails.get("named", ())) or ()):
        return violation(Phrase.of("expect-stored", count=0), Phrase.of("stored", count=len(made)))
    if accepted(sibling) or (refused(sibling) and not same_refusal(subject, sibling)):
        return None
    missing = arguments.get("call") == "query" and isinstance(sibling, Refused) and sibling.status in NO_ROUTE
    reason = Phrase.of("sibling-not-accepted", what=describe(sibling).key)
    return Undecided(Phrase.of("legal-refusal") if missing else reason)


def _what_came(trails: Trails, outcome: Outcome) -> Phrase:
    """Describe a call that was accepted; what a query is answered is no `{}`."""
    answer = final_answer(trails["subject"])
    body = json_object(answer.body if answer else b"")
    plain = isinstance(outcome, Accepted) and outcome.inventory is None and body
    return Phrase.of("was-accepted", form=brief(body)) if plain else describe(outcome)


def _made_by(create: Sequence[Exchange], rows: Sequence[Row]) -> list[Row]:
    """Return the rows with the nonce of a create: a target that ignores conditions shows others, too."""
    nonces = set(NONCE_BYTES_PATTERN.findall(create[0].request.body or b"")) if create else set()
    return [row for row in rows if any(one.decode() in str(row.get("name")).lower() for one in nonces)]


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


def not_offered(exchanges: Sequence[Exchange]) -> bool:
    """Say whether a target has no such call: a gateway may pass on only login and CreateTicket (dossier R1)."""
    answer = final_answer(exchanges)
    return answer is not None and answer.status == NOT_FOUND


def logged_out(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a logout is answered with success; `first` is an earlier logout of the same session."""
    if not_offered(trails["subject"]) and ("first" not in trails or not_offered(trails["first"])):
        return Undecided(Phrase.of("no-log-out"))
    subject = outcome_of(trails, "subject", profile, {"call": "logout"})
    silent = no_decision(subject)
    if silent:
        return silent
    return None if isinstance(subject, Accepted) else violation(Phrase.of("expect-log-out"), describe(subject))


def unknown_user_alike(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the refusal of a login does not tell whether there is such a user.

    `subject` is a login as a user that does not exist, `sibling` one with a wrong password as a user that does. The
    names that they sent may stand in both. A user that does not exist has no account to lock: a target that speaks of
    one all the same slows all log-ins down after a few refused ones, and tells nothing.
    """
    subject, sibling = (outcome_of(trails, role, profile, {"call": "login"}) for role in ("subject", "sibling"))
    if not isinstance(subject, Refused) or not isinstance(sibling, Refused):
        return Undecided(describe(sibling if isinstance(subject, Refused) else subject))
    one, other = (_nameless(outcome, trails[role]) for outcome, role in ((subject, "subject"), (sibling, "sibling")))
    if (subject.error or {}).get("code") in SLOWED_DOWN and not same_refusal(one, other):
        return Undecided(Phrase.of("legal-refusal"))
    return None if same_refusal(one, other) else violation(Phrase.of("expect-same-refusal"), describe(subject))


def _nameless(outcome: Refused, trail: Sequence[Exchange]) -> Refused:
    """Return a refusal whose error does not hold the name that was sent."""
    names = {value for key, value in _texts(json_object(trail[0].request.body)) if key in NAMES}
    error = {
        key: _without(value, names) if isinstance(value, str) else value for key, value in (outcome.error or {}).items()
    }
    return replace(outcome, error=error if outcome.error else None, text=_without(outcome.text, names))


def _without(text: str, names: Collection[str]) -> str:
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def _texts(value: Json) -> Iterator[tuple[str, str]]:
    """Yield the texts of an object and of those in it, with their keys."""
    for key, item in value.items() if isinstance(value, dict) else ():
        if isinstance(item, str):
            yield key, item
        else:
            yield from _texts(item)


def session_of_its_own(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a login that names a session (`subject`) opens another one: whoever made the name up would know it."""
    outcome = outcome_of(trails, "subject", profile, {"call": "login"})
    if refused(outcome):
        return None  # and opened none
    if not isinstance(outcome, Accepted):
        return Undecided(describe(outcome))
    request = trails["subject"][0].request
    sent = [value for name, value in request.headers if name.lower() == "authorization"]
    sent += [value for _, value in _texts(json_object(request.body))]
    opened = (outcome.inventory or {}).get("uuid")
    if isinstance(opened, str) and any(opened in value for value in sent):
        return violation(Phrase.of("expect-own-session"), Phrase.of("named-by-request"))
    return None


def another_session(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a login, `subject`, opens another session than an earlier one, `first`, that has not ended."""
    trail = (outcome_of(trails, role, profile, {"call": "login"}) for role in ("first", "subject"))
    first, second = ((one.inventory or {}).get("uuid") if isinstance(one, Accepted) else None for one in trail)
    if not isinstance(first, str) or not isinstance(second, str):
        return Undecided(Phrase.of("not-shown", member="uuid"))
    return violation(Phrase.of("expect-another-session"), Phrase.of("same-session")) if first == second else None


def ended_is_invalid(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a session which the target called valid (`before`) is so no more (`subject`) once it was logged out.

    `ended` is the logout. A target without that call, or of which it says nothing of the living, is not held to it.
    """
    if not_offered(trails["ended"]):
        return Undecided(Phrase.of("no-log-out"))
    if _is_valid(trails.get("before", ())) is not True:
        return Undecided(Phrase.of("not-shown", member="valid"))
    ended, subject = (outcome_of(trails, role, profile, {"call": "logout"}) for role in ("ended", "subject"))
    if isinstance(subject, Unanswered):
        return Undecided(describe(subject))
    if not isinstance(ended, Accepted) or not (refused(subject) or _is_valid(trails["subject"]) is not None):
        return Undecided(describe(ended if not isinstance(ended, Accepted) else subject))
    if refused(subject) or _is_valid(trails["subject"]) is not True:
        return None
    return violation(Phrase.of("expect-value", member="valid", value="false"), Phrase.of("shows", value="true"))


def _is_valid(trail: Sequence[Exchange]) -> Json:
    """Return what an answer says of a session; a sample of the page names the member otherwise than its table does."""
    answer = final_answer(trail)
    body = json_object(answer.body if answer and answer.status == SUCCESS else b"")
    return body.get("valid", body.get("validSession"))


def session_kept(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a session that could ask before a login with a wrong password (`before`) can ask after it (`subject`).

    `between` is that login.
    """
    roles = {"before": "query", "between": "login", "subject": "query"}
    first, wrong, after = (outcome_of(trails, role, profile, {"call": call}) for role, call in roles.items())
    if not accepted(first) or not refused(wrong):
        return Undecided(describe(first if refused(wrong) else wrong))
    if refused(after):
        return violation(Phrase.of("expect-session-kept"), describe(after))
    return None if accepted(after) else Undecided(describe(after))
