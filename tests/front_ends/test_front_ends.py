"""Front ends in their quick form; `make front-ends` has all of them, with all requirements."""

from tests.front_ends.judge import examine


def test_a_user_stays_at_the_node_that_a_cookie_names():
    ended = examine("sticky-cookie", only="ZT-STORE-001 or ZT-SESSION-001")
    assert ended.good, ended
    assert ended.passed, ended.shown
