"""Named misbehaviours of the embedded endpoint, and the small language that combines them."""

from __future__ import annotations

from pytest_zstack_ticket.simulator.faults.expression import Fault, parse
from pytest_zstack_ticket.simulator.faults.injector import Program as Faults
from pytest_zstack_ticket.simulator.faults.parametrized import FAMILIES
from pytest_zstack_ticket.simulator.faults.registry import FAULTS
from pytest_zstack_ticket.simulator.faults.triggers import describe as describe_triggers

__all__ = ["FAMILIES", "FAULTS", "Fault", "Faults", "describe_triggers", "parse_fault"]


def parse_fault(text: str) -> Faults:
    """Read a fault expression; raises SettingsError that names the bad part and what is near it.

    `every:7(lose-ticket)+accept-too-long:name`: names, families with parameters, triggers around them, joined by `+`.
    """
    return parse(text, FAULTS)
