"""Bodies of shipped tests run ahead and overlap; what pytest shows of them stays as it is."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pytest

from pytest_zstack_ticket.plugin import lookahead, run_order
from pytest_zstack_ticket.plugin.turns import Turns
from pytest_zstack_ticket.simulator.server.server import SimulatorServer
from pytest_zstack_ticket.simulator.storage import seed_data

FIRST = '''
import threading
import time
import pytest

MAIN = threading.main_thread()
MET = threading.Barrier(2)

@pytest.mark.requirement("ZT-BODY-001")
def test_first(ticket_endpoint, zstack_examine):
    """Run by pytest itself, which then has our fixtures."""
    judge(ticket_endpoint, zstack_examine)

def judge(endpoint, examine, times=1):
    for _ in range(times):
        result = endpoint.create(endpoint.calibration_draft)
        assert examine("sameness", subject=result, sibling=endpoint.calibration) is None
'''
MEETING = """
@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.requirement("ZT-BODY-002")
def test_meet(number, ticket_endpoint, zstack_examine):
    MET.wait(10)
    judge(ticket_endpoint, zstack_examine)
"""
APART = """
@pytest.mark.requirement("ZT-BODY-002")
def test_in_a_thread_of_its_own(ticket_endpoint, zstack_examine):
    assert threading.current_thread() is not MAIN
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.requirement("ZT-BODY-003")
@pytest.mark.zstack_alone
def test_alone(ticket_endpoint, zstack_examine):
    assert threading.current_thread() is MAIN
    assert not [one for one in threading.enumerate() if one.name.startswith("zstack-test")]
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.requirement("ZT-BODY-004")
def test_with_a_folder(tmp_path, ticket_endpoint, zstack_examine):
    assert threading.current_thread() is MAIN
    judge(ticket_endpoint, zstack_examine)

def test_of_the_user():
    print("printed by the user's test")
    assert threading.current_thread() is MAIN
    assert not [one for one in threading.enumerate() if one.name.startswith("zstack-test")]

@pytest.mark.requirement("ZT-BODY-005")
def test_after_it(ticket_endpoint, zstack_examine):
    assert threading.current_thread() is not MAIN
    judge(ticket_endpoint, zstack_examine)
"""
TROUBLE = """
@pytest.mark.requirement("ZT-BODY-002")
def test_broken(ticket_endpoint, zstack_examine):
    judge(ticket_endpoint, zstack_examine)
    nothing = None
    nothing.attribute

@pytest.mark.requirement("ZT-BODY-003")
def test_skipping(ticket_endpoint):
    pytest.skip("there is nothing to see")

@pytest.mark.requirement("ZT-BODY-004")
def test_violated(ticket_endpoint, zstack_examine):
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    violation = zstack_examine("refusal", subject=result, sibling=ticket_endpoint.calibration)
    assert violation is None, violation

@pytest.mark.requirement("ZT-BODY-005")
def test_fine(ticket_endpoint, zstack_examine):
    judge(ticket_endpoint, zstack_examine)
"""
ENDLESS = """
@pytest.mark.requirement("ZT-BODY-002")
def test_ends_the_run(ticket_endpoint, zstack_examine):
    MET.wait(10)
    END

@pytest.mark.requirement("ZT-BODY-003")
def test_endless(ticket_endpoint, zstack_examine):
    judge(ticket_endpoint, zstack_examine)
    MET.wait(10)
    judge(ticket_endpoint, zstack_examine, times=2_000)
"""

INTERRUPT = """import os, signal
    # pytest has reported the first test when it comes to this one
    while "test_ends_the_run" not in os.environ.get("PYTEST_CURRENT_TEST", ""):
        time.sleep(0.01)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(1)
"""
CROWDED = """
CREATED, FULL = threading.Event(), threading.Event()

@pytest.mark.requirement("ZT-BODY-002")
def test_looks_at_its_ticket(ticket_endpoint, zstack_examine):
    result = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    CREATED.set()
    assert FULL.wait(300)
    assert len(ticket_endpoint.find_by_name(result).rows) == 1
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.requirement("ZT-BODY-003")
def test_creates_many(ticket_endpoint, zstack_examine):
    assert CREATED.wait(300)
    judge(ticket_endpoint, zstack_examine, times=25)
    FULL.set()
"""


BESIDE = """
@pytest.mark.requirement("ZT-BODY-002")
@pytest.mark.zstack_long
def test_that_is_long(ticket_endpoint, zstack_examine):
    # the first of all tests, for it is long; pytest runs it itself, as there were no fixtures before it
    assert threading.current_thread() is MAIN
    MET.wait(10)
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.requirement("ZT-BODY-003")
def test_beside_it(ticket_endpoint, zstack_examine):
    MET.wait(10)
    judge(ticket_endpoint, zstack_examine)
"""

EXPLORING = """
LAST = threading.Event()

@pytest.mark.requirement("ZT-BODY-002")
def test_that_explores(zstack_explore, ticket_endpoint, zstack_examine):
    assert threading.current_thread() is MAIN
    MET.wait(10)
    for _ in range(400):
        judge(ticket_endpoint, zstack_examine)
        if LAST.is_set():
            return
    raise RuntimeError("no further body was started between the calls")

