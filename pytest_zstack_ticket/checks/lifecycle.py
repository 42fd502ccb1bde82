"""Checks of a ticket's lifecycle: what an event may change, what it must change, and what the history records.

No document says which events are allowed in which status; judged are only those that messages of the platform or
its own pages show (wire dossier 8.2). What is refused must change nothing; what is accepted must be reported correctly.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from pytest_zstack_ticket.api.messages import final_answer, json_object, rows_of
from pytest_zstack_ticket.checks.history import WAYS, expected_history, miscounted
from pytest_zstack_ticket.checks.outcomes import Arguments, accepted, describe, outcome_of, refused, violation
from pytest_zstack_ticket.checks.persistence import LASTING, Ticket
from pytest_zstack_ticket.checks.roundtrip import brief, same
from pytest_zstack_ticket.model.exchange import Exchange, Json, Trails
from pytest_zstack_ticket.model.outcome import Judgement, Outcome, Phrase, Undecided, Violation
from pytest_zstack_ticket.model.profile import Profile

LEADS = {("Pending", "cancel"): "Cancelled", ("IntermediateApproved", "cancel"): "Cancelled"}
"""Where an accepted event must lead."""
MAY_LEAD = {
    ("Cancelled", "reopen"): "Pending",
    ("Cancelled", "open"): "Pending",
    ("Pending", "reject"): "Rejected",
    ("IntermediateApproved", "reject"): "Rejected",
}
"""Where an event leads if it is accepted at all."""
DENIED = frozenset((status, "update") for status in ("Pending", "IntermediateApproved", "Rejected"))
CONTEXT = "accountSystemContext"
OF_OWNERS = frozenset({"cancel", "reopen", "update"})
"""Events after which a ticket is still there: what an approver does may end it, and archive it."""
ACTION = {"call": "action"}
HISTORIES = "histories"
"""The capability without which an empty list is no history."""


def _shown(trails: Trails, role: str) -> Ticket | None:
    """Return the only ticket that a query for a uuid shows."""
    rows = rows_of(trails.get(role, ()))
    return rows[0] if rows is not None and len(rows) == 1 else None


def event_effect(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check one event: roles `before` and `after` are queries for the ticket, `subject` is the call.

    `bystander-before` and `bystander-after` show another ticket; beside an event `sibling` a refusal counts only if
    that one was accepted. Arguments: `event` (`update` for new requests,
    `unknown` for one that does not exist), `must` if the target has to accept or to refuse it, or may do either.
    """
    outcome = outcome_of(trails, "subject", profile, ACTION)
    before, after = _shown(trails, "before"), _shown(trails, "after")
    event = str(arguments["event"])
    if not (accepted(outcome) or refused(outcome)):
        return _error_under_success(outcome, event, before, arguments) or Undecided(describe(outcome))
    if before is not None and event in OF_OWNERS and rows_of(trails.get("after", ())) == []:
        return violation(Phrase.of("expect-still-shown", event=event), Phrase.of("rows-shown", count=0))
    if before is None or after is None:
        return Undecided(Phrase.of("query-unclear", role="before" if before is None else "after"))
    status = str(before.get("status"))
    found = [
        decision_violation(outcome, status, event, arguments),
        status_violation(outcome, status, event, after),
        unexpected_change(before, after, event, outcome),
        _bystander(trails),
    ]
    failed = next((one for one in found if one is not None), None)
    return failed or (_open_refusal(trails, arguments, profile) if refused(outcome) else None)


def _error_under_success(outcome: Outcome, event: str, before: Ticket | None, arguments: Arguments) -> Violation | None:
    """Say whether an event that has to be refused was refused with the status of a success: clients take it for one."""
    told = describe(outcome)
    if arguments.get("must") != "refuse" or before is None or told.key != "error-under-success":
        return None
    return violation(Phrase.of("expect-denied", event=event, status=str(before.get("status"))), told)


def _open_refusal(trails: Trails, arguments: Arguments, profile: Profile) -> Undecided | None:
    """Say why a refusal that changed nothing decides nothing: it was free, or its sibling was not accepted either."""
    if arguments.get("must") == "may":
        return Undecided(Phrase.of("legal-refusal"))
    beside = outcome_of(trails, "sibling", profile, ACTION) if "sibling" in trails else None
    if beside is None or accepted(beside):
        return None
    return Undecided(Phrase.of("sibling-not-accepted", what=describe(beside).key))


