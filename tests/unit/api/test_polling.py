"""How a job is followed: what is sent, when, and when it ends."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_zstack_ticket.api.classify import classify, last_segment
from pytest_zstack_ticket.api.polling import LONGEST_WAIT, LOST_POLLS, SHARE, Flow, poll, submit
from pytest_zstack_ticket.model.exchange import Exchange, Failure, Request, Wait
from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Unanswered, Unfinished
from tests.support.builders import JOB, LOCATION, answered, failed, profile

CREATE = Request(
    method="POST",
    path="/v1/tickets",
    headers=(("Content-Type", "application/json"), ("authorization", "OAuth x"), ("X-JSON-Schema", "true")),
    body=b"{}",
)
STARTED = answered(202, {"location": LOCATION})
PENDING = answered(202, {}, method="GET", path=f"/v1/api-jobs/{JOB}", elapsed=0.01)
DONE = answered(200, {}, method="GET", path=f"/v1/api-jobs/{JOB}")
GATEWAY = answered(502, b"<html>", method="GET")


def drive(flow: Flow, answers: Iterable[Exchange]) -> tuple[list[Request], list[float], bool]:
    """Return what a flow sent, the waits that it asked for, and whether it ended by itself."""
    sent: list[Request] = []
    waits: list[float] = []
    left = iter(answers)
    step = next(flow)
    while True:
        try:
            if isinstance(step, Wait):
                waits.append(step.seconds)
                step = next(flow)
                continue
            sent.append(step)
            answer = next(left, None)
            if answer is None:
                return sent, waits, False
            step = flow.send(answer)
        except StopIteration:
            return sent, waits, next(left, None) is None


def follow(*answers: Exchange, job_limit: float = 60.0, first_wait: float = 0.004) -> tuple[list[Request], list[float]]:
    sent, waits, ended = drive(submit(CREATE, job_limit=job_limit, first_wait=first_wait), answers)
    assert ended
    return sent, waits


@pytest.mark.parametrize(
    "first",
    [
        answered(200, {}),
        answered(503, {"error": {}}),
        answered(404, b"no api mapping"),
        failed(),
        answered(202, {}),
        answered(202, b""),
        answered(202, b"{"),
        answered(202, []),
        answered(202, {"location": 7}),
        answered(202, {"location": "http://10.0.0.1:8080"}),
        answered(202, {"location": "http://10.0.0.1/v1/api-jobs/a b"}),
    ],
)
def test_a_first_answer_that_starts_no_job_ends_the_flow(first: Exchange) -> None:
    assert follow(first) == ([CREATE], [])


def test_a_job_is_polled_until_it_ends() -> None:
    sent, waits = follow(STARTED, PENDING, PENDING, DONE)
    assert [request.path for request in sent] == ["/v1/tickets", *[f"/v1/api-jobs/{JOB}"] * 3]
    assert waits == pytest.approx([0.004, 0.002, 0.004])
    assert isinstance(classify([STARTED, PENDING, DONE], profile()), Accepted)


def test_a_poll_carries_session_and_schema_header_and_nothing_else() -> None:
    sent, _ = follow(STARTED, DONE)
    assert sent[1] == Request(
        method="GET",
        path=f"/v1/api-jobs/{JOB}",
        headers=(("authorization", "OAuth x"), ("X-JSON-Schema", "true")),
    )


@pytest.mark.parametrize("end", [200, 400, 404, 500, 503])
def test_any_other_status_than_202_ends_a_job(end: int) -> None:
    sent, _ = follow(STARTED, PENDING, answered(end, {"error": {}}))
    assert len(sent) == 3


def test_waits_grow_up_to_a_quarter_of_a_second_or_of_what_the_job_has_taken() -> None:
    _, waits = follow(STARTED, *[PENDING] * 12, DONE)
    assert waits[1:] == sorted(waits[1:])
    assert waits[8] == LONGEST_WAIT
    _, waits = follow(STARTED, *[PENDING] * 20, DONE)
    assert waits[-1] == pytest.approx(SHARE * (sum(waits[:-1]) + 20 * PENDING.elapsed))


def test_after_a_long_wait_that_was_too_short_the_next_poll_follows_soon() -> None:
    _, waits = follow(STARTED, PENDING, DONE, first_wait=1.0)
    assert waits == pytest.approx([1.0, 0.15])


def test_a_first_wait_of_nothing_still_grows() -> None:
    _, waits = follow(STARTED, PENDING, PENDING, DONE, first_wait=0.0)
    assert waits[0] == 0
    assert 0 < waits[1] < waits[2]


def test_polling_ends_when_waits_and_answers_have_taken_the_limit() -> None:
    slow = answered(202, {}, elapsed=0.4)
    sent, waits = follow(STARTED, *[slow] * 3, job_limit=1.3, first_wait=0.1)
    assert len(sent) == 4
    assert waits == pytest.approx([0.1, 0.015, 0.03])
    _, waits = follow(STARTED, answered(202, {}, elapsed=0.0), job_limit=0.05, first_wait=9.0)
    assert waits == [0.05]


def test_without_time_a_job_is_not_followed() -> None:
    assert follow(STARTED, job_limit=0) == ([CREATE], [])
    assert isinstance(classify([STARTED], profile()), Unfinished)


def test_a_request_without_an_answer_is_never_repeated() -> None:
    sent, _ = follow(failed("timeout"))
    assert sent == [CREATE]


@pytest.mark.parametrize("lost", [failed("timeout"), failed("reset"), GATEWAY])
def test_a_poll_without_an_answer_is_repeated_a_few_times(lost: Exchange) -> None:
    sent, _ = follow(STARTED, *[lost] * (LOST_POLLS - 1), PENDING, *[lost] * (LOST_POLLS - 1), DONE)
    assert sum(request.method == "GET" for request in sent) == 2 * LOST_POLLS
    sent, _ = follow(STARTED, *[lost] * LOST_POLLS)
    assert len(sent) == 1 + LOST_POLLS
    assert isinstance(classify([STARTED, *[lost] * LOST_POLLS], profile()), Unanswered)


def test_a_stopped_transport_is_not_asked_again() -> None:
    sent, _ = follow(STARTED, failed("stopped"))
    assert len(sent) == 2


def test_a_poll_alone_can_be_driven() -> None:
    request = Request(method="GET", path="/v1/api-jobs/x")
    sent, _, ended = drive(poll(request, job_limit=lambda: 9, first_wait=0), [PENDING, DONE])
    assert ended
    assert sent == [request, request]


@pytest.mark.parametrize(
    ("location", "job"),
    [
        (LOCATION, JOB),
        (f"https://evil.example/x/{JOB}?a=/b#/c", JOB),
        (f"//evil.example/{JOB}", JOB),
        (f"/zstack/v1/api-jobs/{JOB}", JOB),
        (JOB, JOB),
        ("job-1;v=1", "job-1;v=1"),
        ("a/%2e%2e", "%2e%2e"),
        (f"{LOCATION}/", None),
        ("", None),
        ("http://10.0.0.1:8080", None),
        ("http://10.0.0.1:8080?job", None),
        ("a/..", None),
        ("a/.", None),
        ("a/b c", None),
        ("a/b\n", None),
        ("a/b\r\nX: y", None),
        ("a/b\\c", None),
        ("a/工", None),
        ("a/" + "x" * 257, None),
        (None, None),
        ({"a": "b"}, None),
    ],
)
def test_only_the_last_segment_of_a_location_that_is_fit_for_a_path_is_used(location: object, job: str | None) -> None:
    assert last_segment(location) == job


def test_a_location_that_cannot_be_followed_is_malformed() -> None:
    outcome = classify([answered(202, {"location": "http://10.0.0.1/v1/api-jobs/a b"})], profile())
    assert isinstance(outcome, Malformed)
    assert outcome.reasons[0].key == "no-location"


def hooked(*answers: Exchange, job_limit: float = 60.0) -> list[Request | Wait]:
    """Return what a flow with a web hook yields."""
    steps: list[Request | Wait] = []
    flow, left = submit(CREATE, job_limit=job_limit, first_wait=0.004, hook_wait=2.0), iter(answers)
    step = next(flow)
    try:
        while True:
            steps.append(step)
            step = next(flow) if isinstance(step, Wait) else flow.send(next(left))
    except StopIteration:
        return steps


POLL = Request(method="GET", path=f"/v1/api-jobs/{JOB}", headers=CREATE.headers[1:])


def test_with_a_web_hook_a_job_is_read_once() -> None:
    assert hooked(STARTED, DONE) == [CREATE, Wait(2.0, until=JOB), POLL]


def test_without_a_delivery_a_job_is_polled_as_ever() -> None:
    steps = hooked(STARTED, PENDING, GATEWAY, DONE)
    assert steps == [CREATE, Wait(2.0, until=JOB), POLL, Wait(0.004), POLL, Wait(0.002), POLL]


def test_nothing_is_waited_for_longer_than_a_job_may_take() -> None:
    late = Exchange(id="m-9", request=POLL, answer=PENDING.answer, started=STARTED.started + 2.0, elapsed=0.0)
    assert hooked(STARTED, late, job_limit=1.0) == [CREATE, Wait(1.0, until=JOB), POLL]


def test_a_stopped_run_ends_a_flow_with_a_web_hook() -> None:
    stopped = Exchange(id="m-9", request=POLL, answer=Failure(kind="stopped", detail="", sent=False))
    assert hooked(STARTED, stopped) == [CREATE, Wait(2.0, until=JOB), POLL]


def test_a_call_that_starts_no_job_waits_for_no_web_hook() -> None:
    assert hooked(answered(200, {})) == [CREATE]


def test_a_limit_that_others_shorten_ends_a_wait_that_has_begun() -> None:
    limits = iter((60.0, 60.0, 60.0, 0.5))
    sent, _, ended = drive(submit(CREATE, job_limit=lambda: next(limits), first_wait=1), [STARTED, *[PENDING] * 2])
    assert ended
    assert len(sent) == 3
