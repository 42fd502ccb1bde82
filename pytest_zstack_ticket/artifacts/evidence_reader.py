"""Write what a run saw as JSON Lines, and read it back.

A header line, one line an exchange, example or observation, and a footer with counts and the Merkle root of the lines
before it. The lines are packed in independent gzip members, so a killed run loses at most the last one; a file without
footer reads as cut short, never as complete.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pytest_zstack_ticket.api.strict_json import parse
from pytest_zstack_ticket.artifacts.evidence_writer import SCHEMA, EvidenceWriter, Line
from pytest_zstack_ticket.artifacts.gzip_lines import read_lines
from pytest_zstack_ticket.artifacts.merkle import MerkleTree
from pytest_zstack_ticket.config.schema import first_defect
from pytest_zstack_ticket.model.codec import (
    example_from_json,
    exchange_from_json,
    observation_from_json,
)
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.verdict import Example, Observation

Read = TypeVar("Read")
KINDS = ("header", "exchange", "example", "observation", "footer")


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What an evidence file holds. `complete` is False if it, or what a worker wrote, was cut short.

    `numbers` are the ids of the examples, which each process counts from 1.
    """

    header: Line
    exchanges: dict[str, Exchange]
    examples: tuple[Example, ...]
    observations: tuple[Observation, ...]
    complete: bool
    footer: Line | None = None
    numbers: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    observations: list[Observation] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)

    def take(self, kind: str, entry: Line) -> None:
        if kind == "exchange":
            self.exchanges[entry["id"]] = exchange_from_json(entry)
        elif kind == "example":
            self.examples.append(example_from_json(entry))
            self.numbers.append(entry["id"])
        elif kind == "observation":
            self.observations.append(observation_from_json(entry))


def read_evidence(path: Path, *, most: int | None = None) -> Evidence:
    """Read an evidence file of at most so many lines, without its footer.

    Raises EvidenceError, naming file and line, for anything but a torn last line.
    """
    reading, ends = _Reading(), _Ends()
    for kind, entry, _ in _entries(path, ends, check=_checked, most=most):
        _converted(path, partial(reading.take, kind, entry))
    return Evidence(
        header=ends.header,
        exchanges=reading.exchanges,
        examples=tuple(reading.examples),
        observations=tuple(reading.observations),
        complete=ends.complete,
        footer=ends.footer,
        numbers=tuple(reading.numbers),
    )


def _converted(path: Path, convert: Callable[[], Read]) -> Read:
    """Convert a line that fits its schema. Raises EvidenceError for what a schema cannot forbid: half a surrogate."""
    try:
        return convert()
    except (ValueError, LookupError, TypeError) as error:
        raise EvidenceError(f"{path}: a line has a value that no run writes ({error})") from error


def merge_evidence(parts: Iterable[Path], path: Path, header: Line) -> Line:
    """Write the lines of several workers' files into one, in the order of the parts; return its seal.

    Raises EvidenceError.

    The parts were written a moment ago by this run, so their lines are not held to the schema again.
    """
    writer = EvidenceWriter(path, header)
    cut_short: list[str] = []
    try:
        _merge(parts, writer, cut_short)
    finally:
        writer.close(cut_short)
    return writer.seal


def _merge(parts: Iterable[Path], writer: EvidenceWriter, cut_short: list[str]) -> None:
    seen: set[str] = set()
    for part in parts:
        ends = _Ends()
        cut_short.append(part.name)
        if _is_unbegun(part):
            continue
        for kind, entry, line in _entries(part, ends, check=_trusted):
            if kind == "exchange" and entry["id"] in seen:
                raise EvidenceError(f"{part}: the exchange {entry['id']} stands in another worker's file too")
            seen.update([entry["id"]] if kind == "exchange" else ())
            writer.write(kind, line)
        cut_short[-1:] = [] if ends.complete else [str(ends.header.get("worker", part.name))]


def _is_unbegun(part: Path) -> bool:
    """Return True for the file of a worker that was killed before it had written one line."""
    first = next((line for _, line in _lines(part)), b"")
    return not first.endswith(b"\n")


@dataclass(slots=True)
class _Ends:
    """Header and footer of a file that is being read."""

    header: Line = field(default_factory=dict)
    footer: Line | None = None

    @property
    def complete(self) -> bool:
        return self.footer is not None and not self.footer["cut_short"]


