"""Named misbehaviours of the embedded endpoint, and the small language that combines them."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.active import Faults


def parse_fault(text: str) -> Faults:
    """Refuse every fault."""
    raise NotImplementedError(text)
