"""The same with a mistake in each marked line: a type checker has to find it."""

from pytest_zstack_ticket import Drfat  # wrong

# isort: split
from pytest_zstack_ticket import Draft, Examiner, TicketEndpoint


def test_it(ticket_endpoint: TicketEndpoint, zstack_examine: Examiner) -> None:
    ticket_endpoint.create("a text")  # wrong
    Draft(boddy=b"{}")  # wrong
    trail = ticket_endpoint.create(ticket_endpoint.calibration_draft)
    assert trail.outcom  # wrong
    zstack_examine(subject=trail)  # wrong
    assert Drfat
