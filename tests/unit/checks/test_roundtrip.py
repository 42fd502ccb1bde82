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
