"""An evidence file line by line: a file of any size takes the memory of one line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.edge.evidence import _checked, _Ends, _entries
from pytest_zstack_ticket.model.codec import example_from_json, exchange_from_json
from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import Exchange
from pytest_zstack_ticket.model.verdict import Example


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
        return (exchange_from_json(told) for kind, told in self._lines() if kind == "exchange")

    def examples(self) -> Iterator[Example]:
        """Yield each example, likewise."""
        return (example_from_json(told) for kind, told in self._lines() if kind == "example")

    def _lines(self) -> Iterator[tuple[str, dict[str, Any]]]:
        ends = _Ends()
        for kind, told, _ in _entries(self.path, ends, check=_checked):
            yield kind, told
        self.complete = ends.complete
        footer = ends.footer
        if footer is not None and (footer["size"], footer["root"]) != (self.seal["size"], self.seal["root"]):
            raise EvidenceError(f"{self.path} is not the evidence of this report (another Merkle root).")
