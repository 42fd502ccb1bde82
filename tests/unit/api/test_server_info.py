"""What a target shows of itself: its clock and what stands before it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_zstack_ticket.api.server_info import target_facts
from tests.support.builders import answered, failed

AT = 1_700_000_000.0
DATE = "Tue, 14 Nov 2023 22:13:20 GMT"


def shown(date: str, *more: tuple[str, str]):
    return replace(answered(200, {}, headers=(("date", date), *more)), started=AT, elapsed=1.0)


@pytest.mark.parametrize(
    ("date", "clock"),
    [
        (DATE, 0),
        ("Tue, 14 Nov 2023 22:15:20 GMT", 120),
        ("Tue, 14 Nov 2023 22:11:20 -0000", -120),
        ("Wed, 15 Nov 2023 06:13:20 +0800", 0),
        ("yesterday", None),
        ("", None),
        ("Tue, 99 Nov 2023 22:13:20 GMT", None),
        ("Tue, 14 Nov 99999999 22:13:20 GMT", None),
    ],
)
def test_the_clock_is_read_from_dates_that_can_be_read(date: str, clock: int | None):
    assert target_facts([shown(date)])["clock"] == clock


def test_one_odd_date_does_not_move_the_clock():
    assert target_facts([shown(DATE), shown(DATE), shown("Tue, 14 Nov 2003 22:13:20 GMT")])["clock"] == 0


def test_a_gateway_is_known_by_its_headers():
    found = target_facts([failed(), shown(DATE, ("via", "1.1 edge"), ("server", "nginx" * 99))])
    assert found["gateway"] == ["via"]
    assert found["server"] == ("nginx" * 99)[:80]


def test_nothing_is_known_of_a_target_that_never_answered():
    assert target_facts([failed()]) == {"clock": None, "server": None, "gateway": []}
