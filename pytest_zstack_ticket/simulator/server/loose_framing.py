"""Requests whose framing is wrong, read all the same: for the faults of a server that takes any framing."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pytest_zstack_ticket.model.exchange import Request


def loose_request(raw: bytes) -> Request | None:
    """Return what a careless server makes of a head and the body behind it; None if there is no line of a request."""
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) < 2:
        return None
    pairs = (line.partition(":") for line in lines if ":" in line)
    headers = tuple((name.strip(), value.strip()) for name, _, value in pairs)
    method = "".join(filter(str.isalpha, words[0]))
    return Request(method=method, path=words[1], headers=headers, body=body or None)


def believing_length(data: bytes) -> bytes:
    """Return bytes whose head announces no transfer coding where it has a length: for a server that believes that."""
    head, end, body = data.partition(b"\r\n\r\n")
    if not (end and re.search(rb"(?im)^content-length:", head)):
        return data
    return re.sub(rb"(?i)\r\ntransfer-encoding:[^\r\n]*", b"", head) + end + body


def by_part(parts: Iterable[bytes]) -> list[bytes]:
    """Return the parts of a body as one reads them who decodes each by itself."""
    return [part.decode(errors="replace").encode() for part in parts]
