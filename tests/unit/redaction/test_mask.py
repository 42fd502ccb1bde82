"""Both sides of a witness hide the same: what a log-in sends, whole or half, and no more than that elsewhere."""

import json

import pytest

from pytest_zstack_ticket.api.auth import half_of_digest, password_digest, spoilt_digest
from pytest_zstack_ticket.model.exchange import Exchange, Request, Response
from pytest_zstack_ticket.redaction.mask import Mask
from pytest_zstack_ticket.redaction.redactor import Redactor

LOG_IN = "/v1/accounts/login"


def sent(text: str, path: str = LOG_IN) -> Exchange:
    body = json.dumps({"logInByAccount": {"accountName": "admin", "password": text}}).encode()
    request = Request(method="PUT", path=path, body=body)
    return Exchange(id="m-1", request=request, answer=Response(status=503, body=b"{}"), started=0.0, elapsed=0.0)


@pytest.mark.parametrize("made_of", [password_digest, spoilt_digest, half_of_digest])
def test_what_a_log_in_sends_and_what_stands_for_it_look_the_same(made_of):
    secret, run = made_of("password"), Redactor(b"run")
    run.learn("password-digest", secret)
    kept = run.exchange(sent(secret))
    assert secret.encode() not in (kept.request.body or b"")
    assert Mask(b"salt").masked(kept).request == Mask(b"salt").masked(sent(secret)).request


def test_half_as_many_digits_elsewhere_stay():
    text = half_of_digest("password")
    assert text.encode() in (Mask(b"salt").masked(sent(text, path="/v1/tickets")).request.body or b"")
    assert text.encode() in Mask(b"salt").bytes(b"POST /v1/tickets HTTP/1.1\r\n\r\n" + text.encode())
    assert text.encode() not in Mask(b"salt").bytes(b"PUT /v1/accounts/login HTTP/1.1\r\n\r\n" + text.encode())
