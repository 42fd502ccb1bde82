"""Which tickets a query shows: the operators, several conditions, and nothing but what was asked for."""

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


@pytest.mark.requirement("ZT-QUERY-001")
def test_a_query_answers_a_list(zstack_tickets, zstack_examine):
    """A query answers a list of tickets under inventories."""
    for conditions in (["name~=%{own}%"], ["name={a}"]):
        violation = zstack_examine("shows-rows", subject=zstack_tickets.query(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-037")
def test_schema_paths_lead_to_values(zstack_tickets, zstack_examine):
    """Each path in the schema of a query's answer leads to a value."""
    for trail in (zstack_tickets.listing(), zstack_tickets.query("name={a}"), zstack_tickets.query("name={own}")):
        violation = zstack_examine("schema-leads", subject=trail)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-002")
def test_a_query_finds_each_ticket_once(zstack_tickets, zstack_examine):
    """A query shows each ticket that was created, once."""
    made = {f"made{letter}": trail for letter, trail in zstack_tickets.remaining.items()}
    violation = zstack_examine("listed", subject=zstack_tickets.listing(), **made)
    assert violation is None, violation


@pytest.mark.parametrize("queries", by_requirement(SELECTIONS))
def test_conditions_select(queries, zstack_tickets, zstack_examine):
    """A query shows exactly those of our tickets that meet its conditions."""
    for conditions in queries:
        violation = zstack_examine("selects", **zstack_tickets.query_with_listings(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-005")
def test_a_pattern_selects(zstack_tickets, zstack_examine):
    """A query by a pattern shows exactly those of our tickets that fit it, as told from a list of their names."""
    for condition in ("name~={own} d%", "name~=%{own}_b%"):
        before = zstack_tickets.list_by_names()
        trail = zstack_tickets.query(condition)
        violation = zstack_examine("selects", subject=trail, before=before, after=zstack_tickets.list_by_names())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-016")
def test_nothing_else_is_shown(zstack_tickets, zstack_examine):
    """A ticket that does not meet the conditions of a query never appears."""
    for conditions in (["name={b}"], ["name~=%{own}%"], ["name?={a},{d}"], ["name~=%{own}%", "name>{c}"]):
        violation = zstack_examine("only-matching", subject=zstack_tickets.query(*conditions))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-017")
def test_a_query_for_nothing_shows_nothing(zstack_tickets, zstack_examine):
    """A query that no ticket meets shows an empty list."""
    for condition in (f"uuid={uuid.uuid4().hex}", *NOTHING):
        trail = zstack_tickets.query(condition)
        violation = zstack_examine("empty", subject=trail, before=zstack_tickets.listing())
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-018")
def test_a_value_is_no_program(zstack_tickets, zstack_examine):
    """A value with quotes, comment marks or semicolons is compared as text."""
    for value in SPECIAL:
        trail = zstack_tickets.query(f"name={value}")
        arguments = {"may_refuse": True}
        violation = zstack_examine("empty", subject=trail, before=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation
