"""The HTTP clients that requests look like: a target that tells the suite from its clients could answer it alone well.

Each user of a run is one client, as in real traffic; the seed decides which. okhttp is the client of ZStack's Java SDK.
What all clients have in common (Host, Content-Length, `Accept-Encoding: gzip`) the transport adds.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

from pytest_zstack_ticket.model.exchange import Headers, Request


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpClient:
    """The headers of one HTTP client: those before the headers of a request, and those behind them."""

    before: Headers = ()
    after: Headers = ()

    @property
    def agent(self) -> str:
        """Its User-Agent."""
        return next(value for name, value in (*self.before, *self.after) if name == "User-Agent")

    def dressed(self, request: Request) -> Request:
        """Request with the client's headers, but for those that it names itself; one with a User-Agent is complete.

        Framing is about the connection's own headers, so a request with one of its own gets none.
        """
        named = {name.lower() for name, _ in request.headers}
        if "user-agent" in named:
            return request
        if request.framing or request.cut:
            named.add("connection")
        before, after = (
            tuple(pair for pair in pairs if pair[0].lower() not in named) for pairs in (self.before, self.after)
        )
        return replace(request, headers=(*before, *request.headers, *after))


def _java(version: str) -> HttpClient:
    return HttpClient(after=(("Connection", "Keep-Alive"), ("User-Agent", f"okhttp/{version}")))


JAVA_SDK = (_java("4.9.3"), _java("4.12.0"), _java("3.14.9"))
"""ZStack's Java SDK: 4.9.3 is what its pom asks for. Source: the requests recorded of the SDK."""
OTHERS = (
    HttpClient(after=(("Connection", "Keep-Alive"), ("User-Agent", "Apache-HttpClient/4.5.13 (Java/1.8.0_392)"))),
    HttpClient(before=(("User-Agent", "Java-http-client/11.0.22"),)),
    HttpClient(before=(("User-Agent", "Go-http-client/1.1"),)),
    HttpClient(before=(("User-Agent", "python-requests/2.31.0"), ("Accept", "*/*"), ("Connection", "keep-alive"))),
    HttpClient(
        before=(("Accept", "*/*"), ("Connection", "keep-alive"), ("User-Agent", "python-httpx/0.27.0")),
    ),
    HttpClient(
        before=(("Accept", "application/json, text/plain, */*"),),
        after=(("User-Agent", "axios/1.6.8"), ("Connection", "keep-alive")),
    ),
)
"""What scripts, gateways and other services call the API with."""
ADDED = frozenset((name.lower(), value) for one in (*JAVA_SDK, *OTHERS) for name, value in (*one.before, *one.after))
"""The headers that a client adds, names in lower case: they belong to no input."""


def client_of(seed: object, user: str, *, certify: bool) -> HttpClient:
    """Client of a user of a run: the Java SDK, at effort certify for half of the users only.

    What stands before a cloud lets its SDK through; some refuse the clients of scripts.
    """
    digest = hashlib.sha256(f"{seed}/{user}".encode()).digest()
    clients = JAVA_SDK if digest[0] % 2 or not certify else OTHERS
    return clients[digest[1] % len(clients)]


def other_client(client: HttpClient, seed: object) -> HttpClient:
    """Client of another kind: the Java SDK for all that are not it."""
    clients = OTHERS if client in JAVA_SDK else JAVA_SDK
    return clients[hashlib.sha256(f"{seed}/other".encode()).digest()[0] % len(clients)]
