"""The digest of a plain JSON value, independent of how it is written."""

from __future__ import annotations

import hashlib
import json

from pytest_zstack_ticket.model.exchange import Json


def digest(value: Json) -> str:
    """Return the SHA-256 of a JSON value, written with sorted keys and no spaces."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"
