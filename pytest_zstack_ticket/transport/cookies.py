"""Cookies that keep a user at one node of a balancer. None of them can stand for a session of the API.

A request with a session sends only what answers to that session set, and what was set before there was any; a request
without one sends only what answers to such requests set. So no cookie helps where access without a session is tested.
The session of a servlet container, and whatever else is named like a session or a token, is never kept for them. Only a
request that asks for it by `ANSWERED_COOKIES` sends what the last answer to a session set, whatever its name.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import replace
from email.utils import parsedate_to_datetime

from pytest_zstack_ticket.api.messages import json_object
from pytest_zstack_ticket.model.exchange import ANSWERED_COOKIES, Request, Response

MOST_JARS = 256
MOST_COOKIES = 16
LOGIN = "/login"
WITHOUT_SESSION = ""
"""Whose cookies those are that were set before there was a session."""
_SECRET = re.compile(r"sess|token|auth|sso|ticket|csrf|xsrf|jwt|login", re.IGNORECASE)
_COOKIE = re.compile(
    r"\s*([!#$%&'*+.^_`|~0-9A-Za-z-]{1,128})=([\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]{0,1024})\s*(?:;|$)"
)
_MAX_AGE = re.compile(r";\s*max-age\s*=\s*(-?\d+)", re.IGNORECASE)
_EXPIRES = re.compile(r";\s*expires\s*=\s*([^;]+)", re.IGNORECASE)
_PATH = re.compile(r";\s*path\s*=\s*(/[^;]*)", re.IGNORECASE)


class BalancerCookies:
    """The cookies of each session of a run, and of requests without one. Safe for many threads."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._lock = threading.Lock()
        self._jars: OrderedDict[str, dict[str, str]] = OrderedDict({WITHOUT_SESSION: {}})
        self._answered = ""

    def added_to(self, request: Request) -> Request:
        """Return a request with the cookies of its session; one that brings its own is left alone."""
        brought = [value for name, value in request.headers if name.lower() == "cookie"]
        if brought == [ANSWERED_COOKIES]:
            others = (pair for pair in request.headers if pair[0].lower() != "cookie")
            return replace(request, headers=(*others, ("Cookie", self._answered)))
        if brought:
            return request
        with self._lock:
            cookies = {**self._jars[WITHOUT_SESSION], **self._jars.get(whose(request), {})}
        if not cookies:
            return request
        text = "; ".join(f"{name}={value}" for name, value in cookies.items())
        return replace(request, headers=(*request.headers, ("Cookie", text)))

    def learn(self, request: Request, answer: Response, now: float) -> None:
        """Keep what an answer sets; what a log-in sets belongs to the session that it answers."""
        set_here = [value for name, value in answer.headers if name.lower() == "set-cookie"]
        if not set_here:
            return
        if whose(request):
            self._answered = "; ".join(text.partition(";")[0].strip() for text in set_here[:MOST_COOKIES])
        owner = _made(answer) if LOGIN in request.path and not whose(request) else whose(request)
        if owner is None:
            return
        with self._lock:
            jar = self._jars.setdefault(owner, {})
            for text in set_here:
                self._take(jar, text, now)
            while len(self._jars) > MOST_JARS:
                del self._jars[next(one for one in self._jars if one != WITHOUT_SESSION)]

    def _take(self, jar: dict[str, str], text: str, now: float) -> None:
        found = _COOKIE.match(text)
        path = _PATH.search(text)
        if found is None or _SECRET.search(found[1]) or (path and not f"{self._root}/v1/".startswith(path[1].strip())):
            return
        if _is_over(text, now):
            jar.pop(found[1], None)
        elif found[1] in jar or len(jar) < MOST_COOKIES:
            jar[found[1]] = found[2]


def whose(request: Request) -> str:
    """Return which session or access key a request is sent with; signatures of one key are one."""
    given = [value for name, value in request.headers if name.lower() == "authorization"]
    return given[0].partition(":")[0] if given else WITHOUT_SESSION


def _made(answer: Response) -> str | None:
    """Return the Authorization of the session that a log-in answered, None if it made none."""
    found = json_object(answer.body).get("inventory")
    uuid = found.get("uuid") if isinstance(found, dict) else None
    return f"OAuth {uuid}" if isinstance(uuid, str) and uuid else None


def _is_over(text: str, now: float) -> bool:
    age, end = _MAX_AGE.search(text), _EXPIRES.search(text)
    if age:
        return int(age[1]) <= 0
    try:
        return end is not None and parsedate_to_datetime(end[1]).timestamp() <= now
    except (ValueError, TypeError, OverflowError):
        return False
