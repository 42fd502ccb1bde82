"""The nonce of a ticket: where drafts have room for one a fresh one is put, so that the ticket can be found again."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import FRESH_UUID, NONCE

JOB_UUID, FRESH = "X-Job-UUID", "fresh"
"""The header that asks for the id of a job, and what stands there for one that is unused whenever it is sent."""
PADS = (b"", b"\0", b"\0\0\0")
"""What follows each letter of ASCII text in UTF-8 and its like, in UTF-16 and in UTF-32.

In the other byte order it precedes each letter, and then what surrounds the text completes the same bytes.
"""


def with_fresh_nonce(request: Request, mark: str) -> Request:
    """Request with a fresh nonce that begins with a run's mark, and an unused resourceUuid, where its body has room."""
    fresh, unused = f"{mark}{secrets.token_hex(4)}".encode(), uuid.uuid4().hex.encode()

    def put(body: bytes) -> bytes:
        for pad in PADS:
            body = body.replace(_padded(NONCE.encode(), pad), _padded(fresh, pad))
        return body.replace(FRESH_UUID.encode(), unused)

    return _changed(request, put)


def repetition(request: Request) -> Request:
    """Request to send again: what was sent, but a create carries a nonce of its own after the run's mark.

    A query for the first ticket then does not find the second one. Elsewhere a nonce names a ticket that exists.
    """
    if request.method != "POST" or request.body is None:
        return request
    fresh = secrets.token_hex(4).encode()

    def renew(body: bytes) -> bytes:
        for pad in PADS:
            end = _padded(fresh, pad)
            body = _pattern(pad).sub(lambda found, end=end: found[1] + end, body)  # type: ignore[misc] # bound in the loop
        return body

    return _changed(request, renew)


def with_fresh_job(request: Request) -> Request:
    """Request with an unused job id where it asks for a fresh one."""
    fresh = (JOB_UUID, uuid.uuid4().hex)
    return replace(request, headers=tuple(fresh if pair == (JOB_UUID, FRESH) else pair for pair in request.headers))


def _changed(request: Request, change: Callable[[bytes], bytes]) -> Request:
    """Change a body, and what it means, alike."""
    body = None if request.body is None else change(request.body)
    reading = None if request.reading is None else change(request.reading)
    return replace(request, body=body, reading=reading)


def _pattern(pad: bytes) -> re.Pattern[bytes]:
    digits = b"(?:[0-9a-f]" + pad + b"){8}"
    return re.compile(b"(" + _padded(b"zt-", pad) + digits + b")" + digits)


def _padded(text: bytes, pad: bytes) -> bytes:
    return b"".join(bytes((letter,)) + pad for letter in text)
