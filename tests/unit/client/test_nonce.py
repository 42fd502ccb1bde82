"""Repetitions of a create carry nonces of their own, so that no query takes one ticket for another."""

from dataclasses import replace

import pytest

from pytest_zstack_ticket.client.nonce import repetition, with_fresh_nonce
from pytest_zstack_ticket.model.exchange import Request
from pytest_zstack_ticket.model.nonce import NONCE, NONCE_BYTES_PATTERN

MARK = "zt-0123abcd"


def create(body, method="POST"):
    return Request(method=method, path="/v1/tickets", headers=(), body=body)


def test_a_repeated_create_has_another_nonce_of_the_same_run():
    first = with_fresh_nonce(create(f"a {NONCE}".encode()), MARK)
    again, once_more = repetition(first), repetition(first)
    assert len({first.body, again.body, once_more.body}) == 3
    assert again.body.startswith(f"a {MARK}".encode())
    assert NONCE_BYTES_PATTERN.search(again.body)


@pytest.mark.parametrize(
    "charset", ["utf-8", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "gbk"]
)
def test_a_body_in_any_charset_carries_the_nonce_of_its_reading(charset: str):
    text = f'"a {NONCE} 工"'
    first = with_fresh_nonce(replace(create(text.encode(charset)), reading=text.encode()), MARK)
    again = repetition(first)
    for one in (first, again):
        assert one.body.decode(charset) == one.reading.decode()
        assert one.reading.decode().startswith(f'"a {MARK}')
    assert len({NONCE, first.reading, again.reading}) == 3


def test_a_body_without_a_nonce_and_an_event_are_repeated_as_they_are():
    plain, event = create(b"{}"), create(f"cancel {MARK}00000000".encode(), "PUT")
    assert repetition(plain).body == plain.body
    assert repetition(event) is event
    assert repetition(create(None)).body is None
