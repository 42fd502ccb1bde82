"""Queries that make no sense: refused, and never with a page or a stack trace."""

import pytest

from pytest_zstack_ticket import by_requirement

OWN = "name~=%{own}%"
SENSELESS = {
    "ZT-QUERY-027": [((OWN, "noSuchField=1"), {}), ((OWN, "name{own}=1"), {})],
    "ZT-QUERY-028": [((OWN, "name"), {}), ((OWN, "name {own}"), {})],
    "ZT-QUERY-029": [((OWN, "=1"), {}), ((OWN, "~=%{own}%"), {})],
    "ZT-QUERY-030": [((OWN,), {"limit": "abc"}), ((OWN,), {"limit": "2.5"})],
    "ZT-QUERY-031": [((OWN,), {"start": "abc"})],
}


@pytest.mark.parametrize("queries", by_requirement(SENSELESS))
def test_a_senseless_query_is_refused(queries, zstack_tickets, zstack_examine):
    """A query that makes no sense is refused, while one of our own tickets is answered."""
    arguments = {"call": "query", "sibling_call": "query"}
    for conditions, parameters in queries:
        trail = zstack_tickets.query(*conditions, **parameters)
        violation = zstack_examine("refusal", subject=trail, sibling=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-032")
def test_a_refused_query_is_no_page(zstack_tickets, zstack_examine):
    """A query that makes no sense is answered without an HTML page and without a stack trace."""
    for queries in SENSELESS.values():
        for conditions, parameters in queries:
            trail = zstack_tickets.query(*conditions, **parameters)
            for check in ("no-page", "no-trace"):
                violation = zstack_examine(check, subject=trail)
                assert violation is None, violation
