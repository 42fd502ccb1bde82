"""A vendor's test as the guide has it, with every public type: no type checker finds a fault in it."""

from collections.abc import Callable

import pytest

from pytest_zstack_ticket import (
    Accepted,
    CallResult,
    CanaryTicket,
    CaseTable,
    Context,
    Draft,
    DriftMonitor,
    Examiner,
    Explorer,
    HookListener,
    Profile,
    Run,
    SecondPass,
    Session,
    StateMachineRunner,
    TicketEndpoint,
    TicketGroup,
    TicketSet,
)


@pytest.fixture
def ours(ticket_endpoint: TicketEndpoint) -> CallResult:
    draft = ticket_endpoint.calibration_draft
    return ticket_endpoint.create(Draft(body=draft.body.replace(b"create vm", "创建云主机".encode())))


@pytest.mark.requirement("MY-001")
def test_our_approval_text_is_accepted(
    ours: CallResult, ticket_endpoint: TicketEndpoint, zstack_examine: Examiner
) -> None:
    """Our portal's wording is accepted."""
    found = zstack_examine("sameness", subject=ours, sibling=ticket_endpoint.calibration)
    assert found is None, found
    assert isinstance(ours.outcome, Accepted)
    assert ours.outcome.direct is not None


def test_every_fixture_has_a_name_for_its_type(  # noqa: PLR0917 - as many as there are fixtures
    zstack_run: Run,
    zstack_session: Session,
    zstack_profile: Profile,
    zstack_context: Context,
    zstack_cases: CaseTable,
    zstack_tickets: TicketSet,
    zstack_canary: Callable[[], CanaryTicket],
    zstack_ticket_group: Callable[[], TicketGroup],
    zstack_explore: Explorer,
    zstack_state_machine: StateMachineRunner,
    zstack_drift: DriftMonitor,
    zstack_second_pass: SecondPass,
    zstack_webhook: HookListener,
) -> None:
    assert zstack_context.name
    assert zstack_profile.name
    assert zstack_session
    assert zstack_run.reached.endpoint
    assert zstack_canary().uuid
    assert zstack_ticket_group().listing()
