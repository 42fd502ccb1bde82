"""The target as one process sees it: how it is reached, the session on it, and what was learned about it."""

from __future__ import annotations

import ipaddress
import threading
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias
from urllib.parse import urlsplit

from pytest_zstack_ticket.api import capabilities
from pytest_zstack_ticket.cleanup.ledger import Ledger, SavedLedger
from pytest_zstack_ticket.cleanup.sweeper import CleanupResult, Sweeper
from pytest_zstack_ticket.client.access_key import signed_headers
from pytest_zstack_ticket.client.call_result import CallResult
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.endpoint import TicketEndpoint
from pytest_zstack_ticket.client.session_manager import SessionManager
from pytest_zstack_ticket.client.webhook_listener import JobNotificationListener, address_towards
from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.settings import Settings
from pytest_zstack_ticket.model.ticket import Draft
from pytest_zstack_ticket.model.ticket_context import Context, Part
from pytest_zstack_ticket.redaction.redactor import Redactor
from pytest_zstack_ticket.target.actors import Actors, Sweepable, context_for, introduced
from pytest_zstack_ticket.target.preflight import examine_target, require_endpoint
from pytest_zstack_ticket.transport.circuit_breaker import CircuitBreaker
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.usage_counter import SharedUsageCounter

PLAIN_NAME = "conformance test, safe to delete"
"""Stands in for the bilingual name on a target that refuses every name beyond ASCII."""
KEPT = 10
"""So many of the latest tickets stay, whatever the caps say: the test that made them may still look at them."""
LONGEST_WAIT = 60.0
"""Seconds to wait for another process to take its tickets away."""
Kind: TypeAlias = Literal["embedded", "laboratory", "foreign"]