def decision_violation(outcome: Outcome, status: str, event: str, arguments: Arguments) -> Violation | None:
    """Say whether an event was accepted that must be refused, or refused although it must be accepted."""
    must = arguments.get("must")
    if accepted(outcome) and (must == "refuse" or (status, event) in DENIED or event == "unknown"):
        return violation(Phrase.of("expect-denied", event=event, status=status), describe(outcome))
    if refused(outcome) and must == "accept" and _expected(status, event):
        return violation(Phrase.of("expect-event", event=event, status=status), describe(outcome))
    return None


def _expected(status: str, event: str) -> bool:
    return (status, event) in LEADS or (status, event) in MAY_LEAD or (status, event) == ("Cancelled", "update")


def status_violation(outcome: Outcome, status: str, event: str, after: Ticket) -> Violation | None:
    """Say whether the ticket has the status that the event leads to, or the old one if it was refused."""
    wanted = {**LEADS, **MAY_LEAD}.get((status, event)) if accepted(outcome) and event != "update" else status
    if wanted is None or after.get("status") == wanted:
        return None
    return violation(
        Phrase.of("expect-status-after", status=wanted, event=event),
        Phrase.of("shows", value=brief(after.get("status"))),
    )


def unexpected_change(before: Ticket, after: Ticket, event: str, outcome: Outcome) -> Violation | None:
    """Say whether anything changed that the event does not change."""
    changed = {"request", "description"} if event == "update" and accepted(outcome) else set()
    for member in (*LASTING, CONTEXT):
        one, other = before.get(member), after.get(member)
        if member not in changed and not same(one, other, loose=member != CONTEXT):
            expected = Phrase.of("expect-unchanged", member=member, value=brief(one), event=event)
            return violation(expected, Phrase.of("shows", value=brief(other)))
    return None


def _bystander(trails: Trails) -> Violation | None:
    if "bystander-before" not in trails:
        return None
    before, rows = _shown(trails, "bystander-before"), rows_of(trails.get("bystander-after", ()))
    if before is None or rows is None or len(rows) > 1:
        return None
    after = rows[0] if rows else {}
    for member in (*LASTING, "status"):
        if not same(before.get(member), after.get(member), loose=True):
            expected = Phrase.of("expect-other-unchanged", member=member, value=brief(before.get(member)))
            return violation(expected, Phrase.of("shows", value=brief(after.get(member))))
    return None


