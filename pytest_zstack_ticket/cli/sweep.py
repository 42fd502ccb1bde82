"""The command `sweep`: take away what a run left on its target, from its ledgers, any number of times."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from pytest_zstack_ticket.cli.command import Command, add_json, talk, write, write_json

EXAMPLE = """example:
  ZSTACK_PASSWORD=... zstack-ticket sweep zstack-report/ledger-*.jsonl
  ZSTACK_PASSWORD=... zstack-ticket sweep ~/.local/state/zstack-ticket/ledgers/*.jsonl --dry-run"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("ledger", nargs="+", help="a ledger that a run left, or a pattern of them")
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted; delete nothing")
    parser.add_argument("--profile", default="deployed", help="how the target answers: deployed or documented")
    add_json(parser)


def _sweep(told: argparse.Namespace) -> int:
    paths = [path for pattern in told.ledger for path in _found(Path(pattern))]
    results = [_one(path, told) for path in paths]
    if told.json:
        write_json(results)
    return 13 if any(one["left"] or one["unseen"] or one["reason"] for one in results) else 0


def _found(pattern: Path) -> list[Path]:
    """Return the files of a pattern that no shell has expanded."""
    return sorted(pattern.parent.glob(pattern.name)) or [pattern]


def _one(path: Path, told: argparse.Namespace) -> dict[str, Any]:
    from pytest_zstack_ticket.cleanup.ledger import SavedLedger  # noqa: PLC0415 - the help of commands is fast
    from pytest_zstack_ticket.target.resume_cleanup import sweep_ledger  # noqa: PLC0415 - as above

    ledger = SavedLedger(path)
    swept = sweep_ledger(ledger, environment=os.environ, profile=told.profile, dry=told.dry_run)
    result = {
        "ledger": str(path),
        "target": ledger.head.url,
        "deleted": swept.deleted,
        "left": swept.left,
        "unseen": swept.unseen,
        "reason": swept.why or None,
        "dry-run": told.dry_run,
    }
    if not told.json:
        _say(result, dry=told.dry_run)
    if swept.clean and not told.dry_run and not ledger.book.pending():
        path.unlink(missing_ok=True)
        talk(f"{path}: nothing is left, so the ledger was removed")
    return result


def _say(result: dict[str, Any], *, dry: bool) -> None:
    found = "would be deleted" if dry else "left"
    write(f"{result['ledger']}: {len(result['left'])} {found}, {len(result['deleted'])} deleted")
    for uuid in result["left"]:
        write(f"  {uuid}")
    if result["unseen"]:
        write(f"  {result['unseen']} creations cannot be looked up on this target")
    if result["reason"]:
        talk(f"{result['target']} did not let us look ({result['reason']}); sweep again when it is up")


COMMANDS = [
    Command(
        name="sweep",
        help="take away the tickets that a run left on its target",
        description="Find the tickets of a run by its ledgers, prove that they are ours, cancel and delete them. "
        "The password or session comes from the same environment variables as for a run. "
        "Exit status: 0 nothing is left, 4 usage, 11 no target, 13 something is left.",
        example=EXAMPLE,
        add_arguments=_arguments,
        run=_sweep,
    )
]
