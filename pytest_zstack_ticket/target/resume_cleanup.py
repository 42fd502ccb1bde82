"""Reach the target of an earlier run again, and sweep it by a ledger of that run."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pytest_zstack_ticket.api.capabilities import with_capabilities
from pytest_zstack_ticket.cleanup.calls import CleanupCalls
from pytest_zstack_ticket.cleanup.ledger import LedgerHead, SavedLedger
from pytest_zstack_ticket.cleanup.progress import Progress
from pytest_zstack_ticket.cleanup.result import CleanupResult
from pytest_zstack_ticket.cleanup.sweeper import Sweeper
from pytest_zstack_ticket.client.client import Client
from pytest_zstack_ticket.client.recorder import NoRecorder
from pytest_zstack_ticket.client.session_manager import SessionManager
from pytest_zstack_ticket.config.profile_file import load_profile
from pytest_zstack_ticket.config.secrets import SECRETS, secret
from pytest_zstack_ticket.model.http_client import JAVA_SDK
from pytest_zstack_ticket.model.settings import Credentials, Login, Patience, Settings
from pytest_zstack_ticket.redaction.redactor import Redactor
from pytest_zstack_ticket.target.cleanup_limits import longest
from pytest_zstack_ticket.target.preflight import VERSION, examine_target
from pytest_zstack_ticket.transport.clock import SystemClock
from pytest_zstack_ticket.transport.httpx_transport import HttpxTransport
from pytest_zstack_ticket.transport.page_limits import PageLimits
from pytest_zstack_ticket.transport.retry import RetryTransport
from pytest_zstack_ticket.transport.signing import SigningTransport

WINDOW = 8
"""Calls of a sweep that are under way at once."""


def sweep_ledger(
    ledger: SavedLedger,
    *,
    environment: Mapping[str, str] = os.environ,
    profile: str = "deployed",
    dry: bool = False,
    progress: Progress | None = None,
) -> CleanupResult:
    """Delete the tickets of a ledger with credentials of the environment. Raises TargetError or UsageError."""
    head = ledger.head
    settings = _settings(head, environment)
    clock, redactor = SystemClock(), Redactor(secrets.token_bytes(32))
    line = SigningTransport(
        HttpxTransport(settings), credentials=settings.credentials, clock=clock, pass_by=redactor.pass_by
    )
    limits = PageLimits(JAVA_SDK[0].dressed(VERSION))
    transport = RetryTransport(line, clock=clock, patience=settings.patience.sweep, limits=limits)
    client = Client(transport=transport, clock=clock, redact=redactor.exchange, recorder=NoRecorder())
    sessions = SessionManager(client=client, settings=settings, learn=redactor.learn)
    judged_by = with_capabilities(load_profile(profile, release=""), frozenset())
    try:
        found = examine_target(client=client, sessions=sessions, settings=settings, profile=judged_by).profile
        calls = CleanupCalls(
            run=client.run,
            sessions=sessions,
            profile=found,
            clock=clock,
            patience=head.patience,
            longest=longest(settings.patience, len(ledger.book.pending()), WINDOW),
            window=WINDOW,
        )
        sweeper = Sweeper(calls, ledger, profile=found, patience=head.patience, dry=dry, progress=progress)
        return sweeper.sweep()
    finally:
        sessions.close()
        transport.close()


def _settings(head: LedgerHead, environment: Mapping[str, str]) -> Settings:
    """Tell how to reach the target that a ledger names, with the credentials of the environment."""
    names = SECRETS if not head.part else ()
    credentials = Credentials(**{name: secret(name, environment) for name in names})
    if head.part:
        credentials = Credentials(password=secret(f"{head.part}_password", environment))
    return Settings(
        url=head.url,
        login=_login(head.login, credentials),
        user=head.user,
        project=head.project,
        ca=head.ca if head.ca and Path(head.ca).is_file() else "",
        insecure=head.insecure,
        patience=Patience(job=head.patience),
        credentials=credentials,
        part=head.part,
    )


def _login(login: str, credentials: Credentials) -> Login:
    """Return how to log in: as the run did, unless the environment now gives something else."""
    if credentials.session:
        return "session"
    if not credentials.password and credentials.access_key_id and credentials.access_key_secret:
        return "access-key"
    return "virtual-id" if login == "virtual-id" else "account"
