"""Private and public keys: Ed25519 in PEM files, as `openssl` and other tools read them."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pytest_zstack_ticket.certify.dsse import Signature
from pytest_zstack_ticket.model.errors import KeyFileError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

PASSPHRASE = "ZSTACK_TICKET_PASSPHRASE"  # noqa: S105 - the name of a variable, not what it holds
OTHER_USERS = stat.S_IRWXG | stat.S_IRWXO


class Signer(Protocol):
    """Signs bytes; another algorithm than Ed25519 is another class of this protocol."""

    keyid: str

    def sign(self, text: bytes) -> Signature:
        """Return a signature over bytes."""
        ...


class Verifier(Protocol):
    """Recognises the signatures of one key."""

    keyid: str

    def verifies(self, text: bytes, value: bytes) -> bool:
        """Tell whether the key made a signature over bytes."""
        ...


class PublicKey:
    """An Ed25519 key to verify with. `keyid` is the SHA-256 of its DER form."""

    def __init__(self, key: Ed25519PublicKey) -> None:
        formats = primitives()
        self._key = key
        shape = formats.PublicFormat.SubjectPublicKeyInfo
        self.keyid = hashlib.sha256(key.public_bytes(formats.Encoding.DER, shape)).hexdigest()
        self.pem: bytes = key.public_bytes(formats.Encoding.PEM, shape)

    def verifies(self, text: bytes, value: bytes) -> bool:
        """Tell whether the key made a signature over bytes."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra that may be missing

        try:
            self._key.verify(value, text)
        except InvalidSignature:
            return False
        return True


class PrivateKey:
    """An Ed25519 key to sign with."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self.public = PublicKey(key.public_key())
        self.keyid = self.public.keyid

    def sign(self, text: bytes) -> Signature:
        """Return a signature over bytes."""
        return Signature(self.keyid, self._key.sign(text))

    def pem(self, passphrase: str = "") -> bytes:
        """Return the key as PKCS 8, encrypted if there is a passphrase."""
        formats = primitives()
        hidden = formats.BestAvailableEncryption(passphrase.encode()) if passphrase else formats.NoEncryption()
        pem: bytes = self._key.private_bytes(formats.Encoding.PEM, formats.PrivateFormat.PKCS8, hidden)
        return pem


def new_key() -> PrivateKey:
    """Make a key. Raises KeyFileError if cryptography is missing."""
    primitives()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415 - an extra that may be missing
        Ed25519PrivateKey,
    )

    return PrivateKey(Ed25519PrivateKey.generate())


def store(path: Path, text: bytes, *, mode: int) -> None:
    """Write a new file that never has more rights than `mode`. Raises KeyFileError, also if there is one already."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(text)
    except FileExistsError as error:
        raise KeyFileError(f"{path} already exists; keys are never overwritten. Give another name.") from error
    except OSError as error:
        raise KeyFileError(f"{path} cannot be written: {error.strerror}. Give another name.") from error


def load_private(path: Path, passphrase: str = "") -> PrivateKey:
    """Read a key to sign with. Raises KeyFileError."""
    from_pem = primitives().load_pem_private_key
    text = key_text(path)
    locked = b"ENCRYPTED" in text
    if locked and not passphrase:
        raise KeyFileError(f"{path} is encrypted. Put its passphrase into the environment variable {PASSPHRASE}.")
    try:
        key = from_pem(text, passphrase.encode() if locked else None)
    except (ValueError, TypeError) as error:
        why = (
            f"the passphrase in {PASSPHRASE} does not open it"
            if locked
            else "it is not a private key in PEM; create one with `zstack-ticket keygen`"
        )
        raise KeyFileError(f"{path} cannot be used: {why}.") from error
    except _unsupported() as error:
        raise KeyFileError(_other_kind(path)) from error
    return PrivateKey(_ed25519(path, key, "Ed25519PrivateKey"))


def load_public(path: Path) -> PublicKey:
    """Read a key to verify with. Raises KeyFileError."""
    primitives()
    return public_key(key_text(path), path)


def public_key(text: bytes, path: Path | str) -> PublicKey:
    """Make a key to verify with from PEM; `path` says in messages where it stands. Raises KeyFileError."""
    return PublicKey(_ed25519(path, public_pem(text, path), "Ed25519PublicKey"))


def public_pem(text: bytes, path: Path | str) -> Any:
    """Read a public key of any algorithm from PEM. Raises KeyFileError."""
    from_pem = primitives().load_pem_public_key
    try:
        return from_pem(text)
    except (ValueError, TypeError) as error:
        private = b"PRIVATE KEY" in text
        why = "it is the private key; name the public one" if private else "it is not a public key in PEM"
        raise KeyFileError(f"{path} cannot be used: {why}.") from error
    except _unsupported() as error:
        raise KeyFileError(_other_kind(path)) from error


def open_to_others(path: Path) -> bool:
    """Tell whether other users of the machine may read or change a key file."""
    return bool(path.stat().st_mode & OTHER_USERS)


def _ed25519(path: Path | str, key: object, kind: str) -> Any:
    from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - an extra that may be missing

    if not isinstance(key, getattr(ed25519, kind)):
        raise KeyFileError(_other_kind(path))
    return key


def _other_kind(path: Path | str) -> str:
    return f"{path} is not an Ed25519 key. Create one with `zstack-ticket keygen`."


def key_text(path: Path) -> bytes:
    """Return the bytes of a key file. Raises KeyFileError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}. Name a key file in PEM.") from error


def _unsupported() -> type[Exception]:
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra that may be missing

    return UnsupportedAlgorithm


def primitives() -> Any:
    """Return the part of cryptography that reads and writes keys. Raises KeyFileError if it is missing."""
    try:
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - an extra that may be missing
    except ImportError as error:
        raise KeyFileError(
            "signing and verifying need the extra `sign`. Install it: pip install 'pytest-zstack-ticket[sign]'"
        ) from error
    return serialization
