"""Tell pages by which a front end limits how much is sent from those by which it refuses what a request carries."""

from __future__ import annotations

import threading
from collections import Counter

from pytest_zstack_ticket.api.classify import GATEWAY, from_gateway
from pytest_zstack_ticket.api.foreign_answers import is_from_cache, is_same_word
from pytest_zstack_ticket.model.exchange import Failure, Request, Response
from pytest_zstack_ticket.transport.base import Transport

MOST_ASKED, THEN_EVERY = 5, 10
"""So often it is asked about pages of one status whether they limit, as long as that is not known; later at times."""
IN_A_ROW = 3
"""So many probes it takes until a page is held to refuse what a request carries."""
MOST_AGAIN = 3
"""So often one request is sent again that is refused while the probe passes: a place may have become free since."""


class PageLimits:
    """Asks with a request that carries nothing, after a page: what refuses that, too, though it let it pass, counts.

    That is how limits look that do not answer 429: 403 of a firewall, 503 of nginx. A limit of many requests a second
    may let the probe pass a moment later. So what reads only is sent again, and what passes then was refused by a
    limit; so is everything that is refused in the words of a limit that is known. Safe for many threads.
    """

    def __init__(self, probe: Request) -> None:
        self._probe = probe
        self._passes = False
        self._known: list[Response] = []
        self._asked: Counter[int] = Counter()
        self._lock = threading.Lock()

    def saw(self, request: Request, answer: Response | Failure) -> None:
        """Note that the API answers the probe, if that was one."""
        if request == self._probe and isinstance(answer, Response) and not from_gateway(answer):
            self._passes = True

    def of(self, request: Request) -> RefusedRequest:
        """Return what is to be known of the pages that one request gets."""
        return RefusedRequest(self, request)

    def limits(self, answer: Response, transport: Transport) -> bool | None:
        """Return True for an answer by which a front end refuses anything at all for now; `transport` asks it.

        None if the probes pass, but may have come upon places that became free; False for everything else.
        """
        with self._lock:
            known = self._is_known(answer)
            asked = self._asked[answer.status]
            self._asked[answer.status] += 1
            if not self._passes or not (known or asked < MOST_ASKED or asked % THEN_EVERY == 0):
                return False
        for _ in range(IN_A_ROW):
            heard = transport.send(self._probe)
            if isinstance(heard, Response) and from_gateway(heard):
                if not is_same_word(answer, heard):
                    break
                self.learn(answer)
                return True
        return None

    def knows(self, answer: Response) -> bool:
        """Return True for the words of a limit that was met before."""
        with self._lock:
            return self._is_known(answer)

    def learn(self, answer: Response) -> None:
        """Keep the words of a limit."""
        with self._lock:
            if not self._is_known(answer):
                self._known.append(answer)

    def _is_known(self, answer: Response) -> bool:
        return any(is_same_word(answer, one) for one in self._known)


class RefusedRequest:
    """The pages that one request gets, until it passes or is refused for what it carries."""

    def __init__(self, limits: PageLimits, request: Request) -> None:
        self._limits = limits
        self._request = request
        self._again = 0
        self._doubtful: Response | None = None
        self.limited = False

    def is_for_later(self, answer: Response | Failure, transport: Transport) -> bool:
        """Return True if the request is to be sent again; `limited` is then True where a limit was certainly met."""
        self._limits.saw(self._request, answer)
        self.limited = False
        if isinstance(answer, Failure):
            return False
        if not _may_limit(answer):
            if self._doubtful is not None and not from_gateway(answer):
                self._limits.learn(self._doubtful)
            return False
        found = self._limits.limits(answer, transport)
        self.limited = found is True
        if found is not None:
            return found
        reads = self._request.method == "GET"
        if self._again >= MOST_AGAIN or not (reads or self._limits.knows(answer)):
            return False
        self._again += 1
        self._doubtful = answer
        return True


def _may_limit(answer: Response) -> bool:
    """Return True for a front end's own refusal that is no outage by its status, and nothing that it had kept."""
    refused = answer.status >= 400 and answer.status not in GATEWAY
    return refused and from_gateway(answer) and not is_from_cache(answer)
