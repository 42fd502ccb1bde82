"""The nonces in ticket names: one of each ticket, and one that a certifier gives out for a whole run.

Both are defined here alone, with what stands for them in drafts. JSON Schemas repeat the certifier's pattern; a test
compares them.
"""

from __future__ import annotations

import hashlib
import re

NONCE = "zt-0000000000000000"
"""Placeholder in drafts; a fresh nonce replaces it when a request is sent."""
FRESH_UUID = "00000000000040008000000000000000"
"""Placeholder of a resourceUuid in drafts; a fresh one replaces it when a request is sent."""
NONCE_PATTERN = re.compile(r"zt-[0-9a-f]{16}")
NONCE_BYTES_PATTERN = re.compile(NONCE_PATTERN.pattern.encode())
CERTIFIER_NONCE_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
"""Fits into a name, a URL, a shell command and a query unescaped, and is never taken for an option."""
CERTIFIER_NONCE_FORM = "8 to 64 letters, digits, dots, dashes or underscores, the first a letter or digit"


def nonce_seed(nonce: str) -> int:
    """Return the seed of a run with a certifier's nonce: before it is given out, what will be drawn is unknown."""
    return int.from_bytes(hashlib.sha256(nonce.encode()).digest()[:4], "big")


def is_certifier_nonce(text: str) -> bool:
    """Tell whether a certifier may give out a text as the nonce of a run."""
    return CERTIFIER_NONCE_PATTERN.fullmatch(text) is not None
