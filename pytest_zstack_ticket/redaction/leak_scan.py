"""Scan of all files that a run wrote for its secrets, in every encoding."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.redaction.encodings import encodings_of
from pytest_zstack_ticket.redaction.redactor import LEAST

BLOCK = 1 << 20
OVERLAP = 1 << 12
"""Bytes of a block that are searched again with the next one: no encoded secret is longer."""

WORD = 8
"""Bytes of a word."""
CERTAIN = 2 * WORD - 1
"""Bytes of which one whole word of a text is a part, wherever they begin in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """Result of a scan: `found` are pairs of a file and a kind of secret."""

    secrets: int = 0
    files: int = 0
    found: tuple[tuple[str, str], ...] = ()

    def plus(self, other: Scan) -> Scan:
        """Return the sum of two scans."""
        return Scan(
            secrets=self.secrets + other.secrets, files=self.files + other.files, found=self.found + other.found
        )

    @staticmethod
    def from_json(data: dict[str, Any]) -> Scan:
        """Read a scan back that `asdict` wrote."""
        found = tuple((str(name), str(kind)) for name, kind in data["found"])
        return Scan(secrets=data["secrets"], files=data["files"], found=found)


def scan(paths: Iterable[Path], secrets: Mapping[str, str]) -> Scan:
    """Search files for secrets, which map a secret to its kind; gzip and zip are looked into."""
    needles = {
        encoded.seen: kind
        for secret, kind in secrets.items()
        if len(secret) >= LEAST
        for encoded in encodings_of(kind, secret, secret)
        if len(encoded.seen) >= LEAST
    }
    search, files, found = _Search(needles), 0, set[tuple[str, str]]()
    for path in paths:
        files += 1
        for name, blocks in _contents(path):
            found.update((name, kind) for kind in search.kinds(blocks))
    return Scan(secrets=len(secrets), files=files, found=tuple(sorted(found)))


class _Search:
    """Searches texts for thousands of needles at once.

    A needle of at least `CERTAIN` bytes covers a word of the text, wherever it stands: of these, only those are looked
    for of which the text has a word. Shorter ones are looked for in any case.
    """

    def __init__(self, needles: Mapping[bytes, str]) -> None:
        self._needles = needles
        self._short = {needle for needle in needles if len(needle) < CERTAIN}
        self._with: dict[int, set[bytes]] = {}
        for needle in needles.keys() - self._short:
            for start in range(WORD):
                word = memoryview(needle[start : start + WORD]).cast("Q")[0]
                self._with.setdefault(word, set()).add(needle)

    def kinds(self, blocks: Iterator[bytes]) -> set[str]:
        """Return the kinds of the needles that are in a text, which comes in blocks."""
        kinds: set[str] = set()
        tail = b""
        for block in blocks:
            text = tail + block
            words = memoryview(text)[: len(text) // WORD * WORD].cast("Q")
            hit = set(filter(self._with.__contains__, words))
            near = self._short.union(*(self._with[word] for word in hit))
            kinds.update(self._needles[needle] for needle in near if needle in text)
            tail = text[-OVERLAP:]
        return kinds


def _contents(path: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Yield a file as it is, and what is packed in it."""
    yield path.name, _blocks(path)
    if path.suffix == ".gz":
        yield path.name, _unpacked(path)
    elif path.suffix == ".zip":
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                yield f"{path.name}/{name}", iter([packed.read(name)])


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _unpacked(path: Path) -> Iterator[bytes]:
    with gzip.open(path) as file:
        try:
            while block := file.read(BLOCK):
                yield block
        except (EOFError, zlib.error, gzip.BadGzipFile):
            return
