"""Signing: only requests that ask for it, and nothing of it is kept."""

from pytest_zstack_ticket.api.auth import access_key_headers, date_text
from pytest_zstack_ticket.model.exchange import Failure, Headers, Request, Response
from pytest_zstack_ticket.model.settings import Credentials, Session
from pytest_zstack_ticket.transport.signing import SigningTransport
from tests.support.manual_clock import ManualClock

CLOCK = ManualClock()


class Line:
    """Keeps what is sent."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request, /) -> Response | Failure:
        self.sent.append(request)
        return Response(status=200)

    def close(self) -> None:
        self.sent.clear()


def sent(headers: Headers) -> Headers:
    line = Line()
    credentials = Credentials(access_key_id="key", access_key_secret="secret")
    transport = SigningTransport(line, credentials=credentials, clock=CLOCK, pass_by=lambda _kind, _secret: None)
    transport.send(Request(method="GET", path="/v1/tickets?limit=1", headers=headers))
    (request,) = line.sent
    transport.close()
    assert line.sent == []
    return request.headers


def test_the_session_of_an_access_key_asks_to_be_signed():
    session = Session(uuid="key", kind="access-key")
    headers = sent((("X-Other", "1"), ("Authorization", session.authorization)))
    signed = access_key_headers("key", "secret", method="GET", path="/v1/tickets", date=date_text(CLOCK.now()))
    assert headers == (("X-Other", "1"), *signed)


def test_other_requests_pass_as_they_are():
    for headers in ((), (("Authorization", "OAuth x"),), (("Authorization", "OAuth"),)):
        assert sent(headers) == headers
