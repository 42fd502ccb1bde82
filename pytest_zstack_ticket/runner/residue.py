"""What a run leaves on its target: clean-up at its end, and what is left after it."""

from __future__ import annotations

import shlex
from contextlib import suppress

from pytest_zstack_ticket.cleanup.ledger import SavedLedger
from pytest_zstack_ticket.cleanup.progress import Progress
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.model.errors import EvidenceError, TargetError
from pytest_zstack_ticket.runner.run import Run


def clean_up(run: Run, progress: Progress | None = None) -> None:
    """Delete what this process created on the target; a throw-away embedded simulator needs no clean-up."""
    if run.target is not None and not run.options.embedded:
        run.swept = run.target.cleanup.sweep(progress=progress)


def give_up(run: Run) -> None:
    """Delete what was created before it was clear that no verdict can be formed; else the ledger stays."""
    if run.target is not None and run.target.cleanup.pending:
        run.swept = run.target.cleanup.sweep(wait=False)


def sweep_after_workers(run: Run) -> None:
    """Add the results of the workers of xdist, and sweep what a worker that broke down left."""
    if run.target is None or run.options.embedded:
        return
    found = list(run.swept_by_workers)
    for path in sorted(run.ledger_path("*").parent.glob(f"ledger-{run.id}-gw*.jsonl")):
        try:
            ledger = SavedLedger(path)
            found.append(run.target.sweep_ledger(ledger))
        except (EvidenceError, TargetError):
            found.append(CleanupResult(why="no-ledger"))
            continue
        if found[-1].clean and not ledger.book.pending():
            with suppress(OSError):
                path.unlink(missing_ok=True)
            found = [one for one in found if one.clean]
    run.swept = CleanupResult.joined([run.swept, *found])


def sweep_command(run: Run) -> str:
    """Return the command that cleans up after a run, in one line and quoted for a shell."""
    return f"zstack-ticket sweep {shlex.quote(str(run.ledger_path('*')))}"


def alive(run: Run) -> int:
    """Return how many tickets of the run may exist now, in all its processes; takes no lock."""
    return run.usage_counter.glimpse.alive if run.usage_counter is not None else 0
