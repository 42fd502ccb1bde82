"""The tests of a session as a forecast needs them: what each sends, and which ones it may run next to."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_zstack_ticket.config.suite_load import Load, suite_load
from pytest_zstack_ticket.plugin.items import requirement_of
from pytest_zstack_ticket.plugin.run_order import explores, group_of, takes_turns
from pytest_zstack_ticket.runner.forecast import PlannedTest
from pytest_zstack_ticket.runner.run import Run
from pytest_zstack_ticket.verdicts.judge import applies


def planned(run: Run, items: Iterable[pytest.Item]) -> list[PlannedTest]:
    """Return the tests that apply to the target as far as it is known; one that was never measured sends nothing."""
    load = suite_load(str(run.options["effort"]))
    profile = run.target.profile if run.target is not None else None
    found = []
    for item in items:
        rule = run.catalogue.get(requirement_of(item))
        if rule is not None and (profile is None or applies(rule, profile) is None):
            own = load.get(rule.id, Load())
            found.append(PlannedTest(own, group_of(item), explores(item), takes_turns(item)))
    return found
