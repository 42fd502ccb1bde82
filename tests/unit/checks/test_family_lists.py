"""Lists of the family show the rows, the order, the page and the total that a query asks for."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Exchange, Json
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, inventory, job, profile

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


def test_a_list_that_never_shows_a_row_nor_a_total_may_be_none():
    """A target without it may take its name for the uuid of a ticket that is not there."""
    empty = judged(listed(path=f"{PATH}?count=true"), [])
    assert isinstance(empty, Undecided)
    assert empty.reason.key == "not-shown"
    assert isinstance(judged(listed(path=f"{PATH}?count=true", total=1), []), Violation)
    assert isinstance(judged(listed(path=f"{PATH}?count=true")), Violation)


def test_what_a_front_end_answers_is_no_count():
    page = answered(504, b"<html>Gateway Time-out</html>", method="GET", path=f"{PATH}?count=true")
    assert isinstance(judged((page,)), Undecided)


def test_a_list_that_is_not_shown_whole_decides_nothing():
    page = listed(ROWS[0], path=PAGE, total=2)
    refusal = (answered(503, error("SYS.1006"), method="GET", path=PAGE),)
    assert isinstance(judged(refusal), Undecided)
    assert isinstance(judged(page, [{"toStatus": "Cancelled"}]), Undecided)
    assert isinstance(judged(page, [ROWS[0], ROWS[0]]), Violation), "a row is listed twice"
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


@pytest.mark.parametrize(
    ("member", "value", "wrong"),
    [
        ("adminOnly", True, False),
        ("adminOnly", "true", False),
        ("adminOnly", 1, True),
        ("flows", [{"valid": True, "name": "one"}], False),
        ("flows", [{"valid": 1}], True),
        ("flows", "[]", True),
        ("request", None, False),
        ("name", 7, False),
        ("name", ["a"], True),
        ("requests", [{"apiName": "a"}], False),
    ],
)
def test_rows_have_members_that_gson_reads(member: str, value: Json, wrong: bool):
    found = evaluate("readable-rows", {"subject": listed({"uuid": "a", member: value})}, {}, profile())
    assert isinstance(found, Violation) if wrong else found is None


def test_no_rows_show_nothing_that_can_be_read():
    assert isinstance(evaluate("readable-rows", {"subject": listed()}, {}, profile()), Undecided)


FLOWS = (("f", "c"), ("e", "c"), ("d", "o"))


@pytest.mark.parametrize(
    ("shows", "after", "judged"),
    [
        ("fe", "fe", None),
        ("fe9", "fe9", None),
        ("f", "f", True),
        ("fed", "fed", True),
        ("f", "fe", False),
        ("", "", False),
    ],
)
def test_a_collection_shows_the_flows_that_are_listed_as_its_own(shows: str, after: str, judged: bool | None):
    flows = [{"uuid": flow * 32, "collectionUuid": owner * 32} for flow, owner in FLOWS]
    stale = {"uuid": "8" * 32, "collectionUuid": "c" * 32, "valid": False}
    collections = [listed({"uuid": "c" * 32, "flows": [{"uuid": one * 32} for one in text]}) for text in (shows, after)]
    roles = {"subject": listed(*flows, stale), "before": collections[0], "after": collections[1]}
    found = evaluate("flows-of-collections", roles, {}, profile())
    assert found is None if judged is None else isinstance(found, Violation if judged else Undecided)
    refused = (answered(503, error("SYS.1006"), method="GET", path="/v1/tickets/flow"),)
    for role in roles:
        assert isinstance(evaluate("flows-of-collections", roles | {role: refused}, {}, profile()), Undecided)


def test_flows_without_uuids_say_nothing():
    row = {"uuid": "c" * 32, "flows": [{"name": "first"}, {"uuid": "e" * 32}]}
    roles = {
        "subject": listed({"uuid": "f" * 32, "collectionUuid": "c" * 32}),
        "before": listed(row),
        "after": listed(row),
    }
    assert isinstance(evaluate("flows-of-collections", roles, {}, profile()), Undecided)


COLLECTION, KIND = "c" * 32, "t" * 32


@pytest.mark.parametrize(
    ("shows", "wrong"),
    [
        ({"state": "Disabled"}, True),
        ({"status": "Invalid"}, True),
        ({"ticketTypeUuids": ["o" * 32]}, True),
        ({"ticketTypeUuids": ["o" * 32], "isDefault": True}, None),
        ({"ticketTypeUuids": [KIND]}, None),
        ({"state": "Enabled", "status": "Valid"}, None),
    ],
)
def test_a_create_in_a_flow_collection_of_no_use_is_refused(shows: dict[str, Json], wrong: bool | None):
    sent: Json = {"params": {"name": "a", "flowCollectionUuid": COLLECTION}}
    roles = {
        "collections": listed({"uuid": COLLECTION, **shows}, path="/v1/tickets/flow-collections"),
        "plain": listed({"uuid": "a" * 32, "ticketTypeUuid": KIND}),
        "sibling": job(end=inventory()),
    }
    accepted, refused = job(end=inventory(), sent=sent), job(503, error(), sent=sent)
    for subject, violated in ((accepted, wrong), (refused, False)):
        found = evaluate("unusable-collection", {"subject": subject, **roles}, {}, profile())
        assert isinstance(found, Undecided if wrong is None else Violation if violated else type(None))
