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
    from pytest_zstack_ticket.model.outcome import Accepted, Malformed, Refused, Unanswered, Unfinished
    from pytest_zstack_ticket.model.profile import Profile
    from pytest_zstack_ticket.model.settings import Session
    from pytest_zstack_ticket.model.ticket import Draft, Edit, Message
    from pytest_zstack_ticket.model.ticket_context import Context
    from pytest_zstack_ticket.plugin.parametrize import by_requirement
    from pytest_zstack_ticket.runner.examiner import Examiner

__all__ = [
    "Accepted",
    "CallResult",
    "Context",
    "Draft",
    "Edit",
    "Examiner",
    "Malformed",
    "Message",
    "Profile",
    "Refused",
    "Session",
    "TicketEndpoint",
    "Unanswered",
    "Unfinished",
    "by_requirement",
]

_HOMES = {
    "Accepted": "model.outcome",
    "Malformed": "model.outcome",
    "Refused": "model.outcome",
    "Unanswered": "model.outcome",
    "Unfinished": "model.outcome",
    "Context": "model.ticket_context",
    "Draft": "model.ticket",
    "Edit": "model.ticket",
    "Examiner": "runner.examiner",
    "Message": "model.ticket",
    "Profile": "model.profile",
    "Session": "model.settings",
    "TicketEndpoint": "client.endpoint",
    "CallResult": "client.call_result",
    "by_requirement": "plugin.parametrize",
}


if not TYPE_CHECKING:  # to a type checker a misspelt name is an error

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
