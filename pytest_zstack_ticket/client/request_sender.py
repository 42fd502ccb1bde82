"""Sends one request of a test with a session that is alive, and follows its job."""

from __future__ import annotations

from collections.abc import Callable

from pytest_zstack_ticket.api.hazards import hazard_of
from pytest_zstack_ticket.api.polling import submit
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.nonce import repetition
from pytest_zstack_ticket.client.session_renewal import Keeper, Sender, SessionRenewer
from pytest_zstack_ticket.model.exchange import Exchange, Headers, Request
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.transport.quota import is_over_alive_quota

MOST_CROWDED = 3
"""So often room is made for one POST, where other threads or workers take it away."""
MOST_REVIVALS = 3
"""So often one request is sent again with a fresh session."""


def nothing(*_: object) -> None:
    """Do nothing: nothing is bounded, and nobody watches."""


class RequestSender:
    """Sends requests and follows their jobs. `make_room` is called before POSTs, `watch` after each call."""

    def __init__(self, *, sender: Sender, keeper: Keeper, settings: Settings, profile: Profile) -> None:
        self._sender = sender
        self._keeper = keeper
        self._settings = settings
        self._reviver = SessionRenewer(sender=sender, keeper=keeper)
        self.profile = profile
        self.make_room: Callable[[int], object] = nothing
        self.watch: Callable[[], object] = nothing

    def may_send(self, body: bytes | None) -> bool:
        """Return False for a body that could harm the target, unless that is the embedded simulator."""
        return self._settings.disposable or hazard_of(body) is None

    def _with_session(self, headers: Headers) -> Headers:
        return (*headers, ("Authorization", self._keeper.session.authorization))

    def _follow(
        self,
        request: Request,
        call: str,
        *,
        follow: bool = True,
        job_limit: float | None = None,
        first_wait: float | None = None,
    ) -> CallResult:
        if not self.may_send(request.body):
            raise RuntimeError(f"a body that could harm a cloud ({hazard_of(request.body)}) goes to the simulator only")
        exchanges = self._run(request, follow=follow, job_limit=job_limit, first_wait=first_wait)
        sent = request
        for _ in range(MOST_REVIVALS):
            revived = self._reviver.revived(sent, exchanges, self.profile, call)
            if revived is None:
                break
            sent = revived
            exchanges = self._run(sent, follow=follow, job_limit=job_limit, first_wait=first_wait)
        self.watch()

        def again() -> CallResult:
            return self._follow(repetition(request), call, follow=follow, job_limit=job_limit)

        return CallResult(exchanges=exchanges, profile=self.profile, call=call, again=again)

    def _run(
        self, request: Request, *, follow: bool, job_limit: float | None, first_wait: float | None
    ) -> tuple[Exchange, ...]:
        patience = self._sender.patience(self._settings.patience.job) if job_limit is None else job_limit
        limit = patience if follow else 0.0
        wait = self._sender.first_wait if first_wait is None else first_wait
        hook = self._sender.hook_url
        hook_wait = self._sender.hook_wait if hook and ("X-Web-Hook", hook) in request.headers else 0.0
        for _ in range(MOST_CROWDED):
            if request.method == "POST":
                self.make_room(1)
            exchanges = self._sender.run(submit(request, job_limit=limit, first_wait=wait, hook_wait=hook_wait))
            if not is_over_alive_quota(exchanges[0].answer):
                break
        return exchanges
