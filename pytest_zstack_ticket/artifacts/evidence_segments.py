"""Evidence of a run that may last for days: files of so many lines, each sealed, all seals under one Merkle root.

Once the files take more than a bound, the oldest are deleted. Their seals stay, so the root still proves that no
other file was changed, dropped or added.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.evidence_writer import EvidenceWriter, Line
from pytest_zstack_ticket.artifacts.gzip_lines import read_lines
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.artifacts.seal import sealed
from pytest_zstack_ticket.model.exchange import Exchange, JsonObject
from pytest_zstack_ticket.model.verdict import Example, Observation

SEGMENT = 50_000
"""Lines of a segment: about 12 MiB."""
BOUND = 1 << 30
"""Bytes that all segments may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentSeal:
    """Seal of one file: its name, the number of its lines and their Merkle root; `dropped` if it was deleted."""

    file: str
    size: int
    root: str
    dropped: bool = False


class SegmentedEvidence:
    """Writes exchanges to one segment after the other. Safe to use from many threads.

    `failed` says why nothing more can be written. Raises EvidenceError if the first file cannot be opened.
    """

    def __init__(self, folder: Path, header: Line, *, lines: int = SEGMENT, bound: int = BOUND) -> None:
        self._folder = folder
        self._header = header
        self._lines = lines
        self._bound = bound
        self._seals: list[SegmentSeal] = []
        self._sizes: list[int] = []
        self._written = 0
        self._ended = False
        self._lock = threading.RLock()
        self._writer = self._next()

    def _next(self) -> EvidenceWriter:
        path = self._folder / f"evidence-{len(self._seals) + 1:06}.jsonl.gz"
        return EvidenceWriter(path, {**self._header, "segment": len(self._seals) + 1})

    def exchange(self, exchange: Exchange, /) -> None:
        """Keep one redacted exchange."""
        with self._lock:
            self._writer.exchange(exchange)
            self._rotate()

    def example(self, example: Example, /) -> None:
        """Keep one example."""
        with self._lock:
            self._writer.example(example)
            self._rotate()

    def observation(self, observation: Observation, /) -> None:
        """Keep one observation."""
        with self._lock:
            self._writer.observation(observation)
            self._rotate()

    def _rotate(self) -> None:
        self._written += 1
        if self._written >= self._lines and not self._writer.failed:
            self._end()
            self._writer = self._next()

    def _end(self) -> None:
        """Seal the segment, and delete the oldest ones while all take too much."""
        self._writer.close()
        seal, path = self._writer.seal, self._writer.path
        self._seals.append(SegmentSeal(file=path.name, size=seal["size"], root=seal["root"]))
        self._sizes.append(path.stat().st_size)
        self._written = 0
        for place, one in enumerate(self._seals[:-1]):
            if sum(self._sizes) <= self._bound:
                break
            if not one.dropped:
                (self._folder / one.file).unlink(missing_ok=True)
                self._seals[place], self._sizes[place] = replace(one, dropped=True), 0

    def close(self) -> None:
        """Seal the last segment; a second call does nothing."""
        with self._lock:
            if self._ended or self._writer.failed:
                return
            self._ended = True
            if self._written:
                self._end()
                return
            self._writer.close()
            self._writer.path.unlink(missing_ok=True)

    @property
    def seal(self) -> dict[str, Any]:
        """Seals of all segments that have ended, and their Merkle root."""
        with self._lock:
            return {"root": root_of(self._seals), "segments": [asdict(one) for one in self._seals]}

    @property
    def failed(self) -> str:
        """Why nothing more can be kept, empty if it can."""
        return self._writer.failed


def root_of(seals: Iterable[SegmentSeal]) -> str:
    """Merkle root over the seals of segments, whether their files are there or not."""
    tree = MerkleTree()
    for seal in seals:
        tree.add(json.dumps([seal.file, seal.size, seal.root]).encode("ascii"))
    return tree.root()


def broken_segment(folder: Path, seal: JsonObject) -> str:
    """Name the first file of a folder that is not what was sealed, `root` if the seals are not; empty if all are.

    The file of examples that are kept has a seal of its own, if there is one.
    """
    seals = [SegmentSeal(**one) for one in seal["segments"]]
    if root_of(seals) != seal["root"]:
        return "root"
    if kept := seal.get("kept"):
        seals.append(SegmentSeal(file=kept["file"], size=kept["size"], root=kept["root"]))
    return next((one.file for one in seals if not one.dropped and not _holds(folder, one)), "")


def _holds(folder: Path, seal: SegmentSeal) -> bool:
    try:
        found = sealed(read_lines(folder / seal.file))
    except (OSError, ValueError):
        return False
    return found.whole and (found.seal.size, found.seal.root) == (seal.size, seal.root)
