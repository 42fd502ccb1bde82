"""A transparency log for tests: leaves in a tree, checkpoints, and entries in both forms of JSON.

Root and paths are computed by the recursive definitions of RFC 6962, which the package does not use.
"""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.hashes import SHA256

from pytest_zstack_ticket.certify.dsse import Envelope, envelope_text

NAME = "log.example"
TREE = 1193050959916656506
SHIFT = 1000
"""By how much an index over all trees is larger than one in the tree."""


def b64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def sha256(value: bytes) -> bytes:
    return hashlib.sha256(value).digest()


def split(count: int) -> int:
    """The largest power of two that is smaller than a count."""
    return 1 << (count - 1).bit_length() - 1


def root(leaves: list[bytes]) -> bytes:
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0])
    left = split(len(leaves))
    return sha256(b"\1" + root(leaves[:left]) + root(leaves[left:]))


def path(leaves: list[bytes], index: int) -> list[bytes]:
    if len(leaves) == 1:
        return []
    left = split(len(leaves))
    if index < left:
        return [*path(leaves[:left], index), root(leaves[left:])]
    return [*path(leaves[left:], index - left), root(leaves[:left])]


def body_of(envelope: Envelope, *keys, kind: str = "dsse") -> bytes:
    """The body of version 1 about the signatures of an envelope; `keys` are those that made them."""
    made = [
        {"signature": b64(one.value), "verifier": b64(key.pem)}
        for one, key in zip(envelope.signatures, keys, strict=False)
    ]
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": sha256(envelope_text(envelope)).hex()},
        "payloadHash": {"algorithm": "sha256", "value": sha256(envelope.payload).hex()},
        "signatures": sorted(made, key=lambda one: one["signature"]),
    }
    return canonical({"apiVersion": "0.0.1", "kind": kind, "spec": spec})


def tiled_body_of(envelope: Envelope, *keys) -> bytes:
    """The body of version 2."""
    made = []
    for one, key in zip(envelope.signatures, keys, strict=False):
        der = base64.b64decode(b"".join(key.pem.splitlines()[1:-1]))
        verifier = {"keyDetails": "PKIX_ED25519", "publicKey": {"rawBytes": b64(der)}}
        made.append({"content": b64(one.value), "verifier": verifier})
    inner = {"payloadHash": {"algorithm": "SHA2_256", "digest": b64(sha256(envelope.payload))}, "signatures": made}
    return canonical({"apiVersion": "0.0.2", "kind": "dsse", "spec": {"dsseV002": inner}})


def canonical(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


class Log:
    """Signs with ECDSA as Rekor version 1, or with Ed25519 as version 2 (`tiled`)."""

    def __init__(self, *, tiled: bool = False) -> None:
        self.key = ed25519.Ed25519PrivateKey.generate() if tiled else ec.generate_private_key(ec.SECP256R1())
        self.tiled = tiled
        public = self.key.public_key()
        shape = serialization.PublicFormat.SubjectPublicKeyInfo
        self.pem = public.public_bytes(serialization.Encoding.PEM, shape)
        self.id = sha256(public.public_bytes(serialization.Encoding.DER, shape))
        if tiled:
            raw = public.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            self.id = sha256(NAME.encode() + b"\n\x01" + raw)

    def sign(self, text: bytes) -> bytes:
        return self.key.sign(text) if self.tiled else self.key.sign(text, ec.ECDSA(SHA256()))

    def checkpoint(self, leaves: list[bytes], *, more: str = "") -> str:
        origin = NAME if self.tiled else f"{NAME} - {TREE}"
        note = f"{origin}\n{len(leaves)}\n{b64(root(leaves))}\n{more}"
        return f"{note}\n\u2014 {NAME} {b64(self.id[:4] + self.sign(note.encode()))}\n"

    def entry(self, leaves: list[bytes], index: int, seconds: int = 0) -> dict:
        """The entry as the API of version 1 gives it."""
        promised = {
            "body": b64(leaves[index]),
            "integratedTime": seconds,
            "logID": self.id.hex(),
            "logIndex": index + SHIFT,
        }
        proof = {
            "checkpoint": self.checkpoint(leaves),
            "hashes": [one.hex() for one in path(leaves, index)],
            "logIndex": index,
            "rootHash": root(leaves).hex(),
            "treeSize": len(leaves),
        }
        verification = {"inclusionProof": proof, "signedEntryTimestamp": b64(self.sign(canonical(promised)))}
        uuid = f"{TREE:016x}" + sha256(b"\0" + leaves[index]).hex()
        return {uuid: {**promised, "verification": verification}}

    def bundled(self, leaves: list[bytes], index: int) -> dict:
        """The entry as a Sigstore bundle has it, without a time."""
        return {
            "logIndex": str(index),
            "logId": {"keyId": b64(self.id)},
            "kindVersion": {"kind": "dsse", "version": "0.0.2"},
            "inclusionProof": {
                "logIndex": str(index),
                "rootHash": b64(root(leaves)),
                "treeSize": str(len(leaves)),
                "hashes": [b64(one) for one in path(leaves, index)],
                "checkpoint": {"envelope": self.checkpoint(leaves)},
            },
            "canonicalizedBody": b64(leaves[index]),
        }

    def keep_key(self, place: Path) -> Path:
        place.write_bytes(self.pem)
        return place


def others(count: int) -> list[bytes]:
    """Bodies of other entries."""
    return [b"another entry %d" % number for number in range(count)]
