"""Front ends in their quick form; `make front-ends` has all of them, with all requirements."""

from tests.front_ends.judge import examine

HIDDEN = "ZT-JOB-007 or ZT-QUERY-032 or ZT-ANSWER-022"


def test_error_pages_of_a_front_end_fail_nothing_and_are_named():
    ended = examine("pages-4xx-5xx", only=HIDDEN)
    assert ended.good, ended
    assert ended.inconclusive
    assert ended.named, ended.shown
    assert ended.doctor


def test_a_user_stays_at_the_node_that_a_cookie_names():
    ended = examine("sticky-cookie", only="ZT-STORE-001 or ZT-SESSION-001")
    assert ended.good, ended
    assert ended.passed, ended.shown
