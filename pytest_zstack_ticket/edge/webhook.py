"""A listener for web hooks: records what a target delivers, and refuses a first try where a test asks for it."""

from __future__ import annotations

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from pytest_zstack_ticket.model.exchange import Exchange, Request, Response

MOST_BYTES = 1 << 20
MOST_DELIVERIES = 1000


class WebhookListener:
    """Listens on one address, keeps what arrives by path, and answers 200, or first 500 for a path that asks for it."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._arrived: dict[str, list[Exchange]] = {}
        self._refusals: dict[str, int] = {}
        self._changed = threading.Condition()
        self._server = ThreadingHTTPServer((host, port), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def url(self, token: str, *, refuse: int = 0) -> str:
        """Return the URL to give to a target; the first `refuse` deliveries to it are answered with 500."""
        path = f"/hook/{token}"
        self._refusals[path] = refuse
        host, port = self._server.server_address[:2]
        return f"http://{host!s}:{port}{path}"

    def wait(self, token: str, *, count: int = 1, seconds: float) -> tuple[Exchange, ...]:
        """Return what arrived at a URL, as soon as there are `count` deliveries or the time is over."""
        path, end = f"/hook/{token}", time.monotonic() + seconds
        with self._changed:
            while len(self._arrived.get(path, ())) < count and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
            return tuple(self._arrived.get(path, ()))

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def _keep(self, request: Request) -> int:
        with self._changed:
            known = self._arrived.setdefault(request.path, [])
            status = 500 if len(known) < self._refusals.get(request.path, 0) else 200
            if len(known) < MOST_DELIVERIES:
                number = sum(map(len, self._arrived.values())) + 1
                answer = Response(status=status)
                known.append(Exchange(id=f"hook-{number:06}", request=request, answer=answer, started=time.time()))
            self._changed.notify_all()
        return status

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def do_POST(self) -> None:
                length = self.headers.get("Content-Length", "0")
                size = min(int(length), MOST_BYTES) if length.isdigit() else 0
                headers = tuple(self.headers.items())
                body = self.rfile.read(size)
                status = listener._keep(Request(method="POST", path=self.path, headers=headers, body=body))
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Stay silent: what arrives is evidence, not console output."""

        return Handler
