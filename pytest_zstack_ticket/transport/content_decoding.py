"""Response bodies: unpacked, and bounded in size."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from pytest_zstack_ticket.transport.bounded_stream import TooLargeError
from pytest_zstack_ticket.transport.error_mapping import MalformedEncodingError

MOST_BYTES = 8 << 20
PACKED = frozenset({"gzip", "x-gzip", "deflate"})
PLAIN = frozenset({"", "identity"})


def read_body(parts: Iterator[bytes], encoding: str, *, most: int = MOST_BYTES) -> tuple[bytes, bytes]:
    """Return a body, decompressed, and the last bytes of it as they came off the line.

    Raises TooLargeError as soon as it is longer than `most` bytes, MalformedEncodingError if it is not what it claims.
    """
    encoding = encoding.strip().lower()
    if encoding not in PACKED | PLAIN:
        raise MalformedEncodingError(f"the answer is encoded as {encoding[:40]!r}, which was not asked for")
    unpacked = _Unpacked() if encoding in PACKED else None
    kept, ending = bytearray(), b""
    for part in parts:
        ending = (ending + part)[-4:]
        kept += part if unpacked is None else unpacked.take(part, most + 1 - len(kept))
        if len(kept) > most:
            raise TooLargeError
    if unpacked is not None and ending and not unpacked.ended:
        raise MalformedEncodingError("the compressed answer is cut short")
    return bytes(kept), ending or b"\n"


class _Unpacked:
    """Undoes gzip or deflate, member after member, never making more than it is asked for."""

    def __init__(self) -> None:
        self._object = zlib.decompressobj(47)

    @property
    def ended(self) -> bool:
        """True if no member is open."""
        return self._object.eof

    def take(self, part: bytes, most: int) -> bytes:
        """Return what a part unpacks to, at most `most` bytes."""
        made = b""
        try:
            while part and len(made) < most:
                if self._object.eof:
                    self._object = zlib.decompressobj(47)
                made += self._object.decompress(part, most - len(made))
                part = self._object.unused_data
        except zlib.error as error:
            raise MalformedEncodingError(f"the answer is not compressed as it claims: {error}") from error
        return made
