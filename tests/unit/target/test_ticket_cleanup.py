"""Tickets of a test that runs are kept: with several under way, those since the oldest of them began."""

from types import SimpleNamespace
from typing import Any, cast

from pytest_zstack_ticket.model.settings import Patience
from pytest_zstack_ticket.target.ticket_cleanup import TicketCleanup
from pytest_zstack_ticket.transport.clock import SystemClock


def connected(*parts: str) -> tuple[TicketCleanup, list[Any]]:
    """Make a clean-up with a connection for each user, whose ledgers are at number 1."""
    made: list[Any] = [
        SimpleNamespace(settings=SimpleNamespace(part=part), ledger=SimpleNamespace(next_number=1), protected=1)
        for part in parts
    ]
    unused = cast("Any", None)
    return TicketCleanup(unused, cast("Patience", None), unused, SystemClock(), connections=list(made)), made


def test_a_test_protects_what_is_created_from_its_beginning():
    cleanup, (own,) = connected("")
    own.ledger.next_number = 7
    cleanup.protect()
    assert own.protected == 7


def test_the_oldest_body_that_runs_decides():
    cleanup, (own,) = connected("")
    for body, number in (("first", 3), ("second", 8)):
        own.ledger.next_number = number
        cleanup.protect(body)
    own.ledger.next_number = 12
    assert (own.protected, cleanup.held) == (3, 9)
    cleanup.release("first")
    assert (own.protected, cleanup.held) == (8, 4)
    cleanup.release("second")
    assert (own.protected, cleanup.held) == (12, 0)


def test_every_ticket_of_a_user_who_came_later_is_newer_than_the_body():
    cleanup, (own,) = connected("")
    cleanup.protect("body")
    late: Any = SimpleNamespace(
        settings=SimpleNamespace(part="stranger"), ledger=SimpleNamespace(next_number=5), protected=1
    )
    cleanup.connections.append(late)
    cleanup.protect("another")
    assert (own.protected, late.protected) == (1, 1)


def test_what_was_never_protected_can_be_released():
    cleanup, (own,) = connected("")
    own.ledger.next_number = 4
    cleanup.release("nobody")
    assert own.protected == 1
