"""Take away what a run created: cancel it, then delete it, and count what stays."""

from __future__ import annotations

from urllib.parse import quote

from pytest_zstack_ticket.core.checks.reading import final_answer, json_object
from pytest_zstack_ticket.endpoint import TicketEndpoint
from pytest_zstack_ticket.model.outcome import Accepted, Unanswered

MOST_SILENT = 3
"""After this many deletions in a row without an answer the rest is left alone."""
MOST_FOUND = 1000
CANCEL = {"changeTicketStatus": {"statusEvent": "cancel"}}


def clean_up(endpoint: TicketEndpoint) -> int:
    """Cancel and delete the tickets of an endpoint; return how many could not be deleted."""
    tickets = list(dict.fromkeys((*endpoint.created, *found_by_mark(endpoint))))
    deleted, silent = 0, 0
    for ticket in tickets:
        path = f"/v1/tickets/{quote(ticket, safe='')}"
        endpoint.call("PUT", f"{path}/actions", body=CANCEL)
        gone = endpoint.call("DELETE", path).outcome
        deleted += isinstance(gone, Accepted)
        silent = silent + 1 if isinstance(gone, Unanswered) else 0
        if silent >= MOST_SILENT:
            break
    return len(tickets) - deleted


def found_by_mark(endpoint: TicketEndpoint) -> list[str]:
    """Return the tickets whose name carries the mark of the endpoint: not every target answers a create with one."""
    if "query" not in endpoint.profile.capabilities:
        return []
    condition = quote(f"name~=%{endpoint.mark}%", safe="")
    trail = endpoint.call("GET", f"/v1/tickets?q={condition}&limit={MOST_FOUND}")
    answer = final_answer(trail.exchanges)
    rows = json_object(answer.body if answer else None).get("inventories")
    return [row["uuid"] for row in rows if _is_ours(row, endpoint.mark)] if isinstance(rows, list) else []


def _is_ours(row: object, mark: str) -> bool:
    """Look again: a faulty target may answer tickets that nobody asked for."""
    return isinstance(row, dict) and isinstance(row.get("uuid"), str) and mark in str(row.get("name"))
