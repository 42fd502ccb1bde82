"""Targets that understand nothing pass nothing that they break, and nothing that only an accepted ticket can show."""

import json
import os

import pytest

from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from tests.support.forked_pytest import run_pytest

FORM = {"ZT-ANSWER-001", "ZT-ANSWER-002", "ZT-ANSWER-003", "ZT-ANSWER-004", "ZT-ANSWER-005"}
NOTHING_ACCEPTED = "ZT-BODY-04 ZT-BODY-05 ZT-BODY-060 ZT-HTTP-017 ZT-HTTP-018 ZT-HTTP-019 ZT-JOB"
REFUSALS = "ZT-BODY-00 ZT-BODY-01 ZT-BODY-02 ZT-BODY-030 ZT-BODY-031 ZT-BODY-061 ZT-SESSION ZT-HTTP-00 ZT-HTTP-010"
BROKEN = {
    "empty-object": (set(), REFUSALS),
    "array": (FORM, f"{REFUSALS} {NOTHING_ACCEPTED}"),
    "400-text": (FORM, f"{REFUSALS} {NOTHING_ACCEPTED}"),
    "202-no-location": (FORM, f"{REFUSALS} {NOTHING_ACCEPTED}"),
    "echo": (FORM, f"{REFUSALS} {NOTHING_ACCEPTED}"),
    "empty-body": (FORM, REFUSALS),
    "503-error": (FORM - {"ZT-ANSWER-001"}, f"{REFUSALS} {NOTHING_ACCEPTED}"),
}
AREAS = "ZT-ANSWER-00 or ZT-BODY or ZT-SESSION or ZT-HTTP-0 or ZT-JOB"
"""Where those requirements are."""


@pytest.mark.parametrize("null", BROKEN)
def test_a_null_target_passes_nothing_that_it_breaks(null, tmp_path):
    exact, prefixes = BROKEN[null]
    with SimulatorServer(f"embedded?fault=null:{null}") as server:
        arguments = [f"--zstack-url={server.url}", "--zstack-effort=smoke", "-q", "-p", "no:cacheprovider", "-k", AREAS]
        arguments += [f"--zstack-report={tmp_path}/report", "--zstack-job-timeout=5", "--zstack-outage-timeout=1"]
        environment = {**os.environ, "ZSTACK_SESSION": "0123456789abcdef0123456789abcdef"}
        done = run_pytest(arguments, folder=tmp_path, seconds=300, environment=environment)
    report = json.loads((tmp_path / "report" / "report.json").read_text("utf-8"))
    passed = {row["id"] for row in report["requirements"] if row["verdict"] == "passed"}
    assert done.status == 1
    assert report["verdict"] == "failed"
    assert {one for one in passed if one in exact or one.startswith(tuple(prefixes.split()))} == set()
