"""Lists of the family show the rows, the order, the page and the total that a query asks for."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, profile

PATH = "/v1/tickets/histories"
ROWS: list[dict[str, Json]] = [
    {"uuid": "a" * 32, "toStatus": "Cancelled"},
    {"uuid": "c" * 32, "toStatus": "Pending"},
    {"uuid": "b" * 32, "toStatus": "Cancelled"},
]
PAGE = f"{PATH}?q=toStatus%21%3DPending&sort=-uuid&limit=1&start=1&replyWithCount=true"


def listed(*found: Json, path: str = f"{PATH}?limit=200", **more: Json) -> tuple[Exchange, ...]:
    return (answered(200, {"inventories": list(found), **more}, method="GET", path=path),)


def judged(subject: tuple[Exchange, ...], before: list[dict[str, Json]] = ROWS) -> Judgement:
    trails = {"subject": subject, "before": listed(*before), "after": listed(*reversed(before))}
    return evaluate("listed-as-asked", trails, {}, profile())


@pytest.mark.parametrize(
    ("shown", "total", "wrong"),
    [
        ("a", 2, False),
        ("b", 2, True),
        ("c", 2, True),
        ("ab", 2, True),
        ("", 2, True),
        ("a", 3, True),
        ("a", None, True),
    ],
)
def test_a_page_has_the_rows_and_the_total_that_were_asked_for(shown: str, total: int | None, wrong: bool):
    rows = [one for letter in shown for one in ROWS if one["uuid"] == letter * 32]
    found = judged(listed(*rows, path=PAGE, total=total))
    assert isinstance(found, Violation) if wrong else found is None


@pytest.mark.parametrize(("total", "wrong"), [(2, False), (3, True), (None, True)])
def test_a_count_has_a_total_alone(total: int | None, wrong: bool):
    path = f"{PATH}?q=toStatus%3DCancelled&count=true"
    found = judged((answered(200, {"schema": {}, "total": total}, method="GET", path=path),))
    assert isinstance(found, Violation) if wrong else found is None


def test_a_list_that_is_not_shown_whole_decides_nothing():
    page = listed(ROWS[0], path=PAGE, total=2)
    refusal = (answered(503, error("SYS.1006"), method="GET", path=PAGE),)
    assert isinstance(judged(refusal), Undecided)
    assert isinstance(judged(page, [{"toStatus": "Cancelled"}]), Undecided)
    assert isinstance(judged(page, [ROWS[0], ROWS[0]]), Undecided)
    assert isinstance(judged(page, [{**ROWS[0], "uuid": f"{place:032}"} for place in range(200)]), Undecided)
    trails = {"subject": page, "before": listed(*ROWS), "after": listed(*ROWS[:2])}
    assert isinstance(evaluate("listed-as-asked", trails, {}, profile()), Undecided)


@pytest.mark.parametrize(
    ("date", "wrong"),
    [("Nov 14, 2017 10:20:57 PM", False), (1545993580705, True), ("2017-11-14 10:20:57", True), (None, False)],
)
def test_dates_of_rows_have_a_known_format(date: Json, wrong: bool):
    found = evaluate("row-dates", {"subject": listed({"createDate": date})}, {}, profile())
    assert isinstance(found, Violation) if wrong else found is None


def test_no_rows_show_no_dates():
    assert isinstance(evaluate("row-dates", {"subject": listed()}, {}, profile()), Undecided)
