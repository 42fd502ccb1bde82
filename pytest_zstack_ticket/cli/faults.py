"""`zstack-ticket faults`: the faults that the embedded simulator can be given."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Mapping

from pytest_zstack_ticket.cli.arguments import add_json, add_lang, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.report.text.columns import shortened
from pytest_zstack_ticket.simulator.faults import FAMILIES, FAULTS, describe_triggers

MOST = 20
"""Rows of a chapter that are shown unless all are asked for."""
COLUMN = 36


def add_faults_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `faults`."""
    parser.add_argument("filter", metavar="TEXT", nargs="?", default="", help="show faults with this in name or text")
    parser.add_argument("--all", action="store_true", help="show all, however many")
    add_json(parser)
    add_lang(parser)


def list_faults(arguments: argparse.Namespace) -> int:
    """List named faults, families and triggers; the exit status is 1 if none has the text."""
    chapters = {
        "faults": {name: fault.description for name, fault in sorted(FAULTS.items())},
        "families": {f"{name}:{one.form}": one.description for name, one in sorted(FAMILIES.items())},
        "triggers": {f"{name}(FAULT)": about for name, about in describe_triggers().items()},
    }
    wanted = arguments.filter.casefold()
    chapters = {title: _matching(rows, wanted) for title, rows in chapters.items()}
    if arguments.json:
        write_json(chapters)
        return 0
    for title, rows in chapters.items():
        if rows:
            _write_chapter(title, rows, arguments)
    return 0 if any(chapters.values()) else 1


def _matching(rows: Mapping[str, str], wanted: str) -> dict[str, str]:
    return {name: about for name, about in rows.items() if wanted in f"{name} {about}".casefold()}


def _write_chapter(title: str, rows: Mapping[str, str], arguments: argparse.Namespace) -> None:
    most = len(rows) if arguments.all else MOST
    columns = shutil.get_terminal_size().columns
    write_line(f"{title}:")
    for name, about in list(rows.items())[:most]:
        write_line(f"  {shortened(f'{name:<{COLUMN}} {about}', max(40, columns - 2))}")
    if len(rows) > most:
        write_line(f"  {say(arguments, 'faults-more', count=len(rows))}")
    write_line("")


COMMANDS = {
    "faults": Command(
        description="List the faults of the embedded simulator: named ones, families with parameters, and triggers\n"
        "that limit a fault to some calls. Join several with a plus sign. Exit status: 0, or 1 if\n"
        "none has the text.",
        example="example:\n  zstack-ticket faults job\n"
        "  pytest '--zstack-url=embedded?fault=every:7(accept-too-long:name)'",
        add_arguments=add_faults_arguments,
        run=list_faults,
    ),
}