def event_response(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the answer to an event shows the ticket as a query does afterwards (role `after`)."""
    answer = final_answer(trails["subject"])
    reported = json_object(answer.body).get("inventory") if answer else None
    after, outcome = _shown(trails, "after"), outcome_of(trails, "subject", profile, ACTION)
    if refused(outcome):
        return Undecided(Phrase.of("legal-refusal"))
    if not accepted(outcome) or after is None:
        return Undecided(Phrase.of("query-unclear", role="after"))
    if not isinstance(reported, dict):
        return Undecided(Phrase.of("not-shown", member="inventory"))
    for member in (*LASTING, "status"):
        if not same(reported.get(member), after.get(member), loose=True):
            expected = Phrase.of("expect-same-shown", member=member, what="later", value=brief(after.get(member)))
            return violation(expected, Phrase.of("shows-elsewhere", what="of-event", value=brief(reported.get(member))))
    return None


def deleted_ticket(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that a ticket of which the deletion was accepted is not shown by `after` or `named`; a bystander stays.

    A total that `after` answers with no row counts none either, nor does `counted`, a query for the count alone.
    """
    outcome = outcome_of(trails, "subject", profile, {"call": "delete"})
    before, rows = _shown(trails, "before"), rows_of(trails.get("after", ()))
    if not accepted(outcome):
        return Undecided(Phrase.of("legal-refusal") if refused(outcome) else describe(outcome))
    if before is None or rows is None:
        return Undecided(Phrase.of("query-unclear", role="after"))
    own = [row for role in ("after", "named") for row in rows_of(trails.get(role, ())) or () if _is(row, before)]
    if own:
        return violation(Phrase.of("expect-gone"), Phrase.of("shows", value=brief(own[0].get("status"))))
    totals = [_total(trails, "counted"), None if rows else _total(trails, "after")]
    if counted := [total for total in totals if str(total) not in ("None", "0", "0.0")]:
        return violation(Phrase.of("expect-gone"), Phrase.of("shows", value=f"total {brief(counted[0])}"))
    return _bystander(trails)


def _total(trails: Trails, role: str) -> Json:
    """Return the total that a query was answered with, None where it shows none."""
    answer = final_answer(trails.get(role, ()))
    return json_object(answer.body).get("total") if answer else None


def own_deletion(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the deletion of a ticket by the user who created it (`subject`) is accepted; `before` shows it."""
    outcome, before = outcome_of(trails, "subject", profile, {"call": "delete"}), _shown(trails, "before")
    if accepted(outcome):
        return None
    if before is None or not refused(outcome):
        return Undecided(describe(outcome) if before else Phrase.of("query-unclear", role="before"))
    return violation(Phrase.of("expect-event", event="delete", status=str(before.get("status"))), describe(outcome))


def _is(row: Ticket, ticket: Ticket) -> bool:
    return row.get("uuid") == ticket.get("uuid")


def complete_history(trails: Trails, arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the history of a ticket records its events.

    Roles: `history` is a query for all of it, `after` for the ticket, `event0`, `event1`, ... are the calls; argument
    `events` names them in order. Rows belong to a ticket by ticketUuid; without sequence their order is not judged.
    """
    rows, ticket = rows_of(trails.get("history", ())), _shown(trails, "after")
    if rows is None or ticket is None or HISTORIES in profile.absent:
        return Undecided(Phrase.of("not-shown", member="history"))
    if any(row.get("ticketUuid", ticket.get("uuid")) != ticket.get("uuid") for row in rows):
        return violation(Phrase.of("expect-own-history"), Phrase.of("stored", count=len(rows)))
    events = arguments.get("events")
    counted = _counted(trails, events if isinstance(events, list) else [], rows, profile)
    return counted if isinstance(counted, Violation) else chain_violation(rows, ticket) or counted


def _counted(trails: Trails, events: Sequence[Json], rows: list[Ticket], profile: Profile) -> Judgement:
    """Say whether there is one row for each change, where every accepted event is one of which we know the way."""
    status, wanted = "Pending", Counter[tuple[str, str]]()
    for place, event in enumerate(events):
        outcome = outcome_of(trails, f"event{place}", profile, ACTION)
        if not (accepted(outcome) or refused(outcome)):
            return Undecided(describe(outcome))
        if refused(outcome) or event == "update":
            continue
        after = {**LEADS, **MAY_LEAD}.get((status, str(event)))
        if after is None:
            return Undecided(Phrase.of("not-shown", member="status"))
        wanted[status, after] += 1
        status = after
    for way in WAYS:
        reported = sum((row.get("fromStatus"), row.get("toStatus")) == way for row in rows)
        if reported != wanted[way]:
            return miscounted(expected_history(wanted[way], way), reported, rows)
    return None


def chain_violation(rows: list[Ticket], ticket: Ticket) -> Judgement:
    """Say where the rows of a history are no unbroken chain up to the status shown; nothing without `sequence`."""
    numbers = [row.get("sequence") for row in rows]
    whole = [one for one in numbers if isinstance(one, int | float)]
    if len(whole) != len(rows) or not rows:
        return None
    if len(set(whole)) != len(whole):
        return violation(Phrase.of("expect-sequence"), Phrase.of("shows", value=brief(sorted(whole))))
    in_order = [row for _, row in sorted(zip(whole, rows, strict=True), key=lambda pair: pair[0])]
    for one, other in pairwise(in_order):
        if one.get("toStatus") != other.get("fromStatus"):
            value = f"{one.get('toStatus')} / {other.get('fromStatus')}"
            return violation(Phrase.of("expect-chain"), Phrase.of("shows", value=value))
    if in_order[-1].get("toStatus") != ticket.get("status"):
        expected = Phrase.of("expect-chain-end", status=brief(ticket.get("status")))
        return violation(expected, Phrase.of("shows", value=brief(in_order[-1].get("toStatus"))))
    return None


def recorded_comment(trails: Trails, _arguments: Arguments, profile: Profile) -> Judgement:
    """Check that the comment of an accepted event is recorded in the ticket's history, once.

    No other event of the ticket has that comment. Where the event `sibling` was accepted, it may not be refused.
    """
    body: dict[str, Json] = json_object(_first_body(trails["subject"])).get("changeTicketStatus") or {}
    rows, outcome = rows_of(trails.get("history", ())), outcome_of(trails, "subject", profile, ACTION)
    if refused(outcome) and "sibling" in trails and accepted(outcome_of(trails, "sibling", profile, ACTION)):
        return violation(
            Phrase.of("expect-event", event=str(body.get("statusEvent")), status="Pending"), describe(outcome)
        )
    if not accepted(outcome) or rows is None or HISTORIES in profile.absent:
        return Undecided(Phrase.of("not-shown", member="history"))
    found = [row for row in rows if same(body.get("comment"), row.get("comment"), loose=True)]
    if len(found) == 1:
        return None
    return miscounted(
        Phrase.of("expect-commented", member="comment", value=brief(body.get("comment"))), len(found), found or rows
    )


def _first_body(exchanges: tuple[Exchange, ...]) -> bytes | None:
    return exchanges[0].request.body if exchanges else None
