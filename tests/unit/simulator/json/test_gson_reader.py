from __future__ import annotations

import pytest

from pytest_zstack_ticket.simulator.json.gson_reader import (
    GsonError,
    TooDeepError,
    drop_nulls,
    kind_of,
    located,
    parse_object,
    to_text,
)
from pytest_zstack_ticket.simulator.json.json_writer import write

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
    ('// first\n/* second */{"a":1}', {"a": 1}),
    ("null x", None),
    (")]}'\n{}", {}),
    ("// first\n )]}'\n{'a':1}", {"a": 1}),
    ("[[{},1]]", {"{}": 1}),
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
    ("{'a':'\\u00g0'}", r"^\\u00g0$"),
    ("{'a':'\\u00", "Unterminated escape sequence"),
    ("{'a':'\\", "Unterminated escape sequence"),
    ('{"a":1} # third', r"Use JsonReader.setLenient\(true\) to accept malformed JSON at line 1 column 10 path \$$"),
    ("/* never closed", "Unterminated comment"),
    ("{} x", "Use JsonReader.setLenient"),
    ('"text"', "Expected BEGIN_OBJECT but was STRING"),
    ("5", "Expected BEGIN_OBJECT but was NUMBER"),
    ("true", "Expected BEGIN_OBJECT but was BOOLEAN"),
    ("[1]", r"Expected BEGIN_ARRAY but was NUMBER .*\$\[0\]"),
    ('[["a"]]', r"^java.lang.IllegalStateException$"),
    ('[["a",1,2]]', "Expected END_ARRAY"),
    ('{"a":1,"a":2}', "^duplicate key: a$"),
    ("{'a':]}", "Unexpected value"),
    ("{'a':/}", "Expected value"),
]


@pytest.mark.parametrize(("text", "value"), ACCEPTED)
def test_what_the_lenient_reader_takes(text: str, value: object) -> None:
    assert parse_object(text, integers=True) == value


@pytest.mark.parametrize(("text", "complaint"), REFUSED)
def test_what_it_refuses_with_which_text(text: str, complaint: str) -> None:
    with pytest.raises(GsonError, match=complaint):
        parse_object(text, integers=True)


@pytest.mark.parametrize("text", ["[[" + "[" * 2500, '{"a":' + "[" * 2100 + "]" * 2100 + "}", "{a:" * 2002])
def test_deep_nesting_overflows_the_parser(text: str) -> None:
    with pytest.raises(TooDeepError):
        parse_object(text, integers=True)


def test_nesting_below_the_limit_is_read_by_both_readers() -> None:
    nested = "[" * 1000 + "]" * 1000
    for text in ('{"a":' + nested + "}", "{a:" + nested + "}"):
        assert write(drop_nulls(parse_object(text, integers=True)), escape_html=True) == '{"a":' + nested + "}"


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
    with pytest.raises(GsonError, match=r"Expected a string but was BEGIN_OBJECT$"):
        to_text({}, "$.name")


@pytest.mark.parametrize(
    ("message", "path", "column"),
    [
        ({"name": []}, "$.name", 10),
        ({"name": "cmp", "requests": {}}, "$.requests", 27),
        ({"name": "cmp", "requests": [1]}, "$.requests[0]", 28),
        ({"name": "<", "requests": [None, {"x": 1, "y": 1.5}]}, "$.requests[1].y", 46),
        ({"gone": None, "name": True}, "$.name", 13),
    ],
)
def test_an_error_of_binding_says_where_the_value_stands_in_the_written_message(message, path, column) -> None:
    error = located(GsonError("Expected X but was Y", path=path), message)
    assert error.text == f"Expected X but was Y at line 1 column {column} path {path}"


def test_an_error_of_a_number_stands_behind_it() -> None:
    error = located(GsonError("java.lang.NumberFormatException: Expected an int but was 1.5", path="$.a"), {"a": 1.5})
    assert error.text.endswith(" at line 1 column 9 path $.a")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('{"params":{"name":1,}}', "line 1 column 22 path $..name"),
        ('{"params":{"requests":[{"a":', "line 1 column 29 path $..requests[0].a"),
        ('{"a":\n  {"b":[1\n2]}}', "line 3 column 2 path $..b[1]"),
        ("{} x", "line 1 column 5 path $"),
        ("garbage", "line 1 column 1 path $"),
        ("[1]", "line 1 column 3 path $[0]"),
        ('{"a":[[1],[2,/*\n*/}', "line 2 column 3 path $.[1][1]"),
    ],
)
def test_lines_columns_and_paths_are_those_of_gson(text: str, place: str) -> None:
    with pytest.raises(GsonError) as caught:
        parse_object(text, integers=True)
    assert caught.value.text.endswith(f" at {place}")


def test_token_names() -> None:
    assert [kind_of(value) for value in ({}, [], "", 1, 1.5, True, None)] == [
        *("BEGIN_OBJECT", "BEGIN_ARRAY", "STRING", "NUMBER", "NUMBER", "BOOLEAN", "NULL"),
    ]
