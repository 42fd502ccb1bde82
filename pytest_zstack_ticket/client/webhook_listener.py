"""Listeners for webhooks: one that keeps what a target delivers, and one that only notices that a job has ended.

Whoever finds the address can deliver, so what arrives is bounded: bytes, time and number of deliveries, connections at
once, and paths, for only those that were given to the target are answered.
"""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from pytest_zstack_ticket.model.exchange import Exchange, Request, Response

MOST_BYTES = 1 << 20
MOST_DELIVERIES = 1000
MOST_CONNECTIONS = 64
MOST_JOBS = 4096
"""Jobs that are remembered whose end was delivered before it was waited for."""
LONGEST_ID = 64
MOST_SILENT = 3
"""After so many waits in a row without a delivery waits are skipped until one arrives."""


def address_towards(url: str) -> str:
    """Return the address of this machine that a target can reach: the one that our own requests to it come from."""
    parts = urlsplit(url)
    target = (parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80))
    try:
        family, kind, *_, address = socket.getaddrinfo(*target, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as probe:
            probe.connect(address)
            return str(probe.getsockname()[0])
    except OSError:
        return "127.0.0.1"


class _Server(ThreadingHTTPServer):
    """A server that turns connections away while it has too many."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if self._free.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()


class _Listener:
    """Listens on one address and answers each delivery with the status that `_heard` decides."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._lock = threading.Lock()  # entered itself: an interrupt could leave a condition entered for ever
        self._changed = threading.Condition(self._lock)
        self._server = _Server((host, port), self._handler())
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def _at(self, path: str) -> str:
        host, port = self._server.server_address[:2]
        return f"http://[{host!s}]:{port}{path}" if ":" in str(host) else f"http://{host!s}:{port}{path}"

    def _take(self, request: Request) -> int:
        """Take in a delivery and return the status to answer."""
        raise NotImplementedError

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        listener = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 10

            def _heard(self) -> None:
                length = self.headers.get("Content-Length", "0")
                size = min(int(length), MOST_BYTES) if length.isdigit() else 0
                headers = tuple(self.headers.items())
                body = self.rfile.read(size)
                request = Request(method=self.command, path=self.path, headers=headers, body=body)
                status = listener._take(request)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_HEAD = do_POST = do_PUT = do_OPTIONS = _heard  # noqa: N815 - the base class names them so

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
                """Stay silent: what arrives is evidence, not console output."""

        return Handler


class WebhookListener(_Listener):
    """Keeps what arrives by path, and answers 200, or first 500 for a path that asks for it.

    A webhook is a POST; `visits` are requests of any method, for a URL that the target was not asked to call.
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0) -> None:
        self._arrived: dict[str, list[Exchange]] = {}
        self._visited: dict[str, list[Exchange]] = {}
        self._refusals: dict[str, int] = {}
        self._kept = 0
        super().__init__(host, port)

    def url(self, token: str, *, refuse: int = 0) -> str:
        """Return the URL to give to a target; the first `refuse` deliveries to it are answered with 500."""
        path = f"/hook/{token}"
        self._refusals[path] = refuse
        return self._at(path)

    def wait(self, token: str, *, count: int = 1, seconds: float) -> tuple[Exchange, ...]:
        """Return what arrived at a URL, as soon as there are `count` deliveries or the time is over."""
        path, end = f"/hook/{token}", time.monotonic() + seconds
        with self._lock:
            while len(self._arrived.get(path, ())) < count and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
            return tuple(self._arrived.get(path, ()))

    def visits(self, token: str) -> tuple[Exchange, ...]:
        """Return the requests of every method that have come to a URL so far."""
        path = f"/hook/{token}"
        with self._lock:
            return (*self._arrived.get(path, ()), *self._visited.get(path, ()))

    def _take(self, request: Request) -> int:
        if request.path not in self._refusals:
            return 404
        with self._lock:
            calls = self._arrived if request.method == "POST" else self._visited
            known = calls.setdefault(request.path, [])
            status = 500 if len(known) < self._refusals[request.path] else 200
            if self._kept < MOST_DELIVERIES:
                self._kept += 1
                answer = Response(status=status)
                known.append(Exchange(id=f"hook-{self._kept:06}", request=request, answer=answer, started=time.time()))
            self._changed.notify_all()
        return status


class JobNotificationListener(_Listener):
    """Notices each job whose end a target delivers. Nothing of a delivery is kept but the job's id.

    A delivery may arrive before the answer that names the job; anyone could send one, so it is only a reason to poll.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._path = f"/hook/{secrets.token_hex(16)}"
        self._delivered: OrderedDict[str, None] = OrderedDict()
        self._silent = 0
        super().__init__(host)

    @property
    def url(self) -> str:
        """The URL to give to a target; empty while deliveries do not arrive."""
        return self._at(self._path) if self._silent < MOST_SILENT else ""

    @property
    def has_delivered(self) -> bool:
        """True if the last job that was waited for was delivered."""
        return self._silent == 0

    def wait(self, job: str, seconds: float) -> bool:
        """Wait for the end of a job; return whether it was delivered in time."""
        end = time.monotonic() + seconds
        with self._lock:
            while job not in self._delivered and self._silent < MOST_SILENT and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
            rung = job in self._delivered
            self._delivered.pop(job, None)
            self._silent = 0 if rung else self._silent + 1
        return rung

    def _take(self, request: Request) -> int:
        job = next((value for name, value in request.headers if name.lower() == "x-job-uuid"), "")
        if request.path != self._path or request.method != "POST":
            return 404
        if 0 < len(job) <= LONGEST_ID:
            with self._lock:
                self._delivered[job] = None
                self._silent = 0
                while len(self._delivered) > MOST_JOBS:
                    self._delivered.popitem(last=False)
                self._changed.notify_all()
        return 200
