"""Conditions are read and met as the server does it."""

import pytest

from pytest_zstack_ticket.checks.query_conditions import (
    Condition,
    conditions_of,
    in_some_order,
    may_meet,
    must_meet,
    parameter,
)

ROW = {"name": "own c", "description": None, "sequence": 3}


@pytest.mark.parametrize(
    ("sent", "member", "sign", "value"),
    [
        ("name%3Da", "name", "=", "a"),
        ("name!%3Da", "name", "!=", "a"),
        ("name!~%3D%25a%25", "name", "!~=", "%a%"),
        ("name~%3Da_", "name", "~=", "a_"),
        ("name!%3F%3Da%2Cb", "name", "!?=", "a,b"),
        ("name%3F%3Da%2Cb", "name", "?=", "a,b"),
        ("name%3E%3Da", "name", ">=", "a"),
        ("description%20is%20null", "description", "is null", ""),
        ("description+not+null", "description", "not null", ""),
        ("name%3Da%3E1", "name", "=", "a>1"),
    ],
)
def test_a_condition_is_read_at_its_operator(sent, member, sign, value):
    assert conditions_of(f"/v1/tickets?q={sent}") == [Condition(member=member, sign=sign, value=value)]


def test_what_has_no_operator_is_no_condition():
    assert conditions_of("/v1/tickets?q=name&limit=2") == []


def test_the_first_of_several_values_counts():
    assert parameter("/v1/tickets?limit=2&limit=3&sort=%2Bname", "limit") == "2"
    assert parameter("/v1/tickets?limit=2&limit=3&sort=%2Bname", "sort") == "+name"
    assert parameter("/v1/tickets", "sort") == ""


@pytest.mark.parametrize(
    ("member", "sign", "value", "met"),
    [
        ("name", "=", "own c", True),
        ("name", "!=", "own c", False),
        ("name", "~=", "%n_c", True),
        ("name", "~=", "own", False),
        ("name", "~=", "own.c", False),
        ("name", "!~=", "own", True),
        ("name", "?=", "own a,own c", True),
        ("name", "!?=", "own a,own c", False),
        ("name", ">", "own c", False),
        ("name", ">=", "own c", True),
        ("name", "<", "own d", True),
        ("name", "<=", "own b", False),
        ("description", "is null", "", True),
        ("description", "not null", "", False),
        ("name", "is null", "", False),
        ("nothing", "!=", "x", False),
        ("description", "!~=", "x", False),
    ],
)
def test_a_row_meets_a_condition_as_in_sql(member, sign, value, met):
    asked = [Condition(member=member, sign=sign, value=value)]
    assert (may_meet(ROW, asked), must_meet(ROW, asked)) == (met, met)


@pytest.mark.parametrize(
    ("shown", "sign", "value"),
    [
        ("Pending", "=", "pending"),
        ("Pending", "!=", "PENDING"),
        ("café", "=", "cafe"),
        ("own c  ", "=", "own c"),
        ("Own C", "~=", "%own%"),
        ("Own C", "!~=", "%own%"),
        ("own c", "?=", "x,OWN C"),
        ("own c", "!?=", "x,OWN C"),
        ("b", "<", "C"),
        ("_", "<", "a"),
    ],
)
def test_what_only_some_collations_see_may_be_shown_or_not(shown, sign, value):
    asked = [Condition(member="name", sign=sign, value=value)]
    assert may_meet({"name": shown}, asked)
    assert not must_meet({"name": shown}, asked)


@pytest.mark.parametrize(
    ("shown", "sign", "value"),
    [("own c", "=", " own c"), ("own c", "=", "own d"), ("Own", "~=", "%ow"), ("own c", "?=", "C")],
)
def test_what_no_collation_selects_is_never_shown(shown, sign, value):
    assert not may_meet({"name": shown}, [Condition(member="name", sign=sign, value=value)])


def test_a_backslash_escapes_a_wildcard_in_a_pattern():
    asked = [Condition(member="name", sign="~=", value=r"100\%\_\\x")]
    assert must_meet({"name": r"100%_\x"}, asked)
    assert not may_meet({"name": r"1000_\x"}, asked)


@pytest.mark.parametrize(
    ("texts", "descending", "sorted_"),
    [
        (["a", "B", "c"], False, True),
        (["B", "a", "c"], False, True),
        (["c", "B", "a"], True, True),
        (["é", "e", "f"], False, True),
        (["b", "a", "c"], False, False),
        (["a", "b"], True, False),
    ],
)
def test_an_order_may_be_that_of_any_collation(texts, descending, sorted_):
    assert in_some_order(texts, descending=descending) is sorted_
