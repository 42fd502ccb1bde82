"""The embedded endpoint on a real socket: asyncio and h11 in a daemon thread, started in milliseconds."""

from __future__ import annotations

import asyncio
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self

from pytest_zstack_ticket.model.exchange import Request, Response
from pytest_zstack_ticket.simulator.embedded_url import parse_options
from pytest_zstack_ticket.simulator.engine import Engine
from pytest_zstack_ticket.simulator.http.locations import CONTEXT
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.response import DamagedResponse
from pytest_zstack_ticket.simulator.server.connection import ClientConnection
from pytest_zstack_ticket.simulator.server.webhook_delivery import deliver

_STOP_WITHIN = 5.0


class SimulatorServer:
    """Serves one engine on `host` and `port` (0: any free one) until it is stopped.

    It takes an engine, options, or the text of an embedded URL. Jobs end and web hooks leave by themselves.
    """

    def __init__(
        self,
        engine: Engine | SimulatorOptions | str = "embedded",
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.engine = _engine(engine)
        self.host = host
        self.port = port
        self.clock = clock
        self.url = ""
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="zstack-simulator", daemon=True)
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._server: asyncio.Server | None = None
        self.connections: set[ClientConnection] = set()
        self._deliveries: set[asyncio.Task[bool]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._numbers = 0

    def start(self) -> str:
        """Begin to serve; returns the base URL, context root included. Raises OSError if the port is taken."""
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure
        return self.url

    def stop(self) -> None:
        """Close all connections and end the thread; a second call does nothing."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(_STOP_WITHIN)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def counts(self) -> Counter[str]:
        """Return how many requests of each call and answers of each role there were so far."""
        with self._lock:
            return Counter(self.engine.counts)

    @property
    def requests(self) -> int:
        """How many requests the engine has answered."""
        counts = self.counts()
        return sum(number for name, number in counts.items() if name.startswith("answer:"))

    @property
    def tickets(self) -> int:
        """How many tickets are stored, the seeded foreign ones included."""
        with self._lock:
            return self.engine.tickets

    def answer(self, request: Request) -> Response | DamagedResponse:
        """Let the engine answer; called on the server's own thread."""
        in_flight = sum(one.busy for one in self.connections)
        with self._lock:
            response = self.engine.handle(request, self.clock(), in_flight=in_flight)
            self._send_hooks()
        return response

    def cookie(self) -> str:
        """Begin an HTTP session for a request that the API began to read."""
        with self._lock:
            return self.engine.state.new_cookie()

    def ignores(self, rule: str) -> bool:
        """Whether a fault switches off a rule of the connection."""
        with self._lock:
            return self.engine.ignores(rule)

    def reads_beside(self, connection: ClientConnection) -> bool:
        """Whether a request on another connection has begun, and its end is still to come."""
        return any(one.head is not None and not one.busy for one in self.connections if one is not connection)

    def opened(self, connection: ClientConnection) -> None:
        """Note a new connection."""
        self.connections.add(connection)

    def closed(self, connection: ClientConnection) -> None:
        """Forget a connection."""
        self.connections.discard(connection)

    def _send_hooks(self) -> None:
        """Start the deliveries that are due, and come back when the next one is."""
        for delivery in self.engine.take_deliveries():
            task = self._loop.create_task(deliver(delivery))
            self._deliveries.add(task)
            task.add_done_callback(self._deliveries.discard)
        due = self.engine.next_delivery()
        if due is not None and self._timer is None:
            self._timer = self._loop.call_later(max(0.0, due - self.clock()), self._tick)

    def _tick(self) -> None:
        self._timer = None
        with self._lock:
            self.engine.advance(self.clock())
            self._send_hooks()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._listen()
        except OSError as error:
            self._failure = error
        self._started.set()
        if self._failure is None:
            self._loop.run_forever()
        self._close()

    def _listen(self) -> None:
        opening = self._loop.create_server(lambda: ClientConnection(self), self.host, self.port)
        self._server = self._loop.run_until_complete(opening)
        self.port = self._server.sockets[0].getsockname()[1]
        shown = f"[{self.host}]" if ":" in self.host else self.host
        self.url = f"http://{shown}:{self.port}{CONTEXT}"
        if not self.engine.options.advertised:
            self.engine.address = self.url

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for connection in list(self.connections):
            connection.abort()
        waiting = asyncio.all_tasks(self._loop)
        for task in waiting:
            task.cancel()
        self._loop.run_until_complete(asyncio.gather(*waiting, return_exceptions=True))
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


def _engine(given: Engine | SimulatorOptions | str) -> Engine:
    if isinstance(given, Engine):
        return given
    options = parse_options(given) if isinstance(given, str) else given
    # uuids must differ between two servers, or evidence of two runs would be mixed up
    return Engine(options if options.seed is not None else replace(options, seed=secrets.randbits(64)))


HELD_EVERY = 4
"""A machine under load may send its first poll only after a job has ended, and would never see one that runs."""
SHORT = 0.02
"""Seconds; shorter jobs may end before anybody can poll them."""


def hold_short_jobs(server: SimulatorServer) -> None:
    """Let one of a few jobs last until it was polled once, where jobs are short."""
    if server.engine.options.latency < SHORT:
        server.engine.jobs.held_every = HELD_EVERY


def started(text: str) -> SimulatorServer:
    """Return the embedded endpoint that a URL asks for, serving. Raises SettingsError."""
    server = SimulatorServer(text)
    server.engine.jobs.held_every = HELD_EVERY
    server.start()
    return server
