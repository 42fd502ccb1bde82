"""`zstack-ticket diff`: two runs compared, without a target."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.cli.arguments import REPORT, add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.exports.markdown import diff_markdown
from pytest_zstack_ticket.report.text.comparison_text import diff_lines
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.verdicts.comparison import Diff, compare, diff_to_json


def add_diff_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `diff`."""
    parser.add_argument("before", metavar="BEFORE", type=Path, help=f"the earlier run: {REPORT}")
    parser.add_argument("after", metavar="AFTER", type=Path, help="the later run, likewise")
    add_json(parser)
    parser.add_argument("--markdown", action="store_true", help="write Markdown for the summary page of a CI job")
    add_lang(parser)


def diff(arguments: argparse.Namespace) -> int:
    """Show what differs; the exit status is 10 if something broke. Raises EvidenceError."""
    after = load_report(arguments.after)
    found = compare(load_report(arguments.before), after)
    if arguments.json:
        write_json(diff_to_json(found))
    elif arguments.markdown:
        sys.stdout.write(diff_markdown(found, translations(), language_of(arguments)))
    else:
        for line in diff_lines(found, translations(), language_of(arguments)):
            write_line(line)
        _write_texts(found, after, language_of(arguments))
    return found.exit_status


def _write_texts(found: Diff, report: JsonObject, lang: str) -> None:
    """Write what the requirements that the lines name say."""
    named = {one for line in found.lines for one in line.requirements}
    rows = [row for row in report["requirements"] if row["id"] in named]
    if rows:
        write_line("")
    for row in rows:
        write_line(f"{row['id']}: {row['text'][lang]}")


COMMANDS = {
    "diff": Command(
        description="Show what broke, was fixed or responds differently between two runs; differing seeds, ids and\n"
        "dates are ignored. The exit status is 10 if something broke, 0 if nothing did, 4 if a report cannot be read.",
        example="example:\n  zstack-ticket diff before/ after/ --lang zh",
        add_arguments=add_diff_arguments,
        run=diff,
    ),
}
