"""Which of the tickets that a query shows are those of a create."""

from __future__ import annotations

from pytest_zstack_ticket.api.messages import rows_of
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
