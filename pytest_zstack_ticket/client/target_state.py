"""What a run knows about its target by now; everything that reaches the target shares it."""

from __future__ import annotations

from dataclasses import dataclass

from pytest_zstack_ticket.model.profile import Profile
from pytest_zstack_ticket.model.ticket_context import Context


@dataclass(slots=True)
class TargetState:
    """The profile that judges the target, with what was learned, and the context that tickets are made from.

    `version` is what the target itself says of its version, empty if it says nothing.
    """

    profile: Profile
    context: Context
    version: str = ""
