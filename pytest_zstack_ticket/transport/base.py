"""The transport protocol: one request in, one exchange out."""

from __future__ import annotations

from typing import Protocol

from pytest_zstack_ticket.model.exchange import Failure, Request, Response


class Transport(Protocol):
    """One method: whatever limits, records or breaks sits between two transports."""

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request; never raises for anything that the target or the line does."""
        ...

    def close(self) -> None:
        """Give up connections."""
        ...
