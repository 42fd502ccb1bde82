"""Checks of what a target makes of requests that must mean nothing else: ill-formed text, methods that only read."""

from __future__ import annotations

from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.checks.differential import refusal
from pytest_zstack_ticket.checks.no_response import answered_for
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, violation
from pytest_zstack_ticket.checks.persistence import LASTING
from pytest_zstack_ticket.checks.roundtrip import brief, inventory_of, same
from pytest_zstack_ticket.checks.shown_tickets import asked_for
from pytest_zstack_ticket.model.exchange import ANSWERED_AGAIN, Failure, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Unanswered, Undecided
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.strategies.ill_formed_utf8 import forbidden

REFUSED_BY_A_FRONT_END = frozenset({400, 403, 405, 406, 411, 413, 414, 431})


def ill_formed_text(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that ill-formed UTF-8 is refused, or is not stored as the character that it stands for.

    Argument `kind`: the row of the ill-formed text. Role `shown`, if there is one, is a query for the ticket.
    """
    outcome = outcome_of(trails, "subject", profile)
    if not accepted(outcome):
        return refusal(trails, {}, profile)
    shown = inventory_of(trails["subject"]) or next(iter(rows_of(trails.get("shown", ())) or ()), {})
    name, text = shown.get("name"), forbidden(str(arguments["kind"]))
    if not isinstance(name, str):
        return Undecided(Phrase.of("not-shown", member="name"))
    if text and text in name:
        return violation(Phrase.of("expect-not-decoded"), Phrase.of("shows", value=brief(name)))
    return None


def refused_framing(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a request with a wrong framing is refused, or its connection closed, while `sibling` is accepted.

    A front end that refuses it by a page of its own (4xx) does what is asked for: the message goes no further.
    """
    outcome = outcome_of(trails, "subject", profile)
    if not isinstance(outcome, Unanswered):
        return refusal(trails, {}, profile)
    status = answered_for(trails["subject"])
    stopped = outcome.failure.kind in ("reset", "protocol") if status is None else status in REFUSED_BY_A_FRONT_END
    if stopped and accepted(outcome_of(trails, "sibling", profile)):
        return None
    return Undecided(describe(outcome))


def answered_once(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that nothing of a request, `subject`, is taken for another one: its connection was kept open and heard."""
    answer = trails["subject"][0].answer if trails["subject"] else None
    if not isinstance(answer, Failure):
        return None if answer else Undecided(describe(outcome_of(trails, "subject", profile)))
    if answer.detail == ANSWERED_AGAIN:
        return violation(Phrase.of("expect-answered-once"), Phrase.of("answered-again"))
    return Undecided(describe(outcome_of(trails, "subject", profile)))


def reads_only(trails: Trails, _arguments: Arguments, _profile: Profile) -> Judgement:
    """Check that a request that may only read, `subject`, left a ticket as it was and made none.

    `before` and `after` are queries for the ticket's uuid, `named` one for a nonce that the request carried, `listed`
    one for the nonce of a ticket that exists. Whatever the request is answered with, only the tickets count. Argument
    `framed`: the request is written as no HTTP client writes it.
    """
    before, after = (rows_of(trails.get(role, ())) for role in ("before", "after"))
    judgement = _none_made(trails) if "named" in trails else None
    if judgement is not None or "before" not in trails:
        return judgement
    if before is None or len(before) != 1 or after is None or len(after) > 1:
        return Undecided(Phrase.of("query-unclear", role="before"))
    now = after[0] if after else {}
    for member in (*LASTING, "status"):
        if not same(before[0].get(member), now.get(member), loose=True):
            expected = Phrase.of("expect-other-unchanged", member=member, value=brief(before[0].get(member)))
            return violation(expected, Phrase.of("shows", value=brief(now.get(member))))
    return None


def validated_only(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a create that asks for validation alone made no ticket: `named` is a query for its name.

    `sibling` is the create that makes one; `listed` is a query for that one's name.
    """
    outcome = outcome_of(trails, "subject", profile, arguments)
    if not accepted(outcome):
        return Undecided(describe(outcome))
    return _none_made(trails)


def _none_made(trails: Trails) -> Judgement:
    """Say whether a query for what was not to be made, `named`, shows a ticket; `listed` shows one that is there."""
    made = asked_for(trails, "named")
    if isinstance(made, Undecided):
        return made
    if made:
        return violation(Phrase.of("expect-stored", count=0), Phrase.of("stored", count=len(made)))
    return None if rows_of(trails.get("listed", ())) else Undecided(Phrase.of("query-unclear", role="named"))
