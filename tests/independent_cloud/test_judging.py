"""A cloud that shares nothing with the embedded one: healthy readings pass, faults are blamed where they are."""

import pytest

from tests.independent_cloud.faults import FAULTS
from tests.independent_cloud.judge import Case, judge
from tests.independent_cloud.kinds import KINDS

HEALTHY = ("minimal-direct",)
"""One of eighty: `make independent-cloud QUICK=1` has another, and the whole command all of them."""
CAUGHT = {
    "error-200": "ZT-ANSWER-001",
    "requests-null-second-passes": "ZT-BODY-008",
    "api-second-any": "ZT-BODY-021",
    "q-equal-is-like": "ZT-QUERY-017",
    "lose-all": "ZT-STORE-001",
    "logout-nothing": "ZT-SESSION-006",
}
OF_PEOPLE = {
    "gate:leak-uuid-list": "ZT-ISOLATION-003",
    "gate:foreign-cancel": "ZT-ISOLATION-009",
}


@pytest.mark.parametrize("variant", HEALTHY)
def test_a_healthy_reading_passes(variant):
    outcome = judge(Case(variant))
    assert outcome.word == "passed", outcome.line()


@pytest.mark.parametrize("name", CAUGHT)
def test_a_fault_is_blamed_where_it_is(name):
    outcome = judge(Case("direct-inventory", FAULTS[name]), extra=("-k", CAUGHT[name]))
    assert outcome.failed == (CAUGHT[name],), outcome.line()


def test_several_people_pass():
    """Strangers are kept out, an approver rejects and approves: the requirements are examined, and none is blamed."""
    outcome = judge(
        Case("people-direct"), extra=("-k", "ISOLATION-003 or ISOLATION-009 or LIFECYCLE-032 or LIFECYCLE-034")
    )
    assert outcome.word == "passed", outcome.line()


@pytest.mark.parametrize("name", OF_PEOPLE)
def test_a_fault_of_people_is_blamed_where_it_is(name):
    outcome = judge(Case(FAULTS[name].variant, FAULTS[name]), extra=("-k", OF_PEOPLE[name]))
    assert outcome.failed == (OF_PEOPLE[name],), outcome.line()


def test_each_fault_says_where_it_belongs():
    areas = {"access", "answer", "body", "http", "isolation", "job", "lifecycle", "query", "session", "store"}
    for fault in FAULTS.values():
        assert fault.variant in KINDS
        assert set(fault.areas) <= areas
        assert fault.why
