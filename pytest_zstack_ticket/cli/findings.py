"""Choosing a finding of a report by its requirement."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.model.exchange import JsonObject


def nearest(word: str, known: Iterable[str]) -> str:
    """Sentence that names the known words nearest to a mistyped one, empty if none is near."""
    near = difflib.get_close_matches(word, list(known), n=2)
    return f" Did you mean {' or '.join(near)}?" if near else ""


def row_of(report: JsonObject, name: str) -> JsonObject:
    """Find the row of a failed requirement. Raises EvidenceError."""
    failed = {row["id"]: row for row in report["requirements"] if row["findings"]}
    row: JsonObject | None = failed.get(name) or failed.get(name.upper())
    if row is not None:
        return row
    hint = nearest(name.upper(), failed) or (f" It has {', '.join(list(failed)[:6])}." if failed else " It has none.")
    raise EvidenceError(f"the report has no finding of {name}.{hint}")
