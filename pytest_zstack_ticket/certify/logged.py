"""Whether a transparency log took in a signature: its entry, held to the key of the log and to the signature, offline.

Of the kinds of entries that Rekor knows, `dsse` alone names the signature of a statement in an envelope made with an
Ed25519 key: `intoto` 0.0.1 has no signature, `hashedrekord` takes no such key. What the log shows to others is not
known here: an entry proves that the holder of its key signed a tree with it.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.merkle import root_above
from pytest_zstack_ticket.certify.checkpoint import HINT
from pytest_zstack_ticket.certify.dsse import Envelope, Signature
from pytest_zstack_ticket.certify.keys import PublicKey, public_key
from pytest_zstack_ticket.certify.log_entry import LogEntry, read_entry
from pytest_zstack_ticket.certify.log_keys import LogKey
from pytest_zstack_ticket.model.errors import EvidenceError, KeyFileError

Listed: TypeAlias = Iterator[tuple[bytes, Callable[[], bytes]]]
"""Signatures of a body, each with what returns its signer's key as PEM."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Logged:
    """Where a log has a signature: entry `index` of the `size` in the tree of `origin`, signed with the key `keyid`.

    `log_index` counts over all trees of the log and `moment` is when it took the entry: both are None if the log did
    not sign them. `signer` is the key id of who made the signature.
    """

    origin: str
    index: int
    size: int
    log_index: int | None
    moment: datetime | None
    keyid: str
    signer: str


def logged(entry_text: bytes, envelope: Envelope, signature: Signature, keys: Sequence[LogKey]) -> Logged:
    """Return where a log has a signature of an envelope. Raises EvidenceError if the entry does not prove it."""
    entry = read_entry(entry_text)
    key = _key_of(entry, keys)
    try:
        root = root_above(entry.body, entry.index, entry.checkpoint.size, entry.path)
    except ValueError as error:
        raise EvidenceError(f"its inclusion proof is none: {error}") from error
    if root != entry.checkpoint.root:
        raise EvidenceError("its inclusion proof does not lead to the root hash that the log signed")
    if entry.promise and not key.verifies(entry.promised, entry.promise):
        raise EvidenceError("its signed entry timestamp is not one of the log over body, time and index")
    signer = _signer(entry.body, envelope, signature)
    if signer.keyid == key.keyid:
        raise EvidenceError("the log's key is that of the signer, so it proves no more than the signature")
    return Logged(
        origin=entry.checkpoint.origin,
        index=entry.index,
        size=entry.checkpoint.size,
        log_index=entry.log_index if entry.promise else None,
        moment=entry.moment,
        keyid=key.keyid,
        signer=signer.keyid,
    )


def _key_of(entry: LogEntry, keys: Sequence[LogKey]) -> LogKey:
    """Return the key that signed the checkpoint of an entry, which must be that of the log that it names."""
    for key in keys:
        for one in entry.checkpoint.signatures:
            ids = key.ids(one.name)
            if entry.log_id not in ids or one.hint not in {known[:HINT] for known in ids}:
                continue
            if not key.verifies(entry.checkpoint.signed, one.value):
                raise EvidenceError(f"its checkpoint is not signed by the log with key {key.keyid}")
            return key
    raise EvidenceError(
        f"it is of a log with another key than was given, or without its signature ({entry.log_id.hex()})"
    )


def _signer(body: bytes, envelope: Envelope, signature: Signature) -> PublicKey:
    """Return the key that an entry's body names for a signature, after verifying the signature with it."""
    try:
        value: Any = parse(body)
        kind, version = value["kind"], value["apiVersion"]
        reader = KINDS.get((kind, version))
        if reader is None:
            raise EvidenceError(
                f"it is of the kind {str(kind)[:40]!r} {str(version)[:10]!r}, which does not hold a signature of an "
                "envelope made with an Ed25519 key. Log the statement as `dsse`"
            )
        pem = next((pem for made, pem in reader(value["spec"], envelope.payload) if made == signature.value), None)
        if pem is None:
            raise EvidenceError("it is not about this signature")
        key = public_key(pem(), "the key of the signature in the entry")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise EvidenceError(f"its body cannot be read ({type(error).__name__}: {error})") from error
    except KeyFileError as error:
        raise EvidenceError(str(error)) from error
    if not key.verifies(envelope.signed_bytes, signature.value):
        raise EvidenceError("it names another key than the one that made the signature")
    return key


def _of_dsse_1(spec: Any, payload: bytes) -> Listed:
    """Read the signatures of a `dsse` entry of Rekor version 1; their keys stand in PEM."""
    _require_hash((spec["payloadHash"]["algorithm"], "sha256"), spec["payloadHash"]["value"], payload)
    for one in spec["signatures"]:
        yield base64.b64decode(one["signature"], validate=True), partial(base64.b64decode, one["verifier"])


def _of_dsse_2(spec: Any, payload: bytes) -> Listed:
    """Read the signatures of a `dsse` entry of Rekor version 2; their keys stand in DER."""
    inner = spec["dsseV002"]
    stated = base64.b64decode(inner["payloadHash"]["digest"], validate=True).hex()
    _require_hash((inner["payloadHash"]["algorithm"], "SHA2_256"), stated, payload)
    for one in inner["signatures"]:
        yield base64.b64decode(one["content"], validate=True), partial(_pem, one["verifier"])


def _pem(verifier: Any) -> bytes:
    der = base64.b64decode(verifier["publicKey"]["rawBytes"], validate=True)
    return b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"


def _require_hash(algorithm: tuple[object, str], stated: object, payload: bytes) -> None:
    """See that a hash is that of the payload, by the algorithm of a name. Raises EvidenceError."""
    if algorithm[0] != algorithm[1] or stated != hashlib.sha256(payload).hexdigest():
        raise EvidenceError("it is about another statement (its payload has another SHA-256)")


KINDS: dict[tuple[Any, Any], Callable[[Any, bytes], Listed]] = {
    ("dsse", "0.0.1"): _of_dsse_1,
    ("dsse", "0.0.2"): _of_dsse_2,
}
"""Readers of the kinds of entries that hold a signature of ours."""
