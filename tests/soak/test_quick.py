"""The soaks find what they look for, and the caps hold; `make soak` runs the rest, with QUICK=1 in minutes."""

from __future__ import annotations

import base64
import gzip

import pytest

from pytest_zstack_ticket.model.quotas import Quotas
from tests.soak import caps, hostile, lines, secrets


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


def test_there_are_enough_kinds():
    assert len(lines.KINDS) >= 30
    assert len(hostile.ROWS) >= 60


def test_a_secret_that_is_written_would_be_found(tmp_path):
    (tmp_path / "a.gz").write_bytes(gzip.compress(b"x" * 50 + base64.b64encode(b"say " * 9 + b"hunter2hunter2")))
    assert secrets.search(tmp_path, {}, {"password": "hunter2hunter2"}) != []
