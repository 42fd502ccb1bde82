"""`zstack-ticket render`: the pages of a report made again, without a target."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pytest_zstack_ticket.cli_command import Command, write


def add_render_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `render`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help="folder of a run, or its report.json")
    parser.add_argument("--lang", choices=("en", "zh"), help="language of the page; both if it is left out")
    parser.add_argument("--output", metavar="FILE", help="write one page to this file, or to stdout for -")


def render(told: argparse.Namespace) -> int:
    """Write the pages and say where. Raises EvidenceError and UsageError."""
    from pytest_zstack_ticket.cli_requirements import catalogue  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.edge.reports import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.paging import NAMES, beside  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.page import page  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.wording import wording  # noqa: PLC0415 - likewise

    report = load_report(told.bundle)
    folder = told.bundle if told.bundle.is_dir() else told.bundle.parent
    around = beside(report, folder, catalogue())
    if told.output:
        text = page(report, wording(), told.lang or "en", beside=around)
        _deliver(text, told.output)
        return 0
    for lang in (told.lang,) if told.lang else NAMES:
        _deliver(page(report, wording(), lang, beside=around), str(folder / NAMES[lang]))
    return 0


def _deliver(text: str, output: str) -> None:
    """Write a page to a file, and say its name; or write it to stdout."""
    from pytest_zstack_ticket.model.errors import UsageError  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.paging import put  # noqa: PLC0415 - likewise

    if output == "-":
        # a page says that it is UTF-8, whatever the terminal is
        sys.stdout.buffer.write(text.encode())
        return
    try:
        write(str(put(Path(output), text)))
    except OSError as error:
        raise UsageError(f"{output} cannot be written: {error.strerror}. Name another file with --output.") from error


COMMANDS = (
    Command(
        name="render",
        help="make the pages of a report",
        description="Make the HTML page of a run again from its report.json and evidence, without a target.\n"
        "Without --output, report.html (English) and report.zh.html (Chinese) are written beside report.json.",
        example="example:\n  zstack-ticket render zstack-report/ --lang zh --output - > report.html",
        add_arguments=add_render_arguments,
        run=render,
    ),
)
