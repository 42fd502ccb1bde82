"""`zstack-ticket sweep`: delete what a run left on its target, by its ledgers, any number of times."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path

from pytest_zstack_ticket.cleanup.ledger import SavedLedger
from pytest_zstack_ticket.cli.arguments import add_json, add_lang, language_of, say
from pytest_zstack_ticket.cli.command import Command
from pytest_zstack_ticket.cli.output import print_message, write_json, write_line
from pytest_zstack_ticket.model.errors import ZStackTicketError
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.report.cleanup_progress import CleanupProgress
from pytest_zstack_ticket.target.resume_cleanup import sweep_ledger

EXAMPLE = """example:
  ZSTACK_PASSWORD=... zstack-ticket sweep zstack-report/ledger-*.jsonl
  ZSTACK_PASSWORD=... zstack-ticket sweep --dry-run \\
      ~/.local/state/zstack-ticket/ledgers/*.jsonl"""


def add_sweep_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `sweep`."""
    parser.add_argument("ledger", metavar="LEDGER", nargs="+", help="a ledger that a run left, or a pattern of them")
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted; delete nothing")
    parser.add_argument(
        "--profile",
        metavar="NAME|FILE",
        default="deployed",
        help="how the target behaves: deployed, documented or a file (default: %(default)s)",
    )
    add_json(parser)
    add_lang(parser)


def sweep(arguments: argparse.Namespace) -> int:
    """Sweep ledgers; the exit status is 13 if tickets are left. Raises TargetError, LedgerError or UsageError.

    One that cannot be swept is no reason to leave the others.
    """
    results, errors = [], list[ZStackTicketError]()
    for path in (path for pattern in arguments.ledger for path in _found(Path(pattern))):
        try:
            results.append(_sweep_one(path, arguments))
        except ZStackTicketError as error:
            errors.append(error)
    if arguments.json and results:
        write_json(results)
    if errors:
        for other in errors[1:]:
            print_message(str(other))
        raise errors[0]
    return 13 if any(one["left"] or one["unseen"] or one["reason"] for one in results) else 0


def _found(pattern: Path) -> list[Path]:
    """Return the files of a pattern that no shell has expanded."""
    return sorted(pattern.parent.glob(pattern.name)) or [pattern]


def _sweep_one(path: Path, arguments: argparse.Namespace) -> JsonObject:
    ledger = SavedLedger(path)
    swept = sweep_ledger(
        ledger,
        environment=os.environ,
        profile=arguments.profile,
        dry=arguments.dry_run,
        progress=CleanupProgress(print_message, language_of(arguments)),
    )
    result: JsonObject = {
        "ledger": str(path),
        "target": ledger.head.url,
        "deleted": swept.deleted,
        "left": swept.left,
        "unseen": swept.unseen,
        "reason": swept.why or None,
        "dry-run": arguments.dry_run,
    }
    if not arguments.json:
        _write(result, arguments)
    if swept.clean and not arguments.dry_run and not ledger.book.pending():
        with suppress(OSError):
            path.unlink(missing_ok=True)
            print_message(say(arguments, "swept-empty", ledger=path))
    return result


def _write(result: JsonObject, arguments: argparse.Namespace) -> None:
    counts = {name: len(result[name]) for name in ("left", "deleted")}
    write_line(say(arguments, "swept-dry" if result["dry-run"] else "swept", ledger=result["ledger"], **counts))
    for uuid in result["left"]:
        write_line(f"  {uuid}")
    if result["unseen"]:
        write_line(f"  {say(arguments, 'swept-unseen', count=result['unseen'])}")
    if result["reason"]:
        print_message(say(arguments, "swept-later", target=result["target"], reason=result["reason"]))


COMMANDS = {
    "sweep": Command(
        description="Find the tickets of a run by its ledgers, prove that the run created them, cancel and\n"
        "delete them. Password or session come from the same environment variables as for a run.\n"
        "Exit status: 0 no tickets left, 4 usage, 11 no target, 13 tickets left.",
        example=EXAMPLE,
        add_arguments=add_sweep_arguments,
        run=sweep,
    ),
}
