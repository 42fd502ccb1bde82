"""The transport of clean-up: it stays away as long as a target asks, within its patience."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.transport.page_limits import PageLimits
from pytest_zstack_ticket.transport.retry import FIRST_PAUSE, LONGEST_PAUSE, RetryTransport
from tests.support.manual_clock import ManualClock

DELETE = Request(method="DELETE", path="/v1/tickets/u")
DONE = Response(status=200, body=b"{}")
PAGE = b"<html>nginx</html>"
ERROR = b'{"error":{"code":"SYS.1000"}}'


def refusal(wish: str = "", status: int = 429, body: bytes = PAGE) -> Response:
    """Return an answer that asks to stay away, or one that only refuses."""
    return Response(status=status, headers=(("Retry-After", wish),) if wish else (), body=body)


class Line:
    """Answers what it is told to, the last answer again and again."""

    def __init__(self, *answers: Response | Failure) -> None:
        self.answers, self.sent, self.closed = list(answers), 0, False

    def send(self, request: Request, /) -> Response | Failure:
        self.sent += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    def close(self) -> None:
        self.closed = True


def sent(*answers: Response | Failure, patience: float = 900.0) -> tuple[Response | Failure, int, float]:
    """Send one request; return its answer, how often it was sent, and how long that took."""
    clock, line = ManualClock(), Line(*answers)
    begun = clock.now()
    answer = RetryTransport(line, clock=clock, patience=patience).send(DELETE)
    return answer, line.sent, round(clock.now() - begun, 3)


def test_a_page_that_limits_is_waited_for_and_one_that_does_not_is_not():
    page = Response(status=403, body=PAGE)
    for answers, seen in (((DONE, page, page, DONE), [200, 200]), ((DONE, page, DONE, DONE), [200, 403])):
        clock = ManualClock()
        limits = PageLimits(DELETE)
        through = RetryTransport(Line(*answers), clock=clock, patience=900.0, limits=limits)
        assert [through.send(DELETE).status for _ in range(2)] == seen


def test_what_a_target_is_too_busy_for_is_sent_again_after_the_seconds_that_it_names():
    assert sent(refusal("3"), refusal("70"), DONE) == (DONE, 3, 73.0)


def test_a_date_is_waited_for():
    assert sent(refusal(formatdate(ManualClock().now() + 20, usegmt=True)), DONE) == (DONE, 2, 20.0)


def test_where_no_time_is_named_pauses_grow():
    answer, times, took = sent(*[refusal()] * 7, DONE)
    assert (answer, times) == (DONE, 8)
    assert took == FIRST_PAUSE * (1 + 2 + 4 + 8) + LONGEST_PAUSE * 3


def test_a_wish_of_no_seconds_is_no_leave_to_press():
    assert sent(refusal("0"), refusal("0"), DONE) == (DONE, 3, FIRST_PAUSE * 3)


@pytest.mark.parametrize(
    ("answer", "times"),
    [
        (refusal("1", 503), 2),
        (refusal("", 503), 1),
        (refusal("1", 503, ERROR), 1),
        (refusal("1", 502), 1),
        (refusal("1", 500, ERROR), 1),
        (Failure(kind="reset", detail=""), 1),
    ],
)
def test_only_what_was_not_carried_out_is_sent_again(answer: Response | Failure, times: int):
    assert sent(answer, DONE)[1] == times


def test_patience_is_for_all_that_is_refused_in_a_row_and_new_after_an_answer():
    clock, line = ManualClock(), Line(refusal("10"))
    through, begun = RetryTransport(line, clock=clock, patience=25.0), clock.now()
    assert [through.send(DELETE) for _ in range(9)] == [refusal("10")] * 9
    assert (line.sent, clock.now() - begun) == (3 + 8, 20.0)
    line.answers = [DONE, refusal("10"), refusal("10"), DONE]
    assert [through.send(DELETE) for _ in range(2)] == [DONE, DONE]


def test_a_wish_beyond_patience_is_not_waited_for():
    assert sent(refusal("86400")) == (refusal("86400"), 1, 0.0)


def test_closing_closes_what_is_below():
    line = Line(DONE)
    RetryTransport(line, clock=ManualClock(), patience=1.0).close()
    assert line.closed


@pytest.mark.parametrize(("total", "sweep"), [(None, 900.0), (3600.0, 1800.0), (10.0, 30.0)])
def test_clean_up_may_take_half_as_long_as_a_run(total: float | None, sweep: float):
    assert Patience(total=total).sweep == sweep
