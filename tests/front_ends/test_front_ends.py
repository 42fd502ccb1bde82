"""Front ends in their quick form; `make front-ends` has all of them, with all requirements."""

import pytest

from tests.front_ends.judge import examine


def test_a_page_of_a_user_interface_at_another_path_is_no_ticket_shown_without_a_session():
    ended = examine("user-interface", only="ZT-ACCESS-026")
    assert ended.good, ended
    assert ended.passed == 1, ended.shown


def test_a_user_stays_at_the_node_that_a_cookie_names():
    ended = examine("sticky-cookie", only="ZT-STORE-001 or ZT-SESSION-001")
    assert ended.good, ended
    assert ended.passed, ended.shown


@pytest.mark.parametrize("kind", ["waf-json-200", "gateway-5xx"])
def test_what_a_front_end_says_in_its_own_words_is_no_failure_of_the_api(kind):
    ended = examine(kind, only="ZT-ANSWER-002 or ZT-BODY-043 or ZT-ANSWER-022")
    assert ended.good, ended
    assert ended.named, ended.shown


def test_a_gateway_that_wants_a_session_lets_no_log_out_pass_but_the_last():
    ended = examine("wants-session", only="ZT-SESSION-006 or ZT-SESSION-016 or ZT-ACCESS-003")
    assert ended.good, ended
    assert "ZT-SESSION-016" in ended.inconclusive, ended.shown


@pytest.mark.parametrize("kind", ["waf-closes", "waf-text"])
def test_a_filter_that_closes_connections_or_speaks_plainly_is_found_where_the_api_does_not_read(kind):
    ended = examine(kind, only="ZT-BODY-043 or ZT-ISOLATION-001")
    assert ended.good, ended
    assert "ZT-BODY-043" in ended.inconclusive, ended.shown


@pytest.mark.parametrize("kind", ["limiter", "limiter-page"])
def test_a_limit_without_a_wish_is_kept(kind):
    ended = examine(kind, only="ZT-BODY-043 or ZT-STORE-001")
    assert ended.good, ended
    assert ended.passed, ended.shown
