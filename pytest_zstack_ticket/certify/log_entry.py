"""The entry of a transparency log as JSON: of Rekor's API (version 1), or as a Sigstore bundle has it (both versions).

Reading one believes nothing of it; `certify/logged.py` holds it to the key of the log.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.merkle import leaf_hash
from pytest_zstack_ticket.certify.checkpoint import HASH, Checkpoint, read_checkpoint
from pytest_zstack_ticket.model.errors import EvidenceError

LARGEST = 1 << 20
"""Bytes of an entry; one of ours has a few thousand."""
LARGEST_NUMBER = (1 << 63) - 1
LATEST = 253_402_300_799
"""The last second of the year 9999, since 1970."""
LONGEST_PATH = 63
"""Hashes of a path: a tree of the largest size is that deep."""
UUID = re.compile(r"([0-9a-fA-F]{16})?[0-9a-fA-F]{64}")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEntry:
    """An entry, its `index` counted from 0 in the tree of the checkpoint.

    `log_index` counts over all trees of a log. `moment` is when the log says it took the entry, None without a
    `promise`, the log's signature over `promised` (signed entry timestamp).
    """

    body: bytes
    log_id: bytes
    log_index: int
    index: int
    path: tuple[bytes, ...]
    checkpoint: Checkpoint
    moment: datetime | None
    promise: bytes
    promised: bytes


def load_entry(path: Path) -> bytes:
    """Return the bytes of an entry's file, unread. Raises EvidenceError."""
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}. Name the entry of a log, as JSON.") from error
    return text


def read_entry(text: bytes) -> LogEntry:
    """Read an entry. Raises EvidenceError for anything else, also for two entries."""
    if len(text) > LARGEST:
        raise EvidenceError(f"it has more than {LARGEST} bytes, which no entry of a log has")
    try:
        value = _object(parse(text))
        return _of_bundle(value) if "canonicalizedBody" in value else _of_api(value)
    except KeyError as error:
        raise EvidenceError(f"it is not the entry of a log with its inclusion proof: {error} is missing") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise EvidenceError(f"it is not the entry of a log: {error}") from error


def _of_api(value: Mapping[str, Any]) -> LogEntry:
    """Read what `GET /api/v1/log/entries` answers: one entry under its UUID."""
    if len(value) != 1:
        raise ValueError(f"it holds {len(value)} entries, not one")
    ((uuid, entry),) = value.items()
    verification = entry["verification"]
    proof = verification["inclusionProof"]
    body = _bytes(entry["body"])
    if not UUID.fullmatch(uuid) or uuid[-2 * HASH :].lower() != leaf_hash(body).hex():
        raise ValueError("its UUID is not that of its body")
    return _entry(
        body=body,
        log_id=bytes.fromhex(_text(entry["logID"])),
        log_name=_text(entry["logID"]),
        log_index=_number(entry["logIndex"]),
        seconds=_number(entry["integratedTime"], LATEST),
        promise=_bytes(verification.get("signedEntryTimestamp", "")),
        proof=proof,
        number=_number,
        hashed=lambda text: bytes.fromhex(_text(text)),
        checkpoint=proof["checkpoint"],
    )


def _of_bundle(value: Mapping[str, Any]) -> LogEntry:
    """Read a `TransparencyLogEntry` of a Sigstore bundle, in which numbers are texts and zeros may be left out."""
    proof = value["inclusionProof"]
    log_id = _bytes(value["logId"]["keyId"])
    return _entry(
        body=_bytes(value["canonicalizedBody"]),
        log_id=log_id,
        log_name=log_id.hex(),
        log_index=_decimal(value.get("logIndex", "0")),
        seconds=_decimal(value.get("integratedTime", "0"), LATEST),
        promise=_bytes(value.get("inclusionPromise", {}).get("signedEntryTimestamp", "")),
        proof={"logIndex": "0", "hashes": [], **proof},
        number=_decimal,
        hashed=_bytes,
        checkpoint=proof["checkpoint"]["envelope"],
    )


def _entry(  # noqa: PLR0913 - what the two forms write differently
    *,
    body: bytes,
    log_id: bytes,
    log_name: str,
    log_index: int,
    seconds: int,
    promise: bytes,
    proof: Mapping[str, Any],
    number: Callable[[object], int],
    hashed: Callable[[object], bytes],
    checkpoint: object,
) -> LogEntry:
    note = read_checkpoint(_text(checkpoint))
    if (number(proof["treeSize"]), hashed(proof["rootHash"])) != (note.size, note.root):
        raise ValueError("the proof is for a tree of another size or root than the checkpoint")
    if not isinstance(proof["hashes"], list) or len(proof["hashes"]) > LONGEST_PATH:
        raise ValueError(f"the proof is not a list of at most {LONGEST_PATH} hashes")
    promised = {
        "body": base64.b64encode(body).decode(),
        "integratedTime": seconds,
        "logID": log_name,
        "logIndex": log_index,
    }
    return LogEntry(
        body=body,
        log_id=_hash(log_id),
        log_index=log_index,
        index=number(proof["logIndex"]),
        path=tuple(_hash(hashed(one)) for one in proof["hashes"]),
        checkpoint=note,
        moment=datetime.fromtimestamp(seconds, UTC) if seconds and promise else None,
        promise=promise,
        promised=json.dumps(promised, sort_keys=True, separators=(",", ":")).encode(),
    )


def _object(value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("it is not an object")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _bytes(value: object) -> bytes:
    return base64.b64decode(_text(value), validate=True)


def _hash(value: bytes) -> bytes:
    if len(value) != HASH:
        raise ValueError("a hash is not a SHA-256")
    return value


def _number(value: object, most: int = LARGEST_NUMBER) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= most:
        raise ValueError("a number is none, or out of range")
    return value


def _decimal(value: object, most: int = LARGEST_NUMBER) -> int:
    """Read a number that stands as a text, or, as some programs write it, as a number."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else _text(value)
    if not DECIMAL.fullmatch(text):
        raise ValueError("a number is none, or out of range")
    return _number(int(text), most)
