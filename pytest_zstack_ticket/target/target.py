"""The target as one process sees it: how it is reached, the session on it, and what was learned about it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from pytest_zstack_ticket.api import capabilities
from pytest_zstack_ticket.api.messages import rows_of
from pytest_zstack_ticket.cleanup.ledger import SavedLedger
from pytest_zstack_ticket.cleanup.requests import CANCEL
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.client.access_key import signed_headers
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.job_notifications import JobNotifications
from pytest_zstack_ticket.client.session_manager import LOG_OUTS, SessionManager
from pytest_zstack_ticket.client.target_state import TargetState
from pytest_zstack_ticket.client.webhook_listener import address_towards
from pytest_zstack_ticket.model.loopback import is_loopback
from pytest_zstack_ticket.model.outcome import Malformed, Phrase, Refused
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.redaction.redactor import Redactor
from pytest_zstack_ticket.target.actors import ActorConnection, Actors, actor_capabilities, draft_of
from pytest_zstack_ticket.target.own_context import with_own_context
from pytest_zstack_ticket.target.preflight import examine_target, require_endpoint
from pytest_zstack_ticket.target.ticket_cleanup import TicketCleanup
from pytest_zstack_ticket.transport.open_sessions import OpenSessions
from pytest_zstack_ticket.transport.page_counter import PageCounter
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter
from pytest_zstack_ticket.verdicts.judge import calibration_flaw

PLAIN_NAME = "conformance test, safe to delete"
"""Stands in for the bilingual name on a target that refuses every name beyond ASCII."""
Kind: TypeAlias = Literal["embedded", "laboratory", "foreign"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What one process holds of the target; `close` ends its sessions and connections.

    `own` is the connection of the run's own user. `certificates` and `versions` are the TLS certificates and HTTP
    versions that were seen.
    """

    own: ActorConnection
    actors: Actors
    state: TargetState
    cleanup: TicketCleanup
    notifications: JobNotifications
    redactor: Redactor
    certificates: set[str]
    versions: set[str]
    pages: PageCounter
    open_sessions: OpenSessions

    @property
    def settings(self) -> Settings:
        """How the run's own user reaches the target."""
        return self.own.settings

    @property
    def client(self) -> Client:
        """The client of the run's own user."""
        return self.own.client

    @property
    def sessions(self) -> SessionManager:
        """The sessions of the run's own user."""
        return self.own.sessions

    @property
    def endpoint(self) -> TicketEndpoint:
        """The CreateTicket endpoint as the run's own user."""
        return self.own.endpoint

    @property
    def usage_counter(self) -> SharedUsageCounter:
        """What all processes of the run have sent and created so far."""
        return self.cleanup.usage_counter

    @property
    def profile(self) -> Profile:
        """What the target is judged by now."""
        return self.state.profile

    @property
    def context(self) -> Context:
        """What tickets are made from now."""
        return self.state.context

    @property
    def calibration_flaw(self) -> Phrase | None:
        """Why the calibration request was not accepted, None if it was."""
        accepted = "accepted" in self.profile.capabilities
        return None if accepted else calibration_flaw(self.endpoint.calibration.outcome)

    @property
    def known_calibration(self) -> CallResult | None:
        """The trail of the calibration request, None if the target was lost before it was sent."""
        return self.endpoint.known_calibration

    @property
    def kind(self) -> Kind:
        """Whether the target is a laboratory (on this machine) or a cloud."""
        return "laboratory" if is_loopback(self.settings.url) else "foreign"

    def learn(self) -> None:
        """Make sure that a verdict can be formed, and learn release and capabilities. Raises TargetError."""
        from pytest_zstack_ticket.strategies import marked_draft  # noqa: PLC0415 - imports Hypothesis

        found = self._examined()
        self._judge_by(found)
        found = capabilities.with_capabilities(found, self.actor_capabilities())
        trail = self._calibrated(found)
        require_endpoint(trail.exchanges, self.settings, found)
        found = capabilities.with_capabilities(
            capabilities.narrowed(found, trail.exchanges), capabilities.created_capabilities(trail.exchanges, found)
        )
        if "inventory" in found.capabilities and found.oldest != found.newest:
            found = capabilities.narrowed(found, self.endpoint.create(marked_draft(self.context)).exchanges)
        event = self.endpoint.call("PUT", capabilities.UNKNOWN_TICKET, body=capabilities.EVENT, follow=False)
        found = capabilities.with_capabilities(found, capabilities.spoken_capabilities(self.versions, event.exchanges))
        found = self._with_parts(found)
        if capabilities.may_lack_events(event.exchanges) and self._lacks_events(found):
            found = capabilities.without_capability(found, "cancel")
        self._judge_by(found)
        if "accepted" in found.capabilities and self._shows_schema():
            self._judge_by(capabilities.with_capabilities(found, frozenset({"schema"})))
        if "accepted" in found.capabilities and self.cleanup.has_spare_quota:
            self.state.context = with_own_context(self.context, self.actors)

    def probe(self) -> None:
        """Meet the target by a few calls: version, log-in, a query, and a create. Raises TargetError."""
        found = self._examined()
        self._judge_by(found)
        self.endpoint.call("GET", "/v1/tickets?limit=1")
        require_endpoint(self._calibrated(found).exchanges, self.settings, found)

    def _examined(self) -> Profile:
        """Return the profile with what the first calls showed. Raises TargetError."""
        examined = examine_target(
            client=self.client, sessions=self.sessions, settings=self.settings, profile=self.profile
        )
        self.state.version = examined.version
        return examined.profile

    def _with_parts(self, found: Profile) -> Profile:
        """Return a profile with the parts of the API that not every target has, histories and access keys."""
        if "query" in found.capabilities:
            asked = self.endpoint.call("GET", capabilities.ODD_HISTORIES)
            there = capabilities.has_histories(asked.exchanges)
            more = frozenset({"histories"})
            found = (
                capabilities.with_capabilities(found, more)
                if there
                else capabilities.without_capability(found, "histories")
            )
        if "access-key" in found.capabilities and self.settings.login != "access-key":
            headers = signed_headers(self.settings.credentials, method="GET", path="/v1/tickets", shift=0.0, alter="")
            signed = self.endpoint.call("GET", "/v1/tickets?limit=1", headers=headers, authorization=None)
            if not capabilities.has_access_keys(signed.exchanges):
                found = capabilities.without_capability(found, "access-key")
        return found

    def _lacks_events(self, found: Profile) -> bool:
        """Return True if a ticket that is there answers cancel and update as it answers an action that none has."""
        if "accepted" not in found.capabilities or not self.cleanup.has_spare_quota:
            return False
        made = self.endpoint.create(self.endpoint.calibration_draft)
        shown = self.endpoint.find_ticket(made)
        rows = [shown.inventory] if shown and shown.inventory else rows_of(shown.exchanges if shown else ()) or []
        ticket = rows[0].get("uuid") if rows else None
        if not isinstance(ticket, str):
            return False
        path = f"/v1/tickets/{ticket}/actions"
        bodies = (CANCEL, capabilities.UPDATE, capabilities.UNKNOWN_ACTION)
        return not capabilities.has_events([self.endpoint.call("PUT", path, body=body).exchanges for body in bodies])

    def actor_capabilities(self) -> frozenset[str]:
        """Log the other users in and return the capabilities that they provide. Raises LoginError or ContextError."""
        return actor_capabilities(self.actors, self.sessions.session, self.context, project=self.settings.project)

    def _calibrated(self, profile: Profile) -> CallResult:
        """Return the calibration's trail.

        Where the sample is refused, a name in ASCII alone is tried, then what is near the sample.
        """
        from pytest_zstack_ticket.strategies import near_sample  # noqa: PLC0415 - imports Hypothesis

        first, accepted = self.endpoint.calibration, []

        def accepts(context: Context) -> bool:
            if not self.cleanup.has_spare_quota:
                return False
            trail = self.endpoint.create(draft_of(context, context.name))
            taken = "accepted" in capabilities.created_capabilities(trail.exchanges, profile)
            accepted.extend([(context, trail)] if taken else [])
            return taken

        if "accepted" in capabilities.created_capabilities(first.exchanges, profile):
            return first
        if not accepts(replace(self.context, name=f"{PLAIN_NAME} {self.context.nonce}".strip())) and _is_refused(first):
            near_sample(self.context, accepts)
        if accepted:
            self.calibrate(*accepted[-1])
        return self.endpoint.calibration

    def calibrate(self, context: Context, trail: CallResult | None = None) -> None:
        """Make the calibration draft, and all that is derived from it, of another context; `trail` is its trail."""
        self.state.context = context
        self.endpoint.plain_draft = draft_of(context, context.name)
        if trail is not None:
            self.endpoint.calibrated_by(trail)

    def _shows_schema(self) -> bool:
        draft = self.endpoint.calibration_draft
        return capabilities.shows_schema(self.endpoint.create(draft, headers=(("X-JSON-Schema", "true"),)).exchanges)

    def _judge_by(self, profile: Profile) -> None:
        self.state.profile = profile
        if (known := self.known_calibration) is not None:
            self.endpoint.calibrated_by(replace(known, profile=profile))

    def listen(self) -> None:
        """Listen for the ends of jobs, if the target starts jobs and delivers the end of one more of them."""
        if not self.endpoint.calibration.started_job:
            return
        self.notifications.listen(address_towards(self.settings.url))
        trail = self.endpoint.create(self.endpoint.calibration_draft)
        same = type(trail.outcome) is type(self.endpoint.calibration.outcome)
        if not (same and trail.started_job and self.notifications.delivered):
            self.notifications.close()

    def sweep_ledger(self, saved: SavedLedger) -> CleanupResult:
        """Delete what another process of this run recorded in its ledger, as the user who created it."""
        part = next((part for part in self.actors.parts if part == saved.head.part), None)
        return self.cleanup.sweep_ledger(self.actors.connect(part) if part else self.own, saved)

    def hurry(self) -> None:
        """Ask no more whether the target lives, for any user: the run was told to stop. Takes no lock."""
        for one in (self.own, *self.actors.connected):
            one.breaker.hurried = True

    def close(self) -> None:
        """Log out and give up connections, whatever quota and breaker say."""
        with ThreadPoolExecutor(LOG_OUTS) as pool:  # one after the other they may wait half a minute each
            for closed in [pool.submit(one.close) for one in (self.own, *self.actors.connected)]:
                closed.result()
            list(pool.map(self.own.cleaner.send, self.open_sessions.log_out()))
        self.own.breaker.close()
        self.notifications.close()


def _is_refused(trail: CallResult) -> bool:
    outcome = trail.outcome
    return isinstance(outcome, Refused) or (isinstance(outcome, Malformed) and outcome.leaning == "refused")
