"""The nonce of a ticket: where drafts have room for one a fresh one is put, so that the ticket can be found again."""

from __future__ import annotations

import secrets

from pytest_zstack_ticket.model.nonce import NONCE

_NONCE = NONCE.encode()


def with_fresh_nonce(body: bytes, mark: str) -> bytes:
    """Return a body with a fresh nonce that begins with a run's mark where it has room for one."""
    fresh = f"{mark}{secrets.token_hex(4)}".encode()
    return body.replace(_NONCE, fresh).replace(_wide(_NONCE), _wide(fresh))


def _wide(text: bytes) -> bytes:
    """Return ASCII text as it stands in a body in UTF-16 (its second byte order differs by what surrounds it)."""
    return text.decode().encode("utf-16-le")
