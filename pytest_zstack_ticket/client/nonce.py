"""The nonce of a ticket: where drafts have room for one a fresh one is put, so that the ticket can be found again."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import NONCE

_NONCE = NONCE.encode()
_NARROW = re.compile(rb"(zt-[0-9a-f]{8})[0-9a-f]{8}")
_WIDE = re.compile(rb"(z\x00t\x00-\x00(?:[0-9a-f]\x00){8})(?:[0-9a-f]\x00){8}")


def with_fresh_nonce(body: bytes, mark: str) -> bytes:
    """Return a body with a fresh nonce that begins with a run's mark where it has room for one."""
    fresh = f"{mark}{secrets.token_hex(4)}".encode()
    return body.replace(_NONCE, fresh).replace(_wide(_NONCE), _wide(fresh))


def repetition(request: Request) -> Request:
    """Request to send again: what was sent, but a create carries a nonce of its own after the run's mark.

    A query for the first ticket then does not find the second one. Elsewhere a nonce names a ticket that exists.
    """
    if request.method != "POST" or request.body is None:
        return request
    fresh = secrets.token_hex(4).encode()
    body = _NARROW.sub(lambda found: found[1] + fresh, request.body)
    return replace(request, body=_WIDE.sub(lambda found: found[1] + _wide(fresh), body))


def _wide(text: bytes) -> bytes:
    """Return ASCII text as it stands in a body in UTF-16 (its second byte order differs by what surrounds it)."""
    return text.decode().encode("utf-16-le")
