"""How a query presents its result: what a sort shows, and what fields leave of a row."""

import pytest

from pytest_zstack_ticket.model.outcome import Violation
from tests.unit.checks.test_queries import OWN, asked, judged, reason, row, rows


@pytest.mark.parametrize("shown", ["ace", "", "aabcde"])
def test_a_sorted_list_shows_each_of_our_tickets_once(shown):
    assert isinstance(judged("in-order", asked(rows(shown), OWN, sort="+description")), Violation)


def test_a_sorted_list_shows_no_other_ticket():
    strange = {"inventories": [*rows("abcde")["inventories"], row("a", name="another")]}
    assert isinstance(judged("in-order", asked(strange, OWN, sort="name")), Violation)


def test_a_sorted_page_and_one_without_names_miss_no_ticket():
    assert reason(judged("in-order", asked(rows("ab"), OWN, sort="name", limit=2))) == "controls-changed"
    nameless = {"inventories": [{"uuid": "a" * 32}] * 3}
    assert reason(judged("in-order", asked(nameless, OWN, sort="uuid", fields="uuid,name"))) == "controls-changed"
