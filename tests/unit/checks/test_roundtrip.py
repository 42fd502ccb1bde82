"""What reads as it was sent."""

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.checks.roundtrip import same
from pytest_zstack_ticket.model.outcome import Violation
from tests.support.builders import answered, profile


def test_characters_beyond_the_bmp_may_be_replaced_but_not_dropped():
    assert same("a\U0001f004b", "a?b", loose=True)
    assert same("a\U0001f004b", "a????b", loose=True)
    assert not same("a\U0001f004b", "ab", loose=True)
    assert not same("a\u5de5b", "a?b", loose=True)
    assert same("\U0001f004" * 1024, "?" * 2048, loose=True)
    assert not same("\U0001f004" * 1024 + "x", "?" * 4096, loose=True)


def test_a_context_keeps_what_the_page_names():
    context = {"projectUuid": "a" * 32, "virtualIDUuid": "b" * 32, "note": "c"}
    for shown, departs in (({}, True), ({"projectUuid": "a" * 32}, True), (dict(list(context.items())[:2]), False)):
        trail = (
            answered(
                200, {"inventory": {"accountSystemContext": shown}}, sent={"params": {"accountSystemContext": context}}
            ),
        )
        judgement = evaluate("member-echo", {"subject": trail}, {"member": "accountSystemContext"}, profile())
        assert isinstance(judgement, Violation) is departs, (shown, judgement)


def test_null_is_as_absent():
    sent = {"params": {"name": "n", "description": None}}
    for shown, departs in (({}, False), ({"description": ""}, False), ({"description": "null"}, True)):
        trail = (answered(200, {"inventory": {"name": "n", **shown}}, sent=sent),)
        judgement = evaluate("member-echo", {"subject": trail}, {"member": "description"}, profile())
        assert isinstance(judgement, Violation) is departs, (shown, judgement)


def test_nothing_is_lost_inside_a_member_of_an_api_body_that_no_api_knows():
    inside = {"off": False, "rows": [], "a.b": {"c": 0}, "none": None}
    own = {"conformanceMark": inside, "vmNics": inside}
    for shown, departs in (
        ({}, False),  # whether members come back at all is not known
        ({"conformanceMark": inside}, False),
        ({"conformanceMark": {key: value for key, value in inside.items() if value is not None}}, False),
        ({"conformanceMark": {"off": False, "rows": []}}, True),
        ({"conformanceMark": {"off": False, "rows": [], "a": {"b": {"c": 0}}}}, True),
        ({"conformanceMark": {"off": False, "rows": [], "a.b": {}}}, True),
        ({"vmNics": {"off": False}}, False),  # bound to a class that has no more
        ({"vm_nics": inside}, True),
        ({"vm_nics": inside, "vmNics": inside}, False),
        ({"vmnics": {}, "name": "a"}, True),
    ):
        requests = {"sent": {"params": {"requests": [{"apiName": "org.example", "apiBody": own}]}}}
        row = {"inventory": {"request": [{"apiName": "org.example", "apiBody": shown}]}}
        trail = (answered(200, row, **requests),)
        judgement = evaluate("request-echo", {"subject": trail}, {"member": "apiBody"}, profile())
        assert isinstance(judgement, Violation) is departs, (shown, judgement)


def test_of_the_members_of_an_api_body_that_no_api_knows_all_come_back_or_none():
    own = {"conformanceOne": 1, "conformanceZero": 0, "conformanceNone": None, "name": "a"}
    for shown, departs in (
        ({"name": "a"}, False),
        ({"conformanceOne": 1, "conformanceZero": 0}, False),
        ({"conformanceOne": 1}, True),
    ):
        sent = {"params": {"requests": [{"apiName": "org.example", "apiBody": own}]}}
        row = {"inventory": {"request": [{"apiName": "org.example", "apiBody": shown}]}}
        judgement = evaluate(
            "request-echo", {"subject": (answered(200, row, sent=sent),)}, {"member": "apiBody"}, profile()
        )
        assert isinstance(judgement, Violation) is departs, (shown, judgement)
