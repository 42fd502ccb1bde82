from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.json.gson_reader import (
    GsonError,
    TooDeepError,
    drop_nulls,
    kind_of,
    parse_object,
    to_text,
)

ACCEPTED = [
    ("", None),
    ("  \n", None),
    ("null", None),
    ("NULL", None),
    ("# only a comment", None),
    ("[]", {}),
    ('[["params",{}]]', {"params": {}}),
    ("\ufeff{}", {}),
    ("{a:'b'}", {"a": "b"}),
    ("{'a':\"b\"}", {"a": "b"}),
    ("{a=b;c=>d}", {"a": "b", "c": "d"}),
    ('// first\n/* second */{"a":1} # third', {"a": 1}),
    ('{"a":NaN,"b":-Infinity}', {"a": "NaN", "b": "-Infinity"}),
    ('{"a":[1,]}', {"a": [1, None]}),
    ('{"a":[,;]}', {"a": [None, None, None]}),
    ('{"a":01,"b":+1}', {"a": "01", "b": "+1"}),
    ('{"a":TRUE,"b":fAlse,"c":nuLL,}'.replace(",}", "}"), {"a": True, "b": False, "c": None}),
    ('{"a":"x\ny"}', {"a": "x\ny"}),
    ('{"a":{"b":1,"b":2}}', {"a": {"b": 2}}),
    ('{"a":null,"a":2}', {"a": 2}),
    ("{'a':'\\ud83d\\ude00','b':'\\ud800'}", {"a": "\U0001f600", "b": "\ud800"}),
    ("{'a':'\\t\\'\\\n'}", {"a": "\t'\n"}),
    ("{'a':{},'b':[[],{}]}", {"a": {}, "b": [[], {}]}),
]
REFUSED = [
    ("{", r"EOFException: End of input at line 1 column 2 path \$\."),
    ('{"a":', "EOFException"),
    ('{"a"', "Expected ':'|EOFException"),
    ("[", "EOFException"),
    ('{"a":1,}', "Expected name"),
    ("{,}", "Expected name"),
    ('{"a" 1}', "Expected ':'"),
    ('{"a":1 "b":2}', "Unterminated object"),
    ('{"a":[1 2]}', "Unterminated array"),
    ('{"a":"x', "Unterminated string"),
    ('{"a":"\\q"}', "Invalid escape sequence"),
    ("{'a':'\\u00g0'}", "Unterminated escape sequence"),
    ("/* never closed", "Unterminated comment"),
    ("{} x", "Use JsonReader.setLenient"),
    ('"text"', "Expected BEGIN_OBJECT but was STRING"),
    ("5", "Expected BEGIN_OBJECT but was NUMBER"),
    ("true", "Expected BEGIN_OBJECT but was BOOLEAN"),
    ("[1]", r"Expected BEGIN_ARRAY but was NUMBER .*\$\[0\]"),
    ('[["a"]]', "Expected STRING but was END_ARRAY"),
    ('[["a",1,2]]', "Expected END_ARRAY"),
    ("[[{},1]]", "Expected a string but was BEGIN_OBJECT"),
    ('{"a":1,"a":2}', "^duplicate key: a$"),
    ("{'a':]}", "Expected value"),
]


@pytest.mark.parametrize(("text", "value"), ACCEPTED)
def test_what_the_lenient_reader_takes(text: str, value: object) -> None:
    assert parse_object(text, integers=True) == value


@pytest.mark.parametrize(("text", "complaint"), REFUSED)
def test_what_it_refuses_with_which_text(text: str, complaint: str) -> None:
    with pytest.raises(GsonError, match=complaint):
        parse_object(text, integers=True)


@pytest.mark.parametrize("text", ["[" * 500, '{"a":' + "[" * 450 + "]" * 450 + "}", "{a:" * 401])
def test_deep_nesting_overflows_the_parser(text: str) -> None:
    with pytest.raises(TooDeepError):
        parse_object(text, integers=True)


def test_nesting_below_the_limit_is_read_by_both_readers() -> None:
    nested = "[" * 350 + "]" * 350
    assert parse_object('{"a":' + nested + "}", integers=True) == parse_object("{a:" + nested + "}", integers=True)


def test_untyped_numbers_are_doubles_before_4_6_and_keep_integers_afterwards() -> None:
    text = '{"a":1,"b":1.0,"c":1e3,"d":9223372036854775808,"e":-0}'
    assert parse_object(text, integers=False) == {"a": 1.0, "b": 1.0, "c": 1000.0, "d": 9.223372036854775808e18, "e": 0}
    modern = parse_object(text, integers=True)
    assert modern is not None
    assert [type(value) for value in modern.values()] == [int, float, float, float, int]


def test_nulls_vanish_from_maps_at_any_depth_and_stay_in_lists() -> None:
    assert drop_nulls({"a": None, "b": [None, {"c": None}], "d": 1.5}) == {"b": [None, {}], "d": 1.5}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_cannot_hold_are_an_error(value: float) -> None:
    with pytest.raises(GsonError, match="is not a valid double value"):
        drop_nulls([value])


def test_coercions_to_text() -> None:
    assert [to_text(value, "$") for value in ("a", 1, 1.0, True, False)] == ["a", "1", "1.0", "true", "false"]
    with pytest.raises(GsonError, match=r"Expected a string but was BEGIN_OBJECT at line 1 column 2 path \$.name"):
        to_text({}, "$.name")


def test_token_names() -> None:
    assert [kind_of(value) for value in ({}, [], "", 1, 1.5, True, None)] == [
        *("BEGIN_OBJECT", "BEGIN_ARRAY", "STRING", "NUMBER", "NUMBER", "BOOLEAN", "NULL"),
    ]
