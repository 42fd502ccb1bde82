"""Sends one request of a test with a session that is alive, and follows its job."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from functools import partial
from urllib.parse import quote

from pytest_zstack_ticket.api.hazards import hazard_of
from pytest_zstack_ticket.api.polling import is_accepted, pause, submit
from pytest_zstack_ticket.client.call_listeners import CallListeners
from pytest_zstack_ticket.client.call_result import CallResult, Content
from pytest_zstack_ticket.client.nonce import repetition, with_fresh_job
from pytest_zstack_ticket.client.polling_pace import LEAST_WAIT
from pytest_zstack_ticket.client.session_renewal import Sender, SessionRenewer, Sessions
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.client.ticket_quota import NoQuota, TicketQuota
from pytest_zstack_ticket.model.exchange import Exchange, Headers, Json, Request
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.quota import counts_as_creation, is_over_alive_quota

ASYNCHRONOUS = {"POST": "create", "PUT": "action", "DELETE": "delete"}
"""What a call is by its method; others are queries and ought to start no job."""
ALWAYS_SENT = frozenset({"authorization", "content-type"})
JOBS = "/v1/api-jobs/"
NO_JOB = f"{JOBS}{'0' * 32}"
"""A job that does not exist, and that no method but GET is for."""
SUSPICIOUS = (
    "name=<script>x</script>",
    "name=' or '1'='1",
    "name=1 union select 1",
    "name=../../../../etc/passwd",
)
"""Harmless in a condition, but what a web application firewall takes for an attack; each knows some of them."""
LONGEST_JOB = 4.0
"""Seconds that a job is given at most whose end is not asked for."""
LEAST_QUOTA_TRIES, MOST_QUOTA_TRIES, LONGEST_QUOTA_WAIT = 3, 100, 60.0
"""Attempts to send one POST within the quota, at least and at most, and seconds after which no more than the least are.

