"""Sign requests with an access key as they leave, so that no flow and no evidence ever holds a signature."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.api.auth import access_key_headers, date_text
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.model.settings import Credentials
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock

UNSIGNED = ("Authorization", "")
"""The header of a request that is to be signed."""


class SigningTransport:
    """A transport that puts date and signature into requests whose Authorization is empty; others pass as they are."""

    def __init__(
        self, transport: Transport, *, credentials: Credentials, clock: Clock, pass_by: Callable[[str, str], None]
    ) -> None:
        self._transport = transport
        self._credentials = credentials
        self._clock = clock
        self._pass_by = pass_by

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request."""
        return self._transport.send(self._signed(request) if UNSIGNED in request.headers else request)

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _signed(self, request: Request) -> Request:
        signed = access_key_headers(
            self._credentials.access_key_id,
            self._credentials.access_key_secret,
            method=request.method,
            path=request.path,
            date=date_text(self._clock.now()),
        )
        for _, value in signed:
            if ":" in value and value.startswith("ZStack "):
                self._pass_by("signature", value.partition(":")[2])
        return replace(request, headers=(*(pair for pair in request.headers if pair != UNSIGNED), *signed))
