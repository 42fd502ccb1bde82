"""Which tickets a query returns: operators, several conditions, and only what was asked for."""

import uuid

import pytest

from pytest_zstack_ticket import by_requirement

SELECTIONS = {
    "ZT-QUERY-003": [["name={c}"], ["name={a}"]],
    "ZT-QUERY-004": [["name~=%{own}%", "name!={c}"]],
    "ZT-QUERY-006": [["name~=%{own}%", "name!~={own} d%"]],
    "ZT-QUERY-007": [["name?={a},{d}"], ["name?={b}"]],
    "ZT-QUERY-008": [["name~=%{own}%", "name!?={a},{d}"]],
    "ZT-QUERY-009": [["name~=%{own}%", "description is null"]],
    "ZT-QUERY-010": [["name~=%{own}%", "description not null"]],
    "ZT-QUERY-011": [["name~=%{own}%", "name>{c}"]],
    "ZT-QUERY-012": [["name~=%{own}%", "name<{c}"]],
    "ZT-QUERY-013": [["name~=%{own}%", "name>={c}"]],
    "ZT-QUERY-014": [["name~=%{own}%", "name<={c}"]],
    "ZT-QUERY-015": [
        ["name~=%{own}%", "name>{a}", "name!={c}", "name<{e}"],
        ["name>={b}", "name~=%{own}%", "name<={d}"],
        ["name?={a},{b}", "name!={a}"],
        ["name!={a}", "name?={a},{b}"],
    ],
}
FOREIGN_KINDS = ("status={own}", "createDate>2999-01-01", "lastOpDate<1999-01-01", "createDate=2999-01-01 00:00:00")
"""A status that does not exist, and dates on which nothing was created."""
NOTHING = (
    "name={own} none",
    "name={own}",
    "name=%{own}%",
    "name={own} __",
    "name~=%{own}.%",
    "name~=%{own}",
    "name~=%{own}-none%",
    "name?={own},{own}x",
)
"""Only ~= reads % and _ as wildcards (wire dossier 4.6)."""
SPECIAL = ("{own}' OR 'a' LIKE 'a", "{own}'--", '{own}" OR ""', "{own};", "{own}')")
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.requirement("ZT-QUERY-001")
def test_query_returns_a_list(zstack_tickets, zstack_examine):
    """A query returns a list of tickets under the key inventories."""
    for conditions in (["name~=%{own}%"], ["name={a}"]):
        violation = zstack_examine("query-list", subject=zstack_tickets.query(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-037")
def test_schema_paths_resolve_to_values(zstack_tickets, zstack_examine):
    """Each path in the schema of a query's response resolves to a value in that response."""
    for result in (zstack_tickets.listing(), zstack_tickets.query("name={a}"), zstack_tickets.query("name={own}")):
        violation = zstack_examine("query-schema-paths", subject=result)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-002")
def test_query_returns_each_ticket_once(zstack_tickets, zstack_examine):
    """A query by part of a name returns each ticket created with it exactly once."""
    made = {f"made{letter}": result for letter, result in zstack_tickets.remaining.items()}
    violation = zstack_examine("all-created-listed", subject=zstack_tickets.listing(), **made)
    assert violation is None, violation


@pytest.mark.parametrize("queries", by_requirement(SELECTIONS))
def test_conditions_select_the_matching_tickets(queries, zstack_tickets, zstack_examine):
    """A query returns exactly those of the run's tickets that meet its conditions."""
    for conditions in queries:
        violation = zstack_examine("selection", **zstack_tickets.query_with_listings(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-005")
def test_pattern_selects_the_matching_tickets(zstack_tickets, zstack_examine):
    """The operator ~= selects the tickets whose value matches a pattern with % and _."""
    for condition in ("name~={own} d%", "name~=%{own}_b%"):
        before = zstack_tickets.list_by_names()
        result = zstack_tickets.query(condition)
        violation = zstack_examine("selection", subject=result, before=before, after=zstack_tickets.list_by_names())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-016")
def test_only_matching_tickets_are_returned(zstack_tickets, zstack_examine):
    """A ticket that does not meet the conditions of a query is never returned."""
    for conditions in (["name={b}"], ["name~=%{own}%"], ["name?={a},{d}"], ["name~=%{own}%", "name>{c}"]):
        violation = zstack_examine("only-matching", subject=zstack_tickets.query(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-017")
def test_query_that_matches_nothing_returns_an_empty_list(zstack_tickets, zstack_examine):
    """A query that no ticket meets returns an empty list."""
    for condition in (f"uuid={uuid.uuid4().hex}", *NOTHING):
        result = zstack_tickets.query(condition)
        violation = zstack_examine("empty-result", subject=result, before=zstack_tickets.listing())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-044")
def test_unknown_status_and_distant_dates_select_nothing(zstack_tickets, zstack_examine):
    """A condition on a status that does not exist, or on a date in another century, selects nothing or is refused."""
    for condition in FOREIGN_KINDS:
        result = zstack_tickets.query("name~=%{own}%", condition)
        arguments = {"may_refuse": True}
        violation = zstack_examine("empty-result", subject=result, before=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-018")
def test_special_characters_are_compared_as_text(zstack_tickets, zstack_examine):
    """A value with quotes, comment marks or semicolons is compared as text and matches nothing else."""
    for value in SPECIAL:
        result = zstack_tickets.query(f"name={value}")
        arguments = {"may_refuse": True}
        violation = zstack_examine("empty-result", subject=result, before=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation
