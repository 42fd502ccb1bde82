"""Writing evidence: gzipped JSON lines, one exchange or example each."""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
from collections import Counter
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.gzip_lines import MemberWriter
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.model.codec import (
    example_to_json,
    exchange_to_json,
    observation_to_json,
)
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.verdict import Example, Observation

SCHEMA = "urn:zstack-ticket:artefact:evidence:1"
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode
Line = dict[str, Any]


class EvidenceWriter:
    """Appends lines to one file; safe to use from many threads. Raises EvidenceError if the file cannot be opened.

    `header` are plain JSON values, such as the id of the run and the worker; schema and suite are added to them.
    `failed` says why the file can no longer be written. No sender is interrupted for that; such a file has
    no seal.
    """

    def __init__(self, path: Path, header: Line) -> None:
        self.path = path
        self.failed = ""
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._tree = MerkleTree()
        self._worker = header.get("worker", "")
        self._numbers = itertools.count(1)
        suite = {"name": "pytest-zstack-ticket", "version": version("pytest-zstack-ticket")}
        try:
            self._file = MemberWriter(path)
        except OSError as error:
            raise EvidenceError(_unwritable(path, error)) from error
        self._line({"type": "header", "schema": SCHEMA, "suite": suite, **header})

    @property
    def seal(self) -> Line:
        """The number of lines so far, in all and by type, and their Merkle root.

        Raises EvidenceError if lines are missing.
        """
        if self.failed:
            raise EvidenceError(self.failed)
        return {"size": self._tree.size, "root": self._tree.root(), "counts": dict(self._counts)}

    def exchange(self, exchange: Exchange) -> None:
        """Keep one exchange, which must be redacted already."""
        self._line({"type": "exchange", **exchange_to_json(exchange)})

    def example(self, example: Example) -> None:
        """Keep one example; its number shows later that none is missing."""
        number = f"{self._worker}-{next(self._numbers):06}"
        self._line({"type": "example", "id": number, **example_to_json(example)})

    def observation(self, observation: Observation) -> None:
        """Keep one observation."""
        self._line({"type": "observation", **observation_to_json(observation)})

    def close(self, cut_short: Iterable[str] = ()) -> None:
        """Write the footer and sync the file to the disk; `cut_short` names workers with missing lines."""
        with self._lock:
            if self._file.closed or self.failed:
                return
            footer = {
                "type": "footer",
                "cut_short": list(cut_short),
                **self.seal,
            }
            try:
                self._file.write(_encode(footer).encode("ascii"))
                self._file.close()
            except OSError as error:
                self.failed = _unwritable(self.path, error)

    def _line(self, record: Line) -> None:
        self.write(record["type"], _encode(record))

    def write(self, kind: str, line: str) -> None:
        """Keep a line that is encoded already."""
        with self._lock:
            if self._file.closed:
                return
            packed = line.encode("ascii")
            try:
                self._file.write(packed)
            except OSError as error:
                self.failed = _unwritable(self.path, error)
                with contextlib.suppress(OSError):
                    self._file.give_up()
                return
            self._tree.add(packed)
            if kind != "header":
                self._counts[kind] += 1


def _unwritable(path: Path, error: OSError) -> str:
    return f"{path} cannot be written: {error.strerror}. Give another folder with --zstack-report."
