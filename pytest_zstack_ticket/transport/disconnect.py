"""Deliver a request on a connection that we cut ourselves, as a line does that dies after the last byte was sent."""

from __future__ import annotations

import select
import socket
import ssl
import time
from urllib.parse import urlsplit

import h11

from pytest_zstack_ticket.model.exchange import Failure, Request
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.error_mapping import failure_of

MAX_WAIT = 2.0
"""Seconds to wait for an answer to be there, before the connection is cut without one."""
LINGER = 0.05
"""Seconds that what was sent has to arrive: closing a connection with unread bytes may discard what is under way."""
CUT = "we cut the connection before the answer was read"


class DisconnectingSender:
    """Sends a request on a connection of its own, and reads nothing."""

    def __init__(self, settings: Settings, tls: ssl.SSLContext | None) -> None:
        self._settings = settings
        self._tls = tls
        self._root = urlsplit(settings.url)

    def send(self, request: Request) -> Failure:
        """Deliver one request; what comes back is always a Failure, `sent` if all of it has left."""
        patience, sent = self._settings.patience, False
        try:
            with connected(self._settings, self._tls) as line:
                line.settimeout(patience.read)
                line.sendall(self._bytes(request))
                sent = True
                if request.cut == "when-answered":
                    select.select([line], [], [], MAX_WAIT)
                else:
                    time.sleep(LINGER)
        except (OSError, ValueError, h11.LocalProtocolError) as error:
            return failure_of(error, sent=sent, patience=patience)
        return Failure(kind="reset", detail=CUT)

    def _bytes(self, request: Request) -> bytes:
        """Return a request as it stands on the line. Raises h11.LocalProtocolError for one that HTTP cannot hold."""
        body = request.body or b""
        target = (self._root.path.rstrip("/") + request.path).encode("utf-8", "surrogateescape")
        headers = [("Host", self._root.netloc.rpartition("@")[2]), *request.headers, ("Content-Length", str(len(body)))]
        writer = h11.Connection(h11.CLIENT)
        head = h11.Request(
            method=request.method,
            target=target,
            headers=[(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers],
        )
        events = (head, h11.Data(data=body), h11.EndOfMessage())
        return b"".join(writer.send(event) or b"" for event in events)


def connected(settings: Settings, tls: ssl.SSLContext | None) -> socket.socket:
    """Open a connection of its own to the target. Raises OSError."""
    root = urlsplit(settings.url)
    port = root.port or (443 if tls else 80)
    line = socket.create_connection((root.hostname or "", port), timeout=settings.patience.connect)
    if tls is None:
        return line
    try:
        return tls.wrap_socket(line, server_hostname=root.hostname)
    except BaseException:
        line.close()
        raise
