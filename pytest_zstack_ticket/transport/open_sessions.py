"""Know every session that a run has opened, whoever asked for it, so that none is left open at its end."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from contextvars import copy_context
from urllib.parse import unquote

from pytest_zstack_ticket.api.auth import LOG_INS, SESSIONS, logout_request
from pytest_zstack_ticket.api.strict_json import decode
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport

SUCCESS = 200
LONGEST_WAIT = 60.0
"""Seconds that the end waits for the answer to a log-in that an interrupt left under way."""


class OpenSessions:
    """A transport that remembers which sessions log-ins answered, until they are logged out. Safe for many threads."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self._lock = threading.Lock()
        self._open: dict[str, None] = {}
        self._under_way: set[Future[Response | Failure]] = set()

    def send(self, request: Request, /) -> Response | Failure:
        """Send one request."""
        if request.method == "PUT" and request.path in LOG_INS:
            return self._log_in(request)
        answer = self._transport.send(request)
        if request.method == "DELETE" and request.path.startswith(SESSIONS) and _is_success(answer):
            with self._lock:
                self._open.pop(unquote(request.path.removeprefix(SESSIONS)), None)
        return answer

    def log_out(self) -> list[Request]:
        """Forget the open sessions and return the requests that log them out; log-ins under way are waited for."""
        wait(list(self._under_way), LONGEST_WAIT)
        with self._lock:
            left, self._open = list(self._open), {}
        return [logout_request(session) for session in left]

    def close(self) -> None:
        """Give up connections."""
        self._transport.close()

    def _log_in(self, request: Request) -> Response | Failure:
        """Send a log-in and read its answer whatever interrupts the caller: nothing else names its session."""
        future: Future[Response | Failure] = Future()
        self._under_way.add(future)
        context = copy_context()

        def answer() -> None:
            try:
                future.set_result(context.run(self._answered, request))
            except BaseException as error:  # noqa: BLE001 - the caller raises it
                future.set_exception(error)
            finally:
                self._under_way.discard(future)

        if threading.current_thread() is threading.main_thread():  # where signals interrupt
            threading.Thread(target=answer, daemon=True).start()
        else:
            answer()
        return future.result()

    def _answered(self, request: Request) -> Response | Failure:
        answer = self._transport.send(request)
        if isinstance(answer, Response) and answer.status == SUCCESS:
            self._opened(answer)
        return answer

    def _opened(self, answer: Response) -> None:
        body = decode(answer.body)
        row = body.get("inventory") if isinstance(body, dict) else None
        session = row.get("uuid") if isinstance(row, dict) else None
        if isinstance(session, str) and session:
            with self._lock:
                self._open[session] = None


def _is_success(answer: Response | Failure) -> bool:
    return isinstance(answer, Response) and answer.status == SUCCESS
