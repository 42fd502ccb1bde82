"""Lists that a publisher signs (advisories, keys, certificates): nothing in one counts before its key is known."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text, parse_envelope
from pytest_zstack_ticket.certify.keys import Signer, Verifier
from pytest_zstack_ticket.certify.statement import stamp
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.model.errors import EvidenceError

LARGEST = 16 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ListKind:
    """One kind of list: `name` is that of its schema, `words` and `made_by` and `key_option` are for messages."""

    name: str
    words: str
    made_by: str
    key_option: str

    @property
    def payload_type(self) -> str:
        """Type of what is signed."""
        return f"application/vnd.zstack-ticket.{self.name}+json"

    @property
    def schema(self) -> str:
        """Name of the format inside the list."""
        return f"urn:zstack-ticket:artefact:{self.name}:1"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedList:
    """A list with its envelope, of which at least one signature was verified: that of `keyid`."""

    value: dict[str, Any]
    envelope: Envelope
    issued: datetime
    keyid: str


def sign_list(kind: ListKind, value: dict[str, Any], key: Signer, now: datetime) -> bytes:
    """Make the file that holds a list, signed."""
    document = {"schema": kind.schema, "issued": stamp(now), **value}
    payload = json.dumps(document, ensure_ascii=False, sort_keys=True)
    envelope = Envelope(payload_type=kind.payload_type, payload=payload.encode())
    return envelope_text(envelope.with_signature(key.sign(envelope.signed_bytes)))


def read_signed_list(path: Path, kind: ListKind, keys: Sequence[Verifier], now: datetime) -> SignedList:
    """Read a list that one of the keys signed. Raises EvidenceError."""
    envelope = _envelope(path, kind)
    if envelope.payload_type != kind.payload_type:
        raise EvidenceError(
            f"{path} is not {kind.words} but {envelope.payload_type[:60]!r}. Name the file of `{kind.made_by}`."
        )
    text = envelope.signed_bytes
    signer = next((key for key in keys for one in envelope.signatures if key.verifies(text, one.value)), None)
    if signer is None:
        raise EvidenceError(
            f"{path} is signed by none of the keys, so nothing in it counts. Give its key with {kind.key_option}."
        )
    return _payload(path, kind, envelope, now, signer.keyid)


def _envelope(path: Path, kind: ListKind) -> Envelope:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1)
    except OSError as error:
        raise EvidenceError(
            f"{path} cannot be read: {error.strerror}. Name the file that `{kind.made_by}` wrote."
        ) from error
    if len(text) > LARGEST:
        raise EvidenceError(f"{path} is too large for {kind.words}.")
    try:
        return parse_envelope(text)
    except EvidenceError as error:
        raise EvidenceError(f"{path}: {error}. Name the file that `{kind.made_by}` wrote.") from error


def _payload(path: Path, kind: ListKind, envelope: Envelope, now: datetime, keyid: str) -> SignedList:
    try:
        value: dict[str, Any] = parse(envelope.payload)
        defect = first_defect(kind.name, value) or first_defect(kind.name, value, definition="signed")
        if defect is not None:
            raise EvidenceError(f"{path}: what is signed is not {kind.words}: {defect.sentence('the list')}.")
        issued = datetime.fromisoformat(value["issued"])
    except ValueError as error:
        raise EvidenceError(f"{path}: what is signed is not {kind.words} ({error}).") from error
    if issued > now.astimezone(UTC):
        raise EvidenceError(f"{path} was issued at {value['issued']}, which is in the future. Set the clock.")
    return SignedList(value=value, envelope=envelope, issued=issued, keyid=keyid)
