"""Checks of ill-formed text, broken framing, methods that only read, and validation alone."""

from __future__ import annotations

import json

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import (
    ANSWERED_AGAIN,
    Exchange,
    Failure,
    Json,
    Request,
    Response,
)
from pytest_zstack_ticket.model.outcome import Undecided, Violation
from tests.support.builders import profile

POST = Request(method="POST", path="/v1/tickets", body=b"{}")


def answered(status: int, value: Json) -> tuple[Exchange, ...]:
    return (Exchange(id="m-1", request=POST, answer=Response(status=status, body=json.dumps(value).encode())),)


def listing(*rows: Json) -> tuple[Exchange, ...]:
    return answered(200, {"inventories": list(rows)})


ACCEPTED = answered(200, {"inventory": {"uuid": "a" * 32, "name": "x", "status": "Pending"}})
REFUSED = answered(400, {"error": {"code": "SYS.1007", "description": "d", "details": "no"}})
CLOSED = (Exchange(id="m-2", request=POST, answer=Failure(kind="reset", detail="closed")),)
TICKET = {"uuid": "a" * 32, "name": "mine", "status": "Pending"}


def ill_formed(name: str) -> object:
    made = answered(200, {"inventory": {"uuid": "a" * 32, "name": name, "status": "Pending"}})
    arguments = {"kind": "utf8-overlong-quote"}
    return evaluate("ill-formed-text", {"subject": made, "sibling": ACCEPTED}, arguments, profile())


def test_an_overlong_quote_must_not_become_a_quote() -> None:
    assert isinstance(ill_formed("conformance<'> name"), Violation)
    assert ill_formed("conformance<\ufffd\ufffd> name") is None


def test_a_name_that_is_not_shown_decides_nothing() -> None:
    roles = {"subject": answered(200, {}), "sibling": ACCEPTED, "shown": listing()}
    arguments = {"kind": "utf8-overlong-quote"}
    assert isinstance(evaluate("ill-formed-text", roles, arguments, profile()), Undecided)


def test_refused_bytes_hold_beside_an_accepted_sibling() -> None:
    arguments = {"kind": "utf8-surrogate"}
    assert evaluate("ill-formed-text", {"subject": REFUSED, "sibling": ACCEPTED}, arguments, profile()) is None


def page(status: int) -> tuple[Exchange, ...]:
    body = b"<html><body>edge</body></html>"
    return (Exchange(id="m-4", request=POST, answer=Response(status=status, body=body)),)


@pytest.mark.parametrize(("status", "held"), [(400, True), (502, False), (429, False)])
def test_a_front_end_may_stop_a_broken_framing_itself(status: int, held: bool) -> None:
    judgement = evaluate("refused-framing", {"subject": page(status), "sibling": ACCEPTED}, {}, profile())
    assert (judgement is None) == held


@pytest.mark.parametrize(("subject", "held"), [(CLOSED, True), (REFUSED, True), (ACCEPTED, False)])
def test_a_broken_framing_is_refused_or_the_connection_closed(subject, held: bool) -> None:
    judgement = evaluate("refused-framing", {"subject": subject, "sibling": ACCEPTED}, {}, profile())
    assert (judgement is None) == held


def test_a_closed_connection_proves_nothing_where_the_sibling_is_not_accepted() -> None:
    judgement = evaluate("refused-framing", {"subject": CLOSED, "sibling": CLOSED}, {}, profile())
    assert isinstance(judgement, Undecided)


@pytest.mark.parametrize("subject", [REFUSED, ACCEPTED, page(404)])
def test_one_answer_holds_whatever_it_is(subject) -> None:
    assert evaluate("answered-once", {"subject": subject}, {}, profile()) is None


def test_a_second_answer_to_one_request_is_a_violation() -> None:
    again = (Exchange(id="m-5", request=POST, answer=Failure(kind="protocol", detail=ANSWERED_AGAIN)),)
    assert isinstance(evaluate("answered-once", {"subject": again}, {}, profile()), Violation)
    assert isinstance(evaluate("answered-once", {"subject": CLOSED}, {}, profile()), Undecided)


def test_a_reading_that_makes_a_ticket_is_a_violation() -> None:
    roles = {"subject": CLOSED, "named": listing(TICKET), "listed": listing(TICKET)}
    assert isinstance(evaluate("reads-only", roles, {}, profile()), Violation)
    assert evaluate("reads-only", roles | {"named": listing()}, {}, profile()) is None
    assert isinstance(
        evaluate("reads-only", roles | {"named": listing(), "listed": listing()}, {}, profile()), Undecided
    )


def test_a_reading_that_deletes_or_changes_a_ticket_is_a_violation() -> None:
    roles = {"subject": CLOSED, "before": listing(TICKET), "after": listing(TICKET)}
    assert evaluate("reads-only", roles, {}, profile()) is None
    for after in (listing(), listing(TICKET | {"status": "Cancelled"})):
        assert isinstance(evaluate("reads-only", roles | {"after": after}, {}, profile()), Violation)


def test_validation_alone_must_not_make_a_ticket() -> None:
    roles = {"subject": answered(200, {}), "sibling": ACCEPTED, "named": listing(TICKET), "listed": listing(TICKET)}
    assert isinstance(evaluate("validated-only", roles, {}, profile()), Violation)
    assert evaluate("validated-only", roles | {"named": listing()}, {}, profile()) is None
    assert isinstance(evaluate("validated-only", roles | {"subject": REFUSED}, {}, profile()), Undecided)
