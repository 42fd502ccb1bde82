"""Digest of an input: what was sent to the target, without the parts that differ each time."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from pytest_zstack_ticket.model.exchange import Request, Trails
from pytest_zstack_ticket.model.http_client import ADDED
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN

EACH_TIME = frozenset({"authorization", "date", "x-job-uuid"})
"""Headers that do not belong to an input: session, date, and the requested job id."""


def input_of(role: str, trails: Trails) -> str:
    """Digest the input that a role sent, empty if it sent nothing."""
    trail = trails.get(role, ())
    return _digest(trail[0].request) if trail else ""


@lru_cache(maxsize=1024)
def _digest(request: Request) -> str:
    sent = ((name.lower(), value) for name, value in request.headers)
    headers = sorted(pair for pair in sent if pair[0] not in EACH_TIME and pair not in ADDED)
    head = NONCE_BYTES_PATTERN.sub(b"", repr((request.method, request.path, headers, request.body is None)).encode())
    parts = hashlib.blake2b(head + b"\0" + NONCE_BYTES_PATTERN.sub(b"", request.body or b""), digest_size=6)
    return parts.hexdigest()
