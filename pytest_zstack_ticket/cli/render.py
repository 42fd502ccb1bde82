"""`zstack-ticket render`: the pages of a report rendered again, without a target."""

from __future__ import annotations

import argparse
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pytest_zstack_ticket.artifacts.bundle import as_folder, open_bundle
from pytest_zstack_ticket.artifacts.report_reader import load_report, report_text
from pytest_zstack_ticket.certify.messages import rejection_lines
from pytest_zstack_ticket.certify.statement import extension
from pytest_zstack_ticket.certify.strict_rejudge import judged_report
from pytest_zstack_ticket.certify.verify import Wanted, verify_bundle
from pytest_zstack_ticket.cli.arguments import (
    REPORT,
    STDIN,
    STDOUT,
    add_json,
    add_lang,
    language_of,
    require_named_output,
)
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json, write_line
from pytest_zstack_ticket.cli.trust import add_trust_arguments, trust_of
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.model.errors import UsageError
from pytest_zstack_ticket.report.pdf.printer import Printer
from pytest_zstack_ticket.report.text.translations import translations


def add_render_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `render`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=REPORT)
    add_lang(parser, "language of the page (default: one page for each)")
    parser.add_argument("--pdf", action="store_true", help="render a PDF instead (needs the extra [pdf])")
    parser.add_argument("--font-path", metavar="DIR", type=Path, help="folder with the fonts of a PDF")
    parser.add_argument("--output", metavar="FILE", help="write one page to this file, or to stdout for -")
    parser.add_argument("--baseline", metavar="DIR", type=Path, help="earlier run whose passing examples are shown too")
    add_trust_arguments(parser)
    add_json(parser)


def render(arguments: argparse.Namespace) -> int:
    """Write the pages and list them; 1 if a certificate is not genuine. Raises EvidenceError and UsageError."""
    if arguments.font_path and not arguments.pdf:
        raise UsageError("--font-path sets the fonts of a PDF: add --pdf.")
    baseline = load_report(arguments.baseline) if arguments.baseline else None
    number, valid = _certificate(arguments)
    if number is None:
        return 1
    printer = Printer(pdf=arguments.pdf, fonts=arguments.font_path, baseline=baseline, number=number, valid=valid)
    places = _places(arguments, printer)
    text, where = report_text(arguments.bundle)
    with _evidence_of(arguments.bundle) as evidence:
        for lang, place in places.items():
            page = printer.page(text, where, evidence, lang, catalogue())
            with open_output(place) as file:
                file.write(page)
    written = [place for place in places.values() if place != STDOUT]
    if arguments.json:
        write_json(written)
    else:
        for place in written:
            write_line(place)
    return 0


def _certificate(arguments: argparse.Namespace) -> tuple[str | None, str]:
    """Return number and period of the run's certificate, empty where none is asked for; None if it is not genuine."""
    if not arguments.public_key and arguments.keys is None:
        return "", ""
    if not arguments.output and arguments.bundle.is_dir():
        raise UsageError("the pages in a folder are among its signed files: name another file with --output.")
    now, trust = datetime.now(UTC), trust_of(arguments)
    wanted = Wanted(keys=trust.keys, key_set=trust.key_set, since=now, until=now)
    found = verify_bundle(arguments.bundle, wanted, judge_again=judged_report)
    for line in rejection_lines(found.rejections, translations(), language_of(arguments)):
        print_message(line)
    if found.statement is None or not found.genuine:
        return None, ""
    claimed = extension(found.statement)
    return claimed["number"], "{notBefore} / {notAfter}".format(**claimed["validity"])


def _places(arguments: argparse.Namespace, printer: Printer) -> dict[str, str]:
    """Return where the page of each wanted language goes. Raises SettingsError."""
    if arguments.output or arguments.bundle == STDIN:
        output = arguments.output or STDOUT
        require_named_output(arguments, output)
        return {language_of(arguments): output}
    languages = (arguments.lang,) if arguments.lang else ("en", "zh")
    return {lang: str(_beside(arguments.bundle, printer.name(lang))) for lang in languages}


def _beside(bundle: Path, name: str) -> Path:
    """Return where a page goes: into the folder of its report, or beside its zip and named after it."""
    if bundle.is_dir():
        return bundle / name
    if bundle.is_file() and zipfile.is_zipfile(bundle):
        return bundle.with_name(f"{bundle.stem}{name.removeprefix('report')}")
    return bundle.parent / name


@contextmanager
def _evidence_of(bundle: Path) -> Iterator[Path | None]:
    """Lend the folder with the evidence of a report, None for a report on stdin. Raises EvidenceError."""
    if bundle == STDIN:
        yield None
    elif bundle.is_file() and zipfile.is_zipfile(bundle):
        with as_folder(open_bundle(bundle)) as folder:
            yield folder
    else:
        yield bundle if bundle.is_dir() else bundle.parent


COMMANDS = {
    "render": Command(
        description="Render the HTML page of a run again from its report.json and evidence, without a target; or,\n"
        "with --pdf, a PDF/A-3 file with report.json attached and a block for signatures. Without --output,\n"
        "report.html (English) and report.zh.html (Chinese), or .pdf, are written beside report.json; the pages\n"
        "of a zip lie beside it and are named after it; the page of a report on stdin goes to stdout. With\n"
        "--public-key or --keys the certificate is verified, and the page shows its number.\n"
        "Exit status: 0, 1 the certificate is not genuine, 4 for a file that cannot be used.",
        example="example:\n  zstack-ticket render zstack-report/ --lang zh --output - > report.html\n"
        "  zstack-ticket render zstack-report/ --lang zh --pdf --output certificate.pdf",
        add_arguments=add_render_arguments,
        run=render,
    ),
}
