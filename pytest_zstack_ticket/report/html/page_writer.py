"""Writing the page of a run into its report folder, with an extract of the evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.artifacts.evidence_excerpt import Excerpt, read_excerpt
from pytest_zstack_ticket.config.atomic_write import write_atomically
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.document import requirement_json
from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.html.page_context import EvidenceExtract
from pytest_zstack_ticket.report.request_files import write_request_files
from pytest_zstack_ticket.report.text.translations import translations

Report = Mapping[str, Any]
PAGE_NAMES = {"en": "report.html", "zh": "report.zh.html"}
"""File names of the pages of both languages."""
PDF = "report.pdf"
STALE = (PAGE_NAMES["zh"], PDF, "report.zh.pdf")
"""Files that an earlier run may have left in the folder of the report that is written now."""


def extract_evidence(
    report: Report, folder: Path, catalogue: Iterable[Requirement], baseline: Report | None = None
) -> EvidenceExtract:
    """Read what a page shows of the evidence; evidence that is not there is left out. Raises EvidenceError.

    `baseline` is the report of a run to compare with.
    Faults are those of today's catalogue, so they are shown only for requirements that have not changed since.
    """
    evidence = folder / "evidence.jsonl.gz"
    excerpt = read_excerpt(evidence, _shown_exchanges(report)) if evidence.exists() else Excerpt()
    rows = {row["id"]: row for row in report["requirements"]}
    same = [one for one in catalogue if one.id in rows and requirement_json(one).items() <= rows[one.id].items()]
    return EvidenceExtract(
        exchanges=excerpt.exchanges,
        seconds=excerpt.seconds,
        started=excerpt.started,
        tickets=excerpt.tickets,
        jobs=excerpt.jobs,
        faults={one.id: one.killed_by for one in same},
        baseline=_passed_in(baseline) if baseline else {},
    )


def _passed_in(baseline: Report) -> dict[str, list[Any]]:
    """Collect the examples that passed in a run, by requirement."""
    rows = baseline["requirements"]
    return {row["id"]: [one for one in row.get("witnesses", ()) if one["subject"]] for row in rows}


def _shown_exchanges(report: Report) -> frozenset[str]:
    """Name the exchanges of all findings, and the first of each passing example."""
    findings = (finding for row in report["requirements"] for finding in row["findings"])
    shown = (one for finding in findings for ids in finding["exchanges"].values() for one in ids)
    witnesses = (one for row in report["requirements"] for one in row.get("witnesses", ())[:1] if one["subject"])
    return frozenset([*shown, *(one["subject"]["exchange"] for one in witnesses)])


def write_page(
    report: Report, folder: Path, lang: str, catalogue: Iterable[Requirement], baseline: Report | None = None
) -> Path:
    """Write the page of a run and its request files into its folder, and delete those of an earlier run.

    Raises OSError and EvidenceError.
    """
    for name in STALE:
        (folder / name).unlink(missing_ok=True)
    write_request_files(report, folder)
    evidence = extract_evidence(report, folder, catalogue, baseline)
    return write_atomically(folder / PAGE_NAMES["en"], render_page(report, translations(), lang, evidence=evidence))
