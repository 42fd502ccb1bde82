"""How a query shows what it has found: pages, totals, order, fields."""

import pytest

from pytest_zstack_ticket import by_requirement

OWN = "name~=%{own}%"
SORTS = {
    "ZT-QUERY-024": ["+name", "name"],
    "ZT-QUERY-025": ["-name"],
}


@pytest.mark.requirement("ZT-QUERY-019")
def test_a_page_keeps_its_limit(zstack_shelf, zstack_examine):
    """A page has as many rows as limit says, or as are left."""
    for limit, start in ((2, 0), (3, 0), (1, 1), (2, 4), (2, 9)):
        asked = zstack_shelf.asked(OWN, sort="+name", limit=limit, start=start)
        departure = zstack_examine("page-size", **asked)
        assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-020")
def test_pages_show_each_ticket_once(zstack_shelf, zstack_examine):
    """Pages by limit and start show each ticket once."""
    for limit, sort in ((2, "+name"), (3, "+name"), (2, "-name")):
        asked = zstack_shelf.asked(OWN, sort=sort, limit=limit, start=0)
        pages = {f"page{start}": (limit, start) for start in range(limit, 6, limit)}
        more = {
            role: zstack_shelf.find(OWN, sort=sort, limit=size, start=start) for role, (size, start) in pages.items()
        }
        departure = zstack_examine("partition", **(asked | more | {"after": zstack_shelf.listing()}))
        assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-038")
def test_without_a_limit_nothing_is_left_out(zstack_long_shelf, zstack_examine):
    """A query without limit shows all tickets that meet the conditions."""
    counted = zstack_long_shelf.find(OWN, count="true")
    subject = zstack_long_shelf.find(OWN, limit=None)
    again = zstack_long_shelf.find(OWN, count="true")
    departure = zstack_examine("all-shown", subject=subject, counted=counted, again=again)
    assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-021")
def test_a_total_beside_the_rows(zstack_shelf, zstack_examine):
    """With replyWithCount, total is the number of tickets on all pages."""
    for limit in (2, 20):
        departure = zstack_examine("total", **zstack_shelf.asked(OWN, replyWithCount="true", limit=limit))
        assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-022")
def test_rows_stay_beside_a_total(zstack_shelf, zstack_examine):
    """With replyWithCount, the page is shown as without."""
    departure = zstack_examine("page-size", **zstack_shelf.asked(OWN, replyWithCount="true", limit=2))
    assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-023")
def test_a_count_alone(zstack_shelf, zstack_examine):
    """With count, total is the number of tickets that meet the conditions."""
    departure = zstack_examine("total", **zstack_shelf.asked(OWN, count="true"))
    assert departure is None, departure


@pytest.mark.parametrize("sorts", by_requirement(SORTS))
def test_rows_are_sorted(sorts, zstack_shelf, zstack_examine):
    """Rows stand in the order of the member that sort names."""
    for sort in sorts:
        for fields in (None, "uuid,name"):
            departure = zstack_examine("in-order", **zstack_shelf.asked(OWN, sort=sort, fields=fields))
            assert departure is None, departure
        for start in (0, 1):
            asked = zstack_shelf.asked(OWN, sort=sort, limit=2, start=start)
            departure = zstack_examine("ordered-page", **asked)
            assert departure is None, departure


@pytest.mark.requirement("ZT-QUERY-026")
def test_fields_choose_members(zstack_shelf, zstack_examine):
    """With fields, each row has the members that it names, and no others."""
    for fields in ("uuid,name", "name,status"):
        departure = zstack_examine("projected", **zstack_shelf.asked(OWN, fields=fields))
        assert departure is None, departure
