"""Front ends in their quick form; `make front-ends` has all of them, with all requirements."""

from tests.front_ends.judge import examine


def test_a_page_of_a_user_interface_at_another_path_is_no_ticket_shown_without_a_session():
    ended = examine("user-interface", only="ZT-ACCESS-026")
    assert ended.good, ended
    assert ended.passed == 1, ended.shown


def test_a_user_stays_at_the_node_that_a_cookie_names():
    ended = examine("sticky-cookie", only="ZT-STORE-001 or ZT-SESSION-001")
    assert ended.good, ended
    assert ended.passed, ended.shown
