"""The exchanges of an evidence file, one after the other: a file of any size takes the memory of one exchange."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pytest_zstack_ticket.edge.evidence import _checked, _Ends, _entries
from pytest_zstack_ticket.model.codec import exchange_from_json
from pytest_zstack_ticket.model.exchange import Exchange


@dataclass(slots=True)
class ExchangeReader:
    """Reads exchanges in the order in which they were written; `complete` is known after the last one."""

    path: Path
    complete: bool = False

    def __iter__(self) -> Iterator[Exchange]:
        """Yield each exchange. Raises EvidenceError as `read_evidence` does, at the end for a wrong Merkle root."""
        ends = _Ends()
        for kind, told, _ in _entries(self.path, ends, check=_checked):
            if kind == "exchange":
                yield exchange_from_json(told)
        self.complete = ends.complete
