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
NO_NUMBERS = ("abc", "2.5", "1e2", "0x10", "one", "1-1", "1,5", "--2", "2 3")
STRANGE = ("nosuchfield", "uuid2", "names", "no_such", "nameuuid", "titel", "zz", "x")
FURTHER = {
    "ZT-QUERY-027": [((OWN, f"{one}=1"), {}) for one in STRANGE],
    "ZT-QUERY-028": [((OWN, one), {}) for one in ("uuid", "{own}", "name {own} x", "name:{own}", "null", "is", "like")],
    "ZT-QUERY-029": [((OWN, f"{one}1"), {}) for one in ("!=", ">", "<", ">=", "<=", "?=", "!?=", "!~=")],
    "ZT-QUERY-030": [((OWN,), {"limit": one}) for one in NO_NUMBERS],
    "ZT-QUERY-031": [((OWN,), {"start": one}) for one in NO_NUMBERS],
    "ZT-QUERY-041": [((OWN,), {"sort": f"{sign}{one}"}) for sign in "+-" for one in STRANGE[:4]],
    "ZT-QUERY-042": [((OWN,), {"fields": f"name,{one}"}) for one in STRANGE],
    "ZT-QUERY-043": [((OWN,), {name: number}) for name in ("limit", "start") for number in (-2, -10, -1000)],
}
"""For efforts above smoke."""
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.parametrize("queries", by_requirement({key: (rows, FURTHER[key]) for key, rows in SENSELESS.items()}))
def test_invalid_query_is_refused(queries, zstack_tickets, zstack_effort, zstack_examine):
    """An invalid query is refused, while a valid query for the run's own tickets is answered."""
    arguments = {"call": "query", "sibling_call": "query"}
    few, further = queries
    for conditions, parameters in (*few, *(() if zstack_effort == "smoke" else further)):
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
