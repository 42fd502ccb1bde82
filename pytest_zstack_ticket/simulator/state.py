"""Everything that an embedded endpoint remembers between two requests, and one request's own notes: the context."""

from __future__ import annotations

import random
import re
from collections import deque
from dataclasses import dataclass, field
from typing import Any

from pytest_zstack_ticket.model.errors import SettingsError
from pytest_zstack_ticket.model.exchange import Json, Request
from pytest_zstack_ticket.simulator.calls.api_call import Call, Field
from pytest_zstack_ticket.simulator.error_messages import Locale
from pytest_zstack_ticket.simulator.errors import ApiError
from pytest_zstack_ticket.simulator.fault_points import HEALTHY, Active
from pytest_zstack_ticket.simulator.options import SimulatorOptions
from pytest_zstack_ticket.simulator.storage import seed_data
from pytest_zstack_ticket.simulator.storage.sessions import Session, Sessions
from pytest_zstack_ticket.simulator.storage.tables import Store, installed_types
from pytest_zstack_ticket.simulator.variants import Variant

_VERSION_AT, _VARIANT_AT = 12, 16
_COOKIES = 100
"""HTTP sessions that are remembered; what a client keeps longer is stale, as after the container's time-out."""


class SimulatorState:
    """The memory of one embedded endpoint."""

    def __init__(self, options: SimulatorOptions) -> None:
        self.options = options
        self.store = Store()
        if options.choices.ticket_types == "installed":
            self.store.types = installed_types()
        self.sessions = Sessions(timeout=options.session_timeout)
        self.notes: dict[str, Any] = {}
        """Where faults remember what they need; the engine itself never reads it."""
        self._random = random.Random(options.seed)
        self._cookies: deque[str] = deque(maxlen=_COOKIES)
        for token, name in options.sessions:
            person = seed_data.person(name, "account", "user", "virtual-id")
            if person is None:
                raise SettingsError(f"no seeded account or virtual ID is called {name!r}")
            # "for ever": a session that is given must be live whatever the engine's first `now`
            self.sessions.open(token, person, float("inf"))

    @property
    def variant(self) -> Variant:
        """The endpoint that is played."""
        return self.options.variant

    def new_cookie(self) -> str:
        """Open an HTTP session, which means nothing to the API."""
        self._cookies.append(self.new_uuid().upper())
        return self._cookies[-1]

    def knows_cookie(self, header: str) -> bool:
        """Whether a Cookie header names an open HTTP session."""
        return any(one in self._cookies for one in re.findall(r"JSESSIONID=([^;\s]+)", header))

    def new_uuid(self) -> str:
        """Draw a random uuid in the target's form: 32 lower-case hex digits of version 4."""
        digits = f"{self._random.getrandbits(128):032x}"
        marked = digits[:_VERSION_AT] + "4" + digits[_VERSION_AT + 1 :]
        return marked[:_VARIANT_AT] + "89ab"[int(digits[_VARIANT_AT], 16) % 4] + marked[_VARIANT_AT + 1 :]


@dataclass(slots=True, kw_only=True)
class CallContext:
    """One call on its way: what was sent, who sent it, and what is at work.

    `raw` is the message as it was read, `values` what was bound, `waived` the fields whose checks a fault switched off.
    `timeout` (milliseconds) and `message_id` are what the message itself says of its job.
    """

    state: SimulatorState
    request: Request
    now: float
    call: Call
    active: Active = HEALTHY
    path: str = ""
    token: str | None = None
    session: Session | None = None
    key_error: ApiError | None = None
    raw: dict[str, Json] = field(default_factory=dict)
    values: dict[str, Json] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict)
    waived: set[str] = field(default_factory=set)
    tags_beside: dict[str, list[Json]] = field(default_factory=dict)
    timeout: int | None = None
    message_id: str = ""

    @property
    def store(self) -> Store:
        """The tables."""
        return self.state.store

    @property
    def variant(self) -> Variant:
        """The endpoint that is played."""
        return self.state.variant

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields that the call has in this release."""
        return tuple(one for one in self.call.fields if self.variant.release.at_least(*one.since))

    @property
    def locale(self) -> Locale:
        """The language of translated texts: the server's, after 5.3 the client's (dossier 5.4)."""
        wanted = (self.header("Accept-Language") or "").lower()
        if self.variant.modern_errors and wanted.startswith(("en", "zh")):
            return "zh" if wanted.startswith("zh") else "en"
        return self.state.options.locale

    @property
    def caller(self) -> Session:
        """The session that was checked."""
        assert self.session is not None  # noqa: S101 - the portal has run
        return self.session

    def header(self, name: str) -> str | None:
        """Return the first value of a request header."""
        return first_header(self.request, name)

    def without(self, fault: str) -> bool:
        """Tell whether the call is without a fault."""
        return self.active.without(fault)


def first_header(request: Request, name: str) -> str | None:
    """Return the first value of a request header, whatever its case."""
    wanted = name.lower()
    return next((value for key, value in request.headers if key.lower() == wanted), None)
