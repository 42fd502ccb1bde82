"""`zstack-ticket faults`: the faults that the embedded simulator can be given."""

from __future__ import annotations

import argparse

from pytest_zstack_ticket.cli.arguments import add_json
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import write_json, write_line
from pytest_zstack_ticket.simulator.faults import FAMILIES, FAULTS, describe_triggers


def list_faults(arguments: argparse.Namespace) -> int:
    """List named faults, families and triggers."""
    chapters = {
        "faults": {name: fault.description for name, fault in sorted(FAULTS.items())},
        "families": {f"{name}:{one.form}": one.description for name, one in sorted(FAMILIES.items())},
        "triggers": {f"{name}(FAULT)": about for name, about in describe_triggers().items()},
    }
    if arguments.json:
        write_json(chapters)
        return 0
    for title, rows in chapters.items():
        write_line(f"{title}:")
        for name, about in rows.items():
            write_line(f"  {name:<36} {about}")
        write_line("")
    return 0


COMMANDS = {
    "faults": Command(
        description="List the faults of the embedded simulator: named ones, families with parameters, and triggers\n"
        "that limit a fault to some calls. Join several with a plus sign. Exit status: 0.",
        example="example:\n  pytest '--zstack-url=embedded?fault=every:7(accept-too-long:name)'",
        add_arguments=add_json,
        run=list_faults,
    ),
}
