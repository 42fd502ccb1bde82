"""Make pages of a report and of what lies beside it, and put them into its folder."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.evidence_excerpt import Excerpt, read_excerpt
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.document import requirement_json
from pytest_zstack_ticket.report.html.page import page
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract
from pytest_zstack_ticket.report.text.translations import wording

Report = Mapping[str, Any]
NAMES = {"en": "report.html", "zh": "report.zh.html"}
"""What the pages of both languages are called where they lie beside each other."""
PDF = "report.pdf"
OLD = (NAMES["zh"], PDF, "report.zh.pdf")
"""What an earlier run may have left beside the report that is written now."""


def beside(report: Report, folder: Path, catalogue: Iterable[Requirement]) -> EvidenceExtract:
    """Return what a page shows beside its report; evidence that is not there is left out. Raises EvidenceError.

    A requirement has other faults where its wording has changed since, so they are told of the same one only.
    """
    evidence = folder / "evidence.jsonl.gz"
    excerpt = read_excerpt(evidence, _wanted(report)) if evidence.exists() else Excerpt()
    rows = {row["id"]: row for row in report["requirements"]}
    same = [one for one in catalogue if one.id in rows and requirement_json(one).items() <= rows[one.id].items()]
    return EvidenceExtract(
        exchanges=excerpt.exchanges,
        seconds=excerpt.seconds,
        jobs=excerpt.jobs,
        faults={one.id: one.killed_by for one in same},
    )


def _wanted(report: Report) -> frozenset[str]:
    """Return the exchanges of all findings, and the first of each witness."""
    findings = (finding for row in report["requirements"] for finding in row["findings"])
    shown = (one for finding in findings for ids in finding["exchanges"].values() for one in ids)
    witnesses = (one for row in report["requirements"] for one in row.get("witnesses", ())[:1] if one["subject"])
    return frozenset([*shown, *(one["subject"]["exchange"] for one in witnesses)])


def write_page(report: Report, folder: Path, lang: str, catalogue: Iterable[Requirement]) -> Path:
    """Write the page of a run into its folder, and take away those of an earlier run.

    Raises OSError and EvidenceError.
    """
    for name in OLD:
        (folder / name).unlink(missing_ok=True)
    return write_atomically(
        folder / NAMES["en"], page(report, wording(), lang, beside=beside(report, folder, catalogue))
    )
