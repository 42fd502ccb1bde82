"""`zstack-ticket render`: the pages of a report made again, without a target."""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_zstack_ticket.cli.command import STDIN, Command, add_json, write, write_json
from pytest_zstack_ticket.model.errors import UsageError

if TYPE_CHECKING:
    from pytest_zstack_ticket.report.pdf.printer import Printer


def add_render_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `render`."""
    parser.add_argument(
        "bundle", metavar="BUNDLE", type=Path, help="folder or zip of a run, its report.json, or - for stdin"
    )
    parser.add_argument("--lang", choices=("en", "zh"), help="language of the page; both if it is left out")
    parser.add_argument("--pdf", action="store_true", help="make a PDF instead (needs the extra [pdf])")
    parser.add_argument("--font-path", metavar="DIR", type=Path, help="folder with the fonts of a PDF")
    parser.add_argument("--output", metavar="FILE", help="write one page to this file, or to stdout for -")
    add_json(parser)


def render(told: argparse.Namespace) -> int:
    """Write the pages and say where. Raises EvidenceError and UsageError."""
    from pytest_zstack_ticket.artifacts.report_reader import report_text  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.report.pdf.printer import Printer  # noqa: PLC0415 - likewise

    if told.font_path and not told.pdf:
        raise UsageError("--font-path is about the fonts of a PDF: add --pdf.")
    printer = Printer(pdf=told.pdf, fonts=told.font_path)
    places = _places(told, printer)
    text, where = report_text(told.bundle)
    with _evidence_of(told.bundle) as evidence:
        _write(printer, text, where, evidence, places)
    written = [place for place in places.values() if place != "-"]
    if told.json:
        write_json(written)
    else:
        for place in written:
            write(place)
    return 0


def _places(told: argparse.Namespace, printer: Printer) -> dict[str, str]:
    """Return where the page of each language that is wanted goes. Raises UsageError."""
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - help is fast

    if told.output or told.bundle == STDIN:
        output = told.output or "-"
        if told.json and output == "-":
            raise UsageError("--json tells which pages were written: name one with --output.")
        return {told.lang or language(): output}
    return {
        lang: str(_beside(told.bundle, printer.name(lang))) for lang in ((told.lang,) if told.lang else ("en", "zh"))
    }


def _beside(bundle: Path, name: str) -> Path:
    """Return where a page goes: into the folder of its report, or beside its zip and named after it."""
    if bundle.is_dir():
        return bundle / name
    if bundle.is_file() and zipfile.is_zipfile(bundle):
        return bundle.with_name(f"{bundle.stem}{name.removeprefix('report')}")
    return bundle.parent / name


@contextmanager
def _evidence_of(bundle: Path) -> Iterator[Path | None]:
    """Lend the folder that has the evidence of a report, None where it came alone. Raises EvidenceError."""
    from pytest_zstack_ticket.artifacts.bundle import as_folder, open_bundle  # noqa: PLC0415 - help is fast

    if bundle == STDIN:
        yield None
    elif bundle.is_file() and zipfile.is_zipfile(bundle):
        with as_folder(open_bundle(bundle)) as folder:
            yield folder
    else:
        yield bundle if bundle.is_dir() else bundle.parent


def _write(printer: Printer, text: bytes, where: str, evidence: Path | None, places: dict[str, str]) -> None:
    from pytest_zstack_ticket.config.catalogue import catalogue  # noqa: PLC0415 - help is fast

    for lang, place in places.items():
        _deliver(printer.page(text, where, evidence, lang, catalogue()), place)


def _deliver(content: bytes, output: str) -> None:
    """Write a page to a file or to stdout."""
    from pytest_zstack_ticket.artifacts.atomic_write import put  # noqa: PLC0415 - help is fast

    if output == "-":
        # a page says that it is UTF-8, whatever the terminal is
        sys.stdout.buffer.write(content)
        return
    try:
        put(Path(output), content)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}. Name another file with --output.") from error


COMMANDS = (
    Command(
        name="render",
        help="make the pages of a report, as HTML or PDF",
        description="Make the HTML page of a run again from its report.json and evidence, without a target; or, with\n"
        "--pdf, a PDF/A-3 file that has report.json attached and a block for signatures. Without --output,\n"
        "report.html (English) and report.zh.html (Chinese), or .pdf, are written beside report.json; the\n"
        "pages of a zip lie beside it and bear its name; of a report on stdin one page goes to stdout.\n"
        "Exit status: 0, or 4 for an unusable file.",
        example="example:\n  zstack-ticket render zstack-report/ --lang zh --output - > report.html\n"
        "  zstack-ticket render zstack-report/ --lang zh --pdf --output certificate.pdf",
        add_arguments=add_render_arguments,
        run=render,
    ),
)
