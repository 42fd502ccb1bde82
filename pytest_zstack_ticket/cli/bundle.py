"""`zstack-ticket bundle`: one zip with a report and its evidence."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.artifacts.zip_writer import pack
from pytest_zstack_ticket.cli.arguments import STDOUT, add_json, add_lang, require_named_output, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import open_output, print_message, write_json
from pytest_zstack_ticket.model.errors import EvidenceError


def add_bundle_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `bundle`."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder of --zstack-report")
    parser.add_argument("--output", metavar="FILE", default="", help="the zip, - for stdout (default: FOLDER.zip)")
    add_json(parser)
    add_lang(parser)


def bundle(arguments: argparse.Namespace) -> int:
    """Pack the folder of a run into one zip. Raises EvidenceError and SettingsError."""
    folder: Path = arguments.folder
    if not folder.is_dir():
        raise EvidenceError(f"{folder} is not a folder. Give the folder of --zstack-report.")
    load_report(folder)
    output = arguments.output or f"{folder.resolve()}.zip"
    require_named_output(arguments, output)
    if output == STDOUT:
        with tempfile.TemporaryFile() as file:  # the bytes of a zip depend on whether its file can be rewound
            pack(folder, file)
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
        return 0
    with open_output(output) as file:
        count = pack(folder, file, leave=[Path(output), Path(file.name)])
    if arguments.json:
        write_json({"output": output, "files": count})
    print_message(say(arguments, "packed", output=output, count=count))
    return 0


COMMANDS = {
    "bundle": Command(
        description="Pack the folder of a run into a zip that has the same bytes whenever it is made. The exit status\n"
        "is 0, or 4 if the folder holds no report or the zip cannot be written.",
        example="example:\n  zstack-ticket bundle out/ --output out.zip",
        add_arguments=add_bundle_arguments,
        run=bundle,
    ),
}