@pytest.mark.parametrize("number", range(1, 9))
@pytest.mark.requirement("ZT-BODY-003")
def test_beside(number, ticket_endpoint, zstack_examine):
    if number == 1:
        MET.wait(10)
    judge(ticket_endpoint, zstack_examine)
    if number == 8:
        LAST.set()
"""

EARLY = """
OTHERS = threading.Event()

@pytest.mark.requirement("ZT-BODY-002")
def test_beside_it(ticket_endpoint, zstack_examine):
    OTHERS.set()
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.requirement("ZT-BODY-003")
@pytest.mark.zstack_alone("races")
@pytest.mark.zstack_early("smoke")
def test_sent_first(ticket_endpoint, zstack_examine):
    assert threading.current_thread() is not MAIN
    assert not OTHERS.is_set()
    results = ticket_endpoint.create_together([ticket_endpoint.calibration_draft] * 3)
    assert OTHERS.wait(10)
    assert zstack_examine("sameness", subject=results[0], sibling=ticket_endpoint.calibration) is None

@pytest.mark.requirement("ZT-BODY-004")
@pytest.mark.zstack_alone("races")
def test_of_its_group(ticket_endpoint, zstack_examine):
    judge(ticket_endpoint, zstack_examine)
"""

TURNS = """
TURN, DONE = threading.Lock(), threading.Event()

@pytest.mark.requirement("ZT-BODY-002")
def test_beside_it(ticket_endpoint, zstack_examine):
    assert DONE.wait(10)
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.requirement("ZT-BODY-003")
@pytest.mark.zstack_alone
def test_alone(ticket_endpoint, zstack_examine):
    assert not [one for one in threading.enumerate() if one.name.startswith("zstack-test")]
    judge(ticket_endpoint, zstack_examine)

@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.requirement("ZT-BODY-004")
@pytest.mark.zstack_alone(in_turn=True)
def test_of_sessions(number, ticket_endpoint, zstack_examine):
    assert TURN.acquire(blocking=False)
    assert threading.current_thread() is not MAIN
    for _ in range(3):
        session = ticket_endpoint.another_session()
        judge(ticket_endpoint, zstack_examine)
        ticket_endpoint.logout(session.uuid)
    TURN.release()
    if number == 3:
        DONE.set()
"""

RECORDER = """
import sys, threading

class Recorder:
    found = set()

    def find_spec(self, name, path=None, target=None):
        if threading.current_thread().name.startswith("zstack-test"):
            self.found.add(name)

sys.meta_path.insert(0, Recorder())

def pytest_unconfigure():
    print("imported by bodies:", *sorted(Recorder.found))
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    """Write tests that count as shipped, and return how to run them."""
    monkeypatch.setattr(lookahead, "suites_folder", lambda: pytester.path)
    monkeypatch.setattr(run_order, "suites_folder", lambda: pytester.path)

    def run(tests: str, *options: str, concurrency: int = 8, url: str = "embedded") -> pytest.RunResult:
        path = pytester.makepyfile(test_suite=FIRST + tests)
        given = (f"--zstack-url={url}", "--zstack-seed=1", f"--zstack-concurrency={concurrency}", "-v")
        return pytester.runpytest(path, *given, *options, no_reraise_ctrlc=True)

    return run


def shown(result: pytest.RunResult) -> list[str]:
    """Return the tests with their outcomes, in the order in which they were reported."""
    found = (re.search(r"(test_\w+(\[\d\])?) (PASSED|FAILED|SKIPPED|ERROR)", line) for line in result.outlines)
    return [f"{one[1]} {one[3]}" for one in found if one]


def evidence(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in gzip.decompress((path / "evidence.jsonl.gz").read_bytes()).splitlines()]


def test_bodies_overlap(suite) -> None:
    suite(MEETING).assert_outcomes(passed=3)


