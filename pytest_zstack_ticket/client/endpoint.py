"""The CreateTicket endpoint as tests see it: calls go in, trails come out."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from functools import cached_property, partial
from urllib.parse import quote

from pytest_zstack_ticket.api.auth import login_request, logout_request, project_request
from pytest_zstack_ticket.client import call_gate
from pytest_zstack_ticket.client.access_key import found_wall_clock, signed_headers
from pytest_zstack_ticket.client.call_listeners import CallListeners
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.changed_draft import changed_draft, unvaried
from pytest_zstack_ticket.client.nonce import JOB_UUID, with_fresh_nonce
from pytest_zstack_ticket.client.once import OncePerKey
from pytest_zstack_ticket.client.request_sender import ASYNCHRONOUS, encoded
from pytest_zstack_ticket.client.rounds import round_number
from pytest_zstack_ticket.client.session_renewal import Sender, Sessions
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.client.ticket_lookup import TicketLookup
from pytest_zstack_ticket.client.ticket_quota import TicketQuota
from pytest_zstack_ticket.model.exchange import Cut, Headers, Json, Request
from pytest_zstack_ticket.model.settings import Session, Settings
from pytest_zstack_ticket.model.ticket import JSON_UTF8, Draft, Edit, Message

OUR_SESSION = "our session"
"""Stands for the session that the run keeps; None means no Authorization header at all."""
Vary = Callable[[Draft, int], Draft]
"""Makes the draft of a further round, by its number, from the calibration draft."""


class TicketEndpoint(TicketLookup):
    """`POST /zstack/v1/tickets` of one target, with the calls around it. Safe to use from many threads.

    `mark` and the `certifier`'s nonce are part of the name of each ticket that has room for them. `users` gives the
    endpoint as another user. `learn` is told secrets by kind that tests make. `plain_draft` is the calibration draft
    itself; `vary` makes that of a further round.
    """

    def __init__(  # noqa: PLR0913 - what a run brings together
        self,
        *,
        sender: Sender,
        sessions: Sessions,
        settings: Settings,
        state: TargetState,
        draft: Draft,
        users: Callable[[str, TicketEndpoint], TicketEndpoint] | None = None,
        quota: TicketQuota | None = None,
        vary: Vary | None = None,
        calls: CallListeners | None = None,
        learn: Callable[[str, str], None] | None = None,
    ) -> None:
        super().__init__(sender=sender, sessions=sessions, settings=settings, state=state, quota=quota, calls=calls)
        self.certifier = state.context.nonce
        self.plain_draft = draft
        self.vary = vary or unvaried
        self._calibrations: OncePerKey[int, CallResult] = OncePerKey()
        self._users = users or only_owner
        self._learn = learn
        self._wall_clock: OncePerKey[str, float] = OncePerKey()
        self.mark = f"zt-{secrets.token_hex(4)}"

    def as_user(self, part: str) -> TicketEndpoint:
        """Act as another user of the target: `owner` of the tickets of some tests, `stranger` or `approver`.

        The owner is the run's own user unless the context file names one. Raises LookupError for a user that the
        context file does not name, LoginError for one who can no longer log in.
        """
        return self._users(part, self)

    @property
    def calibration_draft(self) -> Draft:
        """The calibration draft; in a further round of a test's body a varied one."""
        number = round_number()
        return self.vary(self.plain_draft, number) if number else self.plain_draft

    @property
    def calibration(self) -> CallResult:
        """The trail of the calibration draft, sent once and before anything else; in a further round of its draft."""
        return self._calibrations.get(round_number(), self._calibrated)

    @property
    def known_calibration(self) -> CallResult | None:
        """The trail of the calibration draft itself, None as long as it was not sent."""
        return self._calibrations.known(0)

    def calibrated_by(self, trail: CallResult) -> None:
        """Take a trail for that of the calibration draft itself."""
        self._calibrations.put(0, trail)

    def _calibrated(self) -> CallResult:
        with self.quota.apart() if round_number() else nullcontext():
            return self.create(self.calibration_draft)

    def draft(self, *, without: Collection[str] = (), **members: Json) -> Draft:
        """Return the calibration draft with other members of `params`: None is sent as null, `without` not at all."""
        return changed_draft(self.calibration_draft, members, without)

    def create(  # noqa: PLR0913 - all but the draft are for the few tests that ask for them
        self,
        draft: Draft,
        *,
        session: Session | None = None,
        headers: Headers = (),
        job_uuid: str | None = None,
        job_limit: float | None = None,
        first_wait: float | None = None,
    ) -> CallResult:
        """Send a draft and follow its job for at most `job_limit` seconds, polling first after `first_wait` seconds.

        Without a `session` it is that of the run. `job_uuid` is the job id to ask for; "fresh" is a new one each time.
        """
        plain = not (headers or job_uuid) and job_limit is None and first_wait is None
        extra: Headers = self._hook(draft) if plain else ((JOB_UUID, job_uuid),) if job_uuid else ()
        return self.create_bytes(
            draft.body,
            session=session,
            headers=(*draft.headers, *headers, *extra),
            job_limit=job_limit,
            first_wait=first_wait,
            reading=draft.reading,
        )

    def create_bytes(  # noqa: PLR0913 - likewise
        self,
        body: bytes,
        *,
        headers: Headers,
        session: Session | None = None,
        job_limit: float | None = None,
        first_wait: float | None = None,
        reading: bytes | None = None,
    ) -> CallResult:
        """Send the bytes of a body, a fresh nonce in its name; `reading` is what bytes that are no plain JSON mean."""
        authorised = (*headers, ("Authorization", session.authorization)) if session else self._with_session(headers)
        request, ours = self._fresh(body, authorised, reading), session is None
        return self._follow(request, "create", job_limit=job_limit, first_wait=first_wait, ours=ours)

    def _hook(self, draft: Draft) -> Headers:
        """Return the webhook of a draft whose headers are not what is tested, if the target delivers to us."""
        url = self._sender.hook_url
        plain = all(name.lower() == "content-type" for name, _ in draft.headers)
        return (("X-Web-Hook", url),) if url and plain else ()

    def send(self, message: Message, *, follow: bool = True) -> CallResult:
        """Send a message as it stands; our session is added unless it has an Authorization header or is without."""
        kept = tuple(pair for pair in message.headers if pair[0] not in message.without)
        named = {name.lower() for name, _ in kept} | {name.lower() for name in message.without}
        ours = "authorization" not in named
        headers = self._with_session(kept) if ours else kept
        plain = Request(method=message.method, path=message.path, headers=headers, body=message.body)
        request = replace(plain, reading=message.reading, framing=message.framing)
        return self.given_time(self._follow(with_fresh_nonce(request, self.mark), "create", follow=follow, ours=ours))

    def call(  # noqa: PLR0913 - an HTTP call has this many parts
        self,
        method: str,
        path: str,
        *,
        body: Json | bytes = None,
        headers: Headers = (),
        authorization: str | None = OUR_SESSION,
        follow: bool = True,
        call: str | None = None,
        job_limit: float | None = None,
    ) -> CallResult:
        """Make any call of the ticket family: `body` is sent as JSON, bytes as they are, None not at all."""
        content = encoded(body)
        if content is not None:
            headers = (("Content-Type", JSON_UTF8), *headers)
        if authorization == OUR_SESSION:
            headers = self._with_session(headers)
        elif authorization is not None:
            headers = (*headers, ("Authorization", authorization))
        request = Request(method=method, path=path, headers=headers, body=content)
        call, ours = call or ASYNCHRONOUS.get(method, "query"), authorization == OUR_SESSION
        return self.given_time(self._follow(request, call, follow=follow, job_limit=job_limit, ours=ours))

    def create_twice(self, draft: Draft, *, job_uuid: str, cut: Cut) -> tuple[CallResult, CallResult]:
        """Deliver the same bytes twice: first on a connection that we cut, then on one whose answer we read."""
        headers = self._with_session((*draft.headers, (JOB_UUID, job_uuid)))
        request = self._fresh(draft.body, headers, draft.reading)
        first = self._follow(replace(request, cut=cut), "create", follow=False)
        return first, self._follow(request, "create")

    def create_again(self, draft: Draft) -> tuple[CallResult, CallResult]:
        """Create with a draft and, once that has ended, with the same bytes: the nonce too, and without X-Job-UUID."""
        request = self._fresh(draft.body, self._with_session(draft.headers), draft.reading)
        return self._follow(request, "create"), self._follow(request, "create")

    def _fresh(self, body: bytes, headers: Headers, reading: bytes | None) -> Request:
        plain = Request(method="POST", path="/v1/tickets", headers=headers, body=body, reading=reading)
        return with_fresh_nonce(plain, self.mark)

    def create_together(self, drafts: Sequence[Draft], *, job_limit: float | None = None) -> list[CallResult]:
        """Send drafts at the same time, each from a thread of its own, as `create` does; trails in their order."""
        self.quota.free(len(drafts))
        with call_gate.together(len(drafts)), ThreadPoolExecutor(max_workers=len(drafts)) as pool:
            return list(pool.map(call_gate.in_context(partial(self.create, job_limit=job_limit)), drafts))

    def poll_again(self, trail: CallResult) -> CallResult:
        """Read the end of a trail's job once more."""
        return self.call("GET", self.job_path(trail), follow=False, call=trail.call)

    @staticmethod
    def job_path(trail: CallResult) -> str:
        """Return the path of a trail's job."""
        return f"/v1/api-jobs/{quote(trail.job, safe='')}"

    @cached_property
    def good_login(self) -> CallResult:
        """The trail of one more login with the right credentials, made once."""
        return self.login()

    @property
    def wrong_login(self) -> CallResult:
        """The trail of the only login with a wrong password: more of them could lock the account."""
        return self.around_wrong_login[1]

    @cached_property
    def around_wrong_login(self) -> tuple[CallResult, CallResult, CallResult]:
        """A query with a new session, the login with a wrong password, and that query again. Raises LoginError."""
        kept = self.another_session().authorization
        ask = partial(self.call, "GET", "/v1/tickets?limit=1", authorization=kept)
        return ask(), self.login(spoilt=True), ask()

    def login(  # noqa: PLR0913 - a log-in has this many parts
        self,
        *,
        user: str | None = None,
        tail: str = "",
        password: str | None = OUR_SESSION,
        spoilt: bool = False,
        headers: Headers = (),
        write: Callable[[Json], str] | None = None,
    ) -> CallResult:
        """Log in; without arguments as we do, with a password of None without that field, or with a digit wrong.

        A `tail` follows the name of the user; `write` writes the body in another layout.
        """
        known = self._settings.credentials
        clear = known.password if password == OUR_SESSION else password
        name = f"{user or self._settings.user}{tail}"
        request = login_request(self._settings.login, name, clear, spoilt=spoilt, two_factor=known.two_factor_token)
        if write is not None:
            request = replace(request, body=write(json.loads(request.body or b"{}")).encode())
        return self._follow(replace(request, headers=(*request.headers, *headers)), "login", follow=False)

    def enter_project(self, project: str) -> CallResult:
        """Log in to a project with the session that the run keeps."""
        return self._follow(project_request(self._sessions.session, project), "login", follow=False)

    def logout(self, session: str) -> CallResult:
        """Log a session out."""
        result = self._follow(logout_request(session), "logout", follow=False)
        if result.reading == "accepted":
            self._sessions.ended(session)
        return result

    def another_session(self) -> Session:
        """Log in once more and return that session. Raises LoginError."""
        return self._sessions.another()

    @property
    def wall_clock(self) -> float:
        """Seconds between UTC and the wall clock that the target compares dates with, found by trying, once."""
        return self._wall_clock.get("", self._found_wall_clock)

    def _found_wall_clock(self) -> float:
        draft = self.calibration_draft
        edit = Edit(kind="variation", name="signed", note="to find the target's wall clock")

        def send(shift: float) -> CallResult:
            known = self._settings.credentials
            headers = signed_headers(known, method="POST", path="/v1/tickets", shift=shift, alter="")
            return self.send(Message(edit=edit, body=draft.body, headers=(*draft.headers, *headers)))

        return found_wall_clock(send)

    def signature_headers(
        self, *, method: str = "POST", path: str = "/v1/tickets", shift: float = 0.0, alter: str = ""
    ) -> Headers:
        """Return Date and Authorization of a request signed with the access key, by the target's wall clock."""
        shift += self.wall_clock
        credentials = self._settings.credentials
        return signed_headers(credentials, method=method, path=path, shift=shift, alter=alter, learn=self._learn)


def only_owner(part: str, own: TicketEndpoint) -> TicketEndpoint:
    """Return the run's own endpoint for the owner. Raises LookupError for any other user: there is none."""
    if part == "owner":
        return own
    raise LookupError(f"there is no {part}: the run has its own user only.")
