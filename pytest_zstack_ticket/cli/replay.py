"""`zstack-ticket replay`: send one finding of a report again, and say whether it still fails."""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.certify.shown_commands import options_of_ours
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.findings import row_of
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.model.errors import EvidenceError, TargetError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.text.translations import translations

TARGET_LOST = 11
"""Exit status of a run without a target."""
STATUS = {"passes": 0, "same": 1, "other": 1, "open": 12}
"""Exit status of each result."""


def add_replay_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `replay`."""
    parser.add_argument("bundle", metavar="REPORT", type=Path, help="folder of --zstack-report, or its report.json")
    parser.add_argument("id", metavar="ID", help="a failed requirement of it, such as ZT-BODY-004")
    parser.add_argument("--url", metavar="URL", help="send it to another target (default: that of the report)")
    add_json(parser)
    add_lang(parser)


def replay(arguments: argparse.Namespace) -> int:
    """Run the test of a finding again. Raises EvidenceError and TargetError."""
    row = row_of(load_report(arguments.bundle), arguments.id)
    finding = row["findings"][-1]
    if options_of_ours(finding["regenerate"]) is None:
        raise EvidenceError(
            f"{arguments.bundle}: the command of {row['id']} is not one that a run writes, so it is not started. Run "
            f"its test yourself: pytest -k {row['id']}"
        )
    command = _command(finding["regenerate"], arguments.url, arguments.bundle)
    print_message(shlex.join(["pytest", *command]))
    now = _row_now(command, row["id"])
    result = _result(finding["signature"], now)
    if arguments.json:
        write_json({"requirement": row["id"], "result": result, "verdict": now["verdict"]})
    else:
        write_line(translations().say(f"replay-{result}", language_of(arguments), id=row["id"]))
    return STATUS[result]


def _command(regenerate: str, url: str | None, report: Path) -> list[str]:
    """Arguments of pytest that lead to the finding, at another target if one is named.

    The report is their baseline, so that its counterexample is sent before anything else.
    """
    words = [word for word in shlex.split(regenerate)[1:] if not word.startswith("--zstack-baseline=")]
    here = [f"--zstack-url={url}" if url and word.startswith("--zstack-url=") else word for word in words]
    return [f"--zstack-baseline={report}", *here]


def _row_now(command: list[str], requirement: str) -> JsonObject:
    """Run a test and return what its report says of a requirement. Raises EvidenceError and TargetError."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder, "report")
        arguments = [sys.executable, "-m", "pytest", *command, "-q", f"--zstack-report={report}"]
        done = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own interpreter
        if done.returncode == TARGET_LOST:
            raise TargetError(done.stdout.strip().splitlines()[-1] if done.stdout.strip() else "no target")
        if not (report / "report.json").is_file():
            raise EvidenceError(f"the test did not run:\n{done.stdout.strip()}")
        rows = load_report(report)["requirements"]
    return next(row for row in rows if row["id"] == requirement)


def _result(signature: str, now: JsonObject) -> str:
    """Say how a requirement fares now: it passes, fails the same way or another, or has no verdict."""
    if now["verdict"] == "passed":
        return "passes"
    if now["verdict"] != "failed":
        return "open"
    return "same" if signature in {one["signature"] for one in now["findings"]} else "other"


COMMANDS = {
    "replay": Command(
        description="Send the counterexample of one finding again, then run its test with the seed and options of\n"
        "its run, and say whether it still fails. Log in as for the run. Exit status: 0 it passes now, 1 it still\n"
        "fails, 4 usage, 11 the target cannot be reached, 12 no verdict.",
        example="example:\n  ZSTACK_PASSWORD=... zstack-ticket replay zstack-report/ ZT-BODY-004",
        add_arguments=add_replay_arguments,
        run=replay,
    ),
}
