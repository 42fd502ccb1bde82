"""`zstack-ticket history`: the verdicts that changed over several runs, without a target."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_zstack_ticket.cli.command import Command, add_json, write, write_json


def add_history_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `history`."""
    parser.add_argument(
        "bundles",
        metavar="BUNDLE",
        nargs="+",
        type=Path,
        help="folders of --zstack-report, zips of them, or report.json files, in any order; - for one on stdin",
    )
    add_json(parser)
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def show_history(told: argparse.Namespace) -> int:
    """Show what changed. Raises EvidenceError."""
    from pytest_zstack_ticket.artifacts.report_reader import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.history_text import history_lines  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.verdicts.history import history  # noqa: PLC0415 - help is fast

    found = history([load_report(path) for path in told.bundles])
    if told.json:
        write_json(found)
    else:
        for line in history_lines(found, wording(), told.lang or language()):
            write(line)
    return 0


COMMANDS = (
    Command(
        name="history",
        help="show which verdicts changed over several runs",
        description="List runs by the time they began, and every requirement that had not the same verdict in all of\n"
        "them. Exit status: 0, or 4 if a report cannot be read.",
        example="example:\n  zstack-ticket history 2027-*/ --json",
        add_arguments=add_history_arguments,
        run=show_history,
    ),
)
