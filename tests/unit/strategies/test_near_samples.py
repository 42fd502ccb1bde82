"""What is tried where a target refuses the documented sample: the fewest differences that it accepts."""

from __future__ import annotations

from pytest_zstack_ticket.model.nonce import FRESH_UUID
from pytest_zstack_ticket.model.ticket_context import Context
from pytest_zstack_ticket.strategies import calibration_body, near_sample
from pytest_zstack_ticket.strategies.near_samples import DIFFERENCES


def found(*demanded: str) -> tuple[Context | None, int]:
    """Return the last context that a target accepts which demands members of params, and how many were tried."""
    accepted: list[Context] = []
    tried: list[Context] = []

    def accepts(context: Context) -> bool:
        tried.append(context)
        taken = all(name in calibration_body(context)["params"] for name in demanded)
        accepted.extend([context] if taken else [])
        return taken

    near_sample(Context(), accepts)
    return (accepted[-1] if accepted else None), len(tried)


def test_one_difference_is_found_alone():
    context, _ = found("userTags")
    assert context is not None
    assert context.added == {"systemTags": [], "userTags": [], "tagUuids": []}


def test_of_several_those_are_kept_that_matter():
    context, _ = found("description", "resourceUuid")
    assert context is not None
    assert set(context.added) == {"description", "resourceUuid"}
    assert context.added["resourceUuid"] == FRESH_UUID
    assert isinstance(context.execute_times, int)


def test_a_target_that_refuses_for_another_reason_is_asked_a_few_times_only():
    assert found("no such member") == (None, len(DIFFERENCES) + 1)
