"""Public keys of transparency logs: ECDSA on P-256, as Rekor signs, or Ed25519, as its tiled successor does."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.certify.keys import key_text, primitives, public_pem
from pytest_zstack_ticket.model.errors import KeyFileError

ED25519_NOTE = b"\x01"
"""Type of a signature in a note. Source: C2SP signed-note."""


class LogKey:
    """The key of one log. `keyid` is the SHA-256 of its DER form, in hexadecimal."""

    def __init__(self, key: Any) -> None:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an extra that may be missing

        formats = primitives()
        self._key = key
        shape = formats.PublicFormat.SubjectPublicKeyInfo
        self._id = hashlib.sha256(key.public_bytes(formats.Encoding.DER, shape)).digest()
        self.keyid = self._id.hex()
        self._raw: bytes | None = None
        if isinstance(key, ed25519.Ed25519PublicKey):
            self._raw = key.public_bytes(formats.Encoding.Raw, formats.PublicFormat.Raw)

    def ids(self, name: str) -> tuple[bytes, ...]:
        """Return the ids, of 32 bytes, under which the log of a name may name the key."""
        if self._raw is None:
            return (self._id,)
        return (self._id, hashlib.sha256(name.encode() + b"\n" + ED25519_NOTE + self._raw).digest())

    def verifies(self, text: bytes, value: bytes) -> bool:
        """Tell whether the key made a signature over bytes."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra that may be missing
        from cryptography.hazmat.primitives.asymmetric.ec import ECDSA  # noqa: PLC0415
        from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415

        try:
            if self._raw is None:
                self._key.verify(value, text, ECDSA(SHA256()))
            else:
                self._key.verify(value, text)
        except InvalidSignature:
            return False
        return True


def load_log_key(path: Path) -> LogKey:
    """Read the key of a log. Raises KeyFileError."""
    key = public_pem(key_text(path), path)
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519  # noqa: PLC0415 - an extra that may be missing

    p256 = isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)
    if not p256 and not isinstance(key, ed25519.Ed25519PublicKey):
        raise KeyFileError(f"{path} is not the key of a log: logs sign with ECDSA on P-256, or with Ed25519.")
    return LogKey(key)
