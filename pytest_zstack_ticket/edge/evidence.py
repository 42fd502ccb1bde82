"""Write what a run saw as JSON Lines, and read it back.

A header line, one line an exchange, example or observation, and a footer with counts. Each line is flushed, so a
killed run loses at most a torn last line; a file without footer reads as cut short, never as complete.
"""

from __future__ import annotations

import json
import os
import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.model.codec import (
    example_from_json,
    example_to_json,
    exchange_from_json,
    exchange_to_json,
    observation_from_json,
    observation_to_json,
)
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.verdict import Example, Observation

SCHEMA = "urn:zstack-ticket:artefact:evidence:1"
_encode = json.JSONEncoder(ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode


class EvidenceWriter:
    """Appends lines to one file; safe to use from many threads."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path = path
        self._file = path.open("w", encoding="ascii", newline="\n")
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()
        self._line({"type": "header", "schema": SCHEMA, **header})

    def exchange(self, exchange: Exchange) -> None:
        """Keep one exchange, which must be redacted already."""
        self._line({"type": "exchange", **exchange_to_json(exchange)})

    def example(self, example: Example) -> None:
        """Keep one example."""
        self._line({"type": "example", **example_to_json(example)})

    def observation(self, observation: Observation) -> None:
        """Keep one observation."""
        self._line({"type": "observation", **observation_to_json(observation)})

    def close(self) -> None:
        """Write the footer and see that everything is on the disk."""
        with self._lock:
            if self._file.closed:
                return
            self._file.write(_encode({"type": "footer", "counts": dict(self._counts)}) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()

    def _line(self, told: dict[str, Any]) -> None:
        line = _encode(told) + "\n"
        with self._lock:
            if not self._file.closed:
                self._file.write(line)
                self._file.flush()
                if told["type"] != "header":
                    self._counts[told["type"]] += 1


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What an evidence file holds. `complete` is False if it was cut short."""

    header: dict[str, Any]
    exchanges: dict[str, Exchange]
    examples: tuple[Example, ...]
    observations: tuple[Observation, ...]
    complete: bool


@dataclass(slots=True)
class _Reading:
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    footer: dict[str, Any] | None = None

    def take(self, told: dict[str, Any], where: str) -> None:
        kind = told.pop("type", None)
        if kind == "exchange":
            exchange = exchange_from_json(told)
            if exchange.id in self.exchanges:
                raise EvidenceError(f"{where}: the exchange {exchange.id} stands twice")
            self.exchanges[exchange.id] = exchange
        elif kind == "example":
            self.examples.append(example_from_json(told))
        elif kind == "observation":
            self.observations.append(observation_from_json(told))
        elif kind == "footer":
            self.footer = told
        else:
            raise EvidenceError(f"{where}: a line of unknown type {kind!r}")

    @property
    def counts(self) -> dict[str, int]:
        found = {
            "exchange": len(self.exchanges),
            "example": len(self.examples),
            "observation": len(self.observations),
        }
        return {kind: count for kind, count in found.items() if count}


def read_evidence(path: Path) -> Evidence:
    """Read an evidence file. Raises EvidenceError, naming file and line, for anything but a torn last line."""
    lines = _lines(path)
    number, header = next(lines, (1, None))
    if header is None or header.pop("type", None) != "header" or header.get("schema") != SCHEMA:
        raise EvidenceError(f"{path}, line {number}: this is no evidence of a run (expected a header with {SCHEMA})")
    reading = _Reading()
    for number, told in lines:
        if told is None:
            break
        if reading.footer is not None:
            raise EvidenceError(f"{path}, line {number}: there is something after the footer")
        try:
            reading.take(told, f"{path}, line {number}")
        except (KeyError, TypeError, ValueError) as error:
            raise EvidenceError(f"{path}, line {number}: a field is missing or of the wrong type ({error})") from error
    if reading.footer is not None and reading.footer.get("counts") != reading.counts:
        raise EvidenceError(f"{path}: lines are missing; the footer counts {reading.footer.get('counts')}")
    return Evidence(
        header=header,
        exchanges=reading.exchanges,
        examples=tuple(reading.examples),
        observations=tuple(reading.observations),
        complete=reading.footer is not None,
    )


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """Yield each line's number and value; None for a torn last line."""
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                yield number, _value(path, number, line)
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}") from error


def _value(path: Path, number: int, line: bytes) -> dict[str, Any] | None:
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        if not line.endswith(b"\n"):
            return None
        raise EvidenceError(f"{path}, line {number}: no JSON ({error})") from error
    if not isinstance(told, dict):
        raise EvidenceError(f"{path}, line {number}: not an object")
    return told


def merge_evidence(parts: Iterable[Path], path: Path, header: dict[str, Any]) -> None:
    """Write the lines of several workers' files into one, in the order of the parts."""
    writer = EvidenceWriter(path, header)
    for part in parts:
        evidence = read_evidence(part)
        for exchange in evidence.exchanges.values():
            writer.exchange(exchange)
        for example in evidence.examples:
            writer.example(example)
        for observation in evidence.observations:
            writer.observation(observation)
    writer.close()
