"""What could harm a cloud that people use is told by the bytes of a request, whatever made them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_zstack_ticket.api.hazards import DEEPEST, MOST_EXECUTIONS, hazard_of


def body(*requests: dict[str, Any], **params: Any) -> bytes:
    return json.dumps({"params": {"name": "n", "requests": list(requests), **params}}).encode()


@pytest.mark.parametrize("empty", [[], [1], [{}], [[]]])
def test_a_list_in_a_field_of_type_object_is_a_hazard(empty: list[Any]) -> None:
    assert hazard_of(body({"apiBody": empty})) == "untyped-list"
    assert hazard_of(body(accountSystemContext=empty)) == "untyped-list"
    assert hazard_of(json.dumps({"updateTicketRequest": {"requests": [{"apiBody": empty}]}}, indent=3).encode())
    assert hazard_of(body({"apiBody": empty}).decode().encode("utf-16")) == "untyped-list"


@pytest.mark.parametrize("value", [None, "x", 7, True, {}, {"list": [[1], {"a": []}]}, 'x"apiBody":[]'])
def test_other_values_of_type_object_are_none(value: Any) -> None:
    assert hazard_of(body({"apiBody": value}, accountSystemContext=value)) is None


def test_lenient_json_is_read_as_the_server_reads_it() -> None:
    assert hazard_of(b"{'params':{'accountSystemContext' : [1]}}") == "untyped-list"


@pytest.mark.parametrize(("opening", "closing"), [(b'{"d":', b"}"), (b"[", b"]"), (b'{"d":', b"")])
def test_nesting_is_counted_whether_or_not_it_is_json(opening: bytes, closing: bytes) -> None:
    assert hazard_of(opening * DEEPEST + b"1" + closing * DEEPEST) is None
    assert hazard_of(opening * (DEEPEST + 1) + b"1" + closing * (DEEPEST + 1)) == "nesting"


def test_brackets_inside_texts_and_side_by_side_are_no_nesting() -> None:
    assert hazard_of(body({"apiBody": {"text": '{["\\' * 500, "list": [[]] * 500}})) is None


def test_executions_of_one_ticket_are_added_up() -> None:
    assert hazard_of(body(*[{"executeTimes": MOST_EXECUTIONS // 2}] * 2)) is None
    assert hazard_of(body(*[{"executeTimes": MOST_EXECUTIONS // 2}] * 2, {"executeTimes": "1"})) == "executions"
    assert hazard_of(body({"executeTimes": 2**31 - 1})) == "executions"


@pytest.mark.parametrize("refused", [2**31, -5000, "often", None, [1000], {"a": 1}])
def test_what_cannot_be_executed_is_no_hazard(refused: Any) -> None:
    assert hazard_of(body({"executeTimes": refused})) is None


@pytest.mark.parametrize("nothing", [None, b"", b"[]", b"null", b"\xff\xfe"])
def test_what_makes_no_ticket_is_none(nothing: bytes | None) -> None:
    assert hazard_of(nothing) is None
