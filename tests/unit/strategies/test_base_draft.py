"""Edits of a body copy only along their path, and numbers keep their notation."""

from __future__ import annotations

from pytest_zstack_ticket.strategies.base_draft import (
    drop,
    encode,
    get,
    number,
    params_twice,
    put,
    rename,
)

BODY = {"params": {"name": "n", "requests": [{"apiName": "a"}, {"apiName": "b"}]}}


def test_put_changes_one_path_and_leaves_the_body_alone() -> None:
    changed = put(BODY, "params.requests[1].apiName", "c")
    assert changed == {"params": {"name": "n", "requests": [{"apiName": "a"}, {"apiName": "c"}]}}
    assert BODY["params"]["requests"][1] == {"apiName": "b"}
    assert changed["params"]["requests"][0] is BODY["params"]["requests"][0]


def test_drop_takes_a_member_away() -> None:
    assert drop(BODY, "params.name") == {"params": {"requests": BODY["params"]["requests"]}}


def test_rename_keeps_the_place_of_a_member() -> None:
    assert list(rename(BODY, "params.name", "Name")["params"]) == ["Name", "requests"]


def test_get_reads_a_path_or_nothing() -> None:
    assert get(BODY, "params.requests[1].apiName") == "b"
    assert get(BODY, "params.requests[2].apiName") is None
    assert get(BODY, "params.name.first") is None


def test_a_number_keeps_its_notation() -> None:
    assert encode({"n": number("1.50E+2"), "text": "1.50E+2"}) == b'{"n":1.50E+2,"text":"1.50E+2"}'


def test_a_body_is_written_in_utf8() -> None:
    assert encode({"name": "工单"}) == '{"name":"工单"}'.encode()


def test_params_stand_twice() -> None:
    assert params_twice({"params": {"a": 1}}) == b'{"params":{"a":1},"params":{"a":1}}'
