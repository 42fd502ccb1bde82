"""Who signed a statement, and when: by what it says of itself, by the time-stamp of an authority, or by a log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from pytest_zstack_ticket.certify.dsse import Envelope, Signature
from pytest_zstack_ticket.certify.key_set import CERTIFIER, KeySet, SignedAt
from pytest_zstack_ticket.certify.keys import Verifier
from pytest_zstack_ticket.certify.log_keys import LogKey
from pytest_zstack_ticket.certify.logged import logged
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.certify.timestamps import stamped_at
from pytest_zstack_ticket.model.errors import EvidenceError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

CLOCKS = timedelta(minutes=10)
"""What two clocks may differ by."""
Signatures: TypeAlias = tuple[tuple[str, bool], ...]
"""Key id of each signature, and whether a known key made it."""


def unsigned(envelope: Envelope, keys: Sequence[Verifier]) -> list[Rejection]:
    """Return which keys did not sign. Key ids are unsigned: they only distinguish a broken signature from a missing."""
    claimed = {one.keyid for one in envelope.signatures}
    return [
        Rejection("bad-signature" if key.keyid in claimed else "other-key", key.keyid)
        for key in keys
        if not any(key.verifies(envelope.signed_bytes, one.value) for one in envelope.signatures)
    ]


def signatures_of(envelope: Envelope, keys: Sequence[Verifier], key_set: KeySet | None) -> Signatures:
    """Return each signature's key id, and whether one of the keys or of the set made it."""
    known = [*keys, *(key_set.verifiers if key_set else ())]
    text = envelope.signed_bytes
    found = []
    for one in envelope.signatures:
        made = next((key for key in known if key.verifies(text, one.value)), None)
        found.append((made.keyid if made else one.keyid, made is not None))
    return tuple(found)


def signing_times(
    envelope: Envelope,
    signatures: Signatures,
    claimed: datetime,
    authorities: Sequence[Certificate],
    logs: Sequence[LogKey] = (),
) -> tuple[list[SignedAt], list[Rejection]]:
    """Return when each signature was made, and which time-stamps and log entries of known signers are not good.

    Where both an authority and a log say when they saw a signature, the earlier moment counts.
    """
    times, rejections = [], []
    for one, (keyid, known) in zip(envelope.signatures, signatures, strict=True):
        at = SignedAt(moment=claimed, has_entry=bool(one.log_entry))
        if known and one.timestamp and authorities:
            try:
                at = replace(at, moment=stamped_at(one.timestamp, one.value, authorities), proven=True)
            except EvidenceError as error:
                rejections.append(Rejection("timestamp-bad", f"{keyid}, {error}"))
        if known and one.log_entry and logs:
            try:
                at = _logged_at(at, envelope, one, logs)
            except EvidenceError as error:
                rejections.append(Rejection("log-bad", f"{keyid}, {error}"))
        if at.moment < claimed - CLOCKS:
            rejections.append(Rejection("timestamp-before", f"{keyid}, {at.moment:%Y-%m-%dT%H:%M:%SZ}"))
        times.append(at)
    return times, rejections


def _logged_at(at: SignedAt, envelope: Envelope, signature: Signature, logs: Sequence[LogKey]) -> SignedAt:
    """Add where a log has a signature, and when it took it if the log signed that. Raises EvidenceError."""
    found = logged(signature.log_entry, envelope, signature, logs)
    if found.moment is None or (at.proven and at.moment <= found.moment):
        return replace(at, logged=found)
    return replace(at, logged=found, moment=found.moment, proven=True)


def unlogged(
    envelope: Envelope,
    signatures: Signatures,
    keys: Sequence[Verifier],
    key_set: KeySet | None,
    times: Sequence[SignedAt],
) -> list[Rejection]:
    """Return which signatures that a verifier requires are in no log: of each key, and of a certifier of the set."""
    seen = {keyid for (keyid, known), at in zip(signatures, times, strict=True) if known and at.logged}
    missing = [key.keyid for key in keys if key.keyid not in seen]
    if key_set:
        kept = [(one, at) for one, at in zip(envelope.signatures, times, strict=True) if at.logged]
        only = replace(envelope, signatures=tuple(one for one, _ in kept))
        if key_set.refusals(only, CERTIFIER, [at for _, at in kept]):
            missing.append("a certifier of the key set")
    return [Rejection("log-missing", ", ".join(missing))] if missing else []


def counting(
    envelope: Envelope,
    signatures: Signatures,
    keys: Sequence[Verifier],
    key_set: KeySet | None,
    times: Sequence[SignedAt],
) -> Signatures:
    """Return the signatures with False for a key of the set that was not valid when it signed."""
    named = {key.keyid for key in keys}
    found = []
    for (keyid, known), one, at in zip(signatures, envelope.signatures, times, strict=True):
        key = key_set.signer(envelope, one) if key_set else None
        good = key is None or any(key.refusal(role, at.moment, proven=at.proven) is None for role in key.roles)
        found.append((keyid, known and (good or keyid in named)))
    return tuple(found)
