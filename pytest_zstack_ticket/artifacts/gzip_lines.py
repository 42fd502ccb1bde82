"""Lines in a gzip file of independent members: readable up to a crash, with a torn end detected."""

from __future__ import annotations

import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

MEMBER = 1 << 18
"""Bytes of lines per member."""
MAX_MEMBER_SECONDS = 5.0
"""Seconds after which a small member is written anyway, so that a killed run loses no more than that."""
GZIP = 31
"""`wbits` of zlib for a gzip member with header and checksum."""
BLOCK = 1 << 16
LARGEST = 1 << 26
"""Upper bound in bytes for an unpacked member or a line: a foreign file may be a zip bomb."""
MOST_LINES = 2_000_000
"""Upper bound for the lines of a file; a run at effort `certify` writes about a twentieth of it."""
SHORTEST = 2
"""Bytes of the shortest line that can be parsed as an object; an empty one is none of ours."""


class MemberWriter:
    """Appends lines to a gzip file, member by member. Not safe for several threads. Raises OSError."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")
        self._lines: list[bytes] = []
        self._size = 0
        self._written = time.monotonic()

    @property
    def closed(self) -> bool:
        """True after `close` or `give_up`."""
        return self._file.closed

    def write(self, line: bytes) -> None:
        """Keep one line, without its end."""
        self._lines.append(line)
        self._size += len(line) + 1
        if self._size >= MEMBER or time.monotonic() - self._written > MAX_MEMBER_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Write what is kept as a member."""
        self._written = time.monotonic()
        if not self._lines:
            return
        packer = zlib.compressobj(6, zlib.DEFLATED, GZIP)
        text = b"\n".join([*self._lines, b""])
        self._lines, self._size = [], 0
        self._file.write(packer.compress(text) + packer.flush())
        self._file.flush()

    def close(self) -> None:
        """Write the rest and sync the file to the disk."""
        with self._file:
            self.flush()
            os.fsync(self._file.fileno())

    def give_up(self) -> None:
        """Close the file as it is."""
        self._lines = []
        self._file.close()


def read_lines(path: Path) -> Iterator[bytes]:
    """Yield the lines of a file, as `lines_of`. Raises OSError and ValueError."""
    with path.open("rb") as file:
        yield from lines_of(file)


def lines_of(file: IO[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file, packed or plain; a torn last one has no end, a torn member is left out.

    Raises OSError, and ValueError for a member that was changed, or for more, longer or shorter lines than any of ours.
    """
    packed = file.read(2) == b"\x1f\x8b"
    file.seek(0)
    found = _packed_lines(file) if packed else iter(lambda: file.readline(LARGEST + 1), b"")
    for number, line in enumerate(found, start=1):
        if number > MOST_LINES:
            raise ValueError("it has more lines than any of ours")
        if len(line) > LARGEST:
            raise ValueError("a line is longer than any of ours")
        if len(line) < SHORTEST and line.endswith(b"\n"):
            raise ValueError(f"line {number} is shorter than any of ours")
        yield line


def _packed_lines(file: IO[bytes]) -> Iterator[bytes]:
    rest = b""
    for member in _members(iter(lambda: file.read(BLOCK), b"")):
        text, start = rest + member, 0
        while end := text.find(b"\n", start) + 1:
            yield text[start:end]
            start = end
        rest = text[start:]
        if len(rest) > LARGEST:
            raise ValueError("a line is longer than any of ours")
    if rest:
        yield rest


def _members(blocks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the text of each whole member."""
    unpacker, text = zlib.decompressobj(GZIP), b""
    for block in blocks:
        left = block
        while left:
            try:
                text += unpacker.decompress(left)
            except zlib.error as error:
                raise ValueError(f"a packed part was changed ({error})") from error
            if len(text) > LARGEST:
                raise ValueError("a packed part is larger than any of ours")
            left = unpacker.unused_data
            if unpacker.eof:
                yield text
                unpacker, text = zlib.decompressobj(GZIP), b""
