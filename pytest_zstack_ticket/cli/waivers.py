"""`zstack-ticket waive` and `waivers`: write down who answers for a departure, and see whether that still holds."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write, write_json
from pytest_zstack_ticket.model.errors import WaiverError
from pytest_zstack_ticket.model.waiver import WAIVER_CLASSES

if TYPE_CHECKING:
    from pytest_zstack_ticket.model.waiver import Waiver


def add_waive_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `waive`."""
    parser.add_argument(
        "bundle", metavar="BUNDLE", type=Path, help="folder, zip or report.json of a run that failed, - for stdin"
    )
    parser.add_argument("requirement", metavar="REQUIREMENT", help="the failed requirement, such as ZT-BODY-014")
    parser.add_argument("--class", dest="kind", required=True, choices=WAIVER_CLASSES, help="why it departs")
    parser.add_argument("--reason", required=True, help="one sentence for whoever reads the report")
    parser.add_argument("--owner", required=True, help="who answers for it")
    parser.add_argument("--approver", required=True, help="another person, who agreed")
    parser.add_argument("--expires", required=True, metavar="YYYY-MM-DD", help="its last day")
    parser.add_argument("--link", default="", metavar="URL", help="the issue that it is tracked in")
    parser.add_argument("--release", action="append", default=[], metavar="X.Y", help="only for this release (repeat)")
    parser.add_argument("--signature", default="", help="one finding of several (else all)")
    parser.add_argument("--file", type=Path, default=Path("waivers.toml"), help="the file to add it to (waivers.toml)")
    add_json(parser)


def waive(told: argparse.Namespace) -> int:
    """Add a waiver for each finding of a requirement to a file. Raises WaiverError or EvidenceError."""
    from pytest_zstack_ticket.artifacts.report_reader import load_report  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.config.waiver_file import add_waiver  # noqa: PLC0415 - likewise

    report = load_report(told.bundle)
    row = next((row for row in report["requirements"] if row["id"] == told.requirement), None)
    found = sorted({one["signature"] for one in row["findings"]}) if row else []
    wanted = [one for one in found if told.signature in ("", one)]
    if not wanted:
        which = f" with the signature {told.signature}" if told.signature else ""
        raise WaiverError(f"{told.bundle} has no finding of {told.requirement}{which}; name one that failed there.")
    added = []
    for signature in wanted:
        waiver = _waiver(told, report, signature)
        add_waiver(told.file, waiver)
        how = "its counterexample is sent again first" if waiver.counterexample else "it cannot be sent again"
        talk(f"{told.file}: {waiver.requirement} ({signature}) is waived until {waiver.expires}; {how}.")
        replayed = waiver.counterexample is not None
        added.append({"requirement": waiver.requirement, "signature": signature, "replayed": replayed})
    if told.json:
        write_json({"file": str(told.file), "added": added})
    return 0


def _waiver(told: argparse.Namespace, report: dict[str, Any], signature: str) -> Waiver:
    from datetime import date  # noqa: PLC0415 - help is fast

    from pytest_zstack_ticket.model.saved_example import saved_example_from_json  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.model.waiver import Waiver  # noqa: PLC0415 - likewise

    try:
        expires = date.fromisoformat(told.expires)
    except ValueError as error:
        raise WaiverError(f"--expires: {told.expires!r} is no day; write it as 2027-01-31.") from error
    same = (told.requirement, signature)
    kept = next((one for one in report.get("pinned", ()) if (one["requirement"], one["signature"]) == same), None)
    pinned = saved_example_from_json(kept) if kept else None
    return Waiver(
        requirement=told.requirement,
        signature=signature,
        kind=told.kind,
        reason=told.reason,
        owner=told.owner,
        approver=told.approver,
        expires=expires,
        link=told.link,
        releases=tuple(told.release),
        seen=pinned.seen if pinned else 0,
        tried=pinned.tried if pinned else 0,
        counterexample=pinned,
    )


def add_waivers_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `waivers`."""
    parser.add_argument("file", metavar="FILE", type=Path, help="a file of waivers")
    add_json(parser)


def lint(told: argparse.Namespace) -> int:
    """List the waivers of a file; the exit status is 1 if one has expired. Raises WaiverError."""
    from pytest_zstack_ticket.config.catalogue import catalogue  # noqa: PLC0415 - help is fast
    from pytest_zstack_ticket.config.waiver_file import load_waivers  # noqa: PLC0415 - likewise
    from pytest_zstack_ticket.runner.expectations import today  # noqa: PLC0415 - likewise

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
        for one in load_waivers(told.file, known={row.id for row in catalogue()})
    ]
    if told.json:
        write_json(rows)
    else:
        for row in rows:
            ends = f"{'EXPIRED' if row['expired'] else 'until'} {row['expires']}"
            replayed = "" if row["replayed"] else ", no counterexample"
            write(
                f"{row['requirement']:<16} {row['signature']}  {row['class']:<11} {ends}  {row['owner']}, "
                f"approved by {row['approver']}{replayed}"
            )
    expired = sum(bool(row["expired"]) for row in rows)
    talk(f"{told.file}: {len(rows)} waivers, {expired} expired.")
    return 1 if expired else 0


COMMANDS = (
    Command(
        name="waive",
        help="write down who answers for a departure",
        description="Add a waiver for a failed requirement of a run to a file, with the example that shows the\n"
        "failure. `pytest --zstack-waivers=FILE` sends that example first, and so decides what the waiver is worth.\n"
        "Exit status: 0 written, 4 if there is no such finding or the file cannot be used.",
        example="example:\n  zstack-ticket waive out/ ZT-BODY-014 --class product-bug --reason 'fixed in 5.3' \\\n"
        "    --owner li --approver wang --expires 2027-01-31",
        add_arguments=add_waive_arguments,
        run=waive,
    ),
    Command(
        name="waivers",
        help="check a file of waivers",
        description="List the waivers of a file. The exit status is 0 if all count, 1 if one has expired, 4 if the\n"
        "file is refused; then file, line and field are named.",
        example="example:\n  zstack-ticket waivers waivers.toml",
        add_arguments=add_waivers_arguments,
        run=lint,
    ),
)