@dataclass(slots=True)
class Target:
    """What one process holds of the target; `close` ends its sessions and connections."""

    settings: Settings
    context: Context
    profile: Profile
    redactor: Redactor
    breaker: CircuitBreaker
    client: Client
    keeper: SessionManager
    endpoint: TicketEndpoint
    usage_counter: SharedUsageCounter
    clock: SystemClock
    ledger: Ledger | None
    cleaner: Client
    certificates: set[str] = field(default_factory=set)
    versions: set[str] = field(default_factory=set)
    company: Actors = field(default_factory=Actors)
    protected: int = 1
    bell: JobNotificationListener | None = None
    _sweeping: threading.Lock = field(default_factory=threading.Lock)

    @property
    def kind(self) -> Kind:
        """Whether the target is a laboratory (on this machine) or somebody's cloud."""
        return "laboratory" if is_loopback(self.settings.url) else "foreign"

    def learn(self) -> None:
        """Make sure that a verdict can be formed, and learn release and capabilities. Raises TargetError."""
        from pytest_zstack_ticket.strategies import marked_draft  # noqa: PLC0415 - imports Hypothesis

        found = examine_target(client=self.client, keeper=self.keeper, settings=self.settings, profile=self.profile)
        self._judge_by(found)
        found = capabilities.with_capabilities(found, self.introduced())
        trail = self._calibrated(found)
        require_endpoint(trail.exchanges, self.settings, found)
        found = capabilities.with_capabilities(
            capabilities.narrowed(found, trail.exchanges), capabilities.created_capabilities(trail.exchanges, found)
        )
        if "inventory" in found.capabilities and found.oldest != found.newest:
            found = capabilities.narrowed(found, self.endpoint.create(marked_draft(self.context)).exchanges)
        event = self.endpoint.call("PUT", capabilities.NOBODYS_ACTIONS, body=capabilities.EVENT, follow=False)
        found = capabilities.with_capabilities(found, capabilities.spoken_capabilities(self.versions, event.exchanges))
        found = self._with_parts(found)
        self._judge_by(found)
        if "accepted" in found.capabilities and self._shows_schema():
            self._judge_by(capabilities.with_capabilities(found, frozenset({"schema"})))

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

    def introduced(self) -> frozenset[str]:
        """Log in everybody beside us and return what they make possible. Raises LoginError or ContextError."""
        return introduced(self.company, self.keeper.session, self.context)

    def draft_for(self, part: Part) -> Draft:
        """Return the calibration draft as somebody beside us sends it."""
        return draft_of(context_for(part, self.context), self.context.name)

    def _calibrated(self, profile: Profile) -> CallResult:
        """Return the calibration's trail: with a name in ASCII alone if the bilingual one is what was refused."""
        trail = self.endpoint.calibration
        if "accepted" not in capabilities.created_capabilities(trail.exchanges, profile):
            name = f"{PLAIN_NAME} {self.context.nonce}".strip()
            plain = self.endpoint.create(draft_of(self.context, name))
            if "accepted" in capabilities.created_capabilities(plain.exchanges, profile):
                self.call_tickets(name)
                self.endpoint.calibration = trail = plain
        return trail

    def call_tickets(self, name: str) -> None:
        """Let the calibration draft, and all that is made of it, have another name."""
        self.context = replace(self.context, name=name)
        self.endpoint.calibration_draft = draft_of(self.context, name)

    def _shows_schema(self) -> bool:
        draft = self.endpoint.calibration_draft
        return capabilities.shows_schema(self.endpoint.create(draft, headers=(("X-JSON-Schema", "true"),)).exchanges)

    def _judge_by(self, profile: Profile) -> None:
        self.profile = self.endpoint.profile = profile
        known: CallResult | None = self.endpoint.__dict__.get("calibration")
        if known is not None:
            self.endpoint.calibration = replace(known, profile=profile)

    def listen(self) -> None:
        """Let the ends of jobs be delivered to us, if the target starts jobs and one more of them is delivered."""
        if not self.endpoint.calibration.started_job:
            return
        self.bell = self.client.bell = JobNotificationListener(address_towards(self.settings.url))
        trail = self.endpoint.create(self.endpoint.calibration_draft)
        same = type(trail.outcome) is type(self.endpoint.calibration.outcome)
        if not (same and trail.started_job and self.bell.has_rung):
            self.client.bell = None

    def protect(self) -> None:
        """Let the tickets that are created from now on stay until the next test begins."""
        for one in self.everybody:
            if one.ledger is not None:
                one.protected = one.ledger.next_number

    @property
    def everybody(self) -> list[Sweepable]:
        """We and those beside us who were asked for."""
        return [self, *self.company]

    def make_room(self, count: int = 1) -> None:
        """Take tickets away where so many more may not be alive: first those of earlier tests.

        Then all but the latest of this one. Where others of the run have used up the cap, they are waited for. The
        transport counts in any case.
        """
        if self.ledger is None or not self._full(count):
            return
        with self._sweeping:
            for latest in (False, True):
                for one in self.everybody:
                    if self._full(count):
                        self._sweep(one, before=self._passed(one, latest=latest), wait=False)
            end = self.clock.now() + LONGEST_WAIT
            while self._full(count) and self.usage_counter.shared and self.clock.now() < end:
                self.clock.sleep(0.1)

    def _passed(self, one: Sweepable, *, latest: bool) -> int:
        """Return the number before which somebody's tickets may go: those of earlier tests, or all but the latest."""
        if one.ledger is None or not latest:
            return one.protected
        return max(one.protected, one.ledger.next_number - min(KEPT, (self.usage_counter.caps.alive or 0) // 4))

    def settle(self) -> None:
        """Wait while another thread takes tickets away: what it does to them is not the target's doing."""
        with self._sweeping:
            pass

    @property
    def roomy(self) -> bool:
        """True if a ticket more takes none away that the test which runs may still look at."""
        alive = self.usage_counter.caps.alive
        return alive is None or self.usage_counter.used.alive + KEPT < alive

    def _full(self, count: int) -> bool:
        alive = self.usage_counter.caps.alive
        return alive is not None and self.usage_counter.used.alive + min(count, alive) > alive

    def sweep(self, other: SavedLedger | None = None, *, wait: bool = True) -> CleanupResult:
        """Take away what this process created, or what another ledger tells of, and see that it is gone.

        Everybody takes away his own: others may not see it.
        """
        if other is not None:
            part = next((part for part in self.company.parts if part == other.head.part), None)
            return self._sweep(self.company.hands(part) if part else self, other, wait=wait)
        return CleanupResult.joined([self._sweep(one, wait=wait) for one in self.everybody])

    def _sweep(
        self, one: Sweepable, other: SavedLedger | None = None, *, before: int | None = None, wait: bool = True
    ) -> CleanupResult:
        """Take away the tickets of one person, those of the entries before a number or all."""
        ledger = other or one.ledger
        if ledger is None:
            return CleanupResult()
        keeper = one.keeper
        sweeper = Sweeper(
            run=one.cleaner.run,
            headers=lambda: (("Authorization", keeper.session.authorization),),
            profile=self.profile,
            clock=self.clock,
            patience=self.settings.patience.job,
            renew=lambda: keeper.renew(keeper.session),
            longest=self.settings.patience.sweep,
        )
        swept = sweeper.sweep(ledger, before=before, wait=wait)
        gone = ledger.book.drop_gone()
        self.endpoint.deleted_for_quota.update(swept.deleted, (one.intent.nonce for one in gone if one.intent.nonce))
        self.usage_counter.give_back(len(gone))
        return swept

    @property
    def pending(self) -> bool:
        """True while a ticket of ours or of somebody beside us may exist."""
        return any(one.ledger.book.pending() for one in self.everybody if one.ledger is not None)

    def close_ledgers(self, *, clean: bool) -> None:
        """Close every ledger, and remove those of which nothing is left to sweep."""
        for one in self.everybody:
            if one.ledger is not None:
                one.ledger.close(remove=clean and not one.ledger.book.pending())

    def close(self) -> None:
        """Log out and give up connections, whatever caps and breaker say."""
        self.company.close()
        self.keeper.close(self.cleaner)
        self.breaker.close()
        if self.bell is not None:
            self.bell.close()
            self.bell = self.client.bell = None


def draft_of(context: Context, name: str) -> Draft:
    """Return the calibration draft of a context, with a name."""
    from pytest_zstack_ticket.strategies import calibration_draft  # noqa: PLC0415 - imports Hypothesis

    return calibration_draft(replace(context, name=name))


def is_loopback(url: str) -> bool:
    """Return True if a URL's host is this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
