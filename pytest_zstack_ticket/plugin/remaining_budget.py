"""Spend the rest of a budget after the tests, where least was explored, and report what that found.

A test that passed may then fail after its report; the violation becomes another, failed report of the same test.
"""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_zstack_ticket.model.exchange import JsonObject
from pytest_zstack_ticket.plugin.items import RECORD, RULE, blamed, finished_record, test_name
from pytest_zstack_ticket.runner.budget import Budget, Property
from pytest_zstack_ticket.runner.explorer import Explorer
from pytest_zstack_ticket.runner.record import KEY, ItemRecord
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.transport import interruption

LATE = "late"
"""Name of what a worker of xdist found after its tests."""


def spend(run: Run, tests: Iterable[pytest.Item]) -> list[JsonObject]:
    """Explore in rounds until the budget or what there is to explore is used up; return late reports as plain JSON."""
    explorer = run.explorer
    if explorer is None or not explorer.budget.seconds:
        return []
    known = {id(item.stash[RECORD]): item for item in tests if RECORD in item.stash}
    owners = {id(one): known[id(one.record)] for one in explorer.budget.properties if id(one.record) in known}
    _prepare(explorer.budget, owners)
    records: dict[int, ItemRecord] = {}
    end = explorer.now() + explorer.budget.left
    while (chosen := explorer.budget.next()) is not None and explorer.now() < end:
        record = records.setdefault(id(chosen), _resumed(run, owners[id(chosen)], chosen))
        run.examiner.resume(record)
        _round(run, explorer, chosen, record, end)
    run.examiner.end()
    return [_late(run, owners[key], record) for key, record in records.items()]


def _prepare(budget: Budget, owners: dict[int, pytest.Item]) -> None:
    """Leave out what no test stands for, and let what must hold come first."""
    for one in budget.properties:
        item = owners.get(id(one))
        one.over = one.over or item is None
        one.first = item is not None and item.stash[RULE].level == "must"


def _resumed(run: Run, item: pytest.Item, chosen: Property) -> ItemRecord:
    record = run.examiner.begin(item.stash[RULE].id, test_name(item))
    record.explores.append(chosen)
    return record


def _round(run: Run, explorer: Explorer, chosen: Property, record: ItemRecord, end: float) -> None:
    run.reached.cleanup.protect()
    try:
        explorer.round(chosen, until=end)
    except Exception as error:
        if interruption.led_to(error):
            raise KeyboardInterrupt from error
        record.tally = blamed(record.tally, error)


def _late(run: Run, item: pytest.Item, record: ItemRecord) -> JsonObject:
    """Return a late report: only one with a violation is shown."""
    found, rule = finished_record(run, item, record), item.stash[RULE]
    finding = found["finding"]
    shown = finding is not None and (rule.id, finding["signature"]) not in run.expectations.active
    text = "\n".join(run.cards.brief(finding, rule.text[run.lang])) if shown else ""
    return {"nodeid": item.nodeid, "location": list(item.location), "record": found, "text": text}


def take(run: Run, config: pytest.Config, late: Iterable[JsonObject]) -> None:
    """Take in late reports, in the process that forms the verdict."""
    for one in late:
        if not one["text"]:
            run.results.take(one["record"])
            continue
        report = pytest.TestReport(
            nodeid=one["nodeid"],
            location=tuple(one["location"]),
            keywords={},
            outcome="failed",
            longrepr=one["text"],
            when="call",
            user_properties=[("requirement", one["record"]["tally"]["requirement"]), (KEY, one["record"])],
        )
        config.hook.pytest_runtest_logreport(report=report)