def _entries(
    path: Path, ends: _Ends, *, check: Callable[[str, str, Line], None], most: int | None = None
) -> Iterator[tuple[str, Line, str]]:
    """Yield kind, value and text of each line between header and footer; note the ends."""
    counts: Counter[str] = Counter()
    ids: set[str] = set()
    tree = MerkleTree()
    for number, line in _lines(path):
        where = f"{path}, line {number}"
        entry = _value(where, line)
        if entry is None:
            break
        kind = _kind(where, entry, first=number == 1)
        check(where, kind, entry)
        if ends.footer is not None:
            raise EvidenceError(f"{where}: there is something after the footer")
        if kind == "header":
            ends.header = entry
        elif kind == "footer":
            ends.footer = entry
        else:
            if kind == "exchange" and entry["id"] in ids:
                raise EvidenceError(f"{where}: the exchange {entry['id']} stands twice")
            ids.update([entry["id"]] if kind == "exchange" else ())
            counts[kind] += 1
            yield kind, entry, line.decode("ascii").rstrip("\n")
        if kind != "footer":
            tree.add(line.rstrip(b"\n"))
            _require_at_most(path, tree.size, most)
    if not ends.header:
        raise EvidenceError(f"{path}, line 1: this is no evidence of a run (expected a header with {SCHEMA})")
    if ends.footer is not None:
        _require_whole(path, ends.footer, counts, tree)


def _require_at_most(path: Path, size: int, most: int | None) -> None:
    """See that there are not more lines than a report says, before any more of them are read."""
    if most is not None and size > most:
        raise EvidenceError(f"{path} has more lines than the {most} of its report.")


def _require_whole(path: Path, footer: Line, counts: Counter[str], tree: MerkleTree) -> None:
    """See that the lines are those that the footer tells of."""
    if footer["counts"] != dict(counts):
        raise EvidenceError(f"{path}: lines are missing; the footer counts {footer['counts']}")
    if (footer["size"], footer["root"]) != (tree.size, tree.root()):
        raise EvidenceError(f"{path}: the lines are not those that were written (another Merkle root)")


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        yield from enumerate(read_lines(path), start=1)
    except OSError as error:
        raise EvidenceError(f"{path} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise EvidenceError(f"{path}: {error}") from error


def _value(where: str, line: bytes) -> Line | None:
    """Return the value of a line; None for a torn one, which has no end."""
    try:
        line.decode("ascii")
        entry = parse(line)
    except ValueError as error:
        if not line.endswith(b"\n"):
            return None
        raise EvidenceError(f"{where}: no JSON ({error})") from error
    if not isinstance(entry, dict):
        raise EvidenceError(f"{where}: not an object")
    return entry


def _kind(where: str, entry: Line, *, first: bool) -> str:
    """Return the type of a line."""
    kind = entry.pop("type", None)
    if (kind == "header") != first:
        right = f"this is no evidence of a run (expected a header with {SCHEMA})" if first else "a second header"
        raise EvidenceError(f"{where}: {right}")
    if kind not in KINDS:
        raise EvidenceError(f"{where}: a line of unknown type {kind!r}")
    return str(kind)


def _trusted(_where: str, _kind: str, _told: Line) -> None:
    """Take a line as it is."""


def _checked(where: str, kind: str, entry: Line) -> None:
    """Validate a line against its schema. Raises EvidenceError."""
    defect = first_defect("evidence", entry, definition=kind)
    if defect is not None:
        raise EvidenceError(f"{where}: {defect.sentence(kind)}")


@dataclass(slots=True, kw_only=True)
class EvidenceReader:
    """Reads the evidence that a report tells of by its seal; `complete` is known after the last line.

    Every reading raises EvidenceError as `read_evidence` does, at the end for lines that are not those of the seal.
    """

    path: Path
    seal: dict[str, Any]
    complete: bool = False

    def exchanges(self) -> Iterator[Exchange]:
        """Yield each exchange in the order in which they were written."""
        return (self._read(exchange_from_json, entry) for kind, entry in self._lines() if kind == "exchange")

    def examples(self) -> Iterator[Example]:
        """Yield each example, likewise."""
        return (self._read(example_from_json, entry) for kind, entry in self._lines() if kind == "example")

    def _read(self, convert: Callable[[Line], Read], entry: Line) -> Read:
        return _converted(self.path, partial(convert, entry))

    def _lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        ends = _Ends()
        for kind, entry, _ in _entries(self.path, ends, check=_checked, most=self.seal["size"]):
            yield kind, entry
        self.complete = ends.complete
        footer = ends.footer
        if footer is not None and (footer["size"], footer["root"]) != (self.seal["size"], self.seal["root"]):
            raise EvidenceError(f"{self.path} is not the evidence of this report (another Merkle root).")
