"""Know every session that a run has opened, whoever asked for it, so that none is left open at its end."""

from __future__ import annotations

import threading
from dataclasses import replace
from urllib.parse import unquote

from pytest_zstack_ticket.api.auth import LOG_INS, SESSIONS, logout_request
from pytest_zstack_ticket.api.classify import from_gateway
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport

SUCCESS = 200


class OpenSessions:
    """A transport that remembers which sessions log-ins answered, until they are logged out. Safe for many threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._open: dict[str, None] = {}

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request."""
        answer = self._transport.send(request)
        if isinstance(answer, Response) and answer.status == SUCCESS and not from_gateway(answer):
            if request.method == "PUT" and request.path in LOG_INS:
                self._opened(answer)
            elif request.method == "DELETE" and request.path.startswith(SESSIONS):
                with self._lock:
                    self._open.pop(unquote(request.path.removeprefix(SESSIONS)), None)
        return answer

    def log_out(self) -> list[Request]:
        """Forget the open sessions and return the requests that log them out.

        They show the session as well: the API needs no Authorization for it, but gateways turn down what has none.
        """
        with self._lock:
            left, self._open = list(self._open), {}
        return [replace(logout_request(session), headers=(("Authorization", f"OAuth {session}"),)) for session in left]

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _opened(self, answer: Response) -> None:
        body = decode(answer.body)
        row = body.get("inventory") if isinstance(body, dict) else None
        session = row.get("uuid") if isinstance(row, dict) else None
        if isinstance(session, str) and session:
            with self._lock:
                self._open[session] = None
