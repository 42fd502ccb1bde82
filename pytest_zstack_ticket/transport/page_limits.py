"""Tell pages by which a front end limits how much is sent from those by which it refuses what a request carries."""

from __future__ import annotations

import threading
from collections import Counter

from pytest_zstack_ticket.api.classify import GATEWAY, from_gateway
from pytest_zstack_ticket.api.foreign_answers import is_from_cache, is_same_word
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport

MOST_ASKED = 5
"""So often it is asked about pages of one status whether they limit, before it is known that they do."""


class PageLimits:
    """Asks with a request that carries nothing, after a page: what refuses that, too, though it let it pass, counts.

    That is how limits look that do not answer 429: 403 of a firewall, 503 of nginx. Safe for many threads.
    """

    def __init__(self, probe: Request) -> None:
        self._probe = probe
        self._passes = False
        self._known: set[int] = set()
        self._asked: Counter[int] = Counter()
        self._lock = threading.Lock()

    def saw(self, request: Request, answer: Response | Failure) -> None:
        """Note that the API answers the probe, if that was one."""
        if request == self._probe and isinstance(answer, Response) and not from_gateway(answer):
            self._passes = True

    def limits(self, answer: Response | Failure, transport: Transport) -> bool:
        """Return True for an answer by which a front end refuses anything at all for now; `transport` asks it."""
        if isinstance(answer, Failure) or not _may_limit(answer):
            return False
        with self._lock:
            asked = self._asked[answer.status]
            if not self._passes or (answer.status not in self._known and asked >= MOST_ASKED):
                return False
            self._asked[answer.status] += 1
        heard = transport.send(self._probe)
        if isinstance(heard, Failure) or not (from_gateway(heard) and is_same_word(answer, heard)):
            return False
        with self._lock:
            self._known.add(answer.status)
        return True


def _may_limit(answer: Response) -> bool:
    """Return True for a front end's own refusal that is no outage by its status, and nothing that it had kept."""
    refused = answer.status >= 400 and answer.status not in GATEWAY
    return refused and from_gateway(answer) and not is_from_cache(answer)
