"""How a query presents its result: pages, totals, order, fields."""

import pytest

from pytest_zstack_ticket import Edit, by_requirement

OWN = "name~=%{own}%"
ALL_OURS = "name~=%zt-%"
"""What the names of all our tickets have, where a page may end at a hundred rows."""
SORTS = {
    "ZT-QUERY-024": ("+name", "name", "+description"),
    "ZT-QUERY-025": ("-name", "-description"),
}
MEMBERS = ("uuid", "description", "createDate", "lastOpDate")
UNLIMITED = (
    *({"sort": one} for one in ("+name", "-name", "uuid", "-uuid", "-createDate")),
    *({"fields": "uuid,name"}, {"start": 0}, {"replyWithCount": "true"}),
)
"""Further queries without a limit, for efforts above smoke."""
FIELDS = ("name", "uuid", "status,name", "uuid,status", "uuid,name,status", "status,uuid", "name,uuid")
OVER = 2**32 + 1
"""More than a number of 32 bits holds: a server that cuts it off reads 1."""
PAGES = ((1, 0), (3, 0), (5, 0), (20, 0), (1, 4), (2, 3), (3, 4), (2, 9))
COUNTED = (
    *("name>{b}", "name<={b}", "name!={c}", "uuid?={uuid1},{uuid3}", "description not null", "name={a}"),
    *("name~={own} d%", "name={own}"),
)
"""Conditions beside that on our tickets."""
pytestmark = pytest.mark.zstack_alone("queries")
"""They share a few tickets, which no other test may crowd out where few may exist."""


@pytest.mark.requirement("ZT-QUERY-019")
def test_page_has_as_many_tickets_as_limit(zstack_tickets, zstack_effort, zstack_examine):
    """A page has as many tickets as limit says, or as many as remain after start."""
    few = ((2, 0), (3, 0), (1, 1), (2, 4), (2, 9), (0, 0), (OVER, 0), (3, OVER), (None, 3))
    for limit, start in (*few, *(() if zstack_effort == "smoke" else PAGES)):
        # one of them with fields, which may not widen the page
        fields = "uuid,name" if (limit, start) == (3, 0) else None
        asked = zstack_tickets.query_with_listings(OWN, sort="+name", limit=limit, start=start, fields=fields)
        violation = zstack_examine("page-size", **asked)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-020")
def test_pages_return_each_ticket_once(zstack_tickets, zstack_effort, zstack_examine):
    """Paging with limit and start returns each ticket exactly once."""
    more = ((1, "+name"), (4, "-name"), (3, "+uuid"), (2, "-uuid"), (1, "-uuid"))
    for limit, sort in ((2, "+name"), (3, "+name"), (2, "-name"), *(() if zstack_effort == "smoke" else more)):
        asked = zstack_tickets.query_with_listings(OWN, sort=sort, limit=limit, start=0)
        pages = {f"page{start}": (limit, start) for start in range(limit, 6, limit)}
        more = {
            role: zstack_tickets.query(OWN, sort=sort, limit=size, start=start) for role, (size, start) in pages.items()
        }
        violation = zstack_examine("complete-pages", **(asked | more | {"after": zstack_tickets.listing()}))
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-038")
@pytest.mark.zstack_alone
def test_query_without_limit_returns_every_ticket(zstack_many_tickets, zstack_effort, zstack_examine):
    """A query without a limit returns every ticket that meets the conditions, up to a thousand."""
    asked = [(own, {}) for own in (OWN, ALL_OURS)]
    for own, parameters in (*asked, *(() if zstack_effort == "smoke" else ((OWN, one) for one in UNLIMITED))):
        counted = zstack_many_tickets.query(own, count="true")
        subject = zstack_many_tickets.query(own, limit=None, **parameters)
        again = zstack_many_tickets.query(own, count="true")
        if own == ALL_OURS and total_of(counted) != total_of(again):
            continue  # another run has created or deleted tickets meanwhile: such a change says nothing of this one
        if own == ALL_OURS and not subject.rows and zstack_many_tickets.query(own, limit=None, fields="uuid").rows:
            continue  # a node shows no list that has a row with a list for a context (measured), as a test may have made
        violation = zstack_examine("all-shown", subject=subject, counted=counted, again=again)
        assert violation is None, violation


