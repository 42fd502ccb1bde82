"""Reading JSON strictly, and alike on every Python."""

import copy
import json
import random
import re

import pytest

from pytest_zstack_ticket.api import strict_json
from pytest_zstack_ticket.api.contract import contract_of
from pytest_zstack_ticket.api.strict_json import CUT, Undecodable, decode, parse
from pytest_zstack_ticket.checks.roundtrip import same
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.model.digest import digest
from pytest_zstack_ticket.model.json_limits import MAX_DEPTH, MAX_DIGITS, too_deep
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.report.document import profile_json
from pytest_zstack_ticket.strategies.edge_cases import edge_case_drafts


def nested(levels, inner="1"):
    """Write objects and lists in turn, so many levels deep."""
    marks = [('{"a":', "}") if level % 2 else ("[", "]") for level in range(levels)]
    return "".join(begin for begin, _ in marks) + inner + "".join(end for _, end in reversed(marks))


def depth_of(value):
    found = 0
    while isinstance(value, dict | list):
        found, value = found + 1, value["a"] if isinstance(value, dict) else value[0]
    return found


def test_what_is_as_deep_as_allowed_is_read_as_it_is():
    text = nested(MAX_DEPTH).encode()
    assert decode(text) == parse(text) == json.loads(text)
    assert not too_deep(decode(text))


def test_a_deeper_answer_is_read_to_the_limit_and_a_document_of_ours_is_refused():
    for levels in (MAX_DEPTH + 1, 1000, 4000, 100_000):
        text = nested(levels).encode()
        value = decode(text)
        assert depth_of(value) == MAX_DEPTH
        assert CUT in json.dumps(value)
        with pytest.raises(ValueError, match="more than 128 levels"):
            parse(text)


def test_brackets_in_texts_are_no_levels():
    text = json.dumps(["[{" * 5000 + '\\"[', "]"]).encode()
    assert decode(text) == parse(text) == json.loads(text)


def test_a_listing_with_one_deep_row_shows_its_other_members():
    row = f'{{"uuid": "u1", "name": "n", "request": [{{"apiBody": {nested(1000)}}}], "createDate": "2026-01-01"}}'
    shown = decode(f'{{"inventories": [{row}, {{"uuid": "u2"}}]}}'.encode())
    assert [one["uuid"] for one in shown["inventories"]] == ["u1", "u2"]
    assert shown["inventories"][0]["createDate"] == "2026-01-01"


@pytest.mark.parametrize(
    "text",
    [
        nested(1000, "nope"),
        nested(1000, "1,"),
        nested(1000, '"open'),
        nested(1000, "NaN"),
        nested(1000, '{"b":1,"b":2}'),
        nested(1000)[:-1],
        nested(1000)[:-300],
        nested(1000) + "]",
        nested(1000) + " 1",
        nested(1000).replace("}", "]"),
        "[" * 100_000,
        "]" * 500 + "[" * 500,
        '"' + "[" * 500 + "]" * 500,
    ],
)
def test_below_the_limit_the_grammar_holds_too(text):
    assert isinstance(decode(text.encode()), Undecodable)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('{"a": 1,}', "character 8 is out of place"),
        ("[1,\n ]", "character 5 is out of place"),
        ('{"a" 1}', "character 5 is out of place"),
        ("", "it ends too early"),
        ('{"a": [1', "it ends too early"),
        ("[1] 2", "character 4 is out of place"),
        ("[NaN]", "NaN is not JSON"),
        ('{"a": 1, "a": 2}', 'the key "a" stands twice in one object'),
        ('{"\U0001fae8": 1, "\U0001fae8": 2}', r'the key "\ud83e\udee8" stands twice in one object'),
    ],
)
def test_the_reason_is_in_our_words_for_the_interpreters_have_each_their_own(text, why):
    assert decode(text.encode()) == Undecodable(why)


def test_a_very_long_number_is_a_float_and_no_number_of_ours():
    exact, long = b"9" * MAX_DIGITS, b"9" * (MAX_DIGITS + 1)
    assert decode(b"[%s, %s, 1e999]" % (exact, long)) == [int(exact), float("inf"), float("inf")]
    assert parse(exact) == int(exact)
    with pytest.raises(ValueError, match="more than 640 digits"):
        parse(b'{"a": %s}' % long)
    for form in (repr, json.dumps):
        assert form(decode(exact)) == exact.decode()


def test_what_the_suites_send_comes_back_in_an_envelope_that_is_not_too_deep():
    for row in edge_case_drafts(Context(nonce="n" * 12)):
        value = decode(row.body)
        assert not too_deep({"inventories": [{"request": [{"apiBody": [[[value]]]}]}]}), row.edit


def test_what_comes_behind_holds_at_the_limit_wherever_it_is_called_from():
    value = decode(nested(MAX_DEPTH).encode())

    def far_down(frames):
        return far_down(frames - 1) if frames else (copy.deepcopy(value), same(value, value, loose=True), digest(value))

    assert far_down(300)[:2] == (value, True)


@pytest.mark.parametrize("kind", ["cause", "causes"])
@pytest.mark.parametrize("links", [3, 15, 16, 17, 60])
def test_the_last_of_many_causes_is_judged(kind, links):
    def chain(code):
        error = {"code": code, "description": "d"}
        for _ in range(links):
            error = {"code": "SYS.1001", "description": "d", kind: error if kind == "cause" else [error]}
        return {"error": error}

    contract = contract_of(load_profile("deployed"))

    def far_down(frames, value):
        return far_down(frames - 1, value) if frames else contract.defects("failure", value)

    assert far_down(400, chain("SYS.1001")) == ()
    (defect,) = far_down(400, chain("BAD"))
    step = ".cause" if kind == "cause" else ".causes.0"
    assert (defect.path, defect.keyword) == (f"error{step * links}.code", "pattern")


def test_a_cause_that_is_no_error_is_seen_behind_many_others():
    error = "text"
    for _ in range(40):
        error = {"code": "SYS.1001", "description": "d", "cause": error}
    defects = contract_of(load_profile("deployed")).defects("failure", {"error": error})
    assert [one.path for one in defects] == ["error" + ".cause" * 40]


def test_the_limits_are_part_of_the_digest_of_the_contract(monkeypatch):
    profile = load_profile("deployed")
    before = profile_json(profile)["digest"]
    monkeypatch.setattr("pytest_zstack_ticket.report.document.MAX_DEPTH", MAX_DEPTH + 1)
    assert profile_json(profile)["digest"] != before


def test_no_deep_text_is_taken_for_a_shallow_one(monkeypatch):
    monkeypatch.setattr(strict_json, "MAX_DEPTH", 4)
    letters = random.Random(1)
    deep = 0
    for _ in range(20_000):
        text = "".join(letters.choices('[]{}"\\a', k=letters.randrange(30)))
        depth = deepest = 0
        for mark in re.findall(r'"(?:[^"\\]|\\.)*(?:"|\\?\Z)|[\[\]{}]', text):
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(mark, 0)
            deepest = max(deepest, depth)
        deep += deepest > 4
        assert deepest <= 4 or not strict_json._is_shallow(text), text
    assert deep > 100
    assert strict_json._is_shallow(json.dumps([{"a": ["[" * 9]}] * 100))


def test_a_long_answer_that_several_checks_read_in_turn_is_decoded_once():
    body = json.dumps({"inventories": [{"uuid": f"{number:032x}"} for number in range(1000)]}).encode()
    assert strict_json.SMALL < len(body) < strict_json.LARGE
    assert decode(body) is decode(body)
