"""What is stored after a create: an accepted one that no look finds, and a refused one that leaves a ticket."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.outcome import Phrase, Undecided, Violation
from tests.support.builders import TICKET, answered, profile

SENT = {"params": {"name": "n", "description": "d", "accountSystemType": "iam2"}}
ROW = {"uuid": "a" * 32, "name": "n", "description": "d", "accountSystemType": "iam2"}
ERROR = {"error": {"code": "SYS.1000", "description": "x", "details": "x"}}


def shown(*rows):
    return (answered(200, {"inventories": list(rows)}, method="GET"),)


def create(status=200, body=None):
    return (answered(status, {} if body is None else body, sent=SENT),)


@pytest.mark.parametrize(
    ("rows", "actual"),
    [
        ([ROW], None),
        ([], Phrase.of("stored", count=0)),
        ([{**ROW, "name": "m"}], Phrase.of("shows", value="m")),
        ([ROW, ROW], "undecided"),
    ],
)
def test_an_accepted_create_whose_ticket_no_look_finds_is_not_as_sent(rows, actual):
    judgement = evaluate("as-sent", {"subject": create(), "shown": shown(*rows)}, {}, profile("documented"))
    found = judgement.actual if isinstance(judgement, Violation) else judgement and "undecided"
    assert found == actual


@pytest.mark.parametrize(
    ("sent", "stored", "replaced"),
    [("\U0001f600", "\U0001f600", False), ("\U0001f600", "?", True), (None, "", False), ("d", "d", False)],
)
def test_where_characters_beyond_the_bmp_are_kept_none_is_replaced(sent, stored, replaced):
    trail = (answered(200, {}, sent={"params": SENT["params"] | {"description": sent}}),)
    trails = {"subject": trail, "shown": shown({**ROW, "description": stored})}
    assert not isinstance(evaluate("as-sent", trails, {}, profile("documented")), Violation)
    assert isinstance(evaluate("as-sent", trails, {"whole": True}, profile("documented")), Violation) is replaced


def test_a_refused_create_that_leaves_a_ticket_fails_where_nothing_is_accepted():
    trails = {"subject": create(503, ERROR), "named": shown(ROW)}
    assert isinstance(evaluate("stored-once", trails, {}, profile()), Violation)


def test_a_refused_create_that_leaves_none_proves_something_only_where_others_are_accepted():
    trails = {"subject": create(503, ERROR), "named": shown()}
    accepting = replace(profile(), capabilities=frozenset({"accepted"}))
    assert evaluate("stored-once", trails, {}, accepting) is None
    assert isinstance(evaluate("stored-once", trails, {}, profile()), Undecided)


OTHER = {**ROW, "uuid": "b" * 32}
TWICE = {"first": create(), "second": create(), "named": shown(ROW, OTHER)}


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({}, type(None)),
        ({"named": shown(ROW)}, Violation),  # the second was taken for the first
        ({"named": shown(ROW, ROW)}, Violation),  # one ticket, shown twice
        ({"named": shown(ROW, OTHER, {**ROW, "uuid": "c" * 32})}, Violation),
        ({"second": create(503, ERROR), "named": shown(ROW)}, Undecided),
        ({"second": create(503, ERROR)}, Violation),
        ({"first": create(503, ERROR)}, Undecided),
        ({"named": create(503, ERROR)}, Undecided),
    ],
)
def test_each_of_two_creates_with_one_body_that_is_accepted_leaves_a_ticket_of_its_own(changed, kind):
    assert isinstance(evaluate("each-create-stored", TWICE | changed, {}, profile()), kind)


def test_whole_numbers_keep_their_digits_where_they_are_shown():
    number = 2**53 + 1
    sent = {"params": {"name": "n", "requests": [{"apiBody": {"digits": [number]}}]}}
    subject = (answered(200, {"inventory": {"uuid": TICKET, "name": "n"}}, sent=sent),)

    def judged(*requests):
        shown = (answered(200, {"inventories": [{"uuid": TICKET, "request": list(requests)}]}, method="GET"),)
        return evaluate("digits-kept", {"subject": subject, "shown": shown}, {"member": "digits"}, profile())

    assert judged({"apiBody": {"digits": [number]}}) is None
    assert isinstance(judged({"apiBody": {"digits": [number - 1]}}), Violation)
    assert isinstance(judged({"apiBody": {"digits": [float(number)]}}), Violation)
    assert isinstance(judged({"apiBody": {}}), Undecided)
    assert isinstance(judged(), Undecided)


def with_body(api_body):
    request = {"requestName": "r", "apiName": "a", "executeTimes": 1}
    return {**ROW, "request": [request | ({} if api_body is None else {"apiBody": api_body})]}


@pytest.mark.parametrize(
    ("answered_body", "listed", "by_path", "wrong"),
    [
        ({"name": "vm"}, {"name": "vm"}, {"name": "vm"}, False),
        ({"name": "vm"}, None, {"name": "vm"}, False),  # a list may leave it out
        ({"name": "vm"}, None, None, True),
        ({"name": "vm"}, {}, {}, True),
        (None, None, None, False),  # kept back everywhere
        ({}, None, None, False),
    ],
)
def test_an_api_body_that_a_create_shows_can_be_read_somewhere(answered_body, listed, by_path, wrong):
    trails = {
        "answered": create(200, {"inventory": with_body(answered_body)}),
        "subject": shown(with_body(listed)),
        "got": shown(with_body(by_path)),
        "later": shown(with_body(listed)),
    }
    assert isinstance(evaluate("same-everywhere", trails, {}, profile()), Violation) is wrong
