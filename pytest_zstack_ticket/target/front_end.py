"""Find out before a run whether something in front of a target answers in its stead."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from pytest_zstack_ticket.api.classify import OUTAGES, UNAVAILABLE, from_gateway
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.request_sender import NO_JOB, SUSPICIOUS
from pytest_zstack_ticket.model.exchange import Failure, Response

NO_LOGIN = "/v1/accounts/login"
"""A text is no login: it is refused before anybody's password is looked at."""
LONG_QUERY = f"?x={'x' * 8200}"
"""Beyond the 8 KB that front ends take for a URL; the platform's own container takes 64 KB."""
LARGE_BODY = {"x": "x" * (1 << 20)}
"""Beyond the 1 MiB that front ends take for a body; ZT-HTTP-015 sends as much."""
CUT_SHORT = b'{"a":'
"""No JSON, which what parses bodies refuses before it looks at the path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hidden:
    """What a front end did instead of the API: the statuses that it answered, and whether it closed connections."""

    statuses: tuple[int, ...]
    closes: bool


def hidden_answers(endpoint: TicketEndpoint, *, log_in: bool) -> Hidden:
    """Send what the API itself refuses or answers, and return what came instead.

    Those are one log-in with a wrong password if `log_in` (503), a job that does not exist (404), PUTs to it (405), a
    query without a session (400), some with markup or SQL in them, a long URL (404), a large body (405), a text for a
    log-in (500), and twice the same query (200), which a cache answers the second time, perhaps without a word. A job
    that does not exist is asked for with markup and SQL, too: what is answered otherwise then (404) is a filter's, in
    whatever words.
    """
    twice = [endpoint.call("GET", "/v1/tickets?limit=1", follow=False) for _ in range(2)]
    no_job = endpoint.call("GET", NO_JOB, follow=False)
    send_large = partial(endpoint.call, "PUT", NO_JOB, body=LARGE_BODY, follow=False)
    small, large = endpoint.call("PUT", NO_JOB, body={}, follow=False), send_large()
    tried = [
        *twice,
        no_job,
        small,
        large,
        endpoint.call("PUT", NO_JOB, body=CUT_SHORT, follow=False),
        endpoint.call("GET", "/v1/tickets?limit=1", authorization=None),
        endpoint.call("GET", NO_JOB + LONG_QUERY, follow=False),
        endpoint.call("PUT", NO_LOGIN, body="x", authorization=None, follow=False),
    ]
    if log_in:
        tried.append(endpoint.wrong_login)
    suspected = [endpoint.query(one, limit=1) for one in SUSPICIOUS]
    unread = [endpoint.call("GET", f"{NO_JOB}?q={quote(one)}", follow=False) for one in SUSPICIOUS]
    statuses = {status for one in (*tried, *suspected) if (status := _foreign(one)) is not None}
    statuses |= _kept(*twice) | _outages(small, large, send_large)
    if _status(no_job) is not None:
        statuses |= {status for one in unread if (status := _status(one)) not in (_status(no_job), None)}
    closes = any(map(_lost, suspected)) and not any(map(_lost, tried))
    return Hidden(statuses=tuple(sorted(statuses)), closes=closes)


def _kept(first: CallResult, second: CallResult) -> set[int]:
    """Return the status of an answer that is a copy of another: the API opens an HTTP session of its own over each."""
    answers = [one.exchanges[-1].answer for one in (first, second)]
    cookies = [one.header("set-cookie") for one in answers if isinstance(one, Response)]
    copied = len(cookies) == len(answers) and cookies[0] == cookies[1] and "JSESSIONID" in (cookies[0] or "")
    return {one.status for one in answers if isinstance(one, Response)} if copied else set()


def _outages(small: CallResult, large: CallResult, again: Callable[[], CallResult]) -> set[int]:
    """Return the status of trouble that a large body alone has, and has again: some front ends refuse it so."""
    first, before = large.exchanges[-1].answer, _status(small)
    if before is None or not isinstance(first, Response) or first.status not in OUTAGES:
        return set()
    second = again().exchanges[-1].answer
    return {first.status} if isinstance(second, Response) and second.status == first.status else set()


def _lost(result: CallResult) -> bool:
    answer = result.exchanges[-1].answer
    return isinstance(answer, Failure) and answer.sent


def _status(result: CallResult) -> int | None:
    """Return the status of an answer, None if there is none or it may be that of trouble."""
    answer = result.exchanges[-1].answer
    return answer.status if isinstance(answer, Response) and answer.status not in OUTAGES else None


def _foreign(result: CallResult) -> int | None:
    answer = result.exchanges[-1].answer
    if not isinstance(answer, Response) or answer.status in OUTAGES - {UNAVAILABLE}:
        return None
    return answer.status if from_gateway(answer) else None
