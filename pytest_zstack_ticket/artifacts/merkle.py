"""The Merkle tree hash of RFC 6962 over a stream of leaves, in memory that grows with the logarithm of their number."""

from __future__ import annotations

import hashlib


class MerkleTree:
    """Takes leaves one by one; `root` is the hash of all so far. Source: RFC 6962, section 2.1."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """Take in the bytes of one leaf."""
        level, node = 0, hashlib.sha256(b"\0" + leaf).digest()
        while self._peaks and self._peaks[-1][0] == level:
            node = hashlib.sha256(b"\1" + self._peaks.pop()[1] + node).digest()
            level += 1
        self._peaks.append((level, node))
        self.size += 1

    def root(self) -> str:
        """Return the hash in hexadecimal; that of no leaves is the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        *left, (_, node) = self._peaks
        for _, peak in reversed(left):
            node = hashlib.sha256(b"\1" + peak + node).digest()
        return node.hex()
