"""While tests run the calibration draft is sent again, and a drift is found whatever test is running."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest

from pytest_zstack_ticket.certify.rejudge import judge_bundle
from pytest_zstack_ticket.runner.drift_monitor import EVERY, REQUIREMENT

OTHERS = "ZT-BODY-00 or ZT-BODY-01 or ZT-ANSWER-001"


def run(pytester: pytest.Pytester, chosen: str, *more: str, fault: str = "") -> pytest.RunResult:
    url = f"embedded?fault={quote(fault, safe=':')}" if fault else "embedded"
    options = ("--zstack-effort=smoke", "--zstack-seed=1", "--zstack-report=out", "-p", "no:cacheprovider")
    return pytester.runpytest_subprocess(f"--zstack-url={url}", *options, "-k", chosen, *more)


def row(report: Callable[[], Any]) -> dict[str, Any]:
    return next(one for one in report()["requirements"] if one["id"] == REQUIREMENT)


def where(found: dict[str, Any]) -> set[str]:
    """Return the files of tests during which a departure was found."""
    return {one["test"].partition("::")[0] for one in found["findings"]}


def test_a_drift_is_found_while_other_tests_run(pytester: pytest.Pytester, report: Callable[[], Any]):
    assert run(pytester, f"{OTHERS} or {REQUIREMENT}", fault="after:40(born-cancelled)").ret == 1
    found = row(report)
    assert found["verdict"] == "failed"
    assert where(found) - {"test_whole_run"}
    # its command repeats what was sent before: the whole selection
    assert all(OTHERS in str(one["regenerate"]) for one in found["findings"] if "test_whole_run" not in one["test"])
    assert "expect-initial-status" in {one["expected"]["key"] for one in found["findings"]}


def test_each_worker_remembers_for_itself(pytester: pytest.Pytester, report: Callable[[], Any]):
    assert run(pytester, f"{OTHERS} or {REQUIREMENT}", "-n", "2", fault="after:40(born-cancelled)").ret == 1
    assert row(report)["verdict"] == "failed"


def test_a_healthy_target_passes_and_the_marks_are_in_the_evidence(
    pytester: pytest.Pytester, report: Callable[[], Any]
):
    assert run(pytester, f"{OTHERS} or {REQUIREMENT}").ret == 0
    alone = row(report)["examples"]["held"]
    assert judge_bundle(pytester.path / "out").same
    assert run(pytester, REQUIREMENT).ret == 0
    assert alone > row(report)["examples"]["held"]


def test_nothing_is_remembered_where_nobody_asks_for_it(pytester: pytest.Pytester, report: Callable[[], Any]):
    many = f"""
import pytest

@pytest.mark.requirement("OWN-1")
def test_many(ticket_endpoint, zstack_examine):
    first = ticket_endpoint.calibration
    for _ in range({2 * EVERY["smoke"]}):
        ticket_endpoint.call("GET", "/v1/tickets?limit=1")
    assert zstack_examine("sameness", subject=first, sibling=first) is None
"""
    pytester.runpytest(
        "--zstack-url=embedded", "--zstack-effort=smoke", "--zstack-report=out", pytester.makepyfile(many)
    )
    assert [one["id"] for one in report()["requirements"]] == ["OWN-1"]
    assert report()["run"]["residue"]["used"]["created"] < 6
