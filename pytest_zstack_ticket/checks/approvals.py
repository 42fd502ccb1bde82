"""Checks of who may change a ticket's status: its owner cancels, its approver approves and rejects.

Who the operator must be is inferred from two messages of the platform (wire dossier 8.2), so that another user's event
may be carried out; but then it leads where the event leads, and a refusal changes nothing. A final approval carries the
requests out, and how their failure affects response and status is unknown: a change in the history is left undecided.
"""

from __future__ import annotations

from pytest_zstack_ticket.api.messages import Row, rows_of
from pytest_zstack_ticket.checks.history import miscounted
from pytest_zstack_ticket.checks.lifecycle import ACTION, HISTORIES, event_effect
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.roundtrip import brief
from pytest_zstack_ticket.model.exchange import Trails
from pytest_zstack_ticket.model.outcome import Judgement, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

APPROVED = ("IntermediateApproved", "FinalApproved")


def wrong_operator(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check an event by a user who ought not to send it: `before`, `subject` and `after` as for `event_effect`.

    Role `history` is a query for all of the ticket's history afterwards; where `after` shows no ticket any more,
    `archives` is one of the archives for it.
    """
    judgement = _moved(trails, arguments, profile)
    if judgement is not None or not accepted(outcome_of(trails, "subject", profile, ACTION)):
        return judgement
    return Undecided(Phrase.of("legal-acceptance"))


def approver_event(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check an event by its approver, with the roles of `wrong_operator`: if it is accepted, it leads where it must."""
    judgement = _moved(trails, arguments, profile)
    if judgement is not None or accepted(outcome_of(trails, "subject", profile, ACTION)):
        return judgement
    return Undecided(Phrase.of("legal-refusal"))


def _moved(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    outcome = outcome_of(trails, "subject", profile, ACTION)
    approval = arguments["event"] == "approve"
    if (accepted(outcome) or refused(outcome)) and (lost := _lost(trails, str(arguments["event"]))):
        return lost
    if approval and accepted(outcome) and (wrong := _not_approved(trails)):
        return wrong
    judgement = event_effect(trails, arguments, profile)
    if isinstance(judgement, Violation) and refused(outcome) and _records_change(trails, approval=approval):
        return Undecided(Phrase.of("legal-acceptance"))
    return judgement


def _lost(trails: Trails, event: str) -> Judgement:
    """Say whether the owner no longer sees a ticket that was there before the event and was not archived."""
    before, after = rows_of(trails.get("before", ())), rows_of(trails.get("after", ()))
    if "archives" not in trails or after != [] or before is None or len(before) != 1:
        return None
    if any(row.get("ticketUuid") == before[0].get("uuid") for row in rows_of(trails["archives"]) or ()):
        return Undecided(Phrase.of("legal-acceptance"))
    return violation(Phrase.of("expect-still-shown", event=event), Phrase.of("rows-shown", count=0))


def _records_change(trails: Trails, *, approval: bool) -> bool:
    """Say whether the history records a status change that executing the requests may have caused."""
    one, other = _status(trails, "before"), _status(trails, "after")
    if not approval and one != "FinalApproved":
        return False
    return one != other and any(row.get("fromStatus") == one for row in rows_of(trails.get("history", ())) or ())


def _not_approved(trails: Trails) -> Judgement:
    """Say whether an accepted approval led to an approved status, be it for a moment before its requests failed.

    A ticket that is approved in part waits for the approver of another flow.
    """
    status = _status(trails, "after")
    if status is None:
        return Undecided(Phrase.of("query-unclear", role="after"))
    flow = _shown(trails, "after", "currentFlowUuid")
    if status == "IntermediateApproved" and flow is not None and flow == _shown(trails, "before", "currentFlowUuid"):
        return violation(Phrase.of("expect-next-flow"), Phrase.of("shows", value=brief(flow)))
    if status in APPROVED or (_count(trails, APPROVED) and _reverted(trails, status)):
        return None
    return violation(Phrase.of("expect-approved"), Phrase.of("shows", value=brief(status)))


def _reverted(trails: Trails, status: str) -> bool:
    """Say whether the history records how an approval turned into a status."""
    rows = rows_of(trails.get("history", ())) or []
    return any(row.get("fromStatus") in APPROVED and row.get("toStatus") == status for row in rows)


def recorded_event(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the history has one row for an accepted event: from the status `before` to where the event leads."""
    outcome = outcome_of(trails, "subject", profile, ACTION)
    if not accepted(outcome):
        return Undecided(Phrase.of("legal-refusal") if refused(outcome) else describe(outcome))
    one, other = _status(trails, "before"), _status(trails, "after")
    rows = None if HISTORIES in profile.absent else rows_of(trails.get("history", ()))
    if one is None or other is None or rows is None:
        return Undecided(Phrase.of("not-shown", member="history"))
    count = _count(trails, APPROVED if arguments["event"] == "approve" else (other,))
    if count == 1:
        return None
    return miscounted(Phrase.of("expect-history", count=1, before=one, after=other), count, rows)


def other_operator(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the history names another user for an event of the approver than for one of the owner.

    Roles: `subject` is a reject by the approver, `own` a cancel by the owner, of tickets whose histories `history` and
    `own-history` show. Where both rows name an account, as operatorType says, both users may work for one.
    """
    named: list[str] = []
    kinds: list[str] = []
    for role, shown, status in (("subject", "history", "Rejected"), ("own", "own-history", "Cancelled")):
        outcome = outcome_of(trails, role, profile, ACTION)
        if not accepted(outcome):
            return Undecided(Phrase.of("legal-refusal") if refused(outcome) else describe(outcome))
        found = [row for row in rows_of(trails.get(shown, ())) or () if row.get("toStatus") == status]
        operator = found[0].get("operatorUuid") if len(found) == 1 else None
        if operator is not None and operator == found[0].get("ticketUuid"):
            return violation(Phrase.of("expect-other-operator"), Phrase.of("shows", value=brief(operator)))
        if not isinstance(operator, str):
            return Undecided(Phrase.of("not-shown", member="operatorUuid"))
        named.append(operator)
        kinds.append(str(found[0].get("operatorType")))
    if named[0] != named[1]:
        return None
    if not any("virtual" in kind.lower() for kind in kinds):
        return Undecided(Phrase.of("not-shown", member="operatorUuid"))
    return violation(Phrase.of("expect-other-operator"), Phrase.of("shows", value=brief(named[0])))


def _count(trails: Trails, leads: tuple[str, ...]) -> int:
    rows, one = rows_of(trails.get("history", ())) or [], _status(trails, "before")
    return sum(row.get("fromStatus") == one and row.get("toStatus") in leads for row in rows)


def _status(trails: Trails, role: str) -> str | None:
    return _shown(trails, role, "status")


def _shown(trails: Trails, role: str, member: str) -> str | None:
    """Return a text that the only row of a query shows."""
    rows: list[Row] | None = rows_of(trails.get(role, ()))
    value = rows[0].get(member) if rows is not None and len(rows) == 1 else None
    return value if isinstance(value, str) else None
