"""What the lines of an evidence file come to, and what was done to lines that come to something else.

The Merkle root decides; `unordered`, a sum in which order does not matter, only tells a changed line from a moved one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.merkle import MerkleTree

WORD = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """Number, Merkle root and sum of the lines before the footer; hashes in hexadecimal."""

    size: int
    root: str
    unordered: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """What was read of a file: its seal, the run that its header names, and whether it has a footer."""

    seal: Seal
    run: str
    whole: bool


def sealed(lines: Iterable[bytes]) -> Sealed:
    """Return what the lines of an evidence file come to; a footer is no leaf. Raises what reading them raises."""
    tree, total, run = MerkleTree(), 0, ""
    last: bytes | None = None
    for line in lines:
        # only the last line can be the footer, so each line waits for the next one
        if last is not None:
            total = _add(tree, total, last)
        else:
            header = _value(line)
            run = str(header.get("run", "")) if header.get("type") == "header" else ""
        last = line.rstrip(b"\n")
    whole = last is not None and _value(last).get("type") == "footer"
    if last is not None and not whole:
        total = _add(tree, total, last)
    return Sealed(seal=Seal(size=tree.size, root=tree.root(), unordered=f"{total:064x}"), run=run, whole=whole)


def _add(tree: MerkleTree, total: int, leaf: bytes) -> int:
    tree.add(leaf)
    return (total + int.from_bytes(hashlib.sha256(leaf).digest(), "big")) % WORD


def _value(leaf: bytes) -> dict[str, Any]:
    """Return a line's object; an empty one for a line that is torn or something else."""
    try:
        entry = parse(leaf)
    except ValueError:
        return {}
    return entry if isinstance(entry, dict) else {}


def tampering(found: Sealed, signed: Seal, run: str) -> str | None:
    """Return the reason to reject evidence, None if its lines are those that were signed."""
    if found.run != run:
        return "evidence-of-other-run"
    if not found.whole:
        return "evidence-truncated"
    if found.seal.size != signed.size:
        return "evidence-dropped" if found.seal.size < signed.size else "evidence-added"
    if found.seal.root == signed.root:
        return None
    return "evidence-reordered" if found.seal.unordered == signed.unordered else "evidence-changed"


def names_in_requests(lines: Iterable[bytes], nonce: str) -> bool:
    """Return True if a ticket that was asked for carries a nonce; it is made of letters, digits, `.`, `_` and `-`."""
    needle = nonce.encode()
    return any(needle in line and _asks_for_ticket(line, nonce) for line in lines)


def _asks_for_ticket(line: bytes, nonce: str) -> bool:
    entry = _value(line)
    request = entry.get("request") if entry.get("type") == "exchange" else None
    if not isinstance(request, dict):
        return False
    posted = request.get("method") == "POST" and str(request.get("path", "")).startswith("/v1/tickets")
    return posted and nonce in str(request.get("body", ""))
