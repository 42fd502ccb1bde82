"""Conformance suite and pytest plugin for the CreateTicket API of ZStack Cloud.

PYTEST_DONT_REWRITE: every pytest run on the machine imports this module. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False  # not imported: every command and every pytest run on the machine would wait for typing
if TYPE_CHECKING:
    from typing import Any

    from pytest_zstack_ticket.client.call_result import CallResult
    from pytest_zstack_ticket.client.endpoint import TicketEndpoint
    from pytest_zstack_ticket.client.webhook_recorder import HookListener
    from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Refused, Unanswered, Unfinished
    from pytest_zstack_ticket.model.profile import Profile
    from pytest_zstack_ticket.model.settings import Session
    from pytest_zstack_ticket.model.ticket import Draft, Edit, Message
    from pytest_zstack_ticket.model.ticket_context import Context
    from pytest_zstack_ticket.plugin.parametrize import by_requirement
    from pytest_zstack_ticket.runner.drift_monitor import DriftMonitor
    from pytest_zstack_ticket.runner.examiner import Examiner
    from pytest_zstack_ticket.runner.explorer import Explorer
    from pytest_zstack_ticket.runner.run import Run
    from pytest_zstack_ticket.runner.state_machine import StateMachineRunner
    from pytest_zstack_ticket.scenarios.canary_ticket import CanaryTicket
    from pytest_zstack_ticket.scenarios.case_table import CaseTable
    from pytest_zstack_ticket.scenarios.second_pass import SecondPass
    from pytest_zstack_ticket.scenarios.ticket_group import TicketGroup
    from pytest_zstack_ticket.scenarios.ticket_set import TicketSet

__all__ = [
    "Accepted",
    "CallResult",
    "CanaryTicket",
    "CaseTable",
    "Context",
    "Draft",
    "DriftMonitor",
    "Edit",
    "Examiner",
    "Explorer",
    "HookListener",
    "Malformed",
    "Message",
    "Profile",
    "Refused",
    "Run",
    "SecondPass",
    "Session",
    "StateMachineRunner",
    "TicketEndpoint",
    "TicketGroup",
    "TicketSet",
    "Unanswered",
    "Unfinished",
    "by_requirement",
]

_HOMES = {
    "Accepted": "model.outcome",
    "CallResult": "client.call_result",
    "CanaryTicket": "scenarios.canary_ticket",
    "CaseTable": "scenarios.case_table",
    "Context": "model.ticket_context",
    "Draft": "model.ticket",
    "DriftMonitor": "runner.drift_monitor",
    "Edit": "model.ticket",
    "Examiner": "runner.examiner",
    "Explorer": "runner.explorer",
    "HookListener": "client.webhook_recorder",
    "Malformed": "model.outcome",
    "Message": "model.ticket",
    "Profile": "model.profile",
    "Refused": "model.outcome",
    "Run": "runner.run",
    "SecondPass": "scenarios.second_pass",
    "Session": "model.settings",
    "StateMachineRunner": "runner.state_machine",
    "TicketEndpoint": "client.endpoint",
    "TicketGroup": "scenarios.ticket_group",
    "TicketSet": "scenarios.ticket_set",
    "Unanswered": "model.outcome",
    "Unfinished": "model.outcome",
    "by_requirement": "plugin.parametrize",
}


if not TYPE_CHECKING:  # to a type checker a misspelt name is an error

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
