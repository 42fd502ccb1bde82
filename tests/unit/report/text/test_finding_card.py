"""Cards of findings, and the finding that they are made of."""

import json
from typing import Any

import pytest

from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Response
from pytest_zstack_ticket.model.outcome import Phrase, Violation
from pytest_zstack_ticket.model.ticket import Edit
from pytest_zstack_ticket.model.verdict import Example, Finding
from pytest_zstack_ticket.report.curl import has_stand_in
from pytest_zstack_ticket.report.finding import (
    MAX_BODY_BYTES,
    at_once_json,
    finding_json,
    message_json,
    roles_at_once,
    status_in_signature,
    subject_role,
)
from pytest_zstack_ticket.report.text.columns import width
from pytest_zstack_ticket.report.text.finding_card import FindingCards, value_at
from pytest_zstack_ticket.report.text.translations import translations

WITH_EVIDENCE = FindingCards(translations=translations(), lang="en", with_evidence=True)
WITHOUT_EVIDENCE = FindingCards(translations=translations(), lang="en", with_evidence=False)
REQUIREMENT = {"level": "must", "text": {"en": "It is refused.", "zh": "必须被拒绝。"}}
VIOLATION = Violation(expected=Phrase.of("expect-refusal"), actual=Phrase.of("was-accepted", form="{}"))


def exchange(number: int, body: bytes | None, answer: Response | Failure) -> Exchange:
    return Exchange(id=f"m-{number:06}", request=Request(method="POST", path="/v1/tickets", body=body), answer=answer)


def found(body: bytes = b'{"params":{"name":null}}', *, edit: Edit | None = None, seen: int = 1) -> dict[str, Any]:
    trails = {
        "subject": (exchange(1, body, Response(status=202)), exchange(2, None, Response(status=200, body=b"{}"))),
        "sibling": (exchange(3, b'{"params":{"name":"a"}}', Failure(kind="timeout", detail="30 s")),),
    }
    example = Example(
        requirement="ZT-BODY-002",
        test="test_refused::test_it",
        check="refusal",
        arguments={},
        roles={role: tuple(one.id for one in trail) for role, trail in trails.items()},
        judgement=VIOLATION,
        edit=edit,
    )
    finding = Finding(
        requirement="ZT-BODY-002",
        example=example,
        expected=VIOLATION.expected,
        actual=VIOLATION.actual,
        signature="0" * 16,
        curl="curl http://h",
        regenerate="pytest -k ZT-BODY-002",
        seen=seen,
        tried=3 if seen > 1 else 1,
    )
    return finding_json(finding, trails)


def test_a_card_shows_both_siblings_and_how_to_see_it_again():
    edit = Edit(kind="mutation", name="null", path="params.name", note="null for a text")
    assert WITH_EVIDENCE.full(found(edit=edit), REQUIREMENT) == [
        "ZT-BODY-002 (must): It is refused.",
        "  expected  refused",
        "  actual    accepted; the response was {}",
        "  change    params.name: null (null for a text)",
        "            value null",
        '            "a" in the sibling',
        "  request   POST /v1/tickets",
        '            {"params":{"name":null}}',
        "  response  200 {}",
        "  sibling   timeout: 30 s",
        "  curl      curl http://h",
        "  run again pytest -k ZT-BODY-002",
    ]


def test_an_edit_of_the_whole_message_has_no_value():
    card = WITH_EVIDENCE.full(found(edit=Edit(kind="breakage", name="json-garbage")), REQUIREMENT)
    assert "  change    json-garbage" in card
    assert not [line for line in card if "value" in line]


def test_a_dropped_field_is_shown_as_absent():
    card = WITH_EVIDENCE.full(
        found(b'{"params":{}}', edit=Edit(kind="mutation", name="drop", path="params.name")), REQUIREMENT
    )
    assert "            value (absent)" in card


def test_a_finding_that_does_not_always_repeat_says_how_often():
    assert "  actual    reproduced 2 of 3 times" in WITH_EVIDENCE.full(found(seen=2), REQUIREMENT)


def test_the_consequence_is_told():
    document = WITH_EVIDENCE.full(found(), {**REQUIREMENT, "consequence": {"en": "The SDK hangs.", "zh": "SDK 挂起。"}})
    assert "  impact    The SDK hangs." in document


def test_a_brief_card_leaves_the_answers_out():
    brief = WITH_EVIDENCE.brief(found(), "It is refused.")
    assert brief[0] == "ZT-BODY-002: It is refused."
    assert not [line for line in brief if line.startswith(("  response", "  sibling"))]


def test_long_bodies_are_cut_with_a_note_where_all_of_them_lies():
    body = json.dumps({"params": {"name": "n" * 300, "description": ["x"] * 400}}).encode()
    kept, unkept = WITH_EVIDENCE.brief(found(body), "x"), WITHOUT_EVIDENCE.brief(found(body), "x")
    assert f"            ({len(body)} bytes; complete in the evidence, m-000001)" in kept
    assert f"            ({len(body)} bytes)" in unkept
    assert "n" * 60 not in "".join(kept)


def test_cards_keep_to_eighty_columns_in_chinese():
    card = FindingCards(translations=translations(), lang="zh", with_evidence=True).full(
        found("名称".encode() * 500), REQUIREMENT
    )
    assert max(width(line) for line in card) <= 80


def test_what_could_steer_a_terminal_is_escaped():
    card = WITH_EVIDENCE.full(found('{"params":"\u202e\x1b"}'.encode()), REQUIREMENT)
    assert '            {"params":"\\u202e\\u001b"}' in card


