"""Checks of who may move a ticket: its owner cancels, its approver approves and rejects.

Who the operator must be is inferred from two messages of the platform (wire dossier 8.2), so that somebody else's event
may be carried out; but then it leads where the event leads, and a refusal changes nothing.
"""

from __future__ import annotations

from pytest_zstack_ticket.core.checks.echoes import brief
from pytest_zstack_ticket.core.checks.lives import ACTION, step
from pytest_zstack_ticket.core.checks.reading import Arguments, Trails, accepted, departure, outcome_of, refused, saw
from pytest_zstack_ticket.core.checks.rows import Row, rows_of
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided
from pytest_zstack_ticket.model.profile import Profile

APPROVED = ("IntermediateApproved", "FinalApproved")


def wrong_operator(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check an event by somebody who ought not to send it: `before`, `subject` and `after` as for a step of a life."""
    judgement = step(trails, arguments, profile)
    if judgement is not None or not accepted(outcome_of(trails, "subject", profile, ACTION)):
        return judgement
    if arguments["event"] == "approve" and (wrong := _not_approved(trails)):
        return wrong
    return Undecided(Phrase.of("legal-acceptance"))


def approved(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that an accepted approval leads to an approved status, and that a refused one changes nothing."""
    judgement = step(trails, arguments, profile)
    if judgement is not None:
        return judgement
    if not accepted(outcome_of(trails, "subject", profile, ACTION)):
        return Undecided(Phrase.of("legal-refusal"))
    return _not_approved(trails)


def _not_approved(trails: Trails) -> Judgement:
    status = _status(trails, "after")
    if status in APPROVED:
        return None
    return departure(Phrase.of("expect-approved"), Phrase.of("shows", value=brief(status)))


def recorded(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the history has one row for an accepted event: from the status `before` to the one `after`."""
    outcome = outcome_of(trails, "subject", profile, ACTION)
    if not accepted(outcome):
        return Undecided(Phrase.of("legal-refusal") if refused(outcome) else saw(outcome))
    one, other = _status(trails, "before"), _status(trails, "after")
    rows = rows_of(trails.get("history", ()))
    if one is None or other is None or rows is None:
        return Undecided(Phrase.of("not-shown", member="history"))
    count = sum((row.get("fromStatus"), row.get("toStatus")) == (one, other) for row in rows)
    if count == 1:
        return None
    return departure(Phrase.of("expect-history", count=1, before=one, after=other), Phrase.of("stored", count=count))


def _status(trails: Trails, role: str) -> str | None:
    rows: list[Row] | None = rows_of(trails.get(role, ()))
    status = rows[0].get("status") if rows is not None and len(rows) == 1 else None
    return status if isinstance(status, str) else None
