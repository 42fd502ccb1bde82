"""`zstack-ticket faults`: the misbehaviours that the embedded endpoint can be given."""

from __future__ import annotations

import argparse

from pytest_zstack_ticket.cli.command import Command, add_json, write, write_json


def run(told: argparse.Namespace) -> int:
    """List named faults, families and triggers."""
    from pytest_zstack_ticket.simulator.faults import FAMILIES, FAULTS, describe_triggers  # noqa: PLC0415 - help is fast

    chapters = {
        "faults": {name: fault.description for name, fault in sorted(FAULTS.items())},
        "families": {f"{name}:{one.form}": one.description for name, one in sorted(FAMILIES.items())},
        "triggers": {f"{name}(FAULT)": about for name, about in describe_triggers().items()},
    }
    if told.json:
        write_json(chapters)
        return 0
    for title, rows in chapters.items():
        write(f"{title}:")
        for name, about in rows.items():
            write(f"  {name:<36} {about}")
        write("")
    return 0


COMMANDS = (
    Command(
        name="faults",
        help="list the misbehaviours that can be simulated",
        description="List the faults of the embedded endpoint: named ones, families with parameters, and triggers\n"
        "that limit a fault to some calls. Several are joined by a plus sign. Exit status: 0.",
        example="example:\n  pytest '--zstack-url=embedded?fault=every:7(accept-too-long:name)'",
        add_arguments=add_json,
        run=run,
    ),
)
