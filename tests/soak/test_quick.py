"""The soaks find what they look for, and the caps hold; `make soak` runs the rest, with QUICK=1 in minutes."""

from __future__ import annotations

import base64
import gzip

import pytest

from pytest_zstack_ticket.model.quotas import Quotas
from tests.kill.matrix import Shot
from tests.soak import again, caps, hostile, lines, secrets


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


def test_a_sample_of_faults_has_every_area_and_is_the_same_each_time():
    known = [Shot(f"fault-{area}-{n}", (f"ZT-{area}-00{n}",), "deployed") for area in "ABC" for n in range(1, 9)]
    chosen = again.sample(known, 9, seed=3)
    assert chosen == again.sample(reversed(known), 9, seed=3)
    assert chosen != again.sample(known, 9, seed=4)
    assert [one.requirements[0][3] for one in chosen] == list("ABC" * 3)


PRINTED = """
ZT-BODY-004 (must): A name longer than 255 UTF-16 code units is refused.
  expected  refused
  run again pytest '--zstack-url=embedded?fault=x' -k ZT-BODY-004

ZT-BODY-003 (must): Another.
  run again pytest -k ZT-BODY-003
"""


def failed(name: str, actual: str) -> dict[str, object]:
    finding = {"check": "refusal", "expected": {"key": "refused"}, "actual": {"key": actual}}
    return {"id": name, "verdict": "failed", "findings": [finding]}


def test_what_is_printed_first_is_read_with_its_command():
    found = again.seen(PRINTED, [failed("ZT-BODY-003", "accepted"), failed("ZT-BODY-004", "accepted")])
    assert (found.requirement, found.failed) == ("ZT-BODY-004", 2)
    assert found.command == "pytest '--zstack-url=embedded?fault=x' -k ZT-BODY-004"
    assert found.ways == [("refusal", "refused", "accepted")]


def test_a_command_that_shows_nothing_or_something_else_is_not_again():
    nothing = again.seen("", [{"id": "ZT-BODY-004", "verdict": "passed", "findings": []}], "ZT-BODY-004")
    assert (nothing.ways, nothing.trouble) == ((), "ZT-BODY-004 did not fail")
    other = again.seen("", [failed("ZT-BODY-004", "no answer")], "ZT-BODY-004")
    assert ("refusal", "refused", "accepted") not in other.ways
