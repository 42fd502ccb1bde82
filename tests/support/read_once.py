"""Ask of each text once what it comes to: the soak of edits reads and judges the same bytes again and again.

Whether a value fits its schema, and what a bundle's files are judged to, follows from the bytes alone. So an answer is
kept for the very same bytes, and nothing is asked less strictly: what was edited is asked about anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pytest_zstack_ticket.artifacts import evidence_reader, report_reader
from pytest_zstack_ticket.config.package_data import schemas_folder
from pytest_zstack_ticket.config.schema import SchemaDefect, first_defect
from pytest_zstack_ticket.model.errors import EvidenceError

ROWS = "requirements"
MOST_KEPT = 200_000
"""Answers that are kept; a run of 500 edits has a tenth of it."""


class SchemaAnswers:
    """Remembers which lines and rows of a report fit their schema."""

    def __init__(self) -> None:
        document = json.loads((schemas_folder() / "artefact" / "report.schema.json").read_text("utf-8"))
        # rows may be looked at one by one only as long as nothing is said of all of them together
        assert document["properties"][ROWS].keys() <= {"type", "items", "description"}
        self._fit: set[bytes] = set()

    def first_defect(self, schema: str, value: Any, *, definition: str = "") -> SchemaDefect | None:
        """Answer as `config.schema.first_defect`, from memory where the same text fitted before."""
        key = self._key(schema, definition, value)
        if key in self._fit:
            return None
        rows = value.get(ROWS) if schema == "report" and isinstance(value, dict) else None
        if isinstance(rows, list):
            keys = [self._key(schema, ROWS, row) for row in rows]
            new = [row for row, one in zip(rows, keys, strict=True) if one not in self._fit]
            if first_defect(schema, {**value, ROWS: new}) is None:
                self._keep(key, *keys)
                return None
        defect = first_defect(schema, value, definition=definition)
        if defect is None:
            self._keep(key)
        return defect

    def _keep(self, *keys: bytes) -> None:
        if len(self._fit) < MOST_KEPT:
            self._fit.update(keys)

    @staticmethod
    def _key(schema: str, definition: str, value: Any) -> bytes:
        return hashlib.sha256(json.dumps([schema, definition, value]).encode()).digest()


@contextmanager
def read_once(answers: SchemaAnswers | None = None) -> Iterator[None]:
    """Let readers of reports and evidence remember what fitted its schema."""
    answers = answers or SchemaAnswers()
    with (
        patch.object(evidence_reader, "first_defect", answers.first_defect),
        patch.object(report_reader, "first_defect", answers.first_defect),
    ):
        yield


class JudgedOnce:
    """Judges a bundle's folder, and says of the very same files what it said before, an EvidenceError too."""

    def __init__(self, judge: Callable[[Path], dict[str, Any]]) -> None:
        self._judge = judge
        self._last: tuple[bytes, str | dict[str, Any]] = b"", ""

    def __call__(self, folder: Path) -> dict[str, Any]:
        """Return the report as the evidence comes to. Raises EvidenceError."""
        texts = [(folder / name).read_bytes() for name in ("report.json", "evidence.jsonl.gz")]
        key = b"".join(hashlib.sha256(text).digest() for text in texts)
        if self._last[0] != key:
            try:
                self._last = key, self._judge(folder)
            except EvidenceError as error:
                self._last = key, str(error)
        if isinstance(self._last[1], str):
            raise EvidenceError(self._last[1])
        return json.loads(json.dumps(self._last[1]))  # whoever gets it may change it
