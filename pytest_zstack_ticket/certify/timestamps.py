"""Time-stamps of signatures (RFC 3161): an authority says when a signature existed, whatever its signer writes.

What is stamped are the bytes of the signature. Checking needs the authority's certificate and no network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pytest_zstack_ticket.model.errors import EvidenceError, KeyFileError, UsageError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

TimeStamper: TypeAlias = Callable[[bytes], bytes]
"""Returns the response of an authority about the bytes of a signature."""
QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"
LARGEST = 1 << 20
SECONDS = 30.0


def time_stamper(url: str) -> TimeStamper:
    """Make what asks the authority at a URL. Raises UsageError if the library is missing."""
    library = _library()

    def stamp(signature: bytes) -> bytes:
        request = library.TimestampRequestBuilder(data=signature, hash_algorithm=library.HashAlgorithm.SHA256).build()
        text = _post(url, request.as_bytes())
        try:
            answer = library.decode_timestamp_response(text)
            granted = answer.status == 0
            same = granted and answer.tst_info.message_imprint.message == request.message_imprint.message
            same = same and answer.tst_info.nonce == request.nonce
        except ValueError as error:
            raise EvidenceError(f"--timestamp: {url} did not answer with a time-stamp ({error}).") from error
        if not same:
            raise EvidenceError(f"--timestamp: {url} stamped nothing (status {answer.status}), or something else.")
        return text

    return stamp


def _post(url: str, query: bytes) -> bytes:
    """Send a query and return the answer, which has at most a size. Raises EvidenceError."""
    import httpx  # noqa: PLC0415 - only who asks for a time-stamp needs the network

    try:
        with httpx.stream("POST", url, content=query, headers={"Content-Type": QUERY}, timeout=SECONDS) as answer:
            text = b""
            for piece in answer.iter_bytes():
                text += piece
                if len(text) > LARGEST:
                    break
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise EvidenceError(f"--timestamp: {url} cannot be asked ({error}). Name a time-stamping authority.") from error
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip()
    if answer.status_code != 200 or kind != REPLY or len(text) > LARGEST:
        raise EvidenceError(f"--timestamp: {url} did not answer with a time-stamp ({answer.status_code}, {kind}).")
    return text


def load_authorities(path: Path) -> tuple[Certificate, ...]:
    """Read the certificates of an authority: PEM, its root among them. Raises KeyFileError."""
    _library()
    from cryptography.x509 import load_pem_x509_certificates  # noqa: PLC0415 - an extra that may be missing

    try:
        return tuple(load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        raise KeyFileError(f"{path} cannot be read: {error.strerror}. Name a certificate in PEM.") from error
    except ValueError as error:
        raise KeyFileError(f"{path} cannot be used: it holds no certificate in PEM.") from error


def stamped_at(response: bytes, signature: bytes, authorities: Sequence[Certificate]) -> datetime:
    """Return when an authority saw a signature. Raises EvidenceError if its response does not say so."""
    library = _library()
    builder = library.VerifierBuilder(roots=list(authorities))
    try:
        answer = library.decode_timestamp_response(response)
        builder.build().verify_message(answer, signature)
        moment: datetime = answer.tst_info.gen_time
    except Exception as error:  # the bytes are hostile, and each layer below has errors of its own
        raise EvidenceError(f"{type(error).__name__}: {error}") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _library() -> Any:
    try:
        import rfc3161_client  # noqa: PLC0415 - an extra that may be missing
    except ImportError as error:
        raise UsageError(
            "time-stamps need the extra `timestamp`. Install it: pip install 'pytest-zstack-ticket[timestamp]'"
        ) from error
    return rfc3161_client
