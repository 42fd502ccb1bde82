"""Pass bytes between clients and one target, over plain TCP or TLS on either side, and read what passes."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from pytest_zstack_ticket.certify.witnessed import Witnessed
from pytest_zstack_ticket.witness.conversation import Conversation
from pytest_zstack_ticket.witness.recording import Recording

BLOCK = 1 << 16
CONNECT = 30.0
LINGER = 2.5
"""Seconds that the other side has to end what it sends: a run waits 2 s for the answer to a request cut short."""
LATE = 120.0
"""Seconds that the target has to answer a client that has ended what it sends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Where a witness listens, and where it passes everything on to; `tls` towards the target, `own_tls` to clients."""

    listen: tuple[str, int]
    target: tuple[str, int]
    tls: ssl.SSLContext | None = None
    own_tls: ssl.SSLContext | None = None


@dataclass(slots=True)
class Relay:
    """Serves until it is stopped; `keep` is given the line of each exchange, in the order in which they end.

    `port` is where it listens, `certificates` are the SHA-256 of the target's TLS certificates, `failed` is why no line
    can be kept any more.
    """

    route: Route
    keep: Callable[[Witnessed], None]
    recording: Recording = field(default_factory=Recording)
    certificates: set[str] = field(default_factory=set)
    port: int = 0
    failed: OSError | None = None
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)
    _open: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, started: Callable[[int], None], seconds: float | None) -> None:
        """Serve until `stop`, or for so many seconds. Raises OSError if the address cannot be listened on."""
        host, port = self.route.listen
        server = await asyncio.start_server(self._accept, host, port, ssl=self.route.own_tls)
        self.port = server.sockets[0].getsockname()[1]
        started(self.port)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._stopped.wait(), seconds)
        server.close()
        for one in list(self._open):
            one.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    def stop(self) -> None:
        """End serving; what is under way is recorded as it is."""
        self._stopped.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._open.add(task)
        try:
            await self._connected(reader, writer)
        except (OSError, TimeoutError):
            # the target cannot be reached: the client sees a connection that ends, as it would there
            writer.transport.abort()
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            if task is not None:
                self._open.discard(task)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self.route.target
        named = host if self.route.tls else None
        opening = asyncio.open_connection(host, port, ssl=self.route.tls, server_hostname=named)
        far_reader, far_writer = await asyncio.wait_for(opening, CONNECT)
        shown = far_writer.get_extra_info("ssl_object")
        if shown is not None:
            self.certificates.add(hashlib.sha256(shown.getpeercert(binary_form=True)).hexdigest())
        talk = Conversation(self.recording.learn)
        both = Sides(self, talk, (reader, writer), (far_reader, far_writer))
        try:
            await both.pass_on()
        finally:
            talk.closed(both.ended_by or "client", time.time())
            self.record(talk)
            for one in (writer, far_writer):
                one.close() if not both.broken else one.transport.abort()

    def record(self, talk: Conversation) -> None:
        """Keep what has ended on a connection."""
        for one in talk.take_finished():
            if self.failed is not None:
                return
            try:
                self.keep(self.recording.line(one))
            except OSError as error:
                self.failed = error
                self.stop()


Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass(slots=True)
class Sides:
    """Both sides of one connection.

    `ended_by` is the side that ended first, `broken` is True after a reset by the client.
    """

    relay: Relay
    talk: Conversation
    near: Stream
    far: Stream
    ended_by: Literal["client", "target", ""] = ""
    broken: bool = False

    async def pass_on(self) -> None:
        """Pass bytes in both directions until both sides have ended."""
        asking = asyncio.create_task(self._requests())
        answering = asyncio.create_task(self._answers())
        try:
            await asyncio.wait({asking, answering}, return_when=asyncio.FIRST_COMPLETED)
            if not answering.done() and not self.broken:
                patience = LATE if self.talk.waits and self._half_closes else LINGER
                await asyncio.wait({answering}, timeout=patience)
            elif not asking.done() and self.talk.asking:
                # who answered before it took everything may have closed already: the request is read to its end
                await asyncio.wait({asking}, timeout=LINGER)
        finally:
            for one in (asking, answering):
                one.cancel()
            await asyncio.gather(asking, answering, return_exceptions=True)

    @property
    def _half_closes(self) -> bool:
        return self.far[1].can_write_eof()

    async def _requests(self) -> None:
        """Pass on what the client sends; once the target takes nothing any more, it is read all the same."""
        reader, writer = self.near[0], self.far[1]
        taken = True
        try:
            while data := await reader.read(BLOCK):
                self.talk.asked(data, time.time())
                self.relay.record(self.talk)
                if taken:
                    taken = await _written(writer, data)
        except OSError:
            self.broken = True
        self.ended_by = self.ended_by or "client"
        self.talk.asked(b"", time.time())
        if not self.broken and self._half_closes:
            with contextlib.suppress(OSError):
                writer.write_eof()

    async def _answers(self) -> None:
        """Pass on what the target answers; it is read before the client can act on it."""
        reader, writer = self.far[0], self.near[1]
        try:
            while data := await reader.read(BLOCK):
                self.talk.answered(data, time.time())
                if not await _written(writer, data):
                    self.ended_by = self.ended_by or "client"
                    return
                self.relay.record(self.talk)
        except OSError:
            # a reset of the target reads as its end: what it answered before that is passed on
            pass
        self.ended_by = self.ended_by or "target"
        self.talk.answered(b"", time.time())
        if writer.can_write_eof():
            with contextlib.suppress(OSError):
                writer.write_eof()


async def _written(writer: asyncio.StreamWriter, data: bytes) -> bool:
    """Pass bytes on; False if the other side takes none any more."""
    try:
        writer.write(data)
        await writer.drain()
    except OSError:
        return False
    return True
