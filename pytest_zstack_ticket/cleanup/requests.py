"""The requests of a clean-up: how a job is asked for, and how a ticket is cancelled and deleted."""

from __future__ import annotations

from urllib.parse import quote

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.ticket import JSON_UTF8

CANCEL = b'{"changeTicketStatus": {"statusEvent": "cancel"}}'


def job_request(job: str) -> Request:
    """Return the request that asks once for a job."""
    return Request(method="GET", path=f"/v1/api-jobs/{quote(job, safe='')}")


def cancel_request(uuid: str) -> Request:
    """Return the request that cancels a ticket."""
    headers = (("Content-Type", JSON_UTF8),)
    return Request(method="PUT", path=f"/v1/tickets/{quote(uuid, safe='')}/actions", headers=headers, body=CANCEL)


def delete_request(uuid: str) -> Request:
    """Return the request that deletes a ticket."""
    return Request(method="DELETE", path=f"/v1/tickets/{quote(uuid, safe='')}")
