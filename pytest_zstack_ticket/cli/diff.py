"""`zstack-ticket diff`: two runs compared, without a target."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pytest_zstack_ticket.cli.command import Command, add_json, write, write_json


def add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `diff`."""
    kinds = "folder, zip or report.json, or - for stdin"
    parser.add_argument("before", metavar="A", type=Path, help=f"the run before: {kinds}")
    parser.add_argument("after", metavar="B", type=Path, help="the run after, likewise")
    add_json(parser)
    parser.add_argument("--markdown", action="store_true", help="write a summary for a CI job's page")
    parser.add_argument("--lang", choices=("en", "zh"), help="language (default: from LC_ALL or LANG)")


def diff(told: argparse.Namespace) -> int:
    """Show what differs; the exit status is 10 if something broke. Raises EvidenceError."""
    from pytest_zstack_ticket.artifacts.report_reader import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.config.options import language  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.exports.markdown import diff_markdown  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.comparison_text import diff_lines  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.report.text.translations import wording  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.verdicts.comparison import compare, diff_to_json  # noqa: PLC0415 - help is fast

    found = compare(load_report(told.before), load_report(told.after))
    if told.json:
        write_json(diff_to_json(found))
    elif told.markdown:
        sys.stdout.write(diff_markdown(found, wording(), told.lang or language()))
    else:
        for line in diff_lines(found, wording(), told.lang or language()):
            write(line)
    return found.exit_status


COMMANDS = (
    Command(
        name="diff",
        help="compare the reports of two runs",
        description="Show what broke, was mended or answers otherwise between two runs; seeds, ids and dates never\n"
        "make a line. The exit status is 10 if something broke, 0 if nothing did, 4 if a report cannot be read.",
        example="example:\n  zstack-ticket diff before/ after/ --lang zh",
        add_arguments=add_diff_arguments,
        run=diff,
    ),
)
