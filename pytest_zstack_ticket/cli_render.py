"""`zstack-ticket render`: the pages of a report made again, without a target."""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_zstack_ticket.cli_command import STDIN, Command, add_json, write, write_json


def add_render_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `render`."""
    parser.add_argument(
        "bundle", metavar="BUNDLE", type=Path, help="folder or zip of a run, its report.json, or - for stdin"
    )
    parser.add_argument("--lang", choices=("en", "zh"), help="language of the page; both if it is left out")
    parser.add_argument("--output", metavar="FILE", help="write one page to this file, or to stdout for -")
    add_json(parser)


def render(told: argparse.Namespace) -> int:
    """Write the pages and say where. Raises EvidenceError and UsageError."""
    from pytest_zstack_ticket.cli_requirements import catalogue  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.edge.reports import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.model.errors import UsageError  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.options import language  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.paging import NAMES, beside  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.page import NOTHING, page  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.wording import wording  # noqa: PLC0415 - likewise

    report = load_report(told.bundle)
    with _evidence_of(told.bundle) as evidence:
        around = beside(report, evidence, catalogue()) if evidence else NOTHING
    if told.output or told.bundle == STDIN:
        output = told.output or "-"
        if told.json and output == "-":
            raise UsageError("--json tells which pages were written: name one with --output.")
        _deliver(page(report, wording(), told.lang or language(), beside=around), output)
        pages = [output]
    else:
        home = told.bundle if told.bundle.is_dir() else told.bundle.parent
        pages = [str(home / NAMES[lang]) for lang in ((told.lang,) if told.lang else NAMES)]
        for lang, place in zip((told.lang,) if told.lang else NAMES, pages, strict=True):
            _deliver(page(report, wording(), lang, beside=around), place)
    if told.json:
        write_json(pages)
    else:
        for place in pages:
            if place != "-":
                write(place)
    return 0


@contextmanager
def _evidence_of(bundle: Path) -> Iterator[Path | None]:
    """Lend the folder that has the evidence of a report, None where it came alone. Raises EvidenceError."""
    from pytest_zstack_ticket.edge.bundles import as_folder, open_bundle  # noqa: PLC0415 - help is fast

    if bundle == STDIN:
        yield None
    elif bundle.is_file() and zipfile.is_zipfile(bundle):
        with as_folder(open_bundle(bundle)) as folder:
            yield folder
    else:
        yield bundle if bundle.is_dir() else bundle.parent


def _deliver(text: str, output: str) -> None:
    """Write a page to a file or to stdout."""
    from pytest_zstack_ticket.model.errors import UsageError  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.paging import put  # noqa: PLC0415 - likewise

    if output == "-":
        # a page says that it is UTF-8, whatever the terminal is
        sys.stdout.buffer.write(text.encode())
        return
    try:
        put(Path(output), text)
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}. Name another file with --output.") from error


COMMANDS = (
    Command(
        name="render",
        help="make the pages of a report",
        description="Make the HTML page of a run again from its report.json and evidence, without a target.\n"
        "Without --output, report.html (English) and report.zh.html (Chinese) are written beside report.json or\n"
        "the zip; of a report on stdin one page goes to stdout. Exit status: 0, or 4 for an unusable file.",
        example="example:\n  zstack-ticket render zstack-report/ --lang zh --output - > report.html",
        add_arguments=add_render_arguments,
        run=render,
    ),
)
