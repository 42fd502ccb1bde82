"""The envelope that a statement is signed in: bytes, their type, and any number of signatures.

Source: DSSE protocol 1.0. What is signed are the bytes themselves, so no canonical form of JSON is needed.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, replace
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.model.errors import EvidenceError

MOST_SIGNATURES = 100
"""Upper bound: each is tried with each key."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature. `keyid` is an unsigned hint: it may rule a signer out, never identify one.

    `timestamp` is what an authority said about `value` (RFC 3161), `log_entry` the JSON of the entry of a transparency
    log that holds `value`; each is empty without one, and is not signed here.
    """

    keyid: str
    value: bytes
    timestamp: bytes = b""
    log_entry: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A payload with its signatures. Nothing in `payload` may be believed before one of them is verified."""

    payload_type: str
    payload: bytes
    signatures: tuple[Signature, ...] = ()

    @property
    def signed_bytes(self) -> bytes:
        """What each signature is made over."""
        return pae(self.payload_type, self.payload)

    def with_signature(self, signature: Signature) -> Envelope:
        """Return the envelope with one more signature."""
        return replace(self, signatures=(*self.signatures, signature))


def pae(payload_type: str, payload: bytes) -> bytes:
    """Return type and payload as one text in which neither can pass for a part of the other."""
    name = payload_type.encode()
    return b"DSSEv1 %d %b %d %b" % (len(name), name, len(payload), payload)


def envelope_to_json(envelope: Envelope) -> dict[str, Any]:
    """Return an envelope as the JSON that other tools read."""
    return {
        "payloadType": envelope.payload_type,
        "payload": base64.b64encode(envelope.payload).decode(),
        "signatures": [_signature_to_json(one) for one in envelope.signatures],
    }


def _signature_to_json(one: Signature) -> dict[str, str]:
    beside = {"timestamp": one.timestamp, "logEntry": one.log_entry}
    return {
        "keyid": one.keyid,
        "sig": base64.b64encode(one.value).decode(),
        **{name: base64.b64encode(value).decode() for name, value in beside.items() if value},
    }


def envelope_text(envelope: Envelope) -> bytes:
    """Return the bytes of the file that holds an envelope."""
    return json.dumps(envelope_to_json(envelope), indent=1).encode() + b"\n"


def parse_envelope(text: bytes) -> Envelope:
    """Read an envelope. Raises EvidenceError for anything else."""
    try:
        data = parse(text)
        return Envelope(
            payload_type=_text(data["payloadType"]),
            payload=_bytes(data["payload"]),
            signatures=tuple(map(_signature, _few(data["signatures"]))),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(f"this is no DSSE envelope ({type(error).__name__}: {error})") from error


def _few(signatures: list[Any]) -> list[Any]:
    if len(signatures) > MOST_SIGNATURES:
        raise ValueError(f"it has more than {MOST_SIGNATURES} signatures")
    return signatures


def _signature(one: Any) -> Signature:
    return Signature(
        keyid=_text(one.get("keyid", "")),
        value=_bytes(one["sig"]),
        timestamp=_bytes(one.get("timestamp", "")),
        log_entry=_bytes(one.get("logEntry", "")),
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is missing")
    return value


def _bytes(value: object) -> bytes:
    """Read base64 in either alphabet, as the protocol wants it."""
    return base64.b64decode(_text(value).replace("-", "+").replace("_", "/"), validate=True)
