"""A transport that writes an intent to the ledger before each request that may create a ticket."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.api.auth import LOG_INS
from pytest_zstack_ticket.api.classify import last_segment
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.cleanup.entries import learned
from pytest_zstack_ticket.cleanup.ledger import JOBS, Ledger
from pytest_zstack_ticket.model.errors import LedgerError
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport
from pytest_zstack_ticket.transport.clock import Clock
from pytest_zstack_ticket.transport.quota import counts_as_creation


class LedgerTransport:
    """Sends what may create a ticket only after its intent is in the ledger, and records the answers there.

    `began` is called with the number of each intent before its request is sent.
    """

    def __init__(
        self, transport: Transport, *, ledger: Ledger, clock: Clock, began: Callable[[int], None] | None = None
    ) -> None:
        self._transport = transport
        self._ledger = ledger
        self._clock = clock
        self._began = began or (lambda _number: None)

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request; one that may create a ticket and whose intent cannot be written is not sent."""
        if counts_as_creation(request):
            return self._create(request)
        answer = self._transport.send(request)
        if request.method == "GET" and request.path.startswith(JOBS):
            self._job(request, answer)
        elif request.method == "PUT" and request.path in LOG_INS:
            self._owner(answer)
        return answer

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _create(self, request: Request) -> Response | Failure:
        try:
            number = self._ledger.begin(request, now=self._clock.now())
        except LedgerError as error:
            return Failure(kind="stopped", detail=str(error), sent=False)
        self._began(number)
        sent = self._clock.now()
        answer = self._transport.send(request)
        known = learned(request, answer)
        self._ledger.answered(number, known, 0.0 if request.cut or request.framing else self._clock.now() - sent)
        return answer

    def _job(self, request: Request, answer: Response | Failure) -> None:
        entry = self._ledger.book.of_job(last_segment(request.path) or "")
        if entry is not None and entry.open and (known := entry.news(learned(request, answer))):
            self._ledger.know(entry.intent.number, known)

    def _owner(self, answer: Response | Failure) -> None:
        if not isinstance(answer, Response):
            return
        body = decode(answer.body)
        row = body.get("inventory") if isinstance(body, dict) else None
        shown = row if isinstance(row, dict) else {}
        for owner in (shown.get("accountUuid"), shown.get("userUuid")):
            if isinstance(owner, str):
                self._ledger.own(owner)
