"""The Merkle tree hash of RFC 6962 over a stream of leaves, and the root that the path of a single leaf leads to.

Memory grows with the logarithm of the number of leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence


def leaf_hash(leaf: bytes) -> bytes:
    """Return the hash of one leaf."""
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of what lies above two nodes."""
    return hashlib.sha256(b"\1" + left + right).digest()


class MerkleTree:
    """Takes leaves one by one; `root` is the hash of all so far. Source: RFC 6962, section 2.1."""

    def __init__(self) -> None:
        self._peaks: list[tuple[int, bytes]] = []
        self.size = 0

    def add(self, leaf: bytes) -> None:
        """Take in the bytes of one leaf."""
        level, node = 0, leaf_hash(leaf)
        while self._peaks and self._peaks[-1][0] == level:
            node = node_hash(self._peaks.pop()[1], node)
            level += 1
        self._peaks.append((level, node))
        self.size += 1

    def root(self) -> str:
        """Return the hash in hexadecimal; that of no leaves is the hash of nothing."""
        if not self._peaks:
            return hashlib.sha256(b"").hexdigest()
        *left, (_, node) = self._peaks
        for _, peak in reversed(left):
            node = node_hash(peak, node)
        return node.hex()


def root_above(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """Return the root of a tree of `size` leaves in which a leaf stands at an index, counted from 0, below a path.

    Raises ValueError if no tree of that size has such an index or a path of that length. Source: RFC 9162, section
    2.1.3.2.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has none at index {index}")
    node, place, last = leaf_hash(leaf), index, size - 1
    for beside in path:
        if last == 0:
            raise ValueError(f"a path of {len(path)} hashes is too long for index {index} of {size}")
        if place % 2 or place == last:
            node = node_hash(beside, node)
            while place and not place % 2:
                place, last = place // 2, last // 2
        else:
            node = node_hash(node, beside)
        place, last = place // 2, last // 2
    if last:
        raise ValueError(f"a path of {len(path)} hashes is too short for index {index} of {size}")
    return node
