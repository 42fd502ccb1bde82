"""Paths of the queries by which a user may look for one ticket, in the tickets, the histories and the archives."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

LIMIT = 50
"""On queries that do not ask for one ticket, so that a target which shows all does not send all it has."""
HISTORIES = "/histories"
ARCHIVES = "/archives"
ARCHIVED_HISTORIES = "/histories/archives"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoughtTicket:
    """What is known of the ticket that is looked for; `name_part` is a part of its name that no other ticket has."""

    uuid: str
    name: str
    name_part: str
    description: str
    account_system_type: str
    flow_collection: str


UNCONDITIONED = (
    *("start=0", "fields=uuid", "fields=uuid%2Cname", "fields=uuid%2Cstatus", "replyWithCount=true"),
    *("fields=uuid%2Cname%2Cdescription", "start=0&fields=uuid", "start=0&replyWithCount=true"),
)
"""What else a query without conditions may ask for; `latest-0` and so on ask for the newest tickets with it."""


def visibility_queries(ticket: SoughtTicket) -> dict[str, str]:
    """Build every query that finds the ticket, by what it asks for; those that find others show the newest first."""
    return (
        _queries_by_uuid(ticket)
        | _queries_by_name(ticket)
        | _queries_by_other_members(ticket)
        | _queries_of_histories(ticket)
        | _queries_of_archives(ticket)
        | _counts(ticket)
    )


def _queries_by_uuid(ticket: SoughtTicket) -> dict[str, str]:
    uuid = ticket.uuid
    return {
        "uuid": query_path(f"uuid={uuid}"),
        "list-of-uuids": query_path(f"uuid?={uuid}"),
        "part-of-uuid": query_path(f"uuid~=%{uuid[4:28]}%"),
        "range-of-uuids": query_path(f"uuid>={uuid}", f"uuid<={uuid}"),
        "no-other-uuid": query_path(f"uuid!={'0' * 32}", newest=True),
        "path": f"/v1/tickets/{uuid}",
        "path-in-capitals": f"/v1/tickets/{uuid.upper()}",
    }


def _queries_by_name(ticket: SoughtTicket) -> dict[str, str]:
    return {
        "name": query_path(f"name={ticket.name}"),
        "part-of-name": query_path(f"name~=%{ticket.name_part}%"),
        "list-of-names": query_path(f"name?={ticket.name}"),
        "no-other-name": query_path("name!=conformance", newest=True),
        "unlike-other-names": query_path("name!~=conformance-%", newest=True),
    }


def _queries_by_other_members(ticket: SoughtTicket) -> dict[str, str]:
    by_uuid = f"uuid={ticket.uuid}"
    return {
        "status": query_path("status=Pending", newest=True),
        "description": query_path(f"description={ticket.description}"),
        "flow": query_path(f"flowCollectionUuid={ticket.flow_collection}", newest=True),
        "kind": query_path(f"accountSystemType={ticket.account_system_type}", newest=True),
        "date": query_path("createDate>2000-01-01 00:00:00", newest=True),
        "anything": query_path("description not null", newest=True),
        "several": query_path(by_uuid, f"name={ticket.name}"),
        "some-members": f"{query_path(by_uuid)}&fields=uuid%2Cname",
        "second-page": f"{query_path(newest=True)}&start=1",
        "latest": query_path(newest=True),
        **{f"latest-{place}": f"{query_path(newest=True)}&{more}" for place, more in enumerate(UNCONDITIONED)},
    }


def _queries_of_histories(ticket: SoughtTicket) -> dict[str, str]:
    return {
        "history": query_path(f"ticketUuid={ticket.uuid}", of=HISTORIES),
        "changes-to-status": query_path("toStatus=Cancelled", of=HISTORIES, newest=True),
        "latest-changes": query_path(of=HISTORIES, newest=True),
    }


def _queries_of_archives(ticket: SoughtTicket) -> dict[str, str]:
    """Build queries that find the ticket once it has been deleted."""
    return {
        "archive": query_path(f"ticketUuid={ticket.uuid}", of=ARCHIVES),
        "archive-of-name": query_path(f"name={ticket.name}", of=ARCHIVES),
        "latest-archives": query_path(of=ARCHIVES, newest=True),
        "archived-history": query_path(f"ticketUuid={ticket.uuid}", of=ARCHIVED_HISTORIES),
        "latest-archived-changes": query_path(of=ARCHIVED_HISTORIES, newest=True),
    }


def _counts(ticket: SoughtTicket) -> dict[str, str]:
    return {
        "count": f"/v1/tickets?q=uuid%3D{ticket.uuid}&count=true",
        "count-of-name": f"/v1/tickets?q={quote(f'name={ticket.name}', safe='')}&count=true",
        "total": f"{query_path(f'uuid={ticket.uuid}')}&replyWithCount=true",
    }


def query_path(*conditions: str, of: str = "", newest: bool = False) -> str:
    """Build the path of a query under conditions, of tickets or of a collection below them."""
    asked = [f"q={quote(condition, safe='')}" for condition in conditions]
    return f"/v1/tickets{of}?{'&'.join([*asked, *(['sort=-createDate'] if newest else []), f'limit={LIMIT}'])}"
