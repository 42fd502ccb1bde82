"""What a target shows of itself beside its answers: its clock, and what stands before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC
from email.utils import parsedate_to_datetime
from statistics import median
from typing import Any

from pytest_zstack_ticket.model.exchange import Exchange, Response

PROXIES = ("via", "x-cache", "x-served-by", "cf-ray", "x-envoy-upstream-service-time", "x-kong-proxy-latency")
"""Headers that only something before a server adds."""
MAX_NAME = 80


def target_facts(exchanges: Sequence[Exchange]) -> dict[str, Any]:
    """Return what exchanges show of a target beside its answers.

    `clock` is by how many whole seconds its clock is ahead of ours, None where no answer has a date that can be read.
    """
    answers = [(one, one.answer) for one in exchanges if isinstance(one.answer, Response)]
    skews = [skew for one, answer in answers if (skew := _skew(one, answer)) is not None]
    return {
        "clock": round(median(skews)) if skews else None,
        "server": _first(answer.header("server") for _, answer in answers),
        "gateway": sorted({name for _, answer in answers for name in PROXIES if answer.header(name)}),
    }


def _first(texts: Iterable[str | None]) -> str | None:
    return next((text[:MAX_NAME] for text in texts if text), None)


def _skew(exchange: Exchange, answer: Response) -> float | None:
    """Return how far the target's clock is ahead, taking its date to be from the middle of the exchange.

    A date has whole seconds, so half a second is added to it.
    """
    try:
        date = parsedate_to_datetime(answer.header("date") or "")
        written = (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
    return written + 0.5 - (exchange.started + exchange.elapsed / 2)
