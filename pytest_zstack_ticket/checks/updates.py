"""Checks of updates of a ticket's requests: what an accepted one stores, and what it leaves as it was."""

from __future__ import annotations

import json

from pytest_zstack_ticket.api.messages import json_object
from pytest_zstack_ticket.checks.lifecycle import ACTION
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, violation
from pytest_zstack_ticket.checks.persistence import Ticket
from pytest_zstack_ticket.checks.roundtrip import brief, not_as_sent, same
from pytest_zstack_ticket.checks.visibility import only_row
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile


def _sent(trails: Trails) -> Json:
    """Return what the subject sent under the wrapper of an update."""
    trail = trails["subject"]
    return json_object(trail[0].request.body if trail else None).get("updateTicketRequest")


def updated_requests(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the requests of an accepted update are the ticket's requests afterwards (role `after`).

    What comes back of an apiBody is what was sent in it. Argument `gone`: a text of the requests before, which the
    update leaves out.
    """
    body = _sent(trails)
    after = only_row(trails, "after")
    outcome = outcome_of(trails, "subject", profile, ACTION)
    if not accepted(outcome) or after is None or not isinstance(body, dict):
        return Undecided(describe(outcome) if after is not None else Phrase.of("query-unclear", role="after"))
    sent, shown = body.get("requests"), after.get("request")
    if isinstance(sent, list) and isinstance(shown, list) and len(sent) == len(shown):
        pairs = [(one, other) for one, other in zip(sent, shown, strict=True) if isinstance(one, dict)]
        if all(isinstance(other, dict) and _is_updated(one, other) for one, other in pairs):
            return _left_over(shown, str(arguments.get("gone", "")))
    return violation(
        Phrase.of("expect-value", member="request", value=brief(sent)), Phrase.of("shows", value=brief(shown))
    )


def _is_updated(sent: Ticket, shown: Ticket) -> bool:
    """Return True if a request is shown as it was sent; an apiBody may be kept back, or a member of it."""
    bare, api_body = {key: value for key, value in sent.items() if key != "apiBody"}, shown.get("apiBody")
    return _holds(bare, shown) and (api_body is None or same(sent.get("apiBody"), api_body, loose=True))


def _left_over(shown: list[Json], gone: str) -> Violation | None:
    """Say whether requests still hold a text that the update left out."""
    if not gone or gone not in json.dumps(shown, ensure_ascii=False):
        return None
    return violation(Phrase.of("expect-left-out", value=gone), Phrase.of("shows", value=brief(shown)))


def updated_description(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the description of an accepted update is the ticket's description afterwards (role `after`)."""
    body = _sent(trails)
    after, outcome = only_row(trails, "after"), outcome_of(trails, "subject", profile, ACTION)
    if not accepted(outcome) or after is None or not isinstance(body, dict):
        return Undecided(describe(outcome) if after is not None else Phrase.of("query-unclear", role="after"))
    wanted, shown = body.get("description"), after.get("description")
    return None if same(wanted, shown, loose=True) else not_as_sent("description", wanted, shown)


def _holds(sent: Ticket, shown: Json) -> bool:
    return isinstance(shown, dict) and all(same(value, shown.get(key), loose=True) for key, value in sent.items())


def kept_description(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that an accepted update without a description leaves the ticket's own (role `before`) as it was (`after`).

    A ticket that shows none before has none to lose.
    """
    body, outcome = _sent(trails), outcome_of(trails, "subject", profile, ACTION)
    before, after = only_row(trails, "before"), only_row(trails, "after")
    if not accepted(outcome) or not isinstance(body, dict) or "description" in body:
        return Undecided(describe(outcome))
    if before is None or after is None:
        return Undecided(Phrase.of("query-unclear", role="before" if before is None else "after"))
    known, shown = before.get("description"), after.get("description")
    if known is None:
        return Undecided(Phrase.of("not-shown", member="description"))
    if same(known, shown, loose=True):
        return None
    expected = Phrase.of("expect-unchanged", member="description", value=brief(known), event="update")
    return violation(expected, Phrase.of("shows", value=brief(shown)))
