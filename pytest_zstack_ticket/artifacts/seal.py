"""What the lines of an evidence file come to, and what was done to lines that come to something else.

The Merkle root decides; `unordered`, a sum in which order does not matter, only tells a changed line from a moved one.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.nonce import NONCE_PATTERN

WORD = 1 << 256
TICKETS = "/v1/tickets"
SUCCESS, REDIRECTS = 200, 300
UNMARKED = '{"params":{"resourceUuid":"'
"""How the body of a create begins that a run sends without a mark, to know its ticket by."""


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


def _value(leaf: bytes) -> JsonObject:
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


@dataclass(frozen=True, slots=True, kw_only=True)
class NonceUse:
    """How many creates the target took at once, and how many of them carry the certifier's nonce.

    `unmarked` are those that carry no mark of a test, and begin with a resourceUuid to know their tickets by.
    """

    creates: int
    carrying: int
    unmarked: int = 0


def nonce_use(lines: Iterable[bytes], nonce: str) -> NonceUse:
    """Count the creates that were not refused at once; a longer text that contains the nonce is not the nonce."""
    exact = re.compile(rf"(?<![A-Za-z0-9._-]){re.escape(nonce)}(?![A-Za-z0-9._-])")
    taken = [entry for line in lines if b'"POST"' in line and (entry := _value(line)) and _is_taken_create(entry)]
    bodies = [_body_of(entry) for entry in taken]
    carrying = [exact.search(body) is not None for body in bodies]
    bare = (body for body, carries in zip(bodies, carrying, strict=True) if not carries and body.startswith(UNMARKED))
    unmarked = sum(NONCE_PATTERN.search(body) is None for body in bare)
    return NonceUse(creates=len(taken), carrying=sum(carrying), unmarked=unmarked)


def _is_taken_create(entry: JsonObject) -> bool:
    request, answer = entry.get("request"), entry.get("response")
    if entry.get("type") != "exchange" or not isinstance(request, dict) or not isinstance(answer, dict):
        return False
    status = answer.get("status")
    posted = request.get("method") == "POST" and str(request.get("path", "")).partition("?")[0] == TICKETS
    return posted and isinstance(status, int) and SUCCESS <= status < REDIRECTS


def _body_of(entry: JsonObject) -> str:
    """Return the body of a request as text; the zero bytes of UTF-16 and UTF-32 are left out."""
    body = entry["request"].get("body")
    if isinstance(body, dict):
        try:
            return b64decode(str(body.get("base64", ""))).replace(b"\0", b"").decode("latin-1")
        except ValueError:
            return ""
    return str(body)
