"""Which of the tickets that a query shows are those of a create."""

from __future__ import annotations

from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.checks.query_conditions import conditions_of, may_meet
from pytest_zstack_ticket.checks.roundtrip import inventory_of, same, trimmed
from pytest_zstack_ticket.model.exchange import Json, Trails
from pytest_zstack_ticket.model.outcome import Phrase, Undecided

Ticket = dict[str, Json]


def ours_among(trails: Trails, role: str, name: Json) -> list[Ticket] | Undecided:
    """Return the tickets of a name that a query for it shows; undecided if it shows others, or is no answer.

    That which `subject` was answered is ours by its uuid, whatever became of its name.
    """
    rows, answered = rows_of(trails.get(role, ())), (inventory_of(trails.get("subject", ())) or {}).get("uuid")
    found = [
        row
        for row in rows or ()
        if same(trimmed(row.get("name")), trimmed(name)) or (answered is not None and row.get("uuid") == answered)
    ]
    return found if rows is not None and len(found) == len(rows) else Undecided(Phrase.of("query-unclear", role=role))


def asked_for(trails: Trails, role: str) -> list[Ticket] | Undecided:
    """Return the tickets that a query shows; undecided if some do not meet its conditions, or if it is no answer."""
    rows = rows_of(trails.get(role, ()))
    if rows and not all(may_meet(row, conditions_of(trails[role][0].request.path)) for row in rows):
        return Undecided(Phrase.of("query-unclear", role=role))
    return Undecided(Phrase.of("query-unclear", role=role)) if rows is None else rows
