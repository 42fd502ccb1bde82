"""The soaks in their quick form; `make soak` has the long one."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.model.quotas import Quotas
from tests.soak import caps, concurrency, crash, hostile, lines, orders, secrets


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("name", ["requests", "created", "alive", "bytes"])
def test_no_cap_is_passed(name: str, processes: int):
    through, over = caps.run_case(caps.CASES[name], attempts=200, processes=processes)
    assert through > 0
    assert set(over.values()) == {0}


def test_a_cap_that_is_passed_would_be_seen():
    counting = caps.Counting()
    try:
        caps.attack(counting.url, Quotas(requests=20), None, 30, 0)
        assert caps.passed_by(Quotas(requests=5), counting) == {"requests": 15}
    finally:
        counting.close()


@pytest.mark.parametrize("kind", crash.KINDS)
def test_what_a_disturbed_run_created_is_swept(kind: str):
    count = crash.disturb(crash.KINDS[kind], 1, seed=4, longest=3.0, foreign=20)
    assert count.good, count


@pytest.mark.parametrize("kind", ["reset-after", "session-thrown-out"])
def test_a_bad_line_makes_nothing_fail(kind: str):
    ended = lines.run_over(kind, 7, often=0.1, only="ZT-BODY-001 or ZT-ANSWER-010")
    assert ended.good, ended.shown[-2000:]


@pytest.mark.parametrize("name", ["bidi", "uuid-path", "number-huge-exponent"])
def test_a_hostile_target_does_no_harm(name: str):
    met = hostile.meet(name, only="ZT-ANSWER-00")
    assert met.wrong == ()
    assert met.memory > 0


def test_there_are_enough_kinds():
    assert len(lines.KINDS) >= 30
    assert len(hostile.ROWS) >= 60


def test_no_secret_is_written_that_the_target_gives_back():
    known, found, shown = secrets.run("-k", "ZT-ANSWER-00 or ZT-HTTP-013")
    assert "ZStack CreateTicket conformance" in shown
    assert len(known) >= 5
    assert found == []


def test_a_secret_that_is_written_would_be_found(tmp_path):
    import base64  # noqa: PLC0415 - only here
    import gzip  # noqa: PLC0415 - only here

    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" * 50 + base64.b64encode(b"say " * 9 + b"hunter2hunter2")))
    assert secrets.search(tmp_path, {}, {"password": "hunter2hunter2"}) != []


@pytest.mark.parametrize("fault", ["accept-null:name", "refuse-when:body-boolean"])
def test_many_at_once_come_to_the_verdicts_of_one_by_one(fault: str):
    assert concurrency.differences(fault, only="ZT-BODY-001 or ZT-BODY-002 or ZT-BODY-060 or ZT-ANSWER-010") == {}


def test_a_server_that_breaks_late_does_not_pass_in_another_order():
    ended = orders.examined(60, 1, "-k", "ZT-BODY-00 or ZT-HTTP-00 or ZT-STORE-015 or ZT-STORE-017")
    assert ended.status == 1, ended.shown[-2000:]
    assert ended.verdict == "failed"
