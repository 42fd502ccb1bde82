from __future__ import annotations

from pytest_zstack_ticket.simulator.json.json_writer import Verbatim, encode, write


def test_job_answers_escape_for_html_and_direct_errors_do_not() -> None:
    assert write({"a": "<b>&='"}, escape_html=True) == '{"a":"\\u003cb\\u003e\\u0026\\u003d\\u0027"}'
    assert write({"a": "<b>&='"}, escape_html=False) == '{"a":"<b>&=\'"}'


def test_members_without_a_value_are_left_out_and_list_elements_stay() -> None:
    assert write({"a": None, "b": [None, 1, 1.0, True, False, "x"], "c": {}}, escape_html=True) == (
        '{"b":[null,1,1.0,true,false,"x"],"c":{}}'
    )


def test_control_characters_and_line_separators_are_escaped_and_the_rest_is_raw() -> None:
    assert write('\x00\t\n\r\b\f"\\\u2028工/\x7f', escape_html=True) == '"\\u0000\\t\\n\\r\\b\\f\\"\\\\\\u2028工/\x7f"'


def test_verbatim_json_is_written_as_it_stands() -> None:
    assert write({"a": Verbatim("null")}, escape_html=True) == '{"a":null}'


def test_half_a_surrogate_pair_becomes_a_question_mark() -> None:
    assert encode("a\ud800b") == b"a?b"
