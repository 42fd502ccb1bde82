"""Which exchanges of a run are remembered for what they leak."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pytest_zstack_ticket.client.recorder import MOST_LEAKING, LeakWatch, NoRecorder
from tests.support.builders import answered, error

OWN, OTHER = "a" * 32, "b" * 32
SENT = (("Authorization", f"OAuth {OWN}"),)


@pytest.mark.parametrize(
    ("path", "details", "leaks", "remembered"),
    [
        ("/v1/tickets", f"live ones begin with {OTHER}", ("session",), True),
        ("/v1/tickets", f"no session {OWN}", ("session",), False),  # it quotes what it was sent
        ("/v1/tickets", "no session", (), False),
        ("/v1/accounts/login", f"session {OTHER}", ("session",), False),
        (f"/v1/accounts/sessions/{OTHER}/renew", f"no api mapping to {OTHER}", ("session",), False),
    ],
)
def test_an_answer_that_shows_another_secret_than_its_request_named_is_remembered(
    path: str, details: str, leaks: tuple[str, ...], remembered: bool
) -> None:
    watch = LeakWatch(NoRecorder())
    one = replace(answered(503, error(details=details), path=path, request_headers=SENT), leaks=leaks)
    watch.exchange(one)
    assert watch.leaking == ([one] if remembered else [])


def test_the_first_of_many_suffice() -> None:
    watch = LeakWatch(NoRecorder())
    for _ in range(MOST_LEAKING + 5):
        watch.exchange(replace(answered(503, error(details=OTHER), request_headers=SENT), leaks=("session",)))
    assert len(watch.leaking) == MOST_LEAKING


def test_a_ticket_that_shows_the_session_of_its_create_is_remembered() -> None:
    watch = LeakWatch(NoRecorder())
    shown = answered(200, {"inventory": {"uuid": OTHER, "sessionUuid": OWN}}, path="/v1/tickets", request_headers=SENT)
    watch.exchange(replace(shown, leaks=("session",)))
    assert len(watch.leaking) == 1


@pytest.mark.parametrize(("later", "leaks"), [(200, True), (503, False)])
def test_a_refusal_that_quotes_its_own_session_is_remembered_once_that_is_seen_to_live(later: int, leaks: bool) -> None:
    watch = LeakWatch(NoRecorder())
    refused = answered(503, error(details=f"not unique: ('a', '{OWN}')"), path="/v1/tickets", request_headers=SENT)
    watch.exchange(replace(refused, leaks=("session",), started=1.0))
    assert watch.leaking == []
    body = {"inventories": []} if later == 200 else error()
    for moment in (2.0, 3.0):
        watch.exchange(replace(answered(later, body, path="/v1/tickets", request_headers=SENT), started=moment))
    assert len(watch.leaking) == leaks