Others may use up meanwhile what was freed: a clean-up frees a few places, and a dozen bodies wait for them.
"""
MOST_RENEWALS_OF_ONE = 3
"""Times that one request is sent again with a fresh session."""


class RequestSender:
    """Sends requests and follows their jobs: asks `quota` before what may create, notifies `calls` after each call."""

    def __init__(  # noqa: PLR0913 - what a run brings together
        self,
        *,
        sender: Sender,
        sessions: Sessions,
        settings: Settings,
        state: TargetState,
        quota: TicketQuota | None = None,
        calls: CallListeners | None = None,
    ) -> None:
        self._sender = sender
        self._sessions = sessions
        self._settings = settings
        self._renewer = SessionRenewer(sender=sender, sessions=sessions)
        self._state = state
        self.quota = quota or NoQuota()
        self.calls = calls or CallListeners()

    @property
    def profile(self) -> Profile:
        """What the target is judged by now."""
        return self._state.profile

    @property
    def project(self) -> str:
        """The project that a virtual ID works in; empty for an account."""
        return self._settings.project

    @property
    def account(self) -> str:
        """UUID of the account of the user's session, as the log-in answered it; empty for a session that was given."""
        return self._sessions.session.account

    def may_send(self, body: bytes | None) -> bool:
        """Return False for a body that could harm the target, unless that is the embedded simulator."""
        return self._settings.disposable or hazard_of(body) is None

    def _with_session(self, headers: Headers) -> Headers:
        return (*headers, ("Authorization", self._sessions.session.authorization))

    def _follow(  # noqa: PLR0913 - what a call may be sent with
        self,
        request: Request,
        call: str,
        *,
        follow: bool = True,
        job_limit: float | None = None,
        first_wait: float | None = None,
        ours: bool = True,
    ) -> CallResult:
        """Send a request and follow its job; with a session that is not `ours` to renew, it is sent once.

        A session that a test opened may be that of the run, on a target that opens no second one: it dies as it should.
        """
        if not self.may_send(request.body):
            raise RuntimeError(f"a body that could harm a cloud ({hazard_of(request.body)}) goes to the simulator only")
        send = partial(self._run, call=call, follow=follow, job_limit=job_limit, first_wait=first_wait)
        exchanges = send(with_fresh_job(request))
        for _ in range(MOST_RENEWALS_OF_ONE if ours else 0):
            renewed_request = self._renewer.renewed_request(request, exchanges, self.profile, call)
            if renewed_request is None:
                break
            request = renewed_request
            exchanges = send(with_fresh_job(request))

        def again() -> CallResult:
            return self._follow(repetition(request), call, follow=follow, job_limit=job_limit, ours=ours)

        def elsewhere(content: Content) -> CallResult:
            return self._follow(unread(request, content), "query", follow=False, ours=False)

        result = CallResult(
            exchanges=exchanges,
            profile=self.profile,
            call=call,
            again=again,
            elsewhere=elsewhere,
        )
        self.calls.notify(result)
        return result

    def given_time(self, result: CallResult) -> CallResult:
        """Give a job time to end that a method started which ought to start none, so that its effect is seen."""
        first = result.exchanges[0]
        starts_none = first.request.method not in ASYNCHRONOUS and not first.request.path.startswith(JOBS)
        if starts_none and len(result.exchanges) == 1 and is_accepted(first):
            self._sender.run(pause(min(LONGEST_JOB, 2 * (self._sender.pace.job or LONGEST_JOB))))
        return result

    def _run(
        self, request: Request, *, call: str, follow: bool, job_limit: float | None, first_wait: float | None
    ) -> tuple[Exchange, ...]:
        pace = self._sender.pace
        patience = partial(pace.patience, self._settings.patience.job, call)
        limit = (patience if job_limit is None else job_limit) if follow else 0.0
        hook = self._sender.hook_url
        hook_wait = pace.hook_wait if hook and ("X-Web-Hook", hook) in request.headers else 0.0
        learning = follow and first_wait is None and not hook_wait
        began = time.monotonic()
        for tries in range(1, MOST_QUOTA_TRIES + 1):
            if counts_as_creation(request):
                self.quota.free()
            wait = pace.first_wait(call) if learning else LEAST_WAIT if first_wait is None else first_wait
            exchanges: tuple[Exchange, ...] = ()
            try:
                exchanges = self._sender.run(submit(request, job_limit=limit, first_wait=wait, hook_wait=hook_wait))
            finally:
                pace.learn(call, exchanges, wait if learning else None)
            waited = time.monotonic() - began > LONGEST_QUOTA_WAIT
            if not is_over_alive_quota(exchanges[0].answer) or (waited and tries >= LEAST_QUOTA_TRIES):
                break
        return exchanges


def encoded(body: Json | bytes) -> bytes | None:
    """Return a body as it is sent: bytes as they are, None as none, all else as JSON."""
    if body is None or isinstance(body, bytes):
        return body
    return json.dumps(body, ensure_ascii=False, allow_nan=False).encode()


def has_content(request: Request) -> bool:
    """Return True if a request has a body or a query, which something in front of the target may look into."""
    return not request.cut and (request.body is not None or "?" in request.path)


def unread(request: Request, content: Content) -> Request:
    """Return a request that carries what another one does to where the API does not read it, in the same framing.

    A PUT to a job is refused for its method, a GET of one that does not exist for its path. What is `harmless` has `{}`
    for its body, no query and no headers but those that every request has; a Content-Type is read before any path is.
    What is `suspicious` asks for the job with SUSPICIOUS.
    """
    harmless = content == "harmless"
    query = "" if harmless else "?".join(("", *request.path.split("?", 1)[1:]))
    plain = replace(request, path=f"{NO_JOB}{query}", reading=None)
    usual = tuple(pair for pair in request.headers if pair[0].lower() in ALWAYS_SENT)
    if content == "suspicious":
        attack = "&".join(f"q={quote(one)}" for one in SUSPICIOUS)
        return Request(method="GET", path=f"{NO_JOB}?{attack}", headers=usual)
    if harmless:
        plain = replace(plain, headers=usual)
    if request.body is None:
        return replace(plain, method="GET")
    return replace(plain, method="PUT", body=b"{}" if harmless else request.body)
