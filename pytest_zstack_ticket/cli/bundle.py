"""`zstack-ticket bundle`: one file with a report and its evidence."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from pytest_zstack_ticket.artifacts.atomic_write import new_file
from pytest_zstack_ticket.cli.command import Command, add_json, talk, write_json
from pytest_zstack_ticket.model.errors import EvidenceError, SettingsError


def add_bundle_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `bundle`."""
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="folder of --zstack-report")
    parser.add_argument("--output", metavar="FILE", default="", help="the zip, - for stdout (FOLDER.zip)")
    add_json(parser)


def bundle(told: argparse.Namespace) -> int:
    """Pack the folder of a run into one zip."""
    from pytest_zstack_ticket.artifacts.report_reader import load_report  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.artifacts.zip_writer import pack  # noqa: PLC0415 - help is fast

    if not told.folder.is_dir():
        raise EvidenceError(f"{told.folder} is no folder. Give the folder of --zstack-report.")
    load_report(told.folder)
    if told.output == "-":
        if told.json:
            raise SettingsError("--json tells what was written: name the zip with --output.")
        with tempfile.TemporaryFile() as file:
            pack(told.folder, file)
            file.seek(0)
            shutil.copyfileobj(file, sys.stdout.buffer)
        return 0
    output = told.output or f"{told.folder.resolve()}.zip"
    with new_file(output) as file:
        count = pack(told.folder, file, leave=Path(output))
    if told.json:
        write_json({"output": output, "files": count})
    talk(f"{output}: {count} files.")
    return 0


COMMANDS = (
    Command(
        name="bundle",
        help="pack the folder of a run into one zip",
        description="Pack the folder of a run into a zip that has the same bytes whenever it is made. The exit status\n"
        "is 0, or 4 if the folder holds no report or the zip cannot be written.",
        example="example:\n  zstack-ticket bundle out/ --output out.zip",
        add_arguments=add_bundle_arguments,
        run=bundle,
    ),
)