def total_of(result):
    """Return the total that a count was answered with, None if there is none."""
    return (getattr(result.outcome, "result", None) or {}).get("total")


@pytest.mark.requirement("ZT-QUERY-021")
def test_reply_with_count_reports_the_total(zstack_tickets, zstack_effort, zstack_examine):
    """With replyWithCount, total is the number of tickets across all pages."""
    for page in ({"limit": 2}, {"limit": 20}, {"limit": 2, "start": 3}, {"limit": 2, "start": 30}):
        violation = zstack_examine(
            "total-count", **zstack_tickets.query_with_listings(OWN, replyWithCount="true", **page)
        )
        assert violation is None, violation
    for condition in () if zstack_effort == "smoke" else COUNTED:
        asked = zstack_tickets.query_with_listings(OWN, condition, replyWithCount="true", limit=2)
        violation = zstack_examine("total-count", **asked)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-022")
def test_reply_with_count_returns_the_page_too(zstack_tickets, zstack_effort, zstack_examine):
    """With replyWithCount, the page itself is returned as well."""
    for limit, start in ((2, 0), (3, 3), *(() if zstack_effort == "smoke" else PAGES)):
        asked = zstack_tickets.query_with_listings(OWN, replyWithCount="true", sort="+name", limit=limit, start=start)
        violation = zstack_examine("page-size", **asked)
        assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-023")
def test_count_reports_the_total(zstack_tickets, zstack_effort, zstack_examine):
    """With count, total is the number of tickets that meet the conditions."""
    violation = zstack_examine("total-count", **zstack_tickets.query_with_listings(OWN, count="true", limit=2))
    assert violation is None, violation
    for conditions in ((OWN,), *((OWN, one) for one in (COUNTED[:1] if zstack_effort == "smoke" else COUNTED))):
        violation = zstack_examine("total-count", **zstack_tickets.query_with_listings(*conditions, count="true"))
        assert violation is None, violation


@pytest.mark.parametrize("sorts", by_requirement(SORTS))
def test_tickets_are_sorted(sorts, zstack_tickets, zstack_effort, zstack_examine):
    """Tickets are sorted by the member that sort names."""
    for sort in (*sorts, *(() if zstack_effort == "smoke" else (sorts[0].replace("name", one) for one in MEMBERS))):
        member = sort.lstrip("+-")
        for fields in (None, *(("uuid,name",) if member == "name" else (f"{member},name", "uuid,name"))):
            violation = zstack_examine("in-order", **zstack_tickets.query_with_listings(OWN, sort=sort, fields=fields))
            assert violation is None, violation
        for start in (0, 1) if member in ("name", "uuid", "createDate") else ():
            asked = zstack_tickets.query_with_listings(OWN, sort=sort, limit=2, start=start)
            violation = zstack_examine("ordered-page", **asked)
            assert violation is None, violation


@pytest.mark.requirement("ZT-QUERY-026")
def test_fields_select_members(zstack_tickets, zstack_effort, zstack_examine):
    """With fields, each ticket has exactly the members that fields lists."""
    for fields in ("uuid,name", "name,status", *(() if zstack_effort == "smoke" else FIELDS)):
        violation = zstack_examine("selected-fields", **zstack_tickets.query_with_listings(OWN, fields=fields))
        assert violation is None, violation
    asked = zstack_tickets.query_with_listings(OWN, fields="uuid,name", replyWithCount="true")
    edit = Edit(kind="variation", name="fields-with-total", note="the total is asked for, too")
    violation = zstack_examine("selected-fields", edit=edit, **asked)
    assert violation is None, violation
