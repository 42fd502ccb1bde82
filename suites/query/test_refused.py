"""Invalid queries are refused, and never with an HTML page or a stack trace."""

import pytest

from pytest_zstack_ticket import by_requirement

OWN = "name~=%{own}%"
SENSELESS = {
    "ZT-QUERY-027": [((OWN, "noSuchField=1"), {}), ((OWN, "name{own}=1"), {})],
    "ZT-QUERY-028": [((OWN, "name"), {}), ((OWN, "name {own}"), {})],
    "ZT-QUERY-029": [((OWN, "=1"), {}), ((OWN, "~=%{own}%"), {})],
    "ZT-QUERY-030": [((OWN,), {"limit": "abc"}), ((OWN,), {"limit": "2.5"})],
    "ZT-QUERY-031": [((OWN,), {"start": "abc"})],
    "ZT-QUERY-041": [((OWN,), {"sort": "+noSuchField"}), ((OWN,), {"sort": "+name,(select 1)"})],
    "ZT-QUERY-042": [((OWN,), {"fields": "noSuchField"}), ((OWN,), {"fields": "uuid,name'--"})],
    "ZT-QUERY-043": [((OWN,), {"limit": "-1"}), ((OWN,), {"start": "-1"})],
}
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.parametrize("queries", by_requirement(SENSELESS))
def test_invalid_query_is_refused(queries, zstack_tickets, zstack_examine):
    """An invalid query is refused, while a valid query for the run's own tickets is answered."""
    arguments = {"call": "query", "sibling_call": "query"}
    for conditions, parameters in queries:
        result = zstack_tickets.query(*conditions, **parameters)
        violation = zstack_examine("refusal", subject=result, sibling=zstack_tickets.listing(), arguments=arguments)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-032")
def test_refused_query_has_no_html_page_and_no_stack_trace(zstack_tickets, zstack_examine):
    """The response to a refused query contains neither an HTML page nor a stack trace."""
    for queries in SENSELESS.values():
        for conditions, parameters in queries:
            result = zstack_tickets.query(*conditions, **parameters)
            for check in ("no-html-page", "no-stack-trace"):
                violation = zstack_examine(check, subject=result)
                assert violation is None, violation
