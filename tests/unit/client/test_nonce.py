"""Repetitions of a create carry nonces of their own, so that no query takes one ticket for another."""

from pytest_zstack_ticket.client.nonce import repetition, with_fresh_nonce
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_BYTES_PATTERN

MARK = "zt-0123abcd"


def create(body, method="POST"):
    return Request(method=method, path="/v1/tickets", headers=(), body=body)


def test_a_repeated_create_has_another_nonce_of_the_same_run():
    first = create(with_fresh_nonce(f"a {NONCE}".encode(), MARK))
    again, once_more = repetition(first), repetition(first)
    assert len({first.body, again.body, once_more.body}) == 3
    assert again.body.startswith(f"a {MARK}".encode())
    assert NONCE_BYTES_PATTERN.search(again.body)


def test_a_body_in_utf_16_gets_another_nonce_too():
    first = create(with_fresh_nonce(f"a {NONCE}".encode("utf-16-le"), MARK))
    again = repetition(first)
    assert again.body != first.body
    assert again.body.decode("utf-16-le").startswith(f"a {MARK}")


def test_a_body_without_a_nonce_and_an_event_are_repeated_as_they_are():
    plain, event = create(b"{}"), create(f"cancel {MARK}00000000".encode(), "PUT")
    assert repetition(plain).body == plain.body
    assert repetition(event) is event
    assert repetition(create(None)).body is None
