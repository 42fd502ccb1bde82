"""Tell one input from another: what was asked of the target, without what differs each time it is sent."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from pytest_zstack_ticket.model.exchange import Request, Trails
from pytest_zstack_ticket.model.nonce import NONCE_BYTES_PATTERN

EACH_TIME = frozenset({"authorization", "date", "x-job-uuid"})
"""Headers that say nothing of an input: session, signature, and the id that a job is to have."""


def input_of(role: str, trails: Trails) -> str:
    """Return what tells the input that a role sent from others, empty if it sent nothing."""
    trail = trails.get(role, ())
    return _told(trail[0].request) if trail else ""


@lru_cache(maxsize=1024)
def _told(request: Request) -> str:
    headers = sorted((name.lower(), value) for name, value in request.headers if name.lower() not in EACH_TIME)
    head = NONCE_BYTES_PATTERN.sub(b"", repr((request.method, request.path, headers, request.body is None)).encode())
    parts = hashlib.blake2b(head + b"\0" + NONCE_BYTES_PATTERN.sub(b"", request.body or b""), digest_size=6)
    return parts.hexdigest()
