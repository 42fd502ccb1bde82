"""A line with faults between us and a target: `python -m tests.soak.proxy --upstream HOST:PORT --kind KIND --seed N`.

A process of its own on real sockets; HTTP is read and written by h11. It prints its port. Each request meets the fault
with the probability `--often`, drawn from the seed, so trouble is sporadic as on a real line.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import random
import struct
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.utils import formatdate

import h11

PAGE = b"<html><head><title>%d %s</title></head><body><center><h1>%d %s</h1></center><hr>nginx</body></html>"


@dataclass
class Message:
    """A request or an answer: its first line as h11 has it, and its body."""

    head: h11.Request | h11.Response
    body: bytes = b""


@dataclass
class Call:
    """One request on its way, with what a fault needs to spoil it."""

    proxy: Proxy
    request: Message
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(self) -> Message:
        """Return the target's answer."""
        return await self.proxy.ask(self.request)

    async def give(self, data: bytes) -> None:
        """Write bytes as they are."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Close with RST."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER of no seconds
        self.writer.transport.abort()


Spoil = Callable[[Call], Awaitable[bool]]
"""Deals with a call; True if the connection may be used again."""


@dataclass
class Proxy:
    """Passes requests on and spoils some."""

    host: str
    port: int
    kind: str
    often: float
    draw: random.Random
    down_until: float = 0.0
    storm: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def ask(self, request: Message) -> Message:
        """Send a request to the target over a connection of its own and return the answer."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        try:
            line = h11.Connection(h11.CLIENT)
            head = request.head
            assert isinstance(head, h11.Request)
            kept = [(name, value) for name, value in head.headers.raw_items() if name.lower() != b"connection"]
            fresh = h11.Request(method=head.method, target=head.target, headers=[*kept, (b"Connection", b"close")])
            writer.write(line.send(fresh) or b"")
            if request.body:
                writer.write(line.send(h11.Data(data=request.body)) or b"")
            writer.write(line.send(h11.EndOfMessage()) or b"")
            await writer.drain()
            return await read(line, reader)
        finally:
            writer.close()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        if self.kind == "slow-accept" and self.draw.random() < self.often:
            await asyncio.sleep(0.4)
        line = h11.Connection(h11.SERVER)
        with contextlib.suppress(OSError, h11.ProtocolError, EOFError, asyncio.IncompleteReadError):
            while await self._one(line, reader, writer):
                line.start_next_cycle()
        writer.close()

    async def _one(self, line: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        if time.monotonic() < self.down_until:
            writer.transport.abort()
            return False
        request = await read(line, reader)
        call = Call(self, request, reader, writer)
        spoiled = self.storm > 0 or self.draw.random() < self.often
        self.storm -= self.storm > 0
        if spoiled and not await KINDS[self.kind](call):
            return False
        if spoiled:
            # the fault has answered in h11's stead: let h11 know, so that the next cycle can start
            for event in (h11.Response(status_code=200, headers=[("content-length", "0")]), h11.EndOfMessage()):
                line.send(event)
            return line.states[h11.CLIENT] is h11.DONE and line.states[h11.SERVER] is h11.DONE
        answer = await call.ask()
        await call.give(raw(answer))
        for event in (h11.Response(status_code=200, headers=[("content-length", "0")]), h11.EndOfMessage()):
            line.send(event)
        return line.states[h11.CLIENT] is h11.DONE and line.states[h11.SERVER] is h11.DONE


async def read(line: h11.Connection, reader: asyncio.StreamReader) -> Message:
    """Read one whole message. Raises EOFError if the connection ends first."""
    found: Message | None = None
    parts: list[bytes] = []
    while True:
        event = line.next_event()
        if event is h11.NEED_DATA:
            if line.they_are_waiting_for_100_continue:
                line.send(h11.InformationalResponse(status_code=100, headers=[]))
            data = await reader.read(65536)
            line.receive_data(data)
            if not data and found is None:
                raise EOFError
        elif isinstance(event, h11.Request | h11.Response):
            found = Message(event)
        elif isinstance(event, h11.Data):
            parts.append(bytes(event.data))
        elif isinstance(event, h11.EndOfMessage):
            assert found is not None
            found.body = b"".join(parts)
            return found
        elif isinstance(event, h11.ConnectionClosed):
            raise EOFError


def raw(answer: Message, *, headers: tuple[tuple[bytes, bytes], ...] = (), length: int | None = None) -> bytes:
    """Return the bytes of an answer, with a content length."""
    head = answer.head
    assert isinstance(head, h11.Response)
    without = (b"transfer-encoding", b"content-length", b"connection")
    kept = [(name, value) for name, value in head.headers.raw_items() if name.lower() not in without]
    size = len(answer.body) if length is None else length
    pairs = [*kept, *headers, (b"Content-Length", b"%d" % size)]
    lines = [b"HTTP/1.1 %d %s" % (head.status_code, bytes(head.reason) or b"-")]
    return b"\r\n".join([*lines, *(name + b": " + value for name, value in pairs), b"", b""]) + answer.body


def page(status: int, words: str, *headers: tuple[bytes, bytes]) -> bytes:
    """Return the bytes of a gateway's page."""
    body = PAGE % (status, words.encode(), status, words.encode())
    lines = [b"HTTP/1.1 %d %s" % (status, words.encode()), b"Server: nginx", b"Content-Type: text/html"]
    lines += [name + b": " + value for name, value in headers]
    return b"\r\n".join([*lines, b"Content-Length: %d" % len(body), b"", b""]) + body


def gateway(status: int, words: str, *headers: tuple[bytes, bytes], storm: int = 0) -> Spoil:
    """Answer a page instead of the target; `storm` does so for the next requests too."""

    async def spoil(call: Call) -> bool:
        if storm and not call.proxy.storm:
            call.proxy.storm = storm
        await call.give(page(status, words, *headers))
        return True

    return spoil


def closing(*, forwarded: bool, reset: bool, share: float = 0.0) -> Spoil:
    """Close or reset the connection, before or after the target has the request, after a share of the answer."""

    async def spoil(call: Call) -> bool:
        if forwarded:
            whole = raw(await call.ask())
            await call.give(whole[: int(len(whole) * share)])
            await asyncio.sleep(0.01)
        if reset:
            call.reset()
        return False

    return spoil


def spoiled(change: Callable[[bytes], bytes], *, close: bool = True) -> Spoil:
    """Answer with other bytes."""

    async def spoil(call: Call) -> bool:
        await call.give(change(raw(await call.ask())))
        return not close

    return spoil


def slow(*, before: float = 0.0, step: float = 0.0, size: int = 1) -> Spoil:
    """Answer late, or in small pieces."""

    async def spoil(call: Call) -> bool:
        whole = raw(await call.ask())
        await asyncio.sleep(before)
        for start in range(0, len(whole), size if step else len(whole)):
            await call.give(whole[start : start + (size if step else len(whole))])
            await asyncio.sleep(step)
        return True

    return spoil


async def twice_delivered(call: Call) -> bool:
    """Let the target have the request twice; answer what came to the first."""
    first = await call.ask()
    with contextlib.suppress(OSError, EOFError):
        await call.ask()
    await call.give(raw(first))
    return True


async def half_close(call: Call) -> bool:
    """Close our side without an answer and wait for the other."""
    call.writer.write_eof()
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(call.reader.read(1), 1)
    return False


async def restart(call: Call) -> bool:
    """Be down for a second."""
    call.proxy.down_until = time.monotonic() + 1.0
    call.reset()
    return False


async def throw_out(call: Call) -> bool:
    """End the session of a request at the target, then pass the request on."""
    head = call.request.head
    assert isinstance(head, h11.Request)
    token = next((value for name, value in head.headers if name == b"authorization"), b"").removeprefix(b"OAuth ")
    if token:
        path = head.target.split(b"/v1/")[0] + b"/v1/accounts/sessions/" + token
        logout = h11.Request(method=b"DELETE", target=path, headers=[(b"Host", b"target")])
        await call.proxy.ask(Message(logout))
    await call.give(raw(await call.ask()))
    return True


async def broken_gzip(call: Call) -> bool:
    """Say that the answer is packed, and cut what is packed."""
    answer = await call.ask()
    answer.body = gzip.compress(answer.body)[:-6]
    await call.give(raw(answer, headers=((b"Content-Encoding", b"gzip"),)))
    return True


async def broken_chunks(call: Call) -> bool:
    """Send a chunk that is shorter than it says, and close."""
    answer = await call.ask()
    head = raw(answer).split(b"\r\n\r\n")[0]
    kept = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-length"))
    await call.give(kept + b"\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n" % (len(answer.body) + 9) + answer.body)
    return False


async def added_headers(call: Call) -> bool:
    """Add what proxies add."""
    more = ((b"Via", b"1.1 cache"), (b"X-Cache", b"MISS"), (b"Age", b"0"), (b"Set-Cookie", b"lb=node-1; Path=/"))
    await call.give(raw(await call.ask(), headers=more))
    return True


async def pause(call: Call) -> bool:
    """Stop in the middle of the answer for a while."""
    whole = raw(await call.ask())
    await call.give(whole[: len(whole) // 2])
    await asyncio.sleep(0.4)
    await call.give(whole[len(whole) // 2 :])
    return True


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"
LATER = formatdate(time.time() + 2, usegmt=True).encode()
KINDS: dict[str, Spoil] = {
    "reset-before": closing(forwarded=False, reset=True),
    "reset-after": closing(forwarded=True, reset=True),
    "reset-in-head": closing(forwarded=True, reset=True, share=0.1),
    "reset-in-body": closing(forwarded=True, reset=True, share=0.9),
    "close-before": closing(forwarded=False, reset=False),
    "close-after": closing(forwarded=True, reset=False),
    "close-in-head": closing(forwarded=True, reset=False, share=0.1),
    "close-in-body": closing(forwarded=True, reset=False, share=0.9),
    "half-close": half_close,
    "delay": slow(before=0.25),
    "delay-too-long": slow(before=2.6),
    "throttle": slow(step=0.005, size=64),
    "trickle": slow(step=0.002, size=8),
    "pause": pause,
    "twice-delivered": twice_delivered,
    "twice-answered": spoiled(lambda whole: whole + whole),
    "garbage-before": spoiled(lambda whole: b"\x16\x03\x01\x00\xff garbage\r\n" + whole),
    "garbage-after": spoiled(lambda whole: whole + b"\x00\xff garbage"),
    "early-hints": spoiled(lambda whole: HINTS * 3 + whole, close=False),
    "broken-gzip": broken_gzip,
    "broken-chunks": broken_chunks,
    "no-reason": spoiled(lambda whole: b"HTTP/1.1 " + whole[9:12] + whole[whole.index(b"\r\n") :], close=False),
    "added-headers": added_headers,
    "slow-accept": slow(),
    "restart": restart,
    "session-thrown-out": throw_out,
    "gateway-502": gateway(502, "Bad Gateway"),
    "gateway-503": gateway(503, "Service Temporarily Unavailable"),
    "gateway-503-later": gateway(503, "Service Unavailable", (b"Retry-After", b"1")),
    "gateway-504": gateway(504, "Gateway Time-out"),
    "gateway-408": gateway(408, "Request Time-out"),
    "gateway-429": gateway(429, "Too Many Requests", (b"Retry-After", b"1")),
    "gateway-429-date": gateway(429, "Too Many Requests", (b"Retry-After", LATER)),
    "gateway-429-bare": gateway(429, "Too Many Requests"),
    "gateway-429-storm": gateway(429, "Too Many Requests", (b"Retry-After", b"1"), storm=6),
    "gateway-403": gateway(403, "Forbidden"),
    "gateway-401": gateway(401, "Authorization Required"),
    "gateway-login": gateway(302, "Found", (b"Location", b"https://sso.invalid/login")),
}


async def main() -> None:
    """Serve until killed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--kind", choices=sorted(KINDS), required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--often", type=float, default=0.05)
    report = parser.parse_args()
    host, _, port = report.upstream.rpartition(":")
    proxy = Proxy(host, int(port), report.kind, report.often, random.Random(report.seed))

    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
