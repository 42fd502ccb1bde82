"""The form of an answer is judged of what the API says itself, not of the pages of what stands in front of it."""

from __future__ import annotations

import pytest

from pytest_zstack_ticket.checks import evaluate
from pytest_zstack_ticket.model.exchange import Headers
from pytest_zstack_ticket.model.outcome import Judgement, Undecided, Violation
from tests.support.builders import answered, error, profile

PAGE = b"<html><head><title>403 Forbidden</title></head></html>"
LATIN = (("content-type", "text/html; charset=iso-8859-1"),)


def judged(check: str, status: int, body: object, headers: Headers) -> Judgement:
    return evaluate(check, {"subject": (answered(status, body, headers=headers),)}, {}, profile())


@pytest.mark.parametrize("check", ["charset", "media-type"])
def test_a_page_of_a_front_end_says_nothing_of_the_form_of_the_api(check: str):
    judgement = judged(check, 403, PAGE, LATIN)
    assert isinstance(judgement, Undecided)
    assert judgement.reason.key == "front-end"


@pytest.mark.parametrize("check", ["charset", "media-type"])
def test_a_refusal_of_the_api_as_a_page_in_another_character_set_departs(check: str):
    assert isinstance(judged(check, 503, error(), LATIN), Violation)


def test_a_failure_in_plain_text_says_nothing_of_the_character_set_of_the_api():
    assert isinstance(judged("charset", 500, b"out of order", LATIN), Undecided)
    assert isinstance(judged("charset", 200, b"done", LATIN), Violation)
    assert judged("charset", 500, b"out of order", (("Content-Type", "text/plain;charset=UTF-8"),)) is None
    assert isinstance(judged("charset", 500, b'{"a": "\xff"}', ()), Violation), "JSON that is no UTF-8"


@pytest.mark.parametrize("check", ["charset", "media-type"])
def test_json_in_utf8_holds(check: str):
    assert judged(check, 503, error(), (("content-type", "application/json;charset=UTF-8"),)) is None