def test_a_body_over_the_limit_is_cut_in_the_finding_itself():
    document = found(b"x" * (MAX_BODY_BYTES + 1))
    assert document["subject"]["request"]["body"] == {"cut": "x" * MAX_BODY_BYTES, "bytes": MAX_BODY_BYTES + 1}
    assert any(f"({MAX_BODY_BYTES + 1} bytes" in line for line in WITH_EVIDENCE.brief(document, "x"))


def test_a_body_that_is_no_text_is_base64():
    assert found(b"\xff")["subject"]["request"]["body"] == {"base64": "/w=="}


def test_the_last_role_is_the_subject_where_none_has_that_name():
    assert subject_role({"first": (), "second": ()}) == "second"
    assert subject_role({}) == ""


def test_nothing_sent_is_no_message():
    assert message_json(()) is None
    assert WITH_EVIDENCE.brief({**found(), "subject": None}, "x")


def test_values_are_found_by_their_path():
    message = {"request": {"body": '{"params":{"requests":[{"apiName":"a"}]}}'}}
    assert value_at(message, "params.requests[0].apiName") == '"a"'
    assert value_at(message, "params.requests[1].apiName") is None
    assert value_at({"request": {"body": "{"}}, "params") is None
    assert value_at({"request": {"body": None}}, "params") is None
    assert value_at(None, "params") is None


def test_a_long_reason_is_cut():
    document = found()
    document["actual"] = {"key": "shows", "parameters": {"value": "word " * 200}}
    assert len([line for line in WITH_EVIDENCE.brief(document, "x") if "word" in line]) == 6


def test_a_field_that_only_the_request_has_is_shown_alone():
    edit = Edit(kind="variation", name="extra-key", path="params.extra")
    card = WITH_EVIDENCE.full(found(b'{"params":{"extra":1}}', edit=edit), REQUIREMENT)
    assert "            value 1" in card
    assert not [line for line in card if line.endswith("in the sibling")]


def test_a_card_without_a_sibling_or_a_body_is_shorter():
    bare = {**found(), "sibling": None}
    bare["subject"] = {**bare["subject"], "request": {"method": "GET", "path": "/v1/tickets", "body": None}}
    bare["subject"]["answer"] = {"status": 204, "body": None}
    card = WITH_EVIDENCE.full(bare, REQUIREMENT)
    assert "  request   GET /v1/tickets" in card
    assert "  response  204 " in card
    assert not [line for line in card if line.startswith("  sibling")]


@pytest.mark.parametrize("member", ["expected", "actual"])
def test_what_a_compact_card_has_no_room_for_is_marked(member):
    document = {**found(), member: {"key": "shows", "parameters": {"value": "one two three, " * 20}}}
    shown = [line for line in WITH_EVIDENCE.compact(document, REQUIREMENT) if "three" in line]
    assert len(shown) == 2
    assert shown[-1].endswith("…")
    assert max(map(len, shown)) <= 80


def raced(*statuses: int) -> dict[str, Any]:
    """Return a finding on calls that were sent at the same time."""
    body = {200: b"{}", 503: b'{"error":{"code":"SYS.1006"}}'}
    request = Request(method="PUT", path="/v1/tickets/u/actions")
    calls = [
        Exchange(id=f"m-{n}", request=request, answer=Response(status=one, body=body[one]))
        for n, one in enumerate(statuses)
    ]
    trails = {"history": calls[:1], **{f"together{n}": [one] for n, one in enumerate(calls)}}
    return {**found(), "at_once": at_once_json({role: tuple(trail) for role, trail in trails.items()})}


def test_calls_at_the_same_time_are_counted_with_what_each_came_to_and_can_be_sent_so_again():
    finding = raced(503, 200, 200, 503)
    for card in (WITH_EVIDENCE.full(finding, REQUIREMENT), WITH_EVIDENCE.compact(finding, REQUIREMENT)):
        said = "\n".join(card)
        assert "4 calls sent at the same time: PUT 503 SYS.1006 (2), PUT 200 (2)" in said
        assert f"for n in 1 2 3 4; do {finding['curl']} & done; wait" in said
    chinese = FindingCards(translations=translations(), lang="zh", with_evidence=True)
    assert "同时发送 4 次调用" in "\n".join(chinese.full(finding, REQUIREMENT))


def test_the_first_of_calls_at_the_same_time_is_the_subject_and_chance_is_in_no_signature():
    answered = Exchange(id="m-1", request=Request(method="PUT", path="/"), answer=Response(status=503))
    roles = {"after": (answered,), "together0": (answered,), "together1": (answered,)}
    assert subject_role(roles) == subject_role(dict.fromkeys(roles, ())) == "together0"
    assert roles_at_once([f"together{n}" for n in range(11)])[-1] == "together10"
    assert status_in_signature(roles) == 0
    assert status_in_signature({"together0": (answered,)}) == 503
    assert at_once_json({"together0": (answered,)}) == []


def test_a_session_in_a_command_is_said_to_be_a_stand_in():
    plain = found()
    made_up = {**plain, "curl": f"curl -H 'Authorization: OAuth {'7' * 32}' http://t"}
    assert "stand-in" in "\n".join(WITH_EVIDENCE.compact(made_up, REQUIREMENT))
    assert "stand-in" not in "\n".join(WITH_EVIDENCE.compact(plain, REQUIREMENT))
    assert not has_stand_in('curl -H "Authorization: OAuth $ZSTACK_SESSION" http://t')
