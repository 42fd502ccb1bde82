"""Named misbehaviours of the embedded endpoint, and the small language that combines them."""

from __future__ import annotations

from ..active import Faults


def parse_fault(text: str) -> Faults:
    """Placeholder until the registry exists."""
    raise NotImplementedError(text)
