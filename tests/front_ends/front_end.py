"""Front ends as they stand before real clouds: `python -m tests.front_ends.front_end --kind waf --upstream HOST:PORT`.

Unlike the lines of `tests/soak/proxy.py`, a front end does the same thing every time: it is a policy, not trouble.
A healthy cloud behind any of them must not fail. Each kind is one habit of products in use (nginx, HAProxy, WAFs).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gzip
import itertools
import re
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote_to_bytes

import h11

from tests.soak.proxy import Message, page, raw, read

SUSPECT = re.compile(
    rb"<script|<img|<svg|onerror=|javascript:|union\s+select|drop\s+table|'\s*or\s*'?1|--\s*$|\.\./|/etc/passwd|\$\{jndi|\{\{",
    re.IGNORECASE | re.MULTILINE,
)
"""What a web application firewall takes for an attack."""
FIREWALLS = {"waf": 403, "waf-400": 400, "waf-405": 405, "waf-406": 406}
"""Firewalls, and the status of their pages."""
BLOCKED = {
    "waf-json": (403, b"application/json", b"", '{"code":403,"msg":"您的请求存在安全风险","traceid":"7f3a"}'.encode()),
    "waf-json-200": (200, b"application/json", b"", b'{"code":10403,"success":false,"message":"request blocked"}'),
    "waf-200": (200, b"text/html", b"", b"<html><head><title>Request Rejected</title></head></html>"),
    "waf-text": (403, b"text/plain", b"", b"blocked by policy 17"),
    "waf-302": (302, b"text/html", b"https://block.example/denied?id=88", b""),
}
"""Firewalls that answer something else than a page of an error: its status, type, Location and body."""
RATE, BURST = 60, 15
"""Requests a second that the limiter lets pass, and at once."""
REASONS = {
    400: "Bad Request",
    401: "Authorization Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
LONGEST_URL = 8192
OF_THE_API = re.compile(rb"(/zstack)?/v1/+[a-z-]+(/|\?|;|%|$)")
"""Paths that a proxy with a user interface of its own passes on: all others are pages of that interface."""


@dataclass
class FrontEnd:
    """One front end: where it passes requests on to, and what it does to them."""

    kind: str
    upstreams: tuple[tuple[str, int], ...]
    per_connection: int = 7
    turn: Iterator[int] = field(default_factory=itertools.count)
    tokens: float = BURST
    filled: float = 0.0

    def own(self, head: h11.Request, body: bytes) -> bytes | None:
        """Return what this front end answers itself: a firewall, an API gateway that wants to see a session, a limiter.

        No bytes at all close the connection; None passes the request on.
        """
        suspect = SUSPECT.search(unquote_to_bytes(head.target.replace(b"+", b" ")) + b"\n" + decoded(body))
        if self.kind == "waf-closes" and suspect:
            return b""
        if self.kind in BLOCKED and suspect:
            return said(*BLOCKED[self.kind])
        named = any(
            name == b"authorization" and value.startswith((b"OAuth ", b"ZStack ")) for name, value in head.headers
        )
        if self.kind == "wants-session" and not named and b"login" not in head.target:
            return said(401, b"application/json", b"", b'{"message":"Missing Authentication Token"}')
        if self.kind in LIMITERS:
            now = asyncio.get_running_loop().time()
            self.tokens, self.filled = min(BURST, self.tokens + RATE * (now - self.filled)), now
            if self.tokens < 1:
                return LIMITERS[self.kind]
            self.tokens -= 1
        return None

    def choose(self, request: h11.Request) -> int:
        """Return which node gets a request."""
        if self.kind == "sticky-cookie":
            cookies = b"; ".join(value for name, value in request.headers if name == b"cookie")
            found = re.search(rb"NODE=n(\d)", cookies)
            if found:
                return int(found[1]) % len(self.upstreams)
        return next(self.turn) % len(self.upstreams)

    async def answer(self, request: Message) -> bytes:
        """Return the bytes that answer a request."""
        head = request.head
        assert isinstance(head, h11.Request)
        if self.kind in FIREWALLS and SUSPECT.search(unquote_to_bytes(head.target) + b"\n" + decoded(request.body)):
            return page(FIREWALLS[self.kind], REASONS[FIREWALLS[self.kind]])
        if self.kind == "own-limits" and (len(head.target) > LONGEST_URL or len(request.body) > 1 << 20):
            return (
                page(414, "Request-URI Too Large")
                if len(head.target) > LONGEST_URL
                else page(413, "Request Entity Too Large")
            )
        if self.kind == "user-interface" and head.method == b"GET" and not OF_THE_API.match(head.target):
            return page(200, "OK")
        own = self.own(head, request.body)
        if own is not None:
            return own
        node = self.choose(head)
        got = await ask(self.upstreams[node], rewritten(self.kind, request))
        return self.shaped(got, node)

    def shaped(self, got: Message, node: int) -> bytes:
        """Return an answer's bytes as this front end passes them on."""
        head = got.head
        assert isinstance(head, h11.Response)
        status = head.status_code
        hides: dict[str, Callable[[int], bool]] = {
            "pages-400": lambda one: one == 400,
            "pages-401": lambda one: one == 401,
            "pages-403": lambda one: one == 403,
            "pages-404": lambda one: one == 404,
            "pages-5xx": lambda one: one >= 500,
            "pages-4xx-5xx": lambda one: one >= 400,
        }
        if self.kind in hides and hides[self.kind](status):
            return page(status, REASONS.get(status, "Error"))
        if self.kind == "gateway-5xx" and status >= 500:
            return said(status, b"application/json", b"", b'{"message":"Service Unavailable"}')
        if self.kind == "sticky-cookie":
            return raw(got, headers=((b"Set-Cookie", b"NODE=n%d; Path=/" % node),))
        if self.kind == "gzip" and len(got.body) > 20:
            got.body = gzip.compress(got.body)
            return raw(got, headers=((b"Content-Encoding", b"gzip"), (b"Vary", b"Accept-Encoding")))
        if self.kind == "strips-headers":
            kept = [pair for pair in head.headers.raw_items() if pair[0].lower() not in STRIPPED]
            got = Message(h11.Response(status_code=status, headers=kept, reason=head.reason), got.body)
        if self.kind == "adds-headers":
            return raw(
                got,
                headers=((b"Via", b"1.1 edge"), (b"X-Cache", b"MISS"), (b"Strict-Transport-Security", b"max-age=1")),
            )
        return raw(got)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        line = h11.Connection(h11.SERVER, max_incomplete_event_size=1 << 20)
        with contextlib.suppress(OSError, EOFError, asyncio.IncompleteReadError):
            for number in itertools.count(1):
                try:
                    request = await read(line, reader)
                except h11.ProtocolError:
                    writer.write(page(400, "Bad Request", (b"Connection", b"close")))
                    break
                data = await self.answer(request)
                if not data:
                    break
                last = self.kind == "keep-alive-limit" and number >= self.per_connection
                if last:
                    data = data.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
                await self.give(
                    writer, data if bytes(request.head.method) != b"HEAD" else data.split(b"\r\n\r\n")[0] + b"\r\n\r\n"
                )
                for event in (h11.Response(status_code=200, headers=[("content-length", "0")]), h11.EndOfMessage()):
                    line.send(event)
                if last or line.states[h11.CLIENT] is not h11.DONE or line.states[h11.SERVER] is not h11.DONE:
                    break
                line.start_next_cycle()
        writer.close()

    async def give(self, writer: asyncio.StreamWriter, data: bytes) -> None:
        """Write an answer, all at once or in drips."""
        size = max(1, len(data) // 6) if self.kind == "slow-drip" else len(data)
        for start in range(0, len(data), size):
            writer.write(data[start : start + size])
            await writer.drain()
            if size < len(data):
                await asyncio.sleep(0.002)


STRIPPED = frozenset({b"server", b"date", b"set-cookie", b"vary", b"allow", b"cache-control", b"expires"})


def said(status: int, kind: bytes, place: bytes, body: bytes) -> bytes:
    """Return an answer of a front end's own, that is no page of an error."""
    headers = [(b"Content-Type", kind), (b"Content-Length", b"%d" % len(body))]
    headers += [(b"Location", place)] if place else []
    return raw(Message(h11.Response(status_code=status, headers=headers), body))


LIMITERS = {
    "limiter": said(429, b"application/json", b"", b'{"message":"API rate limit exceeded"}'),
    "limiter-page": page(403, "Forbidden"),
}
"""Limiters, and what they say."""


def decoded(body: bytes) -> bytes:
    """Return a body as a firewall looks at it: with JSON's escapes of markup undone."""
    return re.sub(rb"\\u00([0-7][0-9a-fA-F])", lambda found: bytes([int(found[1], 16)]), body)


def rewritten(kind: str, request: Message) -> Message:
    """Return a request as the node gets it."""
    head = request.head
    assert isinstance(head, h11.Request)
    target = bytes(head.target)
    if kind == "path-rewrite":
        target = re.sub(rb"^/cloud/api(?=/|$)", b"/zstack", target)
    return Message(h11.Request(method=head.method, target=target, headers=head.headers.raw_items()), request.body)


async def ask(node: tuple[str, int], request: Message) -> Message:
    """Send a request to a node over a connection of its own and return the answer."""
    reader, writer = await asyncio.open_connection(*node)
    try:
        line = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
        head = request.head
        assert isinstance(head, h11.Request)
        kept = [
            (name, value) for name, value in head.headers.raw_items() if name.lower() not in (b"connection", b"expect")
        ]
        fresh = h11.Request(method=head.method, target=head.target, headers=[*kept, (b"Connection", b"close")])
        writer.write(line.send(fresh) or b"")
        if request.body:
            writer.write(line.send(h11.Data(data=request.body)) or b"")
        writer.write(line.send(h11.EndOfMessage()) or b"")
        await writer.drain()
        return await read(line, reader)
    finally:
        writer.close()


KINDS = (
    "plain",
    "waf",
    "waf-400",
    "waf-405",
    "waf-406",
    *BLOCKED,
    "waf-closes",
    "wants-session",
    "gateway-5xx",
    "limiter",
    "limiter-page",
    "own-limits",
    "pages-400",
    "pages-401",
    "pages-403",
    "pages-404",
    "pages-5xx",
    "pages-4xx-5xx",
    "sticky-cookie",
    "two-nodes",
    "strips-headers",
    "adds-headers",
    "gzip",
    "keep-alive-limit",
    "slow-drip",
    "path-rewrite",
    "tls-offload",
    "user-interface",
)


async def main() -> None:
    """Serve until killed; print the port."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=KINDS, required=True)
    parser.add_argument("--upstream", action="append", required=True, help="HOST:PORT; several for several nodes")
    parser.add_argument("--certificate", type=Path, help="PEM of key and certificate, for tls-offload")
    arguments = parser.parse_args()
    nodes = tuple((host, int(port)) for host, _, port in (one.rpartition(":") for one in arguments.upstream))
    secure = None
    if arguments.certificate:
        secure = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secure.load_cert_chain(arguments.certificate)
    server = await asyncio.start_server(
        FrontEnd(arguments.kind, nodes).serve, "127.0.0.1", 0, ssl=secure, limit=1 << 22
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
