"""A project's own tests: those of a requirement that is not ours, and those that name none."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from pytest_zstack_ticket.checks.own_assertion import OWN_ASSERTION
from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.runner.record import ItemRecord
from pytest_zstack_ticket.runner.run import Run

MOST_TEXT = 1000
"""Characters of a failed assertion that the evidence keeps."""
ASSERTIONS = (AssertionError, pytest.fail.Exception)


def settle(run: Run, record: ItemRecord, error: BaseException | None, clean: Callable[[str], str]) -> None:
    """Let the assertions of a test decide where no check did: they held, or one of them failed.

    `clean` takes secrets out of a text.

    A test that called nothing has examined nothing, and one that broke otherwise says nothing of the target.
    """
    tally = record.tally
    if isinstance(error, ASSERTIONS) and not tally.failed:
        run.examiner.assertion(record, _shortened(clean(str(error))))
    elif error is None and not (tally.held or tally.undecided or tally.legal):
        run.examiner.assertion(record, None)


def says_more(finding: JsonObject) -> bool:
    """Return True if pytest's own account of a failure says more than our card: it shows the values compared."""
    return bool(finding["check"] == OWN_ASSERTION)


def _shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MOST_TEXT else f"{text[:MOST_TEXT]}…"
