"""How an embedded endpoint is set up, and the text that says so: `embedded:deployed@4.8?fault=NAME&latency=0.2`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

from pytest_zstack_ticket.simulator.error_messages import Locale
from pytest_zstack_ticket.simulator.fault_points import Faults
from pytest_zstack_ticket.simulator.undocumented import Choices
from pytest_zstack_ticket.simulator.variants import Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorOptions:
    """The set-up of one embedded endpoint.

    `latency`: seconds from the 202 until a job ends. `seed`: of the uuids; None lets the server draw one.
    `sessions`: tokens that are live from the start, with the log-in name behind each. `advertised`: scheme, host and
    port in job locations, empty for the address that is served. `session_timeout` and `webhook_pause` in seconds.
    `zone`: in which dates are written and access-key dates are read; None for the machine's own.
    """

    variant: Variant = field(default_factory=Variant)
    faults: Faults | None = None
    latency: float = 0.002
    locale: Locale = "en"
    choices: Choices = field(default_factory=Choices)
    seed: int | None = None
    sessions: tuple[tuple[str, str], ...] = ()
    advertised: str = ""
    session_timeout: float = 7200.0
    webhook_pause: float = 2.0
    zone: tzinfo | None = None
    check_time_zone: bool = False
