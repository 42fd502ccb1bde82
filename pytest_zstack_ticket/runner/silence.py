"""Ask again what was not answered, to say whether it alone is not, and whether the target is what keeps silent."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.api.classify import CRASHED
from pytest_zstack_ticket.checks.no_response import ELSEWHERE, REPEATS, answered_for, is_closed_elsewhere
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.once import OncePerKey
from pytest_zstack_ticket.model.exchange import Exchange, Trails
from pytest_zstack_ticket.model.outcome import Unanswered

BROKEN = frozenset({"reset", "protocol", "gateway"})
"""Failures after which a target that answers others may have broken down over the request."""
MOST_SILENT = 3
"""After this many silent siblings in a row nothing is asked again."""


class Silence:
    """Asks about requests that were not answered, once for all who want to know; safe for many threads.

    `sibling` sends the calibration request once more.
    """

    def __init__(self, sibling: Callable[[], CallResult]) -> None:
        self._sibling = sibling
        self._asked: OncePerKey[tuple[str, bool], Trails] = OncePerKey()
        self._silent = 0

    def trails(self, subject: CallResult, beside: Callable[[], CallResult] | None) -> Trails:
        """Send an unanswered request again and again, its sibling around each time.

        `beside` sends what is asked beside a subject whose connection breaks, instead of the calibration request. Where
        the sibling is not answered either, the target is silent and the request is left alone.
        """
        broken = isinstance(subject.outcome, Unanswered) and subject.outcome.failure.kind in BROKEN
        send = beside if beside is not None and broken else self._sibling
        key = (subject.exchanges[0].id, send is self._sibling)
        return self._asked.get(key, lambda: self._asked_again(subject, send))

    def _asked_again(self, subject: CallResult, send: Callable[[], CallResult]) -> Trails:
        seen: dict[str, tuple[Exchange, ...]] = {"subject": subject.exchanges}
        status = answered_for(subject.exchanges)
        if status is not None and status not in CRASHED:
            return seen
        if subject.again is None or self._silent >= MOST_SILENT:
            return seen
        if self._is_closed_elsewhere(subject, seen):
            return seen
        for number in range(1, REPEATS + 1):
            if not self._sibling_answered(f"before{number}", send, seen):
                return seen
            repeat = subject.again()
            seen[f"repeat{number}"] = repeat.exchanges
            if not isinstance(repeat.outcome, Unanswered):
                return seen
        self._sibling_answered("after", send, seen)
        return seen

    @staticmethod
    def _is_closed_elsewhere(subject: CallResult, seen: dict[str, tuple[Exchange, ...]]) -> bool:
        """Send what the request carries to where the API does not read it; return whether that is never answered."""
        for role in ELSEWHERE if subject.elsewhere is not None else ():
            sent = subject.elsewhere("harmless" if role == "harmless" else "same")
            seen[role] = sent.exchanges
            if isinstance(sent.outcome, Unanswered) == (role == "harmless"):
                break
        return is_closed_elsewhere(seen)

    def _sibling_answered(
        self, role: str, send: Callable[[], CallResult], seen: dict[str, tuple[Exchange, ...]]
    ) -> bool:
        """Send the sibling for a role; return whether it was answered."""
        sibling = send()
        seen[role] = sibling.exchanges
        silent = isinstance(sibling.outcome, Unanswered)
        self._silent = self._silent + 1 if silent else 0
        return not silent
