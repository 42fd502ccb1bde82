"""`zstack-ticket waive` and `waivers`: add a waiver for a known failure, and check a file of waivers."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path

from pytest_zstack_ticket.artifacts.report_reader import load_report
from pytest_zstack_ticket.cli.arguments import REPORT, add_json, add_lang, listed, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.config.catalogue import catalogue
from pytest_zstack_ticket.config.waiver_file import add_waiver, load_waivers
from pytest_zstack_ticket.model.errors import WaiverError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.model.saved_example import saved_example_from_json
from pytest_zstack_ticket.model.waiver import WAIVER_CLASSES, Waiver
from pytest_zstack_ticket.runner.expectations import today


def add_waive_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `waive`."""
    parser.add_argument("bundle", metavar="BUNDLE", type=Path, help=f"the run that failed: {REPORT}")
    parser.add_argument("requirement", metavar="REQUIREMENT", help="the failed requirement, such as ZT-BODY-014")
    parser.add_argument(
        "--class",
        dest="kind",
        required=True,
        choices=WAIVER_CLASSES,
        metavar="CLASS",
        help=f"why it fails: {listed(WAIVER_CLASSES)}",
    )
    parser.add_argument("--reason", required=True, help="one sentence for the readers of the report")
    parser.add_argument("--owner", required=True, help="who is responsible")
    parser.add_argument("--approver", required=True, help="another person, who approved it")
    parser.add_argument("--expires", required=True, metavar="YYYY-MM-DD", help="last day of the waiver")
    parser.add_argument("--link", default="", metavar="URL", help="the issue that tracks it")
    parser.add_argument(
        "--release", action="append", default=[], metavar="X.Y", help="only for this release (repeatable)"
    )
    parser.add_argument("--signature", default="", help="only this finding (default: all of the requirement)")
    parser.add_argument(
        "--file", type=Path, default=Path("waivers.toml"), help="file to add it to (default: waivers.toml)"
    )
    add_json(parser)
    add_lang(parser)


def waive(arguments: argparse.Namespace) -> int:
    """Add a waiver for each finding of a requirement to a file. Raises WaiverError or EvidenceError."""
    report = load_report(arguments.bundle)
    row = next((row for row in report["requirements"] if row["id"] == arguments.requirement), None)
    found = sorted({one["signature"] for one in row["findings"]}) if row else []
    wanted = [one for one in found if arguments.signature in ("", one)]
    if not wanted:
        which = f" with the signature {arguments.signature}" if arguments.signature else ""
        raise WaiverError(f"{arguments.bundle} has no finding of {arguments.requirement}{which}; name one that failed.")
    added = []
    for signature in wanted:
        waiver = _waiver(arguments, report, signature)
        add_waiver(arguments.file, waiver)
        how = say(arguments, "waived-replayed" if waiver.counterexample else "waived-bare")
        facts = {"file": arguments.file, "id": waiver.requirement, "signature": signature, "expires": waiver.expires}
        print_message(say(arguments, "waived", **facts, how=how))
        replayed = waiver.counterexample is not None
        added.append({"requirement": waiver.requirement, "signature": signature, "replayed": replayed})
    if arguments.json:
        write_json({"file": str(arguments.file), "added": added})
    return 0


def _waiver(arguments: argparse.Namespace, report: JsonObject, signature: str) -> Waiver:

    try:
        expires = date.fromisoformat(arguments.expires)
    except ValueError as error:
        raise WaiverError(f"--expires: {arguments.expires!r} is not a date; write it as 2027-01-31.") from error
    same = (arguments.requirement, signature)
    kept = next((one for one in report.get("pinned", ()) if (one["requirement"], one["signature"]) == same), None)
    pinned = saved_example_from_json(kept) if kept else None
    return Waiver(
        requirement=arguments.requirement,
        signature=signature,
        kind=arguments.kind,
        reason=arguments.reason,
        owner=arguments.owner,
        approver=arguments.approver,
        expires=expires,
        link=arguments.link,
        releases=tuple(arguments.release),
        seen=pinned.seen if pinned else 0,
        tried=pinned.tried if pinned else 0,
        counterexample=pinned,
    )


def add_waivers_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `waivers`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a file of waivers")
    add_json(parser)
    add_lang(parser)


def check_waivers(arguments: argparse.Namespace) -> int:
    """List the waivers of a file; the exit status is 1 if one has expired. Raises WaiverError."""
    rows = [
        {
            "requirement": one.requirement,
            "signature": one.signature,
            "class": one.kind,
            "owner": one.owner,
            "approver": one.approver,
            "expires": one.expires.isoformat(),
            "expired": today() > one.expires,
            "replayed": one.counterexample is not None,
        }
        for one in load_waivers(arguments.file, known={row.id for row in catalogue()})
    ]
    if arguments.json:
        write_json(rows)
    else:
        for row in rows:
            ends = say(arguments, "waiver-expired" if row["expired"] else "waiver-until", date=row["expires"])
            owner = say(arguments, "waiver-owner", owner=row["owner"], approver=row["approver"])
            replayed = "" if row["replayed"] else say(arguments, "waiver-bare")
            write_line(f"{row['requirement']:<16} {row['signature']}  {row['class']:<11} {ends}  {owner}{replayed}")
    expired = sum(bool(row["expired"]) for row in rows)
    print_message(say(arguments, "waivers", file=arguments.file, count=len(rows), expired=expired))
    return 1 if expired else 0


COMMANDS = {
    "waive": Command(
        description="Add a waiver for a failed requirement of a run to a file, with the example that shows the\n"
        "failure. `pytest --zstack-waivers=FILE` replays that example first, and so decides whether it still\n"
        "applies. Exit status: 0 written, 4 if there is no such finding or the file cannot be used.",
        example="example:\n  zstack-ticket waive out/ ZT-BODY-014 --class product-bug \\\n"
        "    --reason 'fixed in 5.3' --owner li --approver wang --expires 2027-01-31",
        add_arguments=add_waive_arguments,
        run=waive,
    ),
    "waivers": Command(
        description="List the waivers of a file. The exit status is 0 if all are in force, 1 if one has expired, 4 if\n"
        "the file is invalid; then file, line and field are named.",
        example="example:\n  zstack-ticket waivers waivers.toml",
        add_arguments=add_waivers_arguments,
        run=check_waivers,
    ),
}
