"""Named misbehaviours of the embedded endpoint, and the small language that combines them."""

from __future__ import annotations

from .families import FAMILIES
from .language import Fault, parse
from .monitor import Program as Faults
from .registry import FAULTS
from .triggers import describe as describe_triggers

__all__ = ["FAMILIES", "FAULTS", "Fault", "Faults", "describe_triggers", "parse_fault"]


def parse_fault(text: str) -> Faults:
    """Read a fault expression; raises SettingsError that names the bad part and what is near it.

    `every:7(lose-ticket)+accept-too-long:name`: names, families with parameters, triggers around them, joined by `+`.
    """
    return parse(text, FAULTS)
