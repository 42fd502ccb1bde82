"""The nonce of a ticket: where drafts have room for one a fresh one is put, so that the ticket can be found again."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import NONCE

_NONCE = NONCE.encode()


def with_fresh_nonce(body: bytes, mark: str) -> bytes:
    """Return a body with a fresh nonce that begins with a run's mark where it has room for one."""
    fresh = f"{mark}{secrets.token_hex(4)}".encode()
    return body.replace(_NONCE, fresh).replace(_wide(_NONCE), _wide(fresh))


def repetition(request: Request, mark: str) -> Request:
    """Request to send again: what was sent, but a create carries a nonce of its own.

    A query for the first ticket then does not find the second one. Elsewhere a nonce names a ticket that exists.
    """
    if request.method != "POST" or request.body is None:
        return request
    fresh = f"{mark}{secrets.token_hex(4)}".encode()
    narrow, wide = re.escape(mark.encode()), re.escape(_wide(mark.encode()))
    body = re.sub(narrow + b"[0-9a-f]{8}", lambda _: fresh, request.body)
    return replace(request, body=re.sub(wide + b"(?:[0-9a-f]\x00){8}", lambda _: _wide(fresh), body))


def _wide(text: bytes) -> bytes:
    """Return ASCII text as it stands in a body in UTF-16 (its second byte order differs by what surrounds it)."""
    return text.decode().encode("utf-16-le")