def test_where_few_tickets_may_exist_bodies_overlap_and_each_keeps_its_own(
    suite, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ZSTACK_PASSWORD", seed_data.PASSWORD)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with SimulatorServer("embedded") as cloud:
        before = cloud.tickets
        suite(CROWDED, "--zstack-max-alive=15", url=cloud.url).assert_outcomes(passed=3)
        assert cloud.tickets == before


def test_a_long_test_comes_first_and_others_run_next_to_it(suite) -> None:
    result = suite(BESIDE, "--zstack-report=out")
    assert shown(result) == ["test_that_is_long PASSED", "test_first PASSED", "test_beside_it PASSED"]
    row = next(
        row for row in json.loads(Path("out", "report.json").read_text())["requirements"] if row["id"] == "ZT-BODY-002"
    )
    assert row["examples"]["held"] == 1


def test_bodies_run_next_to_a_test_that_explores_and_more_start_between_its_calls(suite) -> None:
    suite(EXPLORING, concurrency=2).assert_outcomes(passed=10)


def test_what_is_sent_early_waits_next_to_the_others_and_is_reported_in_its_place(suite) -> None:
    result = suite(EARLY, "--zstack-effort=smoke")
    names = ("first", "beside_it", "sent_first", "of_its_group")
    assert shown(result) == [f"test_{name} PASSED" for name in names]


def test_what_opens_sessions_takes_turns_next_to_the_others_and_is_reported_in_its_place(suite) -> None:
    names = ("first", "beside_it", "alone", "of_sessions[1]", "of_sessions[2]", "of_sessions[3]")
    assert shown(suite(TURNS)) == [f"test_{name} PASSED" for name in names]


def test_where_sessions_do_not_last_what_opens_them_runs_alone(suite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Turns, "_sessions_last", lambda _: False)
    tests = TURNS.replace("    assert DONE.wait(10)\n", "").replace("is not MAIN", "is MAIN")
    suite(tests).assert_outcomes(passed=6)


@pytest.mark.parametrize("options", [("--zstack-effort=standard",), ("-k", "sent_first")])
def test_at_other_efforts_and_alone_it_runs_like_any_other(suite, options: tuple[str, ...]) -> None:
    lines = (
        "    assert not OTHERS.is_set()\n",
        "    assert OTHERS.wait(10)\n",
        "    assert threading.current_thread() is not MAIN\n",
    )
    tests = EARLY
    for line in lines:
        tests = tests.replace(line, "")
    assert "test_sent_first PASSED" in shown(suite(tests, *options))


def test_no_body_imports_what_pytest_rewrites(pytester: pytest.Pytester) -> None:
    # a test that explores parses sources meanwhile, which CPython 3.11 cannot do in two threads
    pytester.makepyfile(recorder=RECORDER)
    some = "ZT-ANSWER-00 or ZT-STORE-00"
    faulty = "--zstack-url=embedded?fault=accept-missing:name"
    result = pytester.runpytest_subprocess("-p", "recorder", faulty, "--zstack-effort=smoke", "-k", some)
    line = next(one for one in result.outlines if one.startswith("imported by bodies:"))
    assert not [name for name in line.split()[3:] if name.startswith(("pytest_zstack_ticket", "hypothesis", "_pytest"))]
    assert "encodings" in line


def test_with_a_window_of_1_nothing_is_started_ahead(suite) -> None:
    suite(APART, concurrency=1).assert_outcomes(passed=4, failed=2)


def test_what_needs_quiet_or_fixtures_of_others_is_left_to_pytest(suite) -> None:
    suite(APART).assert_outcomes(passed=6)


def test_reports_are_those_of_one_by_one(suite) -> None:
    ahead, one_by_one = suite(TROUBLE), suite(TROUBLE, concurrency=1)
    assert shown(ahead) == shown(one_by_one)
    assert shown(ahead) == [
        "test_first PASSED",
        "test_broken FAILED",
        "test_skipping SKIPPED",
        "test_violated FAILED",
        "test_fine PASSED",
    ]
    for result in (ahead, one_by_one):
        result.stdout.fnmatch_lines([">*nothing.attribute", "E*AttributeError: 'NoneType'*", "test_suite.py:*"])
    assert "lookahead.py" not in ahead.stdout.str()


def test_evidence_is_attributed_to_its_test_in_the_order_of_reports(suite, pytester: pytest.Pytester) -> None:
    suite(TROUBLE, "--zstack-report=out")
    examples = [line["test"] for line in evidence(pytester.path / "out") if line["type"] == "example"]
    names = ("first", "broken", "violated", "fine")
    assert list(dict.fromkeys(examples)) == [f"test_suite::test_{name}" for name in names]


def test_only_what_failed_last_runs_again(suite) -> None:
    suite(TROUBLE)
    assert shown(suite(TROUBLE, "--lf")) == ["test_broken FAILED", "test_violated FAILED"]


def test_after_the_first_failure_no_body_goes_on(suite, pytester: pytest.Pytester) -> None:
    result = suite(ENDLESS.replace("END\n", "pytest.fail('the end')\n"), "-x", "--zstack-report=out")
    assert shown(result) == ["test_first PASSED", "test_ends_the_run FAILED"]
    assert "test_suite::test_endless" not in {one.get("test") for one in evidence(pytester.path / "out")}


def test_after_ctrl_c_no_body_goes_on(suite, pytester: pytest.Pytester) -> None:
    result = suite(ENDLESS.replace("END\n", INTERRUPT), "--zstack-report=out")
    assert shown(result) == ["test_first PASSED"]
    result.stdout.fnmatch_lines(["*KeyboardInterrupt*"])
    report = json.loads((pytester.path / "out" / "report.json").read_text("utf-8"))
    assert report["verdict"] == "inconclusive"


def test_what_a_users_test_prints_is_its_own(suite) -> None:
    result = suite(APART, "-rP")
    result.stdout.fnmatch_lines(["*test_of_the_user*", "*Captured stdout call*", "printed by the user's test"])


def test_a_debugger_gets_one_test_at_a_time(suite) -> None:
    suite(APART, "--pdb", "-k", "alone or folder or user").assert_outcomes(passed=3, deselected=3)
    assert not lookahead.is_wanted(_debugged())


class _Options:
    usepdb = True


class _Config:
    option = _Options()


def _debugged() -> Any:
    return _Config()
