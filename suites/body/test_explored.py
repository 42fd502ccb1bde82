"""Combinations around the enumerated rows, shrunk to the smallest body that fails."""

import pytest

from pytest_zstack_ticket.strategies import drafts, mutated_drafts


@pytest.mark.requirement("ZT-BODY-060")
def test_combined_variations_do_not_change_the_decision(
    ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine
):
    """No combination of variations that must not matter changes the result."""

    def holds(draft):
        violation = zstack_examine(
            "sameness", edit=draft.edit, subject=ticket_endpoint.create(draft), sibling=ticket_endpoint.calibration
        )
        assert violation is None, violation

    zstack_explore(drafts(zstack_context, zstack_profile.limits), holds)


@pytest.mark.requirement("ZT-BODY-061")
def test_one_invalid_field_is_refused_whatever_else_is_sent(
    ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine
):
    """A draft with exactly one invalid field is refused, whatever else it contains."""

    def holds(mutated):
        violation = zstack_examine(
            "refusal",
            edit=mutated.draft.edit,
            subject=ticket_endpoint.create(mutated.draft),
            sibling=ticket_endpoint.calibration,
            arguments={"fields": list(mutated.draft.edit.fields)},
        )
        assert violation is None, violation

    tags = zstack_profile.surely_since(3, 6)
    zstack_explore(mutated_drafts(zstack_context, zstack_profile.limits, tags=tags), holds)


@pytest.mark.requirement("ZT-BODY-062")
def test_same_draft_gets_the_same_decision(ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine):
    """The same draft gets the same decision at the end of a run as at its start."""
    zstack_cases.send_catalogues("mutations", "variations")
    for _ in range(3):
        again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("same-decision-again", subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation
    for row, again in zstack_in_window(ticket_endpoint.create, zstack_cases.rows("mutations")[::7]):
        first = zstack_cases.result_of(row)
        violation = zstack_examine("same-decision-again", edit=row.edit, subject=again, sibling=first)
        assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-063")
@pytest.mark.zstack_alone("sequences")
@pytest.mark.zstack_rounds(most=8)
def test_refused_body_does_not_change_the_next_decision(
    ticket_endpoint, zstack_cases, zstack_in_window, zstack_examine
):
    """A refused body does not change how its valid sibling is decided afterwards."""

    def create_after(row):
        ticket_endpoint.create(row)
        return ticket_endpoint.create(ticket_endpoint.calibration_draft)

    for row, again in zstack_in_window(create_after, zstack_cases.rows("mutations")[::5]):
        violation = zstack_examine(
            "same-decision-again", edit=row.edit, subject=again, sibling=ticket_endpoint.calibration
        )
        assert violation is None, violation
