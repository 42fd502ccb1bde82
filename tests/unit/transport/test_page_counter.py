"""Answers of something in front of the target are counted, the target's own are not."""

import pytest

from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.page_counter import PageCounter

ASK = Request(method="GET", path="/v1/tickets")
NGINX = b"<html><center><h1>403 Forbidden</h1></center><hr><center>nginx</center></html>"
JSON = (("content-type", "application/json"),)
TOMCAT = b"<!doctype html><html><head><title>HTTP Status 404 \xe2\x80\x93 Not Found</title></head></html>"


class Line:
    def __init__(self, answer: Response | Failure) -> None:
        self.answer = answer

    def send(self, request: Request, /) -> Response | Failure:
        assert request == ASK
        return self.answer

    def close(self) -> None:
        """Nothing to give up."""


@pytest.mark.parametrize(
    ("answer", "counted"),
    [
        (Response(status=403, body=NGINX), {403: 1}),
        (Response(status=503, body=NGINX), {503: 1}),
        (Response(status=404, body=TOMCAT), {}),
        (Response(status=403, body=b'{"error": {}}'), {}),
        (Response(status=200, body=NGINX), {200: 1}),
        (Response(status=429, headers=JSON, body=b'{"message": "slow down"}'), {429: 1}),
        (Response(status=403, headers=JSON, body=b'{"code": 403, "msg": "blocked"}'), {403: 1}),
        (Response(status=202, headers=JSON, body=b'{"location": "/zstack/v1/api-jobs/x"}'), {}),
        (Failure(kind="reset", detail="closed"), {}),
    ],
)
def test_only_answers_of_front_ends_count(answer: Response | Failure, counted: dict[int, int]):
    counter = PageCounter(Line(answer))
    assert counter.send(ASK) == answer
    assert counter.counts == counted


def test_counts_of_other_processes_are_added():
    counter = PageCounter(Line(Response(status=403, body=NGINX)))
    counter.send(ASK)
    counter.add({403: 2, 503: 1})
    assert counter.counts == {403: 3, 503: 1}
