"""Ask again what was not answered, or not in the API's words: is it the request, the target, or what is between.

What a request carries is also sent to where the API does not read it. What is answered there as it was, or is not
answered there, either, met a filter in front of the API, whatever that says. So did what lacks the mark of the API's
answers.
"""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.api.classify import CRASHED
from pytest_zstack_ticket.api.foreign_answers import is_in_foreign_words, is_same_word, may_be_foreign
from pytest_zstack_ticket.checks.no_response import (
    ELSEWHERE,
    FILTER,
    MARKED,
    REPEATS,
    answered_for,
    is_closed_elsewhere,
    is_unmarked,
)
from pytest_zstack_ticket.client.call_result import CallResult, Content
from pytest_zstack_ticket.client.once import OncePerKey
from pytest_zstack_ticket.client.request_sender import has_content
from pytest_zstack_ticket.model.exchange import Exchange, Response, Trails
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
        self._heard: OncePerKey[str, Trails] = OncePerKey()
        self._marked: OncePerKey[str, tuple[Exchange, ...]] = OncePerKey()
        self._filter: OncePerKey[str, Trails] = OncePerKey()
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
        if _was_sent(subject):  # what never arrived met no filter
            seen |= _elsewhere(subject, _is_silent)
            if not is_closed_elsewhere(seen):
                seen |= self._filter.get("", lambda: _of_filter(subject))
            if is_closed_elsewhere(seen) or is_closed_elsewhere(seen, FILTER):
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

    def words(self, subject: CallResult) -> Trails:
        """Ask about what was answered in words that may be those of something in front of the API.

        It is put beside an answer of the API, and what the request carries is sent elsewhere.
        """
        return self._heard.get(subject.exchanges[0].id, lambda: self._put_beside(subject))

    def _put_beside(self, subject: CallResult) -> Trails:
        answer = subject.exchanges[-1].answer
        if isinstance(answer, Response) and is_in_foreign_words(answer):
            marked = self._marked.get("", lambda: self._sibling().exchanges)
            seen: Trails = {"subject": subject.exchanges, MARKED: marked}
            if is_unmarked(seen):
                return seen
        return self._heard_elsewhere(subject)

    @staticmethod
    def _heard_elsewhere(subject: CallResult) -> Trails:
        first = subject.exchanges[-1].answer
        seen: dict[str, tuple[Exchange, ...]] = {"subject": subject.exchanges}
        if len(subject.exchanges) != 1 or not isinstance(first, Response) or not may_be_foreign(first):
            return seen

        def is_said(sent: CallResult) -> bool:
            answer = sent.exchanges[-1].answer
            return isinstance(answer, Response) and is_same_word(first, answer)

        return {**seen, **_elsewhere(subject, is_said)}

    def _sibling_answered(
        self, role: str, send: Callable[[], CallResult], seen: dict[str, tuple[Exchange, ...]]
    ) -> bool:
        """Send the sibling for a role; return whether it was answered."""
        sibling = send()
        seen[role] = sibling.exchanges
        silent = isinstance(sibling.outcome, Unanswered)
        self._silent = self._silent + 1 if silent else 0
        return not silent


def _was_sent(subject: CallResult) -> bool:
    """Return True unless an unanswered request did not leave, as where nothing listens any more."""
    outcome = subject.outcome
    return not isinstance(outcome, Unanswered) or outcome.failure.sent


def _is_silent(sent: CallResult) -> bool:
    return isinstance(sent.outcome, Unanswered)


def _elsewhere(subject: CallResult, is_alike: Callable[[CallResult], bool]) -> Trails:
    """Send what a request carries to where the API does not read it, and harmless content between."""
    return _between(subject, ELSEWHERE, "same", is_alike) if has_content(subject.exchanges[0].request) else {}


def _of_filter(subject: CallResult) -> Trails:
    """Send what looks like an attack there; return nothing unless that alone is not answered."""
    seen = _between(subject, FILTER, "suspicious", _is_silent)
    return seen if is_closed_elsewhere(seen, FILTER) else {}


def _between(
    subject: CallResult, roles: tuple[str, str, str], content: Content, is_alike: Callable[[CallResult], bool]
) -> Trails:
    """Send content to where the API does not read it, something harmless, and the content again.

    That ends as soon as the content fares unlike the request, or what is harmless like it.
    """
    seen: dict[str, tuple[Exchange, ...]] = {}
    send = subject.elsewhere
    if send is None:
        return seen
    for role in roles:
        harmless = role == roles[1]
        sent = send("harmless" if harmless else content)
        seen[role] = sent.exchanges
        if is_alike(sent) == harmless:
            break
    return seen
