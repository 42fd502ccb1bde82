"""How the head and the body of a request are written as bytes, in each of its framings."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from pytest_zstack_ticket.model.exchange import Framing, Request

TRAILING = "X-Trailing-"
"""How the names of headers begin that are sent behind the body, without this beginning."""
SLOW: tuple[Framing, ...] = ("slow-body", "slow-body-near", "two-segments")
"""Framings that differ from a plain one only in when their bytes are sent."""
Lines = list[str]
Framed = tuple[Lines, bytes]
"""The lines of a head, and the body behind it."""


def framed(request: Request, *, host: str, root: str) -> bytes:
    """Return the bytes of a request in its framing."""
    body = request.body or b""
    lines = [
        f"{request.method} {root.rstrip('/')}{request.path} HTTP/1.1",
        f"Host: {host}",
        *(f"{name}: {value}" for name, value in request.headers),
        "Connection: close",
        f"Content-Length: {len(body)}",
    ]
    if request.framing:
        lines, body = FRAMINGS[request.framing](lines, body)
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def _without(lines: Lines, name: str) -> Lines:
    return [line for line in lines if not line.lower().startswith(f"{name}:")]


def _changed_line(start: str, change: Callable[[str], str]) -> Callable[[Lines, bytes], Framed]:
    """Change the lines that begin with a text."""
    return lambda lines, body: ([change(one) if one.startswith(start) else one for one in lines], body)


def _added(*more: str) -> Callable[[Lines, bytes], Framed]:
    return lambda lines, body: ([*lines, *more], body)


def _two_lengths(lines: Lines, body: bytes) -> Framed:
    """Announce a second length that covers two more line ends: either length ends behind the JSON.

    Line ends before a request are skipped by servers (RFC 9112 section 2.2), should these be left over.
    """
    return [*lines, f"Content-Length: {len(body) + 4}"], body + b"\r\n\r\n"


def _chunks(body: bytes, *, end: bytes = b"0\r\n\r\n", extension: bytes = b"") -> bytes:
    return f"{len(body):x}".encode() + extension + b"\r\n" + body + b"\r\n" + end


def _chunked(lines: Lines, body: bytes, *, coding: str = "chunked", end: bytes = b"0\r\n\r\n") -> Framed:
    return [*_without(lines, "content-length"), f"Transfer-Encoding: {coding}"], _chunks(body, end=end)


def _both(lines: Lines, body: bytes) -> Framed:
    """Send chunks with a length as well, that of all bytes: nothing is left over whichever counts."""
    chunks = _chunks(body)
    return [*_without(lines, "content-length"), f"Content-Length: {len(chunks)}", "Transfer-Encoding: chunked"], chunks


def _several(lines: Lines, body: bytes) -> Framed:
    """Send a body in three chunks, the first of a single byte."""
    cuts = (0, 1, len(body) // 2, len(body))
    chunks = [_chunks(body[start:end], end=b"") for start, end in pairwise(cuts) if end > start]
    return [*_without(lines, "content-length"), "Transfer-Encoding: chunked"], b"".join(chunks) + b"0\r\n\r\n"


def _no_chunks(lines: Lines, body: bytes, *, coding: str = "chunked") -> Framed:
    """Announce chunks and a length, and send only what has that length: read as chunks it is broken (RFC 9112, 6.3).

    The blank lines behind the JSON are part of the length. A reader that takes no number for a last chunk ends there.
    """
    body += b"\r\n\r\n"
    return [*_without(lines, "content-length"), f"Content-Length: {len(body)}", f"Transfer-Encoding: {coding}"], body


def _extended(lines: Lines, body: bytes) -> Framed:
    """Send chunks with an extension, and a trailer of two fields: a server may have read no more than one."""
    chunked = [*_without(lines, "content-length"), "Transfer-Encoding: chunked"]
    return chunked, _chunks(body, extension=b";conformance=1", end=b"0\r\nX-Conformance: 1\r\nX-Further: 1\r\n\r\n")


def _trailing(lines: Lines, body: bytes) -> Framed:
    """Send chunks, and behind them as a trailer what the headers named `X-Trailing-...` hold."""
    footers = [line[len(TRAILING) :] for line in lines if line.startswith(TRAILING)]
    named = ", ".join(line.partition(":")[0] for line in footers)
    kept = [line for line in _without(lines, "content-length") if not line.startswith(TRAILING)]
    end = "".join(f"{line}\r\n" for line in ("0", *footers, "")).encode("latin-1")
    return [*kept, f"Trailer: {named}", "Transfer-Encoding: chunked"], _chunks(body, end=end)


def _kept_open_chunks(lines: Lines, body: bytes) -> Framed:
    """Leave the connection open behind chunks with an extension and a trailer, of which nothing is a request line."""
    return _extended(_without(lines, "connection"), body)


def _padded(lines: Lines, body: bytes) -> Framed:  # but no tab around a length: Node takes none there, to be safe
    pads = ((line, "" if line.startswith("Content-Length") else "\t") for line in lines[1:])
    return [lines[0], *(line.replace(": ", f": {pad} ", 1) + f" {pad} " for line, pad in pads)], body


def _more_promised(lines: Lines, body: bytes) -> Framed:
    return [*_without(lines, "content-length"), f"Content-Length: {len(body) + 10}"], body


def _other_host(lines: Lines, body: bytes) -> Framed:
    method, path, version = lines[0].split(" ")
    return [f"{method} http://conformance.invalid{path} {version}", *lines[1:]], body


FRAMINGS: dict[Framing, Callable[[Lines, bytes], Framed]] = {
    "plain": lambda lines, body: (lines, body),
    "padded-values": _padded,
    "two-lengths": _two_lengths,
    "length-no-number": _changed_line("Content-Length", lambda line: f"{line}x"),
    "length-negative": _changed_line("Content-Length", lambda _: "Content-Length: -1"),
    "blank-before-colon": _changed_line("Content-Type", lambda line: line.replace(":", " :", 1)),
    "no-colon": _added("X-Conformance"),
    "no-host": lambda lines, body: (_without(lines, "host"), body),
    "bad-method": _changed_line("POST", lambda line: line.replace("POST", "PO<ST", 1)),
    "two-hosts": _added("Host: conformance.invalid"),
    "other-host": _other_host,
    "folded-header": _added("X-Conformance: 1", " 2"),
    "bare-cr": _added("X-Conformance: 1\r2"),
    "blank-line-first": lambda lines, body: (["", *lines], body),
    "length-and-chunks": _both,
    "length-without-chunks": _no_chunks,
    "length-without-capital-chunks": lambda lines, body: _no_chunks(lines, body, coding="Chunked"),
    "several-chunks": _several,
    "chunk-extension": _extended,
    "trailing-headers": _trailing,
    "unknown-coding": lambda lines, body: _chunked(lines, body, coding="conformance"),
    "cut-length": _more_promised,
    "cut-chunks": lambda lines, body: _chunked(lines, body, end=b""),
    "kept-open": lambda lines, body: (_without(lines, "connection"), body),
    "kept-open-chunks": _kept_open_chunks,
    "expecting": _added("Expect: 100-continue"),
    **dict.fromkeys(SLOW, lambda lines, body: (lines, body)),
}
"""How the head and the body of a request are written."""
