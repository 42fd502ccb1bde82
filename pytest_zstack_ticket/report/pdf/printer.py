"""Printing a report: as an HTML page, or as a PDF with report.json attached, in characters that the fonts have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.artifacts.report_reader import report_of
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.model.requirement import Requirement
from pytest_zstack_ticket.report.html.page import render_page
from pytest_zstack_ticket.report.html.page_context import NO_EVIDENCE, EvidenceExtract
from pytest_zstack_ticket.report.html.page_writer import PAGE_NAMES, extract_evidence
from pytest_zstack_ticket.report.text.translations import translations

if TYPE_CHECKING:
    from pytest_zstack_ticket.report.pdf.typst_compiler import Typesetter

LAYOUT = Path(__file__).parent / "layout.typ"


@dataclass(slots=True)
class Printer:
    """Prints reports in one format; what it lacks is reported when it is made, before anything is read.

    `number` and `valid` are those of the run's certificate, empty without one.

    Raises UsageError if typst or a font is missing.
    """

    pdf: bool = False
    fonts: Path | None = None
    baseline: Mapping[str, Any] | None = None
    number: str = ""
    valid: str = ""
    typesetter: Typesetter | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.pdf:
            from pytest_zstack_ticket.report.pdf.typst_compiler import Typesetter  # noqa: PLC0415 - only a PDF pays for it

            self.typesetter = Typesetter(self.fonts)

    @classmethod
    def of(cls, options: RunOptions) -> Printer:
        """Make the printer of the PDF that a run was asked for. Raises UsageError."""
        return cls(pdf=True, fonts=Path(options["font-path"]) if options["font-path"] else None)

    def name(self, lang: str) -> str:
        """Name the file of a page in a folder that has those of both languages."""
        return PAGE_NAMES[lang].replace(".html", ".pdf") if self.pdf else PAGE_NAMES[lang]

    def check(self, lang: str) -> None:
        """Check that the fonts have every character of the catalogue. Raises UsageError."""
        if self.typesetter is not None:
            _missing("".join(sorted(set("".join(translations().catalogues[lang]["page"].values())))), self.typesetter)

    def page(self, text: bytes, where: str, folder: Path | None, lang: str, catalogue: Iterable[Requirement]) -> bytes:
        """Print the report whose report.json is `text`; `folder` has its evidence.

        Raises EvidenceError and UsageError.
        """
        report = report_of(text, where)
        evidence = extract_evidence(report, folder, catalogue, self.baseline) if folder else NO_EVIDENCE
        evidence = replace(evidence, number=self.number, valid=self.valid)
        if self.typesetter is None:
            return render_page(report, translations(), lang, evidence=evidence).encode()
        return render_pdf(report, text, lang, evidence=evidence, typesetter=self.typesetter)


def render_pdf(
    report: Mapping[str, Any], text: bytes, lang: str, *, evidence: EvidenceExtract, typesetter: Typesetter
) -> bytes:
    """Render the PDF of a report; `text` is its report.json, byte for byte.

    Raises UsageError if no font has a character that the reader needs, EvidenceError for a run without a date.
    """
    from pytest_zstack_ticket.report.pdf import layout  # noqa: PLC0415 - only a PDF pays for it

    xml = layout.pdf_xml(report, translations(), lang, evidence=evidence, digest=hashlib.sha256(text).hexdigest())
    missing = _missing(layout.characters_of(xml), typesetter)
    inputs = {
        "body": layout.escape_missing(xml, missing),
        "header": json.dumps(layout.page_header(report, translations(), lang), ensure_ascii=False),
        "report": text.decode(),
    }
    return typesetter.typeset(LAYOUT.read_bytes(), inputs, moment=_moment(report))


def _missing(used: str, typesetter: Typesetter) -> frozenset[str]:
    """Find the characters that a PDF shows as escapes. Raises UsageError if a reader needs one of them."""
    from pytest_zstack_ticket.report.pdf.layout import is_private, needs_font  # noqa: PLC0415 - only a PDF pays for it

    private = frozenset(filter(is_private, used))
    missing = typesetter.without_glyph("".join(character for character in used if character not in private))
    needed = sorted(filter(needs_font, missing))
    if needed:
        raise UsageError(
            f"No font here has {len(needed)} characters of this report, such as {''.join(needed[:3])}. "
            "Install a Chinese font (pip install 'pytest-zstack-ticket[pdf]' brings Noto Sans CJK; Debian has "
            "fonts-noto-cjk), or name a folder that holds one with --font-path (in a run: --zstack-font-path)."
        )
    return missing | private


def _moment(report: Mapping[str, Any]) -> int:
    """Read the second at which a run ended, the one date that a PDF of it has."""
    try:
        return int(datetime.fromisoformat(report["run"]["ended"]).timestamp())
    except (ValueError, OverflowError) as error:
        raise EvidenceError(
            f"run.ended is not a date ({report['run']['ended']!r}). Give the report.json of a run."
        ) from error
