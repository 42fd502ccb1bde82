"""`zstack-ticket history`: the verdicts that changed over several runs, without a target."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.report.text.history_text import history_lines
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.history import history


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
    add_lang(parser)


def show_history(arguments: argparse.Namespace) -> int:
    """Show what changed. Raises EvidenceError."""
    reports = [load_report(path) for path in arguments.bundles]
    found = history(reports)
    if arguments.json:
        write_json(found)
    else:
        lang = language_of(arguments)
        texts = {row["id"]: row["text"][lang] for report in reports for row in report["requirements"]}
        for line in history_lines(found, translations(), lang, texts):
            write_line(line)
    return 0


COMMANDS = {
    "history": Command(
        description="List runs by start time, and every requirement whose verdict was not the same in all of them.\n"
        "Exit status: 0, or 4 if a report cannot be read.",
        example="example:\n  zstack-ticket history 2027-*/ --json",
        add_arguments=add_history_arguments,
        run=show_history,
    ),
}
