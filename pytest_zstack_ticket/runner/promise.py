"""What a run promises before its first test: requests, tickets and time on the target that it has met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.polling_pace import PollingPace
from pytest_zstack_ticket.config.options import RunOptions
from pytest_zstack_ticket.config.suite_load import Load, suite_load
from pytest_zstack_ticket.model.errors import TargetError
from pytest_zstack_ticket.model.exchange import Exchange, JsonObject, Response
from pytest_zstack_ticket.model.quotas import Quotas
from pytest_zstack_ticket.report.text.progress_text import clock
from pytest_zstack_ticket.report.text.translations import translations
from pytest_zstack_ticket.runner.forecast import LEARNING, OVERSHOOT, Bounds, Forecast, Pace, PlannedTest, forecast
from pytest_zstack_ticket.runner.limits import quotas_of, window_of
from pytest_zstack_ticket.runner.machine_speed import seconds_of_a_request
from pytest_zstack_ticket.runner.run import Run

EXCEPTION = 15.0
"""Seconds that a real node takes longer for a job which ends by an exception (recorded exchanges of 5.2.1)."""
BEYOND = "\N{MAHJONG TILE RED DRAGON}"
"""A character that real nodes lose a job for, where their database cannot store it (facts of 5.2.1)."""
SOON = 1.0
"""Seconds in which a job has ended that is not lost, at least."""
CONTAINER_COOKIE = "JSESSIONID="
MOST_OF_ALL = 0.7
"""The part of the requirements that the tests of a whole run examine at least: not all apply to every target."""


def bounds_of(options: RunOptions) -> Bounds:
    """Return what bounds the speed of a run."""
    caps = quotas_of(options)
    patience = float(options["job-timeout"] or 0.0)
    return Bounds(
        window=window_of(options), rate=caps.rate, alive=caps.alive, cleanup=not options.embedded, patience=patience
    )


def pace_of(run: Run, *, may_lose: bool = True) -> Pace:
    """Return the pace of the target as far as it was met, and of this machine.

    Where jobs may get lost that the run starts, one such create is sent, unless the target is none that does so.
    """
    pace = run.reached.client.pace
    waits = not run.options.embedded and is_a_node(run.reached.endpoint.calibration.exchanges)
    return Pace(
        latency=pace.latency or 0.0,
        job=pace.job or 0.0,
        work=seconds_of_a_request(),
        exception=EXCEPTION if waits else 0.0,
        loses=waits and may_lose and _loses(run.reached.endpoint, pace),
    )


def _loses(endpoint: TicketEndpoint, pace: PollingPace) -> bool:
    """Send a create with a character beyond U+FFFF; return False if its job ends as soon as others do."""
    usual = (pace.latency or 0.0) + (pace.job or 0.0)
    draft, soon = endpoint.draft(description=BEYOND), max(SOON, 4 * usual)
    try:
        result = endpoint.create(draft, job_limit=soon, first_wait=OVERSHOOT * (pace.job or 0.0))
    except TargetError:
        return True  # whatever it is, the tests meet it again
    return result.reading not in ("accepted", "refused", "malformed")


def is_a_node(exchanges: Iterable[Exchange]) -> bool:
    """Return True if answers have the cookie that the container of a real node sets with each of them.

    Such a node loses some jobs and takes its time for others; what else speaks its API need not.
    """
    headers = (pair for one in exchanges if isinstance(one.answer, Response) for pair in one.answer.headers)
    return any(name.lower() == "set-cookie" and value.startswith(CONTAINER_COOKIE) for name, value in headers)


def promised(run: Run, tests: Sequence[PlannedTest]) -> Forecast:
    """Forecast the tests of a run on the target that it has met."""
    return forecast(tests, pace_of(run), bounds_of(run.options))


def least(options: RunOptions, requirements: Iterable[str]) -> Forecast:
    """Forecast what a run sends, whatever its target: nothing is known of its pace, so only the rate takes time."""
    load = suite_load(str(options["effort"]))
    tests = [PlannedTest(load[one], "") for one in requirements if one in load]
    return forecast(tests, Pace(latency=0.0, job=0.0, work=0.0), bounds_of(options))


def is_measured(tests: Sequence[PlannedTest]) -> bool:
    """Return True if it is known what the tests send; that of your own tests, and of some efforts, is not."""
    return any(test.load != Load() for test in tests)


def is_whole(options: RunOptions, tests: Sequence[PlannedTest]) -> bool:
    """Return True for nearly all tests: requests that several of them share are counted for the first of them."""
    return len(tests) >= MOST_OF_ALL * len(suite_load(str(options["effort"])))


def lines(found: Forecast, pace: Pace, options: RunOptions, *, whole: bool) -> list[str]:
    """Say what a run will take, in the language of the run: at least, for a part of the tests."""
    words, lang = translations(), options["lang"]
    return [
        words.say(
            "forecast" if whole else "forecast-part",
            lang,
            requests=found.requests,
            tickets=found.tickets,
            time=clock(found.total),
            cleanup=clock(found.cleanup),
        ),
        words.say(
            "forecast-pace",
            lang,
            latency=f"{pace.latency * 1000:.0f}",
            job=f"{pace.job:.2f}",
            window=window_of(options),
        ),
        *shortfalls(found, options),
    ]


def shortfalls(found: Forecast, options: RunOptions) -> list[str]:
    """Name the limits of a run that are too small for it: what they leave out becomes inconclusive."""
    caps, words, lang = quotas_of(options), translations(), options["lang"]
    timeout = float(options["total-timeout"] or 0.0)
    needs = (
        ("max-requests", found.requests, caps.requests),
        ("max-created", found.posts, caps.created),
        ("total-timeout", round(found.total), timeout or None),
    )
    return [
        words.say("forecast-short", lang, needed=f"{needed:.12g}", option=f"--zstack-{name}", bound=f"{bound:.12g}")
        for name, needed, bound in needs
        if bound is not None and needed > bound
    ]


def as_json(found: Forecast, pace: Pace | None, options: RunOptions, caps: Quotas) -> JsonObject:
    """Return a plan for machines: what a run takes, what that rests on, and its limits."""
    known = {} if pace is None else {"latency": round(pace.latency, 4), "job": round(pace.job, 4)}
    return {
        "url": str(options["url"]),
        "effort": str(options["effort"]),
        "requests": found.requests + LEARNING,
        "posts": found.posts,
        "tickets": found.tickets,
        **({} if pace is None else {"seconds": round(found.total, 1), "cleanup": round(found.cleanup, 1)}),
        "measured": known,
        "window": window_of(options),
        "limits": {
            "requests": caps.requests,
            "rate": caps.rate,
            "created": caps.created,
            "alive": caps.alive,
            "seconds": float(options["total-timeout"] or 0.0) or None,
        },
    }
