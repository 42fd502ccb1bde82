"""Around the enumerated rows: combinations that nobody listed, shrunk to the smallest body that departs."""

import pytest

from pytest_zstack_ticket.strategies import drafts, mutated_drafts


@pytest.mark.requirement("ZT-BODY-060")
def test_combined_variations_do_not_matter(
    ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine
):
    """Any combination of variations that must not matter does not matter."""

    def holds(draft):
        violation = zstack_examine(
            "sameness", edit=draft.edit, subject=ticket_endpoint.create(draft), sibling=ticket_endpoint.calibration
        )
        assert violation is None, violation

    zstack_explore(drafts(zstack_context, zstack_profile.limits), holds)


@pytest.mark.requirement("ZT-BODY-061")
def test_one_broken_field_is_refused_in_any_company(
    ticket_endpoint, zstack_context, zstack_profile, zstack_explore, zstack_examine
):
    """A draft with exactly one broken field is refused, whatever else it holds."""

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
def test_the_same_draft_is_decided_the_same_way(ticket_endpoint, zstack_cases, zstack_examine):
    """The same draft is decided the same way at the end of a run as at its start."""
    zstack_cases.send_catalogues("mutations", "variations")
    for _ in range(3):
        again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("steadiness", subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation
    for row in zstack_cases.rows("mutations")[::7]:
        first, again = zstack_cases.result_of(row), ticket_endpoint.create(row)
        violation = zstack_examine("steadiness", edit=row.edit, subject=again, sibling=first)
        assert violation is None, violation


@pytest.mark.requirement("ZT-BODY-063")
def test_a_refusal_leaves_no_trace_in_the_next_decision(ticket_endpoint, zstack_cases, zstack_examine):
    """A refused body does not change how its valid sibling is decided afterwards."""
    for row in zstack_cases.rows("mutations")[::5]:
        ticket_endpoint.create(row)
        again = ticket_endpoint.create(ticket_endpoint.calibration_draft)
        violation = zstack_examine("steadiness", edit=row.edit, subject=again, sibling=ticket_endpoint.calibration)
        assert violation is None, violation
