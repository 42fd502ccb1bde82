"""Conditions on the date of a ticket: at the very second that it shows, and within its day."""

import pytest

from pytest_zstack_ticket import by_requirement

OWN_DATE = (
    *("createDate>{time1}", "createDate>={time1}", "createDate<{time1}", "createDate<={time1}"),
    *("createDate>{minute_before}", "createDate<{minute_after}"),
)
"""They are sent once for all requirements on them."""
EDGES = {
    "ZT-QUERY-011": ("createDate>{time1}", "createDate<={time1}", "createDate<{time1}"),
    "ZT-QUERY-012": ("createDate<{time1}", "createDate>={time1}", "createDate>{time1}"),
    "ZT-QUERY-013": ("createDate>={time1}", "createDate<{time1}", "createDate>{minute_before}"),
    "ZT-QUERY-014": ("createDate<={time1}", "createDate>{time1}", "createDate<{minute_after}"),
}
"""A condition, its opposite, and one that shows whether the target reads the date."""
MOMENTS = {
    "ZT-QUERY-011": ("createDate>{minute_before}", ("createDate>{day_start}", "createDate>{day_before}")),
    "ZT-QUERY-012": ("createDate<{minute_after}", ("createDate<{day_end}", "createDate<{day_after}")),
}
"""A condition that the ticket meets by a minute, and those that tell a day from another zone."""
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


def own_date(tickets, *conditions):
    """Return the results of some of the conditions, and the listings around all of them."""
    before, *results, after = tickets.query_together(*OWN_DATE)
    found = dict(zip(OWN_DATE, results, strict=True))
    return [found[one] for one in conditions], {"before": before, "after": after}


@pytest.mark.parametrize("conditions", by_requirement(EDGES))
def test_ticket_meets_a_condition_on_its_date_or_the_opposite(conditions, zstack_tickets, zstack_examine):
    """Of two opposite conditions on the date that a ticket shows, it meets exactly one."""
    (subject, opposite, proof), listings = own_date(zstack_tickets, *conditions)
    violation = zstack_examine("date-edge", subject=subject, opposite=opposite, proof=proof, **listings)
    assert violation is None, violation


@pytest.mark.parametrize("moments", by_requirement(MOMENTS))
def test_condition_on_a_date_has_a_time(moments, zstack_tickets, zstack_examine):
    """A condition on another minute of a ticket's day selects it by that minute."""
    condition, around = moments
    (subject,), roles = own_date(zstack_tickets, condition)
    rows = getattr(subject.outcome, "result", None) or {}
    if not rows.get("inventories"):
        _, same, other, after = zstack_tickets.query_together(*around)
        roles |= {"same-day": same, "other-day": other, "after": after}
    violation = zstack_examine("time-of-day", subject=subject, **roles)
    assert violation is None, violation
