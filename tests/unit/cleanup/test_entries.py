"""The ledger's book: what an intent says, what answers add, and which tickets are proven ours."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pytest_zstack_ticket.cleanup.entries import Entry, Finder, LedgerEntries, intent_of, learned, proven
from pytest_zstack_ticket.model.exchange import Failure, Json, Request, Response

NONCE = "zt-0123456789abcdef"
NOW = 1_795_000_000.0
WINDOW = (NOW, NOW + 60)
DATE = "Nov 18, 2026 9:30:24 AM"


def post(**params: Json) -> Request:
    """A creation."""
    return Request(method="POST", path="/v1/tickets", body=json.dumps({"params": params}).encode())


def entry(**params: Json) -> Entry:
    """The entry of a creation."""
    return Entry(intent=intent_of(post(**params), number=1, now=NOW))


def test_an_intent_tells_where_the_nonce_stands():
    intent = intent_of(
        post(name=f"a {NONCE}", requests=[{"requestName": f"vm {NONCE}"}], resourceUuid="f" * 32), number=7, now=NOW
    )
    assert intent.nonce == NONCE
    assert intent.places == {"name": f"a {NONCE}", "request[0].requestName": f"vm {NONCE}"}
    assert (intent.number, intent.resource, intent.sent) == (7, "f" * 32, NOW)


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe{", b"[1]", b'{"params": 3}', b"[" * 9000])
def test_a_body_that_cannot_be_read_has_an_intent_too(body: bytes):
    assert intent_of(Request(method="POST", path="/v1/tickets", body=body), number=1, now=NOW).nonce == ""


def test_a_nonce_in_bytes_that_are_no_json_is_found():
    body = f'{{"name": "{NONCE}"'.encode("utf-16-le")
    assert intent_of(Request(method="POST", path="/v1/tickets", body=body), number=1, now=NOW).nonce == NONCE


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        (Response(status=202, body=b'{"location":"http://x/v1/api-jobs/j1"}'), {"job": "j1"}),
        (Response(status=200, body=b"{}"), {"end": "accepted", "ticket": "", "shown": False}),
        (Response(status=400, body=b"no"), {"end": "refused"}),
        (Response(status=500, body=b"{}"), {"end": "refused"}),
        (Response(status=503, body=b'{"error":{}}'), {"end": "refused"}),
        (Response(status=502, body=b"<html>"), {}),
        (Response(status=429, body=b"<html>"), {"end": "refused"}),
        (Failure(kind="reset", detail=""), {}),
        (Failure(kind="stopped", detail="", sent=False), {"end": "unsent", "gone": True}),
    ],
)
def test_answers_say_how_a_creation_ended(answer: Response | Failure, known: dict[str, Any]):
    assert learned(post(), answer) == known


def test_a_poll_says_whether_the_target_knows_the_job_and_how_it_ended():
    poll = Request(method="GET", path="/v1/api-jobs/j1")
    assert learned(poll, Response(status=404, body=b"")) == {"denied": True}
    assert learned(poll, Response(status=404, body=b"<html><center>nginx</center></html>")) == {"denied": False}
    assert learned(poll, Response(status=502, body=b"<html>")) == {"denied": False}
    assert learned(poll, Failure(kind="reset", detail="")) == {}
    assert learned(poll, Response(status=202, body=b"{}")) == {"denied": False}
    assert learned(poll, Response(status=503, body=b'{"error":{}}')) == {"end": "refused"}


@pytest.mark.parametrize(
    ("row", "ours"),
    [
        ({"name": f"a {NONCE}"}, True),
        ({"name": f" a {NONCE} ", "createDate": DATE}, True),
        ({"name": "a", "request": [{"requestName": f"vm {NONCE}"}]}, True),
        ({"name": f"about {NONCE}"}, False),
        ({"name": "a zt-00000000deadbeef"}, False),
        ({"description": f"a {NONCE}"}, False),
        ({"name": f"a {NONCE}", "createDate": "Jan 1, 2020 9:30:24 AM"}, False),
        ({"name": f"a {NONCE}", "accountUuid": "other"}, False),
        ({"name": f"a {NONCE}", "accountUuid": "me"}, True),
    ],
)
def test_only_the_nonce_in_its_place_proves_a_ticket(row: dict[str, Json], ours: bool):
    one = entry(name=f"a {NONCE}", requests=[{"requestName": f"vm {NONCE}"}])
    assert proven({"uuid": "u", **row}, one, WINDOW, {"me"}) is ours


def test_a_uuid_alone_proves_nothing_where_a_nonce_was_sent():
    one = Entry(intent=entry(name=f"a {NONCE}").intent, ticket="u")
    assert not proven({"uuid": "u", "name": "somebody's"}, one, WINDOW)
    assert proven({"uuid": "u", "name": f"A {NONCE}".lower()}, one, WINDOW)


def test_a_uuid_and_the_name_that_was_sent_prove_where_no_nonce_could_be_sent():
    one = Entry(intent=entry(name="a").intent, ticket="u")
    assert proven({"uuid": "u", "name": "a"}, one, WINDOW)
    assert not proven({"uuid": "u", "name": "b"}, one, WINDOW)
    assert not proven({"uuid": "v", "name": "a"}, one, WINDOW)


def test_a_finder_finds_both_tickets_of_a_creation_that_was_done_twice():
    book = LedgerEntries()
    book.begin(entry(name=f"a {NONCE}").intent)
    finder = Finder(book)
    assert finder.entry_of({"uuid": "u", "name": f"a {NONCE}"}) is not None
    assert finder.entry_of({"uuid": "v", "name": f"a {NONCE}"}) is not None
    assert finder.entry_of({"uuid": "w", "name": "a zt-00000000deadbeef"}) is None


def test_what_is_gone_is_forgotten():
    book = LedgerEntries()
    book.begin(entry(name="a").intent)
    book.know(1, job="j")
    assert book.of_job("j") is not None
    book.know(1, gone=True)
    assert [one.intent.number for one in book.drop_gone()] == [1]
    assert book.of_job("j") is None
    assert book.pending() == []
