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


def test_a_list_without_the_sorted_member_is_compared_with_the_listing():
    for letters, wrong in (("abcde", False), ("badce", True)):
        names = {"inventories": [{"name": one["name"]} for one in rows(letters)["inventories"]]}
        judgement = judged("in-order", asked(names, OWN, sort="uuid", fields="name"))
        assert isinstance(judgement, Violation) is wrong, letters


ARCHIVES = "/v1/tickets/archives"
WHOLE = asked({"inventories": [{"uuid": "a", "name": "x", "status": "Cancelled"}, {"uuid": "b"}]}, path=ARCHIVES)


def past(*shown, status=200, whole=WHOLE):
    body = {"inventories": list(shown)} if status == 200 else {"error": {"code": "SYS.1000", "description": "d"}}
    subject = asked(body, path=ARCHIVES, status=status, fields="uuid,name")
    return judged("selected-fields-of-past", subject, whole=whole)


def test_rows_of_the_past_have_the_fields_that_they_have_at_all():
    assert past({"uuid": "a", "name": "x"}, {"uuid": "b"}, {"uuid": "c", "name": None}) is None
    assert isinstance(past({"uuid": "a"}), Violation)
    assert isinstance(past({"uuid": "c", "name": "x", "status": "Cancelled"}), Violation)


def test_a_target_may_have_no_past():
    assert reason(past()) == "not-shown"
    assert reason(past(status=503)) == "legal-refusal"
    assert reason(past({"uuid": "a"}, whole=asked({}, path=ARCHIVES, status=404))) == "legal-refusal"
