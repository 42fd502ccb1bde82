"""The files of a bundle that repeat its report: made again and compared, so that none says more than the report.

A file that is none of these may say anything: who signs or verifies is told its name. That is so of a ledger too: who
cleans up with one lets it say which tickets to delete, and whether certificates count.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import ENVELOPE, REPORT, Bundle, as_folder, content
from pytest_zstack_ticket.certify.judged_again import is_known
from pytest_zstack_ticket.certify.rejection import Rejection
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.errors import EvidenceError, UsageError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.exports.ctrf import ctrf
from pytest_zstack_ticket.report.exports.junit import junit
from pytest_zstack_ticket.report.html.page_writer import PAGE_NAMES
from pytest_zstack_ticket.report.pdf.printer import Printer
from pytest_zstack_ticket.report.request_files import request_files

LANGUAGES_OF = {"report.html": ("en", "zh"), PAGE_NAMES["zh"]: ("zh",)}
"""Languages that each page may have: that of a run has its language, whatever that is."""
PDF_OF = {name.replace(".html", ".pdf"): languages for name, languages in LANGUAGES_OF.items()}
Maker = Callable[[], Iterable[bytes]]
"""Yields the bytes that a file may have."""
HOSTILE = (EvidenceError, ValueError, LookupError, TypeError, AttributeError, OverflowError)
"""What rendering may raise for values that no run writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedFiles:
    """Names of files: those that say something `other` than the report, and those that were `uncompared`.

    `printed` are PDFs that this machine prints in other bytes. They stand in `uncompared` too: another release of
    typst, or other fonts, print other bytes of the same report.
    """

    other: tuple[str, ...] = ()
    printed: tuple[str, ...] = ()
    uncompared: tuple[str, ...] = ()

    def rejections(self, *, signing: bool) -> list[Rejection]:
        """Return the reasons not to believe the bundle; who signs can print a PDF again, who verifies cannot."""
        return [Rejection("page-otherwise", name) for name in (*self.other, *(self.printed if signing else ()))]


def compared_files(bundle: Bundle, report: JsonObject) -> ComparedFiles:
    """Make every file again that repeats the report, and compare. Raises EvidenceError for a damaged zip."""
    evidence = (report["evidence"] or {}).get("file", "")
    rest = sorted(bundle.names - {REPORT, ENVELOPE, evidence})
    if not rest or not is_known(report["run"]["suite"]):
        return ComparedFiles(uncompared=tuple(rest))
    with as_folder(bundle) as folder:
        return _compared(bundle, rest, report, folder)


def _compared(bundle: Bundle, names: Collection[str], report: JsonObject, folder: Path) -> ComparedFiles:
    makers = _makers(bundle, report, folder, names)
    other: list[str] = []
    printed: list[str] = []
    uncompared: list[str] = []
    for name in names:
        if name not in makers:
            uncompared.append(name)
        elif not _same(bundle, name, makers[name]):
            (printed if name in PDF_OF else other).append(name)
    return ComparedFiles(other=tuple(other), printed=tuple(printed), uncompared=(*uncompared, *printed))


def _same(bundle: Bundle, name: str, make: Maker) -> bool:
    """Tell whether a file has one of the contents that it may have."""
    try:
        found = content(bundle, name)
        return any(found == one for one in make())
    except (*HOSTILE, UsageError):
        return False


def _makers(bundle: Bundle, report: JsonObject, folder: Path, names: Collection[str]) -> Mapping[str, Maker]:
    """Return how each file is made again that this machine can make."""
    text, rules = content(bundle, REPORT), catalogue()

    def pages(printer: Printer, languages: Iterable[str]) -> Maker:
        return lambda: (printer.page(text, REPORT, folder, lang, rules) for lang in languages)

    makers: dict[str, Maker] = {
        "junit.xml": lambda: [junit(report).encode()],
        "ctrf.json": lambda: [(json.dumps(ctrf(report), ensure_ascii=False, indent=1) + "\n").encode()],
        **{name: pages(Printer(), languages) for name, languages in LANGUAGES_OF.items()},
        **{name: partial(list, [body]) for name, body in _request_files(report)},
    }
    if any(name in PDF_OF for name in names):
        try:
            printer = Printer(pdf=True)
        except UsageError:
            return makers
        makers |= {name: pages(printer, languages) for name, languages in PDF_OF.items()}
    return makers


def _request_files(report: JsonObject) -> list[tuple[str, bytes]]:
    try:
        return list(request_files(report["requirements"]))
    except HOSTILE:
        return []
