"""A date that the contract allows is one that exists and that the Java SDK reads as what is meant."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.api.contract import contract_of
from tests.support.builders import TICKET, profile

GOOD = (
    *(
        "Nov 14, 2017 10:20:57 PM",
        "Nov 4, 2017, 9:05:00 AM",
        "Feb 28, 2026, 12:00:00\u202fAM",
        "Dec 31, 2018 09:20:57 PM",
    ),
    *("2017-11-14T22:20:57Z", "2017-11-14T00:00:00", "2017-11-14T23:59:59.123+08:00"),
)
BAD = (
    *("Nov 14, 2017 22:20:57 PM", "Nov 14, 2017 0:20:57 AM", "Nov 32, 2017 1:20:57 AM", "Nov 0, 2017 1:20:57 AM"),
    *("Abc 14, 2017 1:20:57 AM", "Nov 14, 2017 1:60:57 AM", "2017-13-14T22:20:57Z", "2017-11-14T24:20:57Z"),
    *("2017-11-14 22:20:57", "Nov 14, 2017", "1510698057000", ""),
)


@pytest.mark.parametrize(("date", "good"), [*((one, True) for one in GOOD), *((one, False) for one in BAD)])
def test_a_date_of_the_contract_exists(date: str, good: bool) -> None:
    body = {"inventory": {"uuid": TICKET, "createDate": date}}
    defects = [one for one in contract_of(profile()).defects("create-result", body) if "createDate" in one.place]
    assert (not defects) is good, defects
