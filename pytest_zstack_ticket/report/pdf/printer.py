"""Make a page of a report, as HTML or as a PDF with report.json inside, in letters that the fonts have."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
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
from pytest_zstack_ticket.report.text.translations import wording

if TYPE_CHECKING:
    from pytest_zstack_ticket.report.pdf.typst_compiler import Typesetter

TEMPLATE = Path(__file__).parent / "layout.typ"


@dataclass(slots=True)
class Printer:
    """Makes pages of one kind; it is ready, or says in one sentence what it lacks, before anything is read.

    Raises UsageError if typst or a font is not there.
    """

    pdf: bool = False
    fonts: Path | None = None
    typesetter: Typesetter | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        if self.pdf:
            from pytest_zstack_ticket.report.pdf.typst_compiler import Typesetter  # noqa: PLC0415 - only a PDF pays for it

            self.typesetter = Typesetter(self.fonts)

    @classmethod
    def of(cls, wishes: RunOptions) -> Printer:
        """Return what makes the PDF that a run was asked for. Raises UsageError."""
        return cls(pdf=True, fonts=Path(wishes["font-path"]) if wishes["font-path"] else None)

    def name(self, lang: str) -> str:
        """Return what a page is called where those of both languages lie beside each other."""
        return PAGE_NAMES[lang].replace(".html", ".pdf") if self.pdf else PAGE_NAMES[lang]

    def check(self, lang: str) -> None:
        """See that the fonts have every letter of our own words. Raises UsageError."""
        if self.typesetter is not None:
            _missing("".join(sorted(set("".join(wording().catalogues[lang]["page"].values())))), self.typesetter)

    def page(self, text: bytes, where: str, folder: Path | None, lang: str, catalogue: Iterable[Requirement]) -> bytes:
        """Return the page of the report whose report.json is `text`; `folder` has its evidence.

        Raises EvidenceError and UsageError.
        """
        report = report_of(text, where)
        evidence = extract_evidence(report, folder, catalogue) if folder else NO_EVIDENCE
        if self.typesetter is None:
            return render_page(report, wording(), lang, evidence=evidence).encode()
        return render_pdf(report, text, lang, evidence=evidence, typesetter=self.typesetter)


def render_pdf(
    report: Mapping[str, Any], text: bytes, lang: str, *, evidence: EvidenceExtract, typesetter: Typesetter
) -> bytes:
    """Return the PDF of a report; `text` is its report.json, byte for byte.

    Raises UsageError if no font has a letter that the reader needs, EvidenceError for a run without a date.
    """
    from pytest_zstack_ticket.report.pdf import layout  # noqa: PLC0415 - only a PDF pays for it

    xml = layout.pdf_xml(report, wording(), lang, evidence=evidence, digest=hashlib.sha256(text).hexdigest())
    missing = _missing(layout.characters_of(xml), typesetter)
    inputs = {
        "body": layout.escape_missing(xml, missing),
        "header": json.dumps(layout.page_header(report, wording(), lang), ensure_ascii=False),
        "report": text.decode(),
    }
    return typesetter.typeset(TEMPLATE.read_bytes(), inputs, moment=_moment(report))


def _missing(used: str, typesetter: Typesetter) -> frozenset[str]:
    """Return the letters that stand as escapes in a PDF. Raises UsageError if a reader needs one of them."""
    from pytest_zstack_ticket.report.pdf.layout import is_private, needs_font  # noqa: PLC0415 - only a PDF pays for it

    private = frozenset(filter(is_private, used))
    missing = typesetter.lacking("".join(letter for letter in used if letter not in private))
    needed = sorted(filter(needs_font, missing))
    if needed:
        raise UsageError(
            f"No font here has {len(needed)} letters of this report, such as {''.join(needed[:3])}. Install a Chinese "
            "font (pip install 'pytest-zstack-ticket[pdf]' brings Noto Sans CJK; Debian has fonts-noto-cjk), or name "
            "a folder that holds one with --font-path (in a run: --zstack-font-path)."
        )
    return missing | private


def _moment(report: Mapping[str, Any]) -> int:
    """Return the second at which a run ended, the one date that a PDF of it has."""
    try:
        return int(datetime.fromisoformat(report["run"]["ended"]).timestamp())
    except (ValueError, OverflowError) as error:
        raise EvidenceError(
            f"run.ended is no date ({report['run']['ended']!r}). Give the report.json of a run."
        ) from error
