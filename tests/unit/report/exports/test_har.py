"""HAR 1.2: every exchange is an entry with what readers require, and nothing is kept that could be told."""

import base64
import json
from dataclasses import replace
from datetime import datetime

import pytest

from pytest_zstack_ticket.model.errors import EvidenceError
from pytest_zstack_ticket.report.exports.har import entry, har
from tests.support.reports import ASKED, LOST, a_report

REQUEST = {"method", "url", "httpVersion", "cookies", "headers", "queryString", "headersSize", "bodySize"}
RESPONSE = {
    *("status", "statusText", "httpVersion", "cookies", "headers", "content", "redirectURL", "headersSize", "bodySize"),
}


def parsed(*exchanges: object):
    return json.loads("".join(har(a_report("passed"), exchanges)))["log"]


def test_it_parses_with_many_one_or_no_entry():
    for exchanges in ((), (ASKED,), (ASKED, LOST)):
        log = parsed(*exchanges)
        assert log["version"] == "1.2"
        assert log["creator"] == {"name": "pytest-zstack-ticket", "version": "0.1.0"}
        assert len(log["entries"]) == len(exchanges)


def test_entries_have_what_readers_require():
    for one in parsed(ASKED, LOST)["entries"]:
        assert set(one) >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
        assert set(one["request"]) >= REQUEST
        assert set(one["response"]) >= RESPONSE
        assert set(one["response"]["content"]) >= {"size", "mimeType"}
        assert one["time"] == sum(one["timings"].values())
        assert datetime.fromisoformat(one["startedDateTime"]).utcoffset() is not None


def test_a_request_is_told_in_full():
    request = entry(ASKED, "http://h/zstack")["request"]
    assert request["url"] == "http://h/zstack/v1/tickets?q=name%3Da&x"
    assert request["queryString"] == [{"name": "q", "value": "name=a"}, {"name": "x", "value": ""}]
    assert request["cookies"] == [{"name": "a", "value": "b"}, {"name": "c", "value": "d"}]
    assert request["postData"]["text"] == '{"name":"工"}'
    assert request["bodySize"] == len('{"name":"工"}'.encode())


def test_bytes_that_are_no_text_are_base64():
    content = entry(ASKED, "http://h/zstack")["response"]["content"]
    assert base64.b64decode(content["text"]) == b"\xff\xfe"
    assert content["encoding"] == "base64"
    assert content["size"] == 2


def test_what_could_steer_a_reader_is_shown():
    text = "".join(har(a_report("passed"), [ASKED, LOST]))
    text.encode("utf-8")
    assert "\u202e" not in text
    assert "\\\\u202e" in text


def test_a_request_without_an_answer_says_why():
    document = entry(LOST, "http://h/zstack")["response"]
    assert document["status"] == 0
    assert document["_error"] == "timeout: no answer within 3 s"


@pytest.mark.parametrize("started", [1e20, 1e300])
def test_a_time_that_no_calendar_has_is_refused(started: float):
    with pytest.raises(EvidenceError, match="m-000001"):
        entry(replace(ASKED, started=started), "http://h")


def test_parts_are_made_one_after_the_other():
    made = []

    def exchanges():
        for number in range(3):
            made.append(number)
            yield ASKED

    parts = har(a_report("passed"), exchanges())
    next(parts)
    next(parts)
    assert made == [0]
